"""Rules over closed windows and the life of an alert: a pure state machine, moved by the data alone.

    inactive --met--> pending --met for `for`--> firing --clear--> recovering --clear for `keep_firing_for`--> resolved
                      pending --not met--> lapsed           recovering --not clear--> firing

At most one transition a close. The episode starts at the end of the first window for which the condition held, and
`alert_id` hashes the rule's version, the key and that time: the same in every replay. The words are Prometheus'.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from monitor.config import RuleSettings
from monitor.watches import key_pattern
from monitor.windows import ITEMS, NEGATIVE, NEUTRAL, POLARITY, POSITIVE, STORIES, Closed, Sums
from streams.records import MILLION, AlertEvent

MEANS = {"polarity": POLARITY, "negative": NEGATIVE, "neutral": NEUTRAL, "positive": POSITIVE}
COUNTS = {"items": ITEMS, "stories": STORIES}
LAPSED, RESOLVED = "lapsed", "resolved"


@dataclass(frozen=True, slots=True)
class Alert:
    """One open alert.

    Attributes:
        state: pending, firing or recovering.
        started_ms: the end of the first window for which the condition held.
        since_ms: when this state began.
        data_ms: the last close whose window had enough stories to judge.
        value: the statistic at that close.
    """

    state: str
    started_ms: int
    since_ms: int
    data_ms: int
    value: float


def alert_id(rule_version: str, key: str, started_ms: int) -> str:
    """16 hex digits, the same in every replay."""
    return hashlib.sha256(f"{rule_version}\n{key}\n{started_ms}".encode()).hexdigest()[:16]


def statistic(rule: RuleSettings, sums: Sums) -> NDArray[np.float64]:
    """`[n, 7]` sums -> `[n]` values of the rule's statistic; 0 where there is no story."""
    if rule.statistic in COUNTS:
        return sums[:, COUNTS[rule.statistic]].astype(np.float64)
    stories = sums[:, STORIES]
    return sums[:, MEANS[rule.statistic]] / (MILLION * np.maximum(stories, 1))


def is_met(rule: RuleSettings, value: float) -> bool:
    """Whether the condition holds."""
    return value > rule.bound if rule.is_above else value < rule.bound


def is_clear(rule: RuleSettings, value: float) -> bool:
    """Whether a firing alert may recover: past `clear` on the calm side, or just not met where no `clear` is set."""
    if rule.clear is None:
        return not is_met(rule, value)
    return value <= rule.clear if rule.is_above else value >= rule.clear


def judge(rule: RuleSettings, alert: Alert | None, value: float, time_ms: int) -> tuple[Alert | None, str]:
    """Move one alert by one close with enough stories: (what is open after, the transition or '')."""
    if alert is None:
        if not is_met(rule, value):
            return None, ""
        state = "pending" if rule.for_ else "firing"
        return Alert(state, time_ms, time_ms, time_ms, value), state
    alert = replace(alert, data_ms=time_ms, value=value)
    if alert.state == "pending":
        return _judge_pending(rule, alert, time_ms)
    return _judge_firing(rule, alert, time_ms)


def _judge_pending(rule: RuleSettings, alert: Alert, time_ms: int) -> tuple[Alert | None, str]:
    if not is_met(rule, alert.value):
        return None, LAPSED
    if time_ms - alert.started_ms >= rule.for_:
        return replace(alert, state="firing", since_ms=time_ms), "firing"
    return alert, ""


def _judge_firing(rule: RuleSettings, alert: Alert, time_ms: int) -> tuple[Alert | None, str]:
    if not is_clear(rule, alert.value):
        if alert.state == "firing":
            return alert, ""
        return replace(alert, state="firing", since_ms=time_ms), "firing"
    if alert.state == "firing":
        if not rule.keep_firing_for:
            return None, RESOLVED
        return replace(alert, state="recovering", since_ms=time_ms), "recovering"
    if time_ms - alert.since_ms >= rule.keep_firing_for:
        return None, RESOLVED
    return alert, ""


@dataclass(slots=True)
class RuleState:
    """One rule: which of the keys seen so far it watches (`watched [n]`), and its open alerts by key id."""

    rule: RuleSettings
    open: dict[int, Alert] = field(default_factory=dict)
    watched: NDArray[np.bool_] = field(default_factory=lambda: np.zeros(0, np.bool_))

    def learn_keys(self, keys: Sequence[str]) -> None:
        """Match the keys that are new since the last call."""
        if len(keys) > len(self.watched):
            pattern = key_pattern(self.rule.watch)
            fresh = [pattern.fullmatch(key) is not None for key in keys[len(self.watched) :]]
            self.watched = np.append(self.watched, np.array(fresh, np.bool_))


def judge_close(state: RuleState, closed: Closed, keys: Sequence[str], judge_silence: bool) -> list[AlertEvent]:
    """Move a rule by the windows of its size that closed; only keys that are met or open are looked at one by one.

    A window with fewer than `min_stories` holds the alert as it is. With `judge_silence`, one that could not be
    judged for `no_data_after` is resolved with that reason (or lapses, where it was pending).
    """
    rule = state.rule
    state.learn_keys(keys)
    values = statistic(rule, closed.sums)
    met = values > rule.bound if rule.is_above else values < rule.bound
    enough = closed.sums[:, STORIES] >= rule.min_stories
    rows = enough & state.watched[closed.ids] & (met | np.isin(closed.ids, list(state.open)))
    events: list[AlertEvent] = []
    for row in np.flatnonzero(rows):
        key_id, value = int(closed.ids[row]), float(values[row])
        before = state.open.get(key_id)
        after, transition = judge(rule, before, value, closed.end_ms)
        if after is None:
            state.open.pop(key_id, None)
        else:
            state.open[key_id] = after
        moved = after or before
        if transition and moved is not None:
            events.append(_event(rule, keys[key_id], replace(moved, value=value), transition, closed.end_ms))
    if judge_silence:
        silent = {i: a for i, a in state.open.items() if closed.end_ms - a.data_ms >= rule.no_data_after}
        events += [_give_up(state, i, keys[i], closed.end_ms, "no_data") for i in silent]
    return events


def remove_rule(state: RuleState, keys: Sequence[str], time_ms: int) -> list[AlertEvent]:
    """Close what a rule that left the settings had open."""
    return [_give_up(state, key_id, keys[key_id], time_ms, "rule_removed") for key_id in list(state.open)]


def _give_up(state: RuleState, key_id: int, key: str, time_ms: int, reason: str) -> AlertEvent:
    alert = state.open.pop(key_id)
    transition = LAPSED if alert.state == "pending" else RESOLVED
    return _event(state.rule, key, alert, transition, time_ms, reason)


def _event(rule: RuleSettings, key: str, alert: Alert, transition: str, time_ms: int, reason: str = "") -> AlertEvent:
    return AlertEvent(
        alert_id=alert_id(rule.version, key, alert.started_ms),
        rule=rule.name,
        rule_version=rule.version,
        key=key,
        transition=transition,
        time_ms=time_ms,
        started_ms=alert.started_ms,
        window_ms=rule.window,
        value=alert.value,
        reason=reason,
    )
