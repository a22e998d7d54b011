"""`[[rule]]`: a condition on the windows of the keys that it watches, and the settings of its detector."""

from __future__ import annotations

import hashlib
import json
from typing import Any, Literal

from pydantic import ConfigDict, Field, model_validator

from monitor.durations import UNITS_MS, DurationMs
from monitor.settings import Name, Settings

THRESHOLD_ONLY = frozenset({"above", "below", "clear", "min_stories", "for_", "no_data_after"})
SURGE_ONLY = frozenset(
    {"budget", "budget_per", "min_history", "memory", "effect", "stories_for_full_weight", "caution"}
)


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
    budget_per: Literal["watch", "rule"] = "watch"
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
