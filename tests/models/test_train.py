"""Training end to end on the small encoder: from files to an adapter that scores; cut off and resumed."""

import csv
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner

from models import train as module
from models.adapter import find_adapter, load_classifier
from models.build import BuildPlan, blended
from models.card import card
from models.data import Row
from models.forward import split_frozen
from models.heldout import entity_gain
from models.recipe import Recipe
from models.runtime import ModelError
from models.scorer import Scorer
from models.tokenizer import HeadlineTokenizer
from models.train import new_classifier, train
from monitor.commands.model import as_published, model
from monitor.commands.model import train as command
from tests.models.test_update import leaves

GOOD, BAD, PLAIN = "{} profit rose up", "{} profit fell down", "the bank {} files"
LETTERS = "abcdefghijklmnopqrstuvwxyz"


def labelled(n: int) -> list[tuple[str, str]]:
    made = [(GOOD, "positive"), (BAD, "negative"), (PLAIN, "neutral")]
    pairs = [made[i % 3] for i in range(n)]
    return [(text.format(f"{LETTERS[i % 26]}{i // 26}"), label) for i, (text, label) in enumerate(pairs)]


@pytest.fixture
def data(tmp_path: Path) -> Path:
    files: dict[str, list[tuple[str, str]]] = {
        f"sentiment/{name}.csv": [("text", "label"), *labelled(150)]
        for name in ("fpb_train", "tfns_train", "sentfin_headline")
    }
    topics = [(text, "Earnings" if "profit" in text else "Financials") for text, _ in labelled(150)]
    entities = [(text, json.dumps({"profit": label})) for text, label in labelled(60) if label != "neutral"]
    files["topics/tfn_topic_train.csv"] = [("text", "label"), *topics]
    files["sentiment/sentfin_entity.csv"] = [("text", "entities"), *entities]
    for name, rows in files.items():
        path = tmp_path / "data" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows(rows)
    return tmp_path / "data"


def test_one_command_makes_an_adapter_that_scores(small_encoder: Path, data: Path, tmp_path: Path) -> None:
    recipe = {"epochs": 12, "compute": "float32", "learning_rate": 3e-3, "average_decay": 0.9, "readout_factor": 1.0}
    recipe["layers"] = 2
    (tmp_path / "recipe.json").write_text(json.dumps(recipe))
    out = tmp_path / "tiny"
    arguments = ["--data", str(data), "--out", str(out), "--work", str(tmp_path / "work"), "--house-rows", "0"]
    arguments += ["--encoder", str(small_encoder), "--recipe", str(tmp_path / "recipe.json")]
    result = CliRunner().invoke(command, arguments)
    assert result.exit_code == 0, result.output
    meta = json.loads(result.stdout)
    assert meta["trained"]["seed"] == 1
    assert meta["trained"]["held_out"]["tfns"]["accuracy"] > 0.9
    assert "Financial PhraseBank" in (out / "README.md").read_text()
    adapter = find_adapter(str(out))
    assert len(adapter.meta["calibration"]["sentiment"]["fpb"]) == 2
    assert {score.depth for score in Scorer.load(str(out), depth="full").score(["acme profit rose"])} == {2}
    version = Scorer.load(str(out)).model_version
    (tmp_path / "challenge.csv").write_text("text,label,kind\nbank profit fell down,negative,falls\n")
    arguments = ["measure", str(out), "--validation", str(data / "sentiment/fpb_train.csv")]
    result = CliRunner().invoke(model, [*arguments, "--sentences", str(tmp_path / "challenge.csv")])
    assert result.exit_code == 0, result.output
    assert "by kind: falls " in (out / "README.md").read_text()
    assert json.loads((out / "adapter.json").read_text())["trained"]["measured"]["fpb_validation"]["n"] == 150
    assert Scorer.load(str(out)).model_version == version


def test_a_setting_that_does_not_exist_is_named(small_encoder: Path, data: Path, tmp_path: Path) -> None:
    (tmp_path / "recipe.json").write_text(json.dumps({"epoch": 1}))
    arguments = ["--data", str(data), "--out", str(tmp_path / "x"), "--recipe", str(tmp_path / "recipe.json")]
    result = CliRunner().invoke(command, arguments)
    assert result.exit_code == 1
    assert "unknown settings epoch" in result.output


def run(encoder: Path, folder: Path, epochs_seen: list[int], stop_at: int | None = None) -> dict[str, np.ndarray]:
    rows = [Row(text, label, "tfns") for text, label in labelled(72 * 6)]

    def progress(done: int, _total: int, _terms: dict[str, float]) -> None:
        epochs_seen.append(done)
        if done == stop_at:
            raise KeyboardInterrupt

    trained = train(
        rows,
        rows[:10],
        Recipe(epochs=2, compute="float32"),
        seed=5,
        classifier=new_classifier(str(encoder), compute="float32", seed=5),
        tokenizer=HeadlineTokenizer(encoder),
        folder=folder,
        progress=progress,
    )
    return leaves(split_frozen(trained.classifier)[1])


def test_a_run_that_was_cut_off_ends_where_an_undisturbed_one_does(
    small_encoder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "SAVE_EVERY", 4)
    monkeypatch.setattr(module, "REPORT_EVERY", 1)
    seen: list[int] = []
    whole = run(small_encoder, tmp_path / "whole", seen)
    with pytest.raises(KeyboardInterrupt):
        run(small_encoder, tmp_path / "cut", [], stop_at=7)
    rest: list[int] = []
    resumed = run(small_encoder, tmp_path / "cut", rest)
    assert rest == seen[4:]
    for name, leaf in whole.items():
        np.testing.assert_array_equal(leaf, resumed[name], err_msg=name)


def test_an_adapter_comes_back_as_it_was_saved(small_adapter: Path, small_encoder: Path) -> None:
    """A matrix of the encoder to within half a step of its int8 scale, the rest to float16 or better."""
    from safetensors.numpy import load_file

    arrays = load_file(small_adapter / "adapter.safetensors")
    restored = leaves(split_frozen(load_classifier(find_adapter(str(small_adapter))))[1])
    before = leaves(split_frozen(new_classifier(str(small_encoder), compute="float32", seed=0))[1])
    matrices = [name for name in arrays if name.endswith(".delta")]
    assert len(matrices) == 3 * 4 + 2
    for name in matrices:
        (key,) = (k for k in restored if _dotted(k) == name.removesuffix(".delta"))
        change = restored[key] - before[key]
        assert np.abs(change).max() == pytest.approx(
            127 * float(arrays[name.replace("delta", "scale")].max()), rel=1e-4
        )


def _dotted(key: str) -> str:
    return ".".join(part.strip("'") for part in key.removesuffix(".value").strip("[]").split("]["))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"encoder_sha256": "0" * 64}, "another"),
        ({"sources": ["fpb"]}, r"knows the sources \['fpb'\]"),
        ({"layers": None}, "older version"),
    ],
)
def test_an_adapter_of_another_make_is_refused(
    small_adapter: Path, tmp_path: Path, change: dict[str, Any], message: str
) -> None:
    meta = json.loads((small_adapter / "adapter.json").read_text()) | change
    (tmp_path / "adapter.json").write_text(json.dumps(meta))
    with pytest.raises(ModelError, match=message):
        load_classifier(find_adapter(str(tmp_path)))


def test_a_damaged_adapter_is_refused(small_adapter: Path, tmp_path: Path) -> None:
    (tmp_path / "adapter.json").write_bytes((small_adapter / "adapter.json").read_bytes())
    (tmp_path / "adapter.safetensors").write_bytes(b"x" * 100)
    with pytest.raises(ModelError, match="cannot be read"):
        load_classifier(find_adapter(str(tmp_path)))


def test_what_ships_may_be_blended_with_what_it_went_on_from(small_adapter: Path, small_encoder: Path) -> None:
    fresh = new_classifier(str(small_encoder), compute="float32", seed=9)
    now, before = (leaves(split_frozen(each)[1]) for each in (fresh, load_classifier(find_adapter(str(small_adapter)))))
    for blend in (0.0, 0.25):
        plan = BuildPlan(Path(), Path(), Path(), "", 1, 0, 1, False, str(small_adapter), blend, "", "")
        for name, leaf in leaves(split_frozen(blended(plan, fresh))[1]).items():
            np.testing.assert_allclose(leaf, (1 - blend) * now[name] + blend * before[name], atol=1e-6, err_msg=name)


def test_what_a_target_adds_is_measured_where_entities_disagree(small_adapter: Path) -> None:
    scorer = Scorer.load(str(small_adapter))
    rows = [
        Row(f"acme rose , bank {n} fell", label, "sentfin", target=target)
        for n in range(12)
        for target, label in (("acme", "positive"), ("bank", "negative"))
    ]
    assert entity_gain(scorer, [Row("acme rose", "positive", "sentfin", target="acme")]) is None
    figures = entity_gain(scorer, rows)
    assert figures is not None
    assert figures["headlines"] == 12
    low, high = figures["gain_ci"]
    assert low <= figures["with_target"] - figures["without_target"] <= high
    assert 0.0 <= figures["without_target"] <= 1.0


def test_a_card_names_every_adapter_that_it_goes_on_from() -> None:
    first = {"seed": 1, "rows": 10, "command": "train --seed 1"}
    second = {"seed": 2, "rows": 2_000, "command": "train --seed 2 --start one", "parent": first}
    trained = {"seed": 3, "rows": 30, "command": "train --seed 3 --start two", "parent": second, "date": "2026-01-01"}
    lines = card(
        "three", {"encoder": "e", "encoder_sha256": "0" * 64, "layers": 4, "trained": {**trained, "open": True}}
    ).splitlines()
    assert [line for line in lines if line.startswith("| Goes on")] == [
        "| Goes on from | seed 2, 2,000 rows, `groundswell train --seed 2 --start one` |",
        "| Goes on from | seed 1, 10 rows, `groundswell train --seed 1` |",
    ]


def test_a_card_names_the_folders_by_what_they_are() -> None:
    shown = as_published(["train", "--data", "/home/me/d", "--work", "/tmp/w", "--seed", "1"], Path("/home/me/d"))
    assert shown == "train --data DATA --seed 1"
