"""`groundswell model use`: one line of the settings file changes, or none."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from monitor.chosen import choose_adapter
from monitor.commands.model import model
from monitor.config import ConfigError, load_config

SETTINGS = """# ours
[source]
kind = "files"
files = ["a.jsonl"]

[model]   # the scorer
batch = 64  # small
"""


@pytest.fixture
def settings(tmp_path: Path) -> Path:
    path = tmp_path / "groundswell.toml"
    path.write_text(SETTINGS, encoding="utf-8")
    return path


def test_only_the_adapters_line_changes(settings: Path) -> None:
    choose_adapter(settings, "my-adapter")
    assert settings.read_text(encoding="utf-8") == SETTINGS + 'adapter = "my-adapter"\n'
    choose_adapter(settings, "finance-en")
    assert load_config(settings).model.adapter == "finance-en"
    assert settings.read_text(encoding="utf-8").startswith(SETTINGS)
    assert [path.name for path in settings.parent.iterdir()] == ["groundswell.toml"]


def test_a_file_without_a_model_table_gets_one(settings: Path) -> None:
    settings.write_text(SETTINGS.partition("[model]")[0], encoding="utf-8")
    choose_adapter(settings, "other")
    assert load_config(settings).model.adapter == "other"


def test_a_settings_file_that_is_wrong_stays_as_it_is(settings: Path) -> None:
    settings.write_text(SETTINGS + "batch = 3\n", encoding="utf-8")
    with pytest.raises(ConfigError, match="cannot be read as TOML"):
        choose_adapter(settings, "other")
    assert settings.read_text(encoding="utf-8") == SETTINGS + "batch = 3\n"


def test_the_command_says_what_it_did_and_refuses_what_is_no_adapter(settings: Path) -> None:
    done = CliRunner().invoke(model, ["use", "finance-en", "--config", str(settings)])
    assert done.exit_code == 0, done.output
    assert "adapter = 'finance-en' (all-MiniLM-L6-v2)" in done.output
    refused = CliRunner().invoke(model, ["use", "nowhere", "--config", str(settings)])
    assert refused.exit_code == 1
    assert "no adapter 'nowhere'" in refused.output
    assert load_config(settings).model.adapter == "finance-en"
