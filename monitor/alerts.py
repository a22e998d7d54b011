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
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from monitor.rule_settings import RuleSettings
from monitor.surge import Surge
from monitor.watches import key_pattern
from monitor.windows import ITEMS, NEGATIVE, NEUTRAL, POLARITY, POSITIVE, STORIES, Closed, Ids, Pane, Sums
from streams.records import MILLION, AlertEvent

MEANS = {"polarity": POLARITY, "negative": NEGATIVE, "neutral": NEUTRAL, "positive": POSITIVE}
COUNTS = {"items": ITEMS, "stories": STORIES}
LAPSED, RESOLVED = "lapsed", "resolved"
REMOVED = "rule_removed"  # the reason where new settings close an alert, at the watermark of the batch before


@dataclass(frozen=True, slots=True)
class Alert:
    """One open alert.

    Attributes:
        state: pending, firing or recovering.
        started_ms: the end of the first window for which the condition held.
        since_ms: when this state began.
        data_ms: the last close that could be judged.
        value: the statistic at that close.
    """

    state: str
    started_ms: int
    since_ms: int
    data_ms: int
    value: float


class Reading(NamedTuple):
    """What a close says to an alert: the statistic, whether the condition holds, whether it may recover."""

    value: float
    met: bool
    clear: bool


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


def judge(rule: RuleSettings, alert: Alert | None, now: Reading, time_ms: int) -> tuple[Alert | None, str]:
    """Move one alert by one close that can be judged: (what is open after, the transition or '')."""
    if alert is None:
        if not now.met:
            return None, ""
        state = "pending" if rule.for_ else "firing"
        return Alert(state, time_ms, time_ms, time_ms, now.value), state
    alert = replace(alert, data_ms=time_ms, value=now.value)
    if alert.state == "pending":
        return _judge_pending(rule, alert, now, time_ms)
    return _judge_firing(rule, alert, now, time_ms)


def _judge_pending(rule: RuleSettings, alert: Alert, now: Reading, time_ms: int) -> tuple[Alert | None, str]:
    if not now.met:
        return None, LAPSED
    if time_ms - alert.started_ms >= rule.for_:
        return replace(alert, state="firing", since_ms=time_ms), "firing"
    return alert, ""


def _judge_firing(rule: RuleSettings, alert: Alert, now: Reading, time_ms: int) -> tuple[Alert | None, str]:
    if not now.clear:
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
    """One rule: which of the keys seen so far it watches (`watched [n]`), its open alerts by key id, its detectors."""

    rule: RuleSettings
    open: dict[int, Alert] = field(default_factory=dict)
    surge: Surge = field(default_factory=Surge)
    watched: NDArray[np.bool_] = field(default_factory=lambda: np.zeros(0, np.bool_))

    def learn_keys(self, keys: Sequence[str]) -> None:
        """Match the keys that are new since the last call."""
        if len(keys) > len(self.watched):
            pattern = key_pattern(self.rule.watch)
            fresh = [pattern.fullmatch(key) is not None for key in keys[len(self.watched) :]]
            self.watched = np.append(self.watched, np.array(fresh, np.bool_))


def judge_close(state: RuleState, closed: Closed, keys: Sequence[str], judge_silence: bool) -> list[AlertEvent]:
    """Move a threshold rule by the windows of its size that closed; only keys that are met or open are looked at.

    A window with fewer than `min_stories` holds the alert as it is. With `judge_silence`, one that could not be
    judged for `no_data_after` is resolved with that reason (or lapses, where it was pending).
    """
    rule = state.rule
    state.learn_keys(keys)
    values = statistic(rule, closed.sums)
    met = values > rule.bound if rule.is_above else values < rule.bound
    enough = closed.sums[:, STORIES] >= rule.min_stories
    rows = enough & state.watched[closed.ids] & (met | np.isin(closed.ids, list(state.open)))
    readings: list[tuple[int, Reading]] = []
    for row in np.flatnonzero(rows):
        value = float(values[row])
        readings.append((int(closed.ids[row]), Reading(value, is_met(rule, value), is_clear(rule, value))))
    events = _move(state, readings, keys, closed.end_ms)
    if judge_silence:
        silent = [i for i, alert in state.open.items() if closed.end_ms - alert.data_ms >= rule.no_data_after]
        events += [_give_up(state, i, keys[i], closed.end_ms, "no_data") for i in silent]
    return events


def judge_surge(
    state: RuleState, pane: Pane, hop_ms: int, keys: Sequence[str], judge_silence: bool
) -> list[AlertEvent]:
    """Move a surge rule by the pane that closed.

    A pane without an alarm counts as clear for an open alert; one without a story too, but only with `judge_silence`.
    """
    state.learn_keys(keys)
    level = state.surge.close(state.rule, pane, state.watched, hop_ms)
    spoke = dict(zip(level.ids.tolist(), zip(level.negative.tolist(), level.alarm.tolist(), strict=True), strict=True))
    ids = set(level.ids[level.alarm].tolist()).union(
        key_id for key_id in state.open if judge_silence or key_id in spoke
    )
    readings: list[tuple[int, Reading]] = []
    for key_id in sorted(ids):
        value, alarm = spoke[key_id] if key_id in spoke else (state.open[key_id].value, False)
        readings.append((key_id, Reading(value, alarm, not alarm)))
    return _move(state, readings, keys, (pane.number + 1) * hop_ms)


def _move(
    state: RuleState, readings: Sequence[tuple[int, Reading]], keys: Sequence[str], time_ms: int
) -> list[AlertEvent]:
    """Move the alerts of some keys by one close."""
    events: list[AlertEvent] = []
    for key_id, now in readings:
        before = state.open.get(key_id)
        after, transition = judge(state.rule, before, now, time_ms)
        if after is None:
            state.open.pop(key_id, None)
        else:
            state.open[key_id] = after
        moved = after or before
        if transition and moved is not None:
            events.append(_event(state.rule, keys[key_id], replace(moved, value=now.value), transition, time_ms))
    return events


def remove_keys(state: RuleState, ids: Ids, keys: Sequence[str], time_ms: int) -> list[AlertEvent]:
    """Close what a rule had open for some keys `[n]`, and forget what it learnt of them."""
    state.surge.drop(ids)
    gone: list[int] = [key_id for key_id in ids.tolist() if key_id in state.open]
    return [_give_up(state, key_id, keys[key_id], time_ms, REMOVED) for key_id in gone]


def remove_rule(state: RuleState, keys: Sequence[str], time_ms: int) -> list[AlertEvent]:
    """Close what a rule that left the settings had open."""
    return [_give_up(state, key_id, keys[key_id], time_ms, REMOVED) for key_id in list(state.open)]


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
