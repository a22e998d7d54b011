"""groundswell.toml -> frozen settings, validated once; a wrong one is refused by name.

Durations are written "90s", "5m", "24h", "7d" (or whole milliseconds) and kept as integer milliseconds.
"""

from __future__ import annotations

import hashlib
import json
import re
import tomllib
from importlib import resources
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    field_validator,
    model_validator,
)

from streams.codec import NAMES

UNITS_MS = {"ms": 1, "s": 1_000, "m": 60_000, "h": 3_600_000, "d": 86_400_000}


class ConfigError(Exception):
    """The settings are unusable; the text says which, where, and what would do."""


def parse_duration_ms(value: object) -> int:
    """'90s' -> 90000; an integer is milliseconds.

    Raises:
        ValueError: neither; the text shows the forms that work.
    """
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    match = re.fullmatch(r"(\d+)(ms|s|m|h|d)", str(value).strip())
    if not match:
        msg = f"{value!r} is not a duration: write it as '500ms', '90s', '5m', '24h' or '7d'"
        raise ValueError(msg)
    return int(match[1]) * UNITS_MS[match[2]]


DurationMs = Annotated[int, BeforeValidator(parse_duration_ms), Field(ge=0)]
Name = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]*$", max_length=100)]


class Settings(BaseModel):
    """Frozen, strict about unknown names."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class SecuritySettings(Settings):
    """SASL and TLS to Kafka; streams.kafka_settings.Security says what each means."""

    protocol: Literal["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"] = "PLAINTEXT"
    mechanism: Literal["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"] = "SCRAM-SHA-512"
    username_env: str = "KAFKA_USERNAME"
    password_env: str = "KAFKA_PASSWORD"
    ca_file: str = ""
    cert_file: str = ""
    key_file: str = ""
    key_password_env: str = ""
    check_hostname: bool = True


class SourceSettings(Settings):
    """Where the news comes from and how its times are read."""

    kind: Literal["kafka", "files", "simulate"] = "kafka"
    name: Name = "news"
    topics: tuple[str, ...] = ("news",)
    bootstrap: str = "localhost:9092"
    group: str = "groundswell"
    security: SecuritySettings = SecuritySettings()
    files: tuple[str, ...] = ()
    fields: dict[str, str] = Field(default_factory=dict)
    time: Literal["published", "first_seen"] = "published"
    out_of_orderness: DurationMs = 0
    idle_after: DurationMs = 5_000
    max_drift: DurationMs = UNITS_MS["h"]
    max_ahead: DurationMs = 300_000
    dedup: DurationMs = 7 * UNITS_MS["d"]
    max_record_bytes: int = Field(default=1_000_000, gt=0)

    @field_validator("fields")
    @classmethod
    def fields_are_ours(cls, fields: dict[str, str]) -> dict[str, str]:
        """A name that we do not know would be read by nobody."""
        unknown = sorted(set(fields) - set(NAMES))
        if unknown:
            msg = f"{', '.join(unknown)} is no name of ours (these are: {', '.join(NAMES)}): write OURS = 'theirs'"
            raise ValueError(msg)
        return fields

    @model_validator(mode="after")
    def drift_leaves_room(self) -> SourceSettings:
        """A partition must be able to fall idle before the others are paused for it."""
        if self.max_drift < self.idle_after + self.out_of_orderness:
            msg = "max_drift must be at least idle_after + out_of_orderness, or a quiet partition stops the rest"
            raise ValueError(msg)
        return self


class ModelSettings(Settings):
    """Which scorer judges the headlines."""

    scorer: Literal["model", "stub"] = "model"
    adapter: str = "finance-en"
    compute: Literal["float32", "bfloat16"] = "float32"
    depth: Literal["adaptive", "full"] = "adaptive"
    batch: int = Field(default=4_096, gt=0)


class WindowSettings(Settings):
    """Hopping windows: every size shares one hop."""

    hop: DurationMs = 5 * UNITS_MS["m"]
    sizes: tuple[DurationMs, ...] = (UNITS_MS["h"], UNITS_MS["d"])

    @model_validator(mode="after")
    def sizes_are_whole_panes(self) -> WindowSettings:
        """A window is a whole number of panes."""
        if self.hop <= 0:
            msg = "hop must be longer than zero"
            raise ValueError(msg)
        for size in self.sizes:
            if size <= 0 or size % self.hop:
                msg = f"size {size} ms is not a multiple of hop {self.hop} ms"
                raise ValueError(msg)
        if len(set(self.sizes)) != len(self.sizes) or not self.sizes:
            msg = "name each window size once, and at least one"
            raise ValueError(msg)
        return self


class WatchSettings(Settings):
    """A named list: a headline counts for it when it holds any of the words, or matches any of the patterns."""

    name: Name
    any: tuple[str, ...] = ()
    regex: tuple[str, ...] = ()
    tickers: tuple[str, ...] = ()

    @field_validator("regex")
    @classmethod
    def patterns_compile(cls, patterns: tuple[str, ...]) -> tuple[str, ...]:
        """A pattern that does not compile is refused here, not at the first headline."""
        for pattern in patterns:
            try:
                re.compile(pattern)
            except re.error as error:
                msg = f"{pattern!r} is not a regular expression: {error}"
                raise ValueError(msg) from error
        return patterns


THRESHOLD_ONLY = frozenset({"above", "below", "clear", "min_stories", "for_", "no_data_after"})
SURGE_ONLY = frozenset({"budget", "min_history", "memory", "effect", "stories_for_full_weight", "caution"})


class RuleSettings(Settings):
    """A condition on the windows of the keys it watches, and what follows.

    `watch` is a key ("topic:Macro", "list:banks", "ticker:AAPL", "source:wire", "all") or a pattern with `*`. The
    settings from `budget` on are those of the detector "surge" (monitor/surge.py).
    """

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    name: Name
    watch: str
    detector: Literal["threshold", "surge"] = "threshold"
    statistic: Literal["polarity", "negative", "neutral", "positive", "items", "stories"] = "polarity"
    above: float | None = None
    below: float | None = None
    clear: float | None = None
    window: DurationMs = UNITS_MS["h"]
    min_stories: int = Field(default=5, ge=0)
    for_: DurationMs = Field(default=0, alias="for")
    keep_firing_for: DurationMs = 0
    no_data_after: DurationMs = UNITS_MS["d"]
    severity: Literal["info", "warning", "critical"] = "warning"
    channels: tuple[str, ...] | None = None
    budget: DurationMs = Field(default=30 * UNITS_MS["d"], gt=0)
    min_history: DurationMs = 7 * UNITS_MS["d"]
    memory: DurationMs = Field(default=30 * UNITS_MS["d"], gt=0)
    effect: float = Field(default=0.05, ge=0, le=1)
    stories_for_full_weight: int = Field(default=5, gt=0)
    caution: float = Field(default=1.0, ge=1)

    @model_validator(mode="before")
    @classmethod
    def surge_defaults(cls, raw: Any) -> Any:
        """A surge is of negative news, and lasts an hour after its last crossing unless told otherwise."""
        match raw:
            case {"detector": "surge", **given}:
                return {"statistic": "negative", "keep_firing_for": UNITS_MS["h"], "detector": "surge"} | given
            case _:
                return raw

    @model_validator(mode="after")
    def settings_of_the_detector(self) -> RuleSettings:
        """No setting that the detector does not read."""
        of_others = THRESHOLD_ONLY if self.detector == "surge" else SURGE_ONLY
        defaults = {name: field.default for name, field in type(self).model_fields.items()}
        wrong = sorted(name.rstrip("_") for name in of_others if getattr(self, name) != defaults[name])
        if wrong or (self.detector == "surge" and self.statistic != "negative"):
            msg = f"rule {self.name}: detector {self.detector!r} does not read {', '.join(wrong) or 'statistic'}"
            raise ValueError(msg)
        return self

    @model_validator(mode="after")
    def one_bound(self) -> RuleSettings:
        """Exactly one of `above` and `below`, and `clear` on the calm side of it, for a threshold."""
        if self.detector == "surge":
            return self
        if (self.above is None) == (self.below is None):
            msg = f"rule {self.name}: give exactly one of 'above' and 'below'"
            raise ValueError(msg)
        if self.clear is not None and (
            (self.above is not None and self.clear > self.above) or (self.below is not None and self.clear < self.below)
        ):
            msg = f"rule {self.name}: 'clear' must lie on the calm side of the bound"
            raise ValueError(msg)
        return self

    @property
    def is_above(self) -> bool:
        """Whether the condition is "above" its bound, or its baseline; else it is "below"."""
        return self.above is not None or self.detector == "surge"

    @property
    def bound(self) -> float:
        """The one bound that is set."""
        return self.above if self.above is not None else self.below or 0.0

    @property
    def version(self) -> str:
        """12 hex digits over what decides; labels and channels do not, so editing them moves no alert."""
        others = THRESHOLD_ONLY if self.detector == "surge" else SURGE_ONLY
        content = self.model_dump(exclude={"severity", "channels", *others}, by_alias=True)
        return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:12]


class ChannelSettings(Settings):
    """Where notifications go: an Apprise URL, or the environment variable that holds it."""

    name: Name
    url: str = ""
    url_env: str = ""

    @model_validator(mode="after")
    def one_address(self) -> ChannelSettings:
        """One of the two, or there is nowhere to send to."""
        if bool(self.url) == bool(self.url_env):
            msg = f"channel {self.name}: give exactly one of 'url' and 'url_env'"
            raise ValueError(msg)
        return self


class NotifySettings(Settings):
    """How notifications are sent."""

    max_age: DurationMs = UNITS_MS["h"]
    timeout: DurationMs = 10_000
    max_attempts: int = Field(default=10, gt=0)


class RetentionSettings(Settings):
    """How long what is stored is kept, in the time of the log; None is for ever."""

    items: DurationMs | None = None
    windows: DurationMs | None = None
    journal: DurationMs | None = None
    dead_letters: DurationMs | None = None


class DeadLetterSettings(Settings):
    """Whether dead letters of Kafka topics are published on topics of their own, and what these are called."""

    publish: bool = True
    suffix: str = Field(default=".dead", pattern=r"^[A-Za-z0-9._-]+$", max_length=100)


class MetricsSettings(Settings):
    """Where /metrics and /healthz are served; without a port, nowhere."""

    port: int | None = Field(default=None, ge=0, le=65535)
    address: str = "localhost"
    stale_after: DurationMs = 60_000


class StoreSettings(Settings):
    """Where results are kept: a SQLAlchemy URL."""

    url: str = "sqlite:///groundswell.db"
    snapshot_every: int = Field(default=200, gt=0)


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
        """The evidence of an alert and the count of new items look back into what is stored."""
        longest_ms = max(self.windows.sizes)
        for name, least_ms, why in (
            ("items", max(longest_ms, self.source.dedup), "the longest window and source.dedup"),
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
        moving, still = {"source", "windows", "watch", "rule"}, {"source": {"security"}}
        content = self.model_dump(include=moving, exclude=still, by_alias=True)
        return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:12]


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


def parse_config(raw: dict[str, Any], where: str) -> Config:
    """Validate settings that were read already; `where` names them in an error."""
    try:
        return Config.model_validate(raw)
    except ValidationError as error:
        lines = [
            f"  {'.'.join(map(str, problem['loc'])) or '(whole file)'}: {problem['msg'].removeprefix('Value error, ')}"
            for problem in error.errors()
        ]
        msg = f"{where}: {len(lines)} setting(s) are wrong:\n" + "\n".join(lines)
        raise ConfigError(msg) from error
