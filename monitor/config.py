"""groundswell.toml -> frozen settings, validated once; a wrong one is refused by name."""

from __future__ import annotations

import hashlib
import json
import tomllib
from importlib import resources
from pathlib import Path
from typing import Any

from pydantic import Field, ValidationError, model_validator

from monitor.rule_settings import RuleSettings
from monitor.settings import (
    STORED,
    ChannelSettings,
    DeadLetterSettings,
    MetricsSettings,
    ModelSettings,
    NotifySettings,
    RetentionSettings,
    Settings,
    SourceSettings,
    StoreSettings,
    WatchSettings,
    WindowSettings,
)
from streams.secrets import MASK

MOVING, STILL = {"source", "windows", "watch", "rule"}, {"source": {"security"}}


class ConfigError(Exception):
    """The settings are unusable; the text says which, where, and what would do."""


class Config(Settings):
    """All of groundswell.toml."""

    source: SourceSettings = SourceSettings()
    model: ModelSettings = ModelSettings()
    windows: WindowSettings = WindowSettings()
    aliases: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    watch: tuple[WatchSettings, ...] = ()
    rule: tuple[RuleSettings, ...] = ()
    channel: tuple[ChannelSettings, ...] = ()
    notify: NotifySettings = NotifySettings()
    dead_letters: DeadLetterSettings = DeadLetterSettings()
    retention: RetentionSettings = RetentionSettings()
    store: StoreSettings = StoreSettings()
    metrics: MetricsSettings = MetricsSettings()

    @model_validator(mode="after")
    def names_fit_together(self) -> Config:
        """Names are unique, and what a rule names exists."""
        for kind, entries in (("watch", self.watch), ("rule", self.rule), ("channel", self.channel)):
            names = [entry.name for entry in entries]
            twice = sorted({name for name in names if names.count(name) > 1})
            if twice:
                msg = f"{kind} {', '.join(twice)}: named twice"
                raise ValueError(msg)
        channels = {channel.name for channel in self.channel}
        for rule in self.rule:
            if rule.window not in self.windows.sizes:
                msg = f"rule {rule.name}: window {rule.window} ms is not among the sizes {list(self.windows.sizes)}"
                raise ValueError(msg)
            if rule.detector == "surge" and min(rule.budget, rule.memory) < self.windows.hop:
                msg = f"rule {rule.name}: budget and memory must be at least hop, {self.windows.hop} ms"
                raise ValueError(msg)
            unknown = sorted(set(rule.channels or ()) - channels)
            if unknown:
                msg = f"rule {rule.name}: no channel is named {', '.join(unknown)}"
                raise ValueError(msg)
        return self

    @model_validator(mode="after")
    def enough_is_kept(self) -> Config:
        """The evidence of an alert, and whether it repeats an earlier text, are looked up in what is stored."""
        longest_ms = max(self.windows.sizes)
        for name, least_ms, why in (
            ("items", longest_ms + self.source.dedup, "the longest window and source.dedup together"),
            ("windows", longest_ms, "the longest window"),
        ):
            kept_ms: int | None = getattr(self.retention, name)
            if kept_ms is not None and kept_ms < least_ms:
                msg = f"retention.{name}: {kept_ms} ms is shorter than {why}, {least_ms} ms"
                raise ValueError(msg)
        return self

    def with_scorer(self, scorer: str) -> Config:
        """Return the same settings with another scorer."""
        return self.model_copy(update={"model": self.model.model_copy(update={"scorer": scorer})})

    def with_compute(self, compute: str) -> Config:
        """Return the same settings with the model's other compute type."""
        return self.model_copy(update={"model": self.model.model_copy(update={"scorer": "model", "compute": compute})})

    def rule_by_version(self, version: str) -> RuleSettings | None:
        """Return the rule with this version, None where no rule has it any more."""
        return next((rule for rule in self.rule if rule.version == version), None)

    @property
    def version(self) -> str:
        """12 hex digits over everything that can move a window or an alert."""
        content = self.model_dump(include=MOVING, exclude=STILL, by_alias=True)
        return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:12]

    @property
    def kept(self) -> str:
        """JSON of what a store keeps of it: what `version` is made of, and the channels' names without their addresses.

        Only what is named here is kept, so that no password and no token of another section can get into the store.
        """
        content = self.model_dump(mode="json", include=MOVING, exclude=STILL, by_alias=True)
        return json.dumps(content | {"channel": [{"name": one.name, "url": MASK} for one in self.channel]})


def load_config(path: Path) -> Config:
    """Read and validate a settings file.

    Raises:
        ConfigError: it is missing, not TOML, or a setting is wrong; each is named with its place.
    """
    try:
        raw: dict[str, Any] = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        msg = f"{path}: no such file. README.md, 'Your own Kafka', shows one to start from"
        raise ConfigError(msg) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as error:
        msg = f"{path}: cannot be read as TOML: {error}"
        raise ConfigError(msg) from error
    return parse_config(raw, str(path))


def packaged_config(name: str) -> Config:
    """Return the settings of a TOML file that ships in monitor/."""
    return parse_config(tomllib.loads(resources.files("monitor").joinpath(name).read_text(encoding="utf-8")), name)


def parse_config(raw: dict[str, Any], where: str, *, stored: bool = False) -> Config:
    """Validate settings that were read already; `where` names them in an error.

    With `stored` they are those of a store, which a version with wider bounds may have written.

    Raises:
        ConfigError: a setting is wrong; each is named with its place.
    """
    try:
        return Config.model_validate(raw, context=STORED if stored else None)
    except ValidationError as error:
        lines = [
            f"  {'.'.join(map(str, problem['loc'])) or '(whole file)'}: {problem['msg'].removeprefix('Value error, ')}"
            for problem in error.errors()
        ]
        msg = f"{where}: {len(lines)} setting(s) are wrong:\n" + "\n".join(lines)
        raise ConfigError(msg) from error
