"""The rules behind the alerts: how severe they are and what they watch for, from the settings kept in the store.

An older version of the software may have written them, so only what is shown is read, and what is missing is left out.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from dashboard.wording import MINUS, count, signed
from monitor.queries import Reader
from monitor.watches import key_pattern

COUNTS = ("items", "stories")
STATISTICS = {
    "polarity": "mean polarity",
    "negative": "share of negative",
    "neutral": "share of neutral",
    "positive": "share of positive",
}


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule as far as the page shows it; `bound` is None where the settings name none."""

    name: str
    watch: str
    statistic: str
    severity: str
    window_ms: int
    is_above: bool
    bound: float | None
    detector: str = "threshold"

    def number(self, value: float) -> str:
        """A value of the rule's statistic in its own form."""
        if self.statistic in COUNTS:
            return count(round(value))
        return signed(value) if self.statistic == "polarity" else f"{value:.0%}".replace("-", MINUS)

    @property
    def words(self) -> str:
        """The condition: its statistic, side and bound."""
        name = STATISTICS.get(self.statistic, self.statistic)
        if self.detector == "surge":
            return f"{name} above its usual"
        if self.bound is None:
            return name
        return f"{name} {'above' if self.is_above else 'below'} {self.number(self.bound)}"

    def watches(self, key: str) -> bool:
        """Whether the rule looks at a key."""
        return key_pattern(self.watch).fullmatch(key) is not None


def read_rules(reader: Reader, config_version: str) -> dict[str, Rule]:
    """The rules of a version of the settings, by name; none where the store has not kept it."""
    content = reader.settings(config_version)
    found = [parse_rule(rule) for rule in json.loads(content).get("rule", [])] if content else []
    return {rule.name: rule for rule in found}


def parse_rule(rule: Mapping[str, Any]) -> Rule:
    """One `[[rule]]` of the settings, as JSON."""
    above, below = rule.get("above"), rule.get("below")
    return Rule(
        name=rule["name"],
        watch=rule["watch"],
        statistic=rule.get("statistic", "polarity"),
        severity=rule.get("severity", ""),
        window_ms=rule.get("window", 0),
        is_above=above is not None or rule.get("detector") == "surge",
        bound=above if above is not None else below,
        detector=rule.get("detector", "threshold"),
    )
