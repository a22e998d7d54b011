"""The study from the command line, quick and on a small encoder: it goes on, and writes its page and plots."""

import json
import re
import shutil
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from safetensors.numpy import save_file

from models.checkpoint import encoder_folder
from models.study.arms import ARMS, OTHERS
from models.study.page import BEGIN, END
from models.study.plan import StudyPlan
from monitor.commands.study import QUICK, study
from tests.models.conftest import tensors

DONE = ("sampled", "literal")


@pytest.fixture(scope="module")
def encoder(small_encoder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small encoder with the real tokenizer, whose words are not letters."""
    folder = tmp_path_factory.mktemp("encoder")
    shutil.copy(encoder_folder() / "tokenizer.json", folder)
    config = json.loads((small_encoder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps({**config, "vocab_size": 30522}))
    save_file(tensors(30522), folder / "model.safetensors")
    return folder


@pytest.fixture
def quick_compiles(monkeypatch: pytest.MonkeyPatch) -> None:
    """Optimising these small programs takes minutes and changes nothing that is asked here; workers inherit it."""
    monkeypatch.setenv("JAX_DISABLE_MOST_OPTIMIZATIONS", "1")


def run(encoder: Path, adapter: Path, folder: Path, *more: str) -> Result:
    arguments = ["hybrid", "--quick", "--encoder", str(encoder), "--adapter", str(adapter), "--jobs", "1"]
    return CliRunner().invoke(
        study, [*arguments, "--out", str(folder / "page.md"), "--work", str(folder / "work"), *more]
    )


def done_before(folder: Path, encoder: Path, adapter: Path) -> list[dict[str, Any]]:
    """Write the results of a study that was cut off after two arms, in the middle of a line; return them."""
    plan = StudyPlan(data=None, encoder=str(encoder), layers=3, length=24, adapter=str(adapter), **QUICK)
    figures = ("accuracy", "macro_f1", "ece_excess", "brier", "utility", "utility_careful", "utility_label", "lam")
    runs = [
        {"arm": arm, "seed": seed, "steps": 2, "step_seconds": 0.1, "wall_seconds": 1.0, "flops": 1.0}
        | dict.fromkeys(figures, 0.5 + 0.1 * seed)
        | {"decisions": [0.25, 0.5, 0.25], "mean_value": 0.5}
        for arm in DONE
        for seed in (1, 2)
    ]
    settings = {name: each for name, each in plan.to_json().items() if name != "seeds"}
    machine = {"cpu": "a cut-off one", "cores": 1, "jax": "0", "system": "test"}
    lines = [json.dumps(each) for each in ({"plan": settings, "machine": machine}, *runs)]
    (folder / "work").mkdir()
    (folder / "work" / "results.jsonl").write_text("\n".join(lines) + '\n{"arm": "lam-1", "se')
    return runs


@pytest.mark.usefixtures("quick_compiles")
def test_a_study_that_was_cut_off_goes_on_and_writes_its_page(
    encoder: Path, small_adapter: Path, tmp_path: Path
) -> None:
    before = done_before(tmp_path, encoder, small_adapter)
    by_hand = f"{BEGIN}\nA tie is a tie.\n{END}"
    (tmp_path / "page.md").write_text(f"# Old\n\n{by_hand}\n\nold numbers\n")

    result = run(encoder, small_adapter, tmp_path, "--json")

    assert result.exit_code == 0, result.output
    head, *records = [json.loads(line) for line in (tmp_path / "work" / "results.jsonl").read_text().splitlines()]
    assert head["machine"]["cpu"] == "a cut-off one" and records[: len(before)] == before
    pairs = [(record["arm"], record["seed"]) for record in records]
    assert sorted(pairs) == sorted([*((name, seed) for name in ARMS for seed in (1, 2)), ("coverage", 0)])
    summary = json.loads(result.stdout)
    assert set(summary["arms"]) == set(ARMS)
    assert summary["arms"]["sampled"]["accuracy"][0] == pytest.approx(0.65)
    assert 0 < summary["selective"]["critic"]["flops_share"] <= 0.7
    assert set(summary["coverage"]["tasks"]) == {"sentiment"}
    check_page(tmp_path / "page.md", by_hand)
    check_learning(records)


def check_page(page: Path, by_hand: str) -> None:
    text = page.read_text(encoding="utf-8")
    assert by_hand in text and "old numbers" not in text
    plots = re.findall(r"!\[[^\]]+\]\(([^)]+)\)", text)
    assert len(plots) == 4
    for plot in plots:
        assert (page.parent / plot).read_text(encoding="utf-8").lstrip().startswith("<?xml")
    for arm in OTHERS:
        assert text.count(f"| {arm.title} |") == 3


def check_learning(records: list[dict[str, Any]]) -> None:
    """The arms that share all but lam start alike and end apart; a fixed lam stays, the adaptive one moves."""
    runs = {(record["arm"], record["seed"]): record for record in records}
    assert runs["lam-0.25", 1]["lam"] == pytest.approx(0.25)
    assert runs["adaptive", 1]["lam"] != pytest.approx(0.75, abs=1e-7)
    assert runs["lam-1", 1]["brier"] != runs["lam-0", 1]["brier"]
    assert runs["lam-1", 1]["steps"] == 2 and runs["random", 1]["steps"] == 1


def test_a_work_folder_of_other_settings_is_refused(encoder: Path, small_adapter: Path, tmp_path: Path) -> None:
    done_before(tmp_path, encoder, small_adapter)
    result = run(encoder, small_adapter, tmp_path, "--layers", "6")
    assert result.exit_code == 1
    assert "holds a study with other settings" in result.stderr


def test_sizes_that_compare_nothing_are_refused(encoder: Path, tmp_path: Path) -> None:
    result = run(encoder, Path("nowhere"), tmp_path, "--layers", "4")
    assert result.exit_code == 1
    assert "layers 4 must be 3 or 6" in result.stderr


def test_what_a_worker_died_of_is_told(encoder: Path, tmp_path: Path) -> None:
    result = run(encoder, Path("nowhere"), tmp_path, "--length", "3")
    assert result.exit_code == 1
    assert "0 rows have at most 3 tokens, 64 are needed" in result.stderr
