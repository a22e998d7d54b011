"""The surge detector: against plain Python, by simulation, and through the fold."""

from __future__ import annotations

import math
import random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor import snapshot
from monitor.config import ConfigError
from monitor.fold import new_state, step
from monitor.journal import KeyedItem
from monitor.rule_settings import RuleSettings
from monitor.surge import GRID, Surge, baseline
from monitor.windows import FIELDS, NEGATIVE, STORIES, Pane
from streams.records import MILLION
from tests.monitor.world import HOUR, MINUTE, config, entry, fold, item

HOP_MS = 5 * MINUTE
RULE = {"name": "s", "watch": "*", "detector": "surge", "window": "10m", "budget": "2h", "min_history": "30m"}


def rule(**changes: object) -> RuleSettings:
    return RuleSettings.model_validate({**RULE, **changes})


def pane(number: int, rows: dict[int, tuple[int, int]]) -> Pane:
    """A pane of `key id -> (stories, negative sum in millionths)`."""
    sums = np.zeros((len(rows), len(FIELDS)), np.int64)
    sums[:, [STORIES, NEGATIVE]] = np.array(list(rows.values()), np.int64).reshape(-1, 2)
    return Pane(number, np.array(list(rows), np.int64), sums)


class PlainSurge:
    """The detector of one key, one number at a time."""

    def __init__(self, settings: RuleSettings) -> None:
        self.rule = settings
        self.m = [0.0] * len(GRID)
        self.weights = self.negatives = 0.0
        self.first_ms: int | None = None

    def close(self, number: int, stories: int, negative_sum: int) -> bool:
        end_ms = (number + 1) * HOP_MS
        self.first_ms = end_ms if self.first_ms is None else self.first_ms
        y, w = negative_sum / (MILLION * stories), min(1.0, stories / self.rule.stories_for_full_weight)
        seen = self.weights + 1.0
        mean = (self.negatives + 1.0) / seen
        m0 = min(1.0, mean + math.sqrt(mean * (1.0 - mean) / seen) + self.rule.effect)
        self.m = [m * (1.0 + f * (w * (y - m0) / m0)) + w for f, m in zip(GRID, self.m, strict=True)]
        total = 0.0
        for m in self.m:
            total += m
        alarm = total / len(GRID) >= self.rule.caution * (self.rule.budget / HOP_MS)
        young = end_ms - self.first_ms < self.rule.min_history
        if alarm or young:
            self.m = [0.0] * len(GRID)
        kept = 1.0 - w / (self.rule.memory / HOP_MS)
        self.weights, self.negatives = self.weights * kept + w, self.negatives * kept + w * y
        return alarm and not young


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 100_000))
def test_against_plain_python_to_the_bit(seed: int) -> None:
    rng = random.Random(seed)
    own = rule(memory=rng.choice(["5m", "2h", "30d"]), effect=rng.choice([0.0, 0.05]), caution=rng.choice([1.0, 1.7]))
    surge, plain = Surge(), [PlainSurge(own) for _ in range(4)]
    watched = np.array([True, True, True, False])
    for number in range(0, 80):
        level = 0.2 if number < 40 else 0.9
        rows = {
            key_id: (n := rng.randrange(0, 8), sum(round(MILLION * level * rng.random()) for _ in range(n)))
            for key_id in range(4)
            if rng.random() < 0.8
        }
        said = surge.close(own, pane(number, rows), watched, HOP_MS)
        expected = {
            key_id: plain[key_id].close(number, *row) for key_id, row in rows.items() if row[0] and watched[key_id]
        }
        assert dict(zip(said.ids.tolist(), said.alarm.tolist(), strict=True)) == expected
    for key_id, first_ms, row in surge.rows():
        own_state = plain[key_id]
        assert (first_ms, row) == (own_state.first_ms, [*own_state.m, own_state.weights, own_state.negatives])
    assert len(list(surge.rows())) == 3


@pytest.mark.parametrize("seed", [1, 2])
def test_false_alarms_stay_within_the_budget(seed: int) -> None:
    """Panes whose mean is m0 exactly, the worst that the condition allows: at most t / budget alarms are expected."""
    rng = np.random.default_rng(seed)
    keys, panes = 3_000, 240
    own = rule(budget="1h", min_history="0s", memory="1d")
    surge, watched = Surge(), np.ones(keys, np.bool_)
    surge._grow(keys)  # pyright: ignore[reportPrivateUsage]
    alarms = np.zeros(keys)
    for number in range(panes):
        stories = rng.integers(0, 9, keys)
        m0 = baseline(surge.table[:keys], own.effect)
        negative = (rng.random(keys) < m0) * stories * MILLION
        sums = np.zeros((keys, len(FIELDS)), np.int64)
        sums[:, STORIES], sums[:, NEGATIVE] = stories, negative
        level = surge.close(own, Pane(number, np.arange(keys), sums), watched, HOP_MS)
        alarms[level.ids] += level.alarm
    budgeted = panes * HOP_MS / own.budget
    error = alarms.std() / math.sqrt(keys)
    assert budgeted * 0.2 < alarms.mean() <= budgeted + 3 * error


def news(until_ms: int, bad_from_ms: int, every_ms: int = MINUTE) -> list[KeyedItem]:
    """A headline a minute, calm, and bad from some time on."""
    rng = random.Random(0)
    times = range(0, until_ms, every_ms)
    return [item(t, -0.8 if t >= bad_from_ms else rng.choice([-0.2, 0.0, 0.2])) for t in times]


def test_a_surge_fires_once_and_resolves_an_hour_after_its_last_crossing() -> None:
    calm_again = [item(t, 0.1) for t in range(10 * HOUR, 14 * HOUR, MINUTE)]
    effects = fold(new_state(config(rule=[RULE])), [[*news(10 * HOUR, 8 * HOUR), *calm_again]])
    assert [event.transition for event in effects.events if event.transition in ("pending", "lapsed")] == []
    fired, *later = effects.events
    assert (fired.transition, fired.key) == ("firing", "all")
    assert 8 * HOUR < fired.time_ms <= 9 * HOUR and fired.value > 0.7
    assert len({event.alert_id for event in effects.events}) == 1, "a crossing while it is open extends it"
    assert later[-1].transition == "resolved"
    recovering = [event.time_ms for event in later if event.transition == "recovering"]
    assert later[-1].time_ms - recovering[-1] == HOUR


def test_no_alarm_in_quiet_times_nor_before_there_is_a_history() -> None:
    quiet = news(30 * HOUR, 100 * HOUR)
    assert fold(new_state(config(rule=[{**RULE, "budget": "2d"}])), [quiet]).events == []
    bad_at_once = news(6 * HOUR, 3 * HOUR)
    assert fold(new_state(config(rule=[{**RULE, "min_history": "6h"}])), [bad_at_once]).events == []
    assert fold(new_state(config(rule=[RULE])), [bad_at_once]).events


def test_silence_lets_an_open_surge_resolve_but_not_at_the_end_of_a_feed() -> None:
    items = news(4 * HOUR, 3 * HOUR)
    ended = fold(new_state(config(rule=[RULE])), [items])
    assert "resolved" not in {event.transition for event in ended.events if event.time_ms > 4 * HOUR}
    went_on = fold(new_state(config(rule=[RULE])), [items, [item(9 * HOUR)]])
    assert went_on.events[-1].transition == "resolved" and went_on.events[-1].time_ms < 6 * HOUR


def test_batches_and_a_snapshot_change_nothing() -> None:
    items = [item(t, p, keys=k) for t, p, k in _two_keys()]
    whole = fold(new_state(config(rule=[RULE])), [items]).events
    state = new_state(config(rule=[RULE]))
    pieces = []
    for seq, first in enumerate(range(0, len(items), 37), 1):
        last = first + 37 >= len(items)
        pieces += step(state, entry(seq, ended=last), items[first : first + 37]).events
        again = snapshot.load(snapshot.dump(state))
        assert snapshot.state_hash(again) == snapshot.state_hash(state)
        state = again
    assert pieces == whole and whole


def _two_keys() -> list[tuple[int, float, tuple[str, ...]]]:
    rng = random.Random(4)
    return [
        (t, -0.7 if 5 * HOUR < t < 6 * HOUR else 0.1, rng.choice([("all",), ("all", "topic:x")]))
        for t in range(0, 8 * HOUR, MINUTE)
    ]


@pytest.mark.parametrize(
    ("bad", "says"),
    [
        ({"above": 0.5}, "does not read above"),
        ({"for": "5m", "min_stories": 2}, "does not read for, min_stories"),
        ({"statistic": "polarity"}, "does not read statistic"),
        ({"budget": "1m"}, "at least hop"),
        ({"caution": 0.5}, "greater than or equal to 1"),
        ({"detector": "threshold", "below": -0.3}, "does not read budget, min_history"),
        ({"detector": "surges"}, "rule.0.detector"),
    ],
)
def test_a_setting_that_the_detector_does_not_read_is_refused(bad: dict[str, object], says: str) -> None:
    with pytest.raises(ConfigError, match=says):
        config(rule=[{**RULE, **bad}])
