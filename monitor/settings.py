"""The sections of groundswell.toml, each frozen and validated by itself; monitor/config.py joins them.

Rules have a file of their own, monitor/rule_settings.py.
"""

from __future__ import annotations

import hashlib
import json
import re
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationInfo, field_validator, model_validator

from monitor.durations import UNITS_MS, DurationMs
from streams.codec import NAMES
from streams.kafka_settings import Security

POLL_MS = 250  # how long a runner waits for news at a time
STORED = {"stored": True}  # the validation context of settings in a store: what was once allowed is still read
Name = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]*$", max_length=100)]


class Settings(BaseModel):
    """Frozen, strict about unknown names."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class SourceSettings(Settings):
    """Where the news comes from and how its times are read."""

    kind: Literal["kafka", "files", "simulate"] = "kafka"
    name: Name = "news"
    topics: tuple[str, ...] = ("news",)
    bootstrap: str = "localhost:9092"
    group: str = "groundswell"
    security: Security = Security()
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

    @field_validator("idle_after")
    @classmethod
    def idle_takes_two_polls(cls, idle_after_ms: int, info: ValidationInfo) -> int:
        """A partition that was asked once is not idle: nothing is known of how it is since an outage."""
        if idle_after_ms < POLL_MS and info.context != STORED:
            msg = (
                f"{idle_after_ms} ms is shorter than a poll, {POLL_MS} ms: a partition would be idle at a first look, "
                "so that time jumps over an outage in one step and makes late what was written in it. "
                f"Write at least '{POLL_MS}ms'; the default is '5s'"
            )
            raise ValueError(msg)
        return idle_after_ms

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

    @property
    def version(self) -> str:
        """12 hex digits over what the list holds and its name; the order of its entries decides nothing."""
        content = [self.name, *(sorted(set(entries)) for entries in (self.any, self.regex, self.tickers))]
        return hashlib.sha256(json.dumps(content).encode()).hexdigest()[:12]


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
    timeout: DurationMs = Field(default=10_000, gt=0)
    max_attempts: int = Field(default=10, gt=0)


class RetentionSettings(Settings):
    """How long what is stored is kept, in the time of the log; None is for ever."""

    items: DurationMs | None = None
    windows: DurationMs | None = None
    journal: DurationMs | None = None
    dead_letters: DurationMs | None = None
    notices: DurationMs | None = None


class DeadLetterSettings(Settings):
    """Whether dead letters of Kafka topics are published on topics of their own, and what these are called."""

    publish: bool = True
    suffix: str = Field(default=".dead", pattern=r"^[A-Za-z0-9._-]+$", max_length=100)


class MetricsSettings(Settings):
    """Where /metrics and /healthz are served; without a port, nowhere."""

    port: int | None = Field(default=None, ge=0, le=65535)
    address: str = "localhost"
    stale_after: DurationMs = Field(default=60_000, gt=0)


class StoreSettings(Settings):
    """Where results are kept: a SQLAlchemy URL."""

    url: str = "sqlite:///groundswell.db"
    snapshot_every: int = Field(default=200, gt=0)
