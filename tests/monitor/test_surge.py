"""The surge detector: against plain Python, by simulation, and through the fold."""

from __future__ import annotations

import math
import random
from datetime import UTC, datetime

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor import snapshot
from monitor.config import ConfigError
from monitor.fold import new_state, step
from monitor.journal import KeyedItem
from monitor.rule_settings import RuleSettings
from monitor.surge import GRID, HALF_BELIEVED, SLOTS, Surge, baseline, slot_of
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
        self.season: dict[int, tuple[float, float]] = {}
        self.first_ms: int | None = None

    def close(self, number: int, stories: int, negative_sum: int, spoken: int) -> bool:
        """`spoken`: the stories of all watches in the pane, each watch's up to the full weight."""
        end_ms = (number + 1) * HOP_MS
        start = datetime.fromtimestamp(number * HOP_MS // 1000, UTC)
        slot = start.hour + (24 if start.weekday() >= 5 else 0)
        slot_weights, slot_negatives = self.season.get(slot, (0.0, 0.0))
        usual = self.negatives / max(self.weights, 1e-9)
        departs = (slot_negatives - slot_weights * usual) / (slot_weights + HALF_BELIEVED)
        self.first_ms = end_ms if self.first_ms is None else self.first_ms
        y, w = negative_sum / (MILLION * stories), min(1.0, stories / self.rule.stories_for_full_weight)
        seen = self.weights + 1.0
        mean = (self.negatives + 1.0) / seen
        m0 = min(1.0, mean + math.sqrt(mean * (1.0 - mean) / seen) + departs + self.rule.effect)
        full = self.rule.stories_for_full_weight
        s = w if self.rule.budget_per == "watch" else min(stories, full) / max(full, spoken)
        young = end_ms - self.first_ms < self.rule.min_history
        self.m = [m * (1.0 + f * (w * (y - m0) / m0)) + s for f, m in zip(GRID, self.m, strict=True)]
        total = 0.0
        for m in self.m:
            total += m
        alarm = total / len(GRID) >= self.rule.caution * (self.rule.budget / HOP_MS)
        if alarm or young:
            self.m = [0.0] * len(GRID)
        kept = 1.0 - w / (self.rule.memory / HOP_MS)
        self.weights, self.negatives = self.weights * kept + w, self.negatives * kept + w * y
        kept = 1.0 - w / max(1.0, self.rule.memory / HOP_MS / SLOTS)
        self.season[slot] = slot_weights * kept + w, slot_negatives * kept + w * y
        return alarm and not young

    def is_grown(self, number: int) -> bool:
        """Whether it has its `min_history` at the end of this pane."""
        end_ms = (number + 1) * HOP_MS
        return end_ms - (end_ms if self.first_ms is None else self.first_ms) >= self.rule.min_history


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 100_000))
def test_against_plain_python_to_the_bit(seed: int) -> None:
    rng = random.Random(seed)
    own = rule(
        memory=rng.choice(["5m", "2h", "30d"]),
        effect=rng.choice([0.0, 0.05]),
        caution=rng.choice([1.0, 1.7]),
        budget_per=rng.choice(["watch", "rule"]),
        min_history="0s" if rng.random() < 0.5 else "30m",
    )
    first = rng.randrange(0, 2016)
    surge, plain = Surge(), [PlainSurge(own) for _ in range(4)]
    watched = np.array([True, True, True, False])
    for number in range(first, first + 80):
        level = 0.2 if number < first + 40 else 0.9
        rows = {
            key_id: (n := rng.randrange(0, 8), sum(round(MILLION * level * rng.random()) for _ in range(n)))
            for key_id in range(4)
            if rng.random() < 0.8
        }
        said = surge.close(own, pane(number, rows), watched, HOP_MS)
        grown = [key_id for key_id in rows if plain[key_id].is_grown(number)]
        spoken = sum(min(rows[key_id][0], own.stories_for_full_weight) for key_id in grown if watched[key_id])
        expected = {
            key_id: plain[key_id].close(number, *row, spoken)
            for key_id, row in rows.items()
            if row[0] and watched[key_id]
        }
        assert dict(zip(said.ids.tolist(), said.alarm.tolist(), strict=True)) == expected
    for key_id, first_ms, row, season in surge.rows():
        own_state = plain[key_id]
        assert (first_ms, row) == (own_state.first_ms, [*own_state.m, own_state.weights, own_state.negatives])
        assert {slot: (weight, negative) for slot, weight, negative in season} == own_state.season
    assert len(list(surge.rows())) == 3


def worst_case_alarms(own: RuleSettings, keys: int, panes: int, rng: np.random.Generator) -> np.ndarray:
    """Panes whose mean is m0 exactly, the worst that the condition allows -> the alarms of each key."""
    surge, watched = Surge(), np.ones(keys, np.bool_)
    surge._grow(keys)  # pyright: ignore[reportPrivateUsage]
    alarms = np.zeros(keys)
    for number in range(panes):
        stories = rng.integers(0, 9, keys)
        m0 = baseline(surge.table[:keys], surge.season[slot_of(number * HOP_MS), :keys], own.effect)
        negative = (rng.random(keys) < m0) * stories * MILLION
        sums = np.zeros((keys, len(FIELDS)), np.int64)
        sums[:, STORIES], sums[:, NEGATIVE] = stories, negative
        level = surge.close(own, Pane(number, np.arange(keys), sums), watched, HOP_MS)
        alarms[level.ids] += level.alarm
    return alarms


@pytest.mark.parametrize("seed", [1, 2])
def test_false_alarms_stay_within_the_budget(seed: int) -> None:
    """At most t / budget alarms of each watch are expected."""
    keys, panes = 3_000, 240
    own = rule(budget="1h", min_history="0s", memory="1d")
    alarms = worst_case_alarms(own, keys, panes, np.random.default_rng(seed))
    budgeted = panes * HOP_MS / own.budget
    error = alarms.std() / math.sqrt(keys)
    assert budgeted * 0.2 < alarms.mean() <= budgeted + 3 * error


def test_watches_that_share_a_budget_stay_within_it_together() -> None:
    """At most t / budget alarms of all watches are expected, where a budget for each would let twenty times as many."""
    rng = np.random.default_rng(1)
    desks, keys, panes = 100, 20, 240
    own = rule(budget="1h", budget_per="rule", min_history="0s", memory="1d")
    alarms = np.array([worst_case_alarms(own, keys, panes, rng).sum() for _ in range(desks)])
    budgeted = panes * HOP_MS / own.budget
    error = alarms.std() / math.sqrt(desks)
    assert budgeted * 0.2 < alarms.mean() <= budgeted + 3 * error


SEASON_HOP_MS = 15 * MINUTE
DAY_PANES = 24 * HOUR // SEASON_HOP_MS


def months_with_a_season(own: RuleSettings, days: int, worse_from_day: float, keys: int = 100) -> tuple[float, float]:
    """Bad news at noon of each working day -> (false alarms per watch and 30 days, median delay of the truth in hours).

    p(negative) is .15, and .55 from 12 to 16 UTC; .2 more from some day on. Eight stories an hour in the daytime of
    working days, else less than two, for each watch.
    """
    rng = np.random.default_rng(0)
    surge, watched, worse_from = Surge(), np.ones(keys, np.bool_), round(worse_from_day * DAY_PANES)
    false, found = 0, np.full(keys, days * DAY_PANES)
    for number in range(days * DAY_PANES):
        hour, working = number % DAY_PANES * 24 // DAY_PANES, number // DAY_PANES % 7 not in (2, 3)
        chance = 0.15 + 0.4 * (working and 12 <= hour < 16) + 0.2 * (number >= worse_from)
        sums = np.zeros((keys, len(FIELDS)), np.int64)
        sums[:, STORIES] = rng.poisson(8.0 if working and 7 <= hour < 19 else 1.6, keys)
        sums[:, NEGATIVE] = rng.binomial(sums[:, STORIES], chance) * MILLION
        level = surge.close(own, Pane(number, np.arange(keys), sums), watched, SEASON_HOP_MS)
        if number < worse_from:
            false += int(level.alarm.sum())
        else:
            hit = level.ids[level.alarm]
            found[hit] = np.minimum(found[hit], number)
    delay_hours = float(np.median(found - worse_from)) * SEASON_HOP_MS / HOUR
    return false / keys / (worse_from_day / 30), delay_hours


def test_a_season_is_learned_and_what_leaves_it_is_found() -> None:
    own = rule(window="1h", budget="30d", min_history="7d")
    false_alarms, delay_hours = months_with_a_season(own, days=64, worse_from_day=60.375)
    assert false_alarms <= 1.0, "the budget: one per watch and 30 days"
    assert delay_hours <= 12, "a rise of .2 is found within a working day"


def test_without_the_season_in_the_baseline_the_budget_would_not_hold(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("monitor.surge.HALF_BELIEVED", 1e18)
    false_alarms, _ = months_with_a_season(rule(window="1h", budget="30d", min_history="7d"), 60, 60)
    assert false_alarms > 3.0


@pytest.mark.parametrize(
    ("when", "slot"),
    [("1970-01-01T00:00", 0), ("2024-03-01T23:59", 23), ("2024-03-02T00:00", 24), ("2024-03-03T13:05", 37)],
)
def test_a_slot_is_an_hour_of_a_working_day_or_of_the_weekend(when: str, slot: int) -> None:
    assert slot_of(int(datetime.fromisoformat(when).replace(tzinfo=UTC).timestamp() * 1000)) == slot


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


@pytest.mark.parametrize("budget_per", ["watch", "rule"])
def test_batches_and_a_snapshot_change_nothing(budget_per: str) -> None:
    items = [item(t, p, keys=k) for t, p, k in _two_keys()]
    settings_ = config(rule=[{**RULE, "budget_per": budget_per}])
    whole = fold(new_state(settings_), [items]).events
    state = new_state(settings_)
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
