"""The JSON contracts of score and evaluate, on the small adapter."""

import json
import subprocess
import sys
from pathlib import Path

from click.testing import CliRunner

from monitor.commands.model import evaluate, model, score

SCORE_KEYS = (
    "text sentiment polarity topics decision value confidence depth target target_found model_version runtime_id"
)
EVALUATE_KEYS = (
    "task n accuracy accuracy_ci macro_f1 ece ece_excess brier utility per_class confusion mean_depth "
    "model_version runtime_id"
)


def test_score_prints_one_object_a_line(small_adapter: Path) -> None:
    lines = "acme profit rose\n\n\x00oil \U0001f680\n"
    result = CliRunner().invoke(score, ["-", "--adapter", str(small_adapter)], input=lines)
    assert result.exit_code == 0, result.output
    objects = [json.loads(line) for line in result.stdout.splitlines()]
    assert [each["text"] for each in objects] == ["acme profit rose", "", "\x00oil \U0001f680"]
    assert list(objects[0]) == SCORE_KEYS.split()
    assert set(objects[0]["sentiment"]) == {"negative", "neutral", "positive"}
    assert objects[0]["target"] is None
    assert not objects[0]["target_found"]


def test_score_says_whether_the_target_was_found(small_adapter: Path, tmp_path: Path) -> None:
    (tmp_path / "news.txt").write_text("acme profit rose\noil fell\n", encoding="utf-8")
    arguments = [str(tmp_path / "news.txt"), "--target", "Acme", "--adapter", str(small_adapter)]
    result = CliRunner().invoke(score, arguments)
    found = [json.loads(line)["target_found"] for line in result.stdout.splitlines()]
    assert found == [True, False]


def test_evaluate_prints_every_figure(small_adapter: Path, tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    path.write_text("text,label,source\nacme rose,positive,fpb\noil fell,negative,\nthe bank,neutral,\n")
    result = CliRunner().invoke(evaluate, ["--data", str(path), "--adapter", str(small_adapter)])
    assert result.exit_code == 0, result.output
    figures = json.loads(result.stdout)
    assert list(figures) == EVALUATE_KEYS.split()
    assert figures["n"] == 3
    assert sum(map(sum, figures["confusion"])) == 3
    assert set(figures["per_class"]) == {"negative", "neutral", "positive"}


def test_a_wrong_label_is_an_error_on_stderr(small_adapter: Path, tmp_path: Path) -> None:
    (tmp_path / "rows.csv").write_text("text,label\nacme,bullish\n")
    result = CliRunner().invoke(evaluate, ["--data", str(tmp_path / "rows.csv"), "--adapter", str(small_adapter)])
    assert result.exit_code == 1
    assert result.stdout == ""
    assert "'bullish' is no sentiment label" in result.stderr


def test_model_info_shows_the_card_and_list_the_name() -> None:
    assert "finance-en" in CliRunner().invoke(model, ["list"]).stdout
    assert json.loads(CliRunner().invoke(model, ["list", "--json"]).stdout.splitlines()[0])["bytes"] <= 12_000_000
    assert CliRunner().invoke(model, ["info"]).stdout.startswith("# finance-en")
    missing = CliRunner().invoke(model, ["info", "nothing"])
    assert missing.exit_code == 1
    assert "no adapter 'nothing'" in missing.stderr


def test_importing_the_commands_loads_no_jax() -> None:
    code = "import sys, monitor.commands.model; sys.exit('jax' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False, timeout=60).returncode == 0


def test_the_flag_against_wrong_results_is_set_before_jax_and_beside_the_users_own() -> None:
    code = (
        "import os, sys; os.environ['XLA_FLAGS'] = '--xla_cpu_enable_fast_math=false'; import models;"
        "assert 'jax' not in sys.modules; flags = os.environ['XLA_FLAGS'];"
        "assert flags.startswith('--xla_cpu_enable_fast_math=false --xla_cpu_experimental_ynn_fusion_type='), flags"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False, timeout=60).returncode == 0
