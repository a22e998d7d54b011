"""The documentation says what is there."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path

import pytest

from monitor.cli import COMMANDS
from monitor.config import load_config, packaged_config
from monitor.rule_settings import RuleSettings
from monitor.settings import (
    ChannelSettings,
    MetricsSettings,
    ModelSettings,
    NotifySettings,
    Settings,
    SourceSettings,
    StoreSettings,
    WatchSettings,
    WindowSettings,
)
from streams.kafka_settings import Security

ROOT = Path(__file__).resolve().parents[1]
SECTIONS = (
    *(SourceSettings, ModelSettings, WindowSettings, WatchSettings, RuleSettings),
    *(ChannelSettings, NotifySettings, StoreSettings, MetricsSettings),
)


def names_in(section: type[Settings] | type[Security]) -> list[str]:
    if issubclass(section, Security):
        return [field.name for field in fields(section)]
    return [field.alias or name for name, field in section.model_fields.items()]


@pytest.mark.parametrize("section", [*SECTIONS, Security])
def test_every_setting_is_documented(section: type[Settings] | type[Security]) -> None:
    text = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")
    names = names_in(section)
    assert names
    assert [name for name in names if f"`{name}`" not in text] == []


def test_every_command_in_the_readme_exists() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    named = set(re.findall(r"groundswell ([a-z]+) ", text)) - {"a"}
    assert len(named) > 7 and named <= set(COMMANDS)


@pytest.mark.parametrize(
    "name", ["README.md", "CONTRIBUTING.md", "CHANGELOG.md", "docs/settings.md", "docs/operations.md", "docs/alerts.md"]
)
def test_every_link_leads_somewhere(name: str) -> None:
    file = ROOT / name
    for target in re.findall(r"\]\(([^)#]+)\)", file.read_text(encoding="utf-8")):
        assert target.startswith("https://") or (file.parent / target).exists(), target


@pytest.mark.parametrize("name", ["example.toml", "demo.toml"])
def test_the_settings_that_ship_are_valid(name: str) -> None:
    assert packaged_config(name).rule
    assert load_config(ROOT / "monitor" / name) == packaged_config(name)
