"""The life of an alert, close by close, by hand."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.alerts import Alert, Reading, RuleState, alert_id, is_clear, is_met, judge, judge_close
from monitor.config import ConfigError
from monitor.rule_settings import RuleSettings
from monitor.windows import Closed
from tests.monitor.world import MINUTE, config


def rule(**changes: object) -> RuleSettings:
    return RuleSettings.model_validate({"name": "r", "watch": "*", "below": -0.3, "window": "10m", **changes})


def life(settings: RuleSettings, values: Sequence[float]) -> list[str]:
    """The transitions of one alert whose statistic takes these values at minutes 5, 10, 15, ..."""
    alert: Alert | None = None
    transitions = []
    for close, value in enumerate(values, 1):
        now = Reading(value, is_met(settings, value), is_clear(settings, value))
        alert, transition = judge(settings, alert, now, close * 5 * MINUTE)
        transitions.append(transition)
    return transitions


@pytest.mark.parametrize(
    ("changes", "values", "expected"),
    [
        ({}, [0, -0.4, -0.4, 0], ["", "firing", "", "resolved"]),
        ({"for": "10m"}, [-0.4, -0.4, -0.4, 0], ["pending", "", "firing", "resolved"]),
        ({"for": "10m"}, [-0.4, 0, -0.4, -0.4, -0.4], ["pending", "lapsed", "pending", "", "firing"]),
        ({"keep_firing_for": "10m"}, [-0.4, 0, 0, 0], ["firing", "recovering", "", "resolved"]),
        ({"keep_firing_for": "10m"}, [-0.4, 0, -0.4, 0], ["firing", "recovering", "firing", "recovering"]),
        ({"clear": -0.1}, [-0.4, -0.2, -0.05], ["firing", "", "resolved"]),
        (
            {"clear": -0.1, "keep_firing_for": "5m"},
            [-0.4, 0, -0.2, 0],
            ["firing", "recovering", "firing", "recovering"],
        ),
        ({"below": None, "above": 5, "statistic": "items"}, [5, 6, 5], ["", "firing", "resolved"]),
        ({}, [-0.3, -0.30001], ["", "firing"]),
    ],
)
def test_the_life_cycle(changes: dict[str, object], values: list[float], expected: list[str]) -> None:
    assert life(rule(**changes), values) == expected


@settings(max_examples=200, deadline=None)
@given(
    st.lists(st.sampled_from([-0.5, -0.2, 0.0]), max_size=40),
    st.sampled_from(["0s", "5m", "15m"]),
    st.sampled_from(["0s", "5m", "15m"]),
    st.sampled_from([None, -0.1]),
)
def test_no_transition_is_out_of_order(values: list[float], for_: str, keep: str, clear: float | None) -> None:
    allowed = {
        "": {"pending", "firing"},
        "pending": {"firing", "lapsed"},
        "firing": {"recovering", "resolved"},
        "recovering": {"firing", "resolved"},
        "lapsed": {"pending"},
        "resolved": {"pending", "firing"},
    }
    last = ""
    settings_ = rule(clear=clear, keep_firing_for=keep, **{"for": for_})
    for transition in filter(None, life(settings_, values)):
        assert transition in allowed[last]
        last = transition


def closed(minute: int, rows: dict[int, tuple[int, int]]) -> Closed:
    """The windows that end at a minute: key id -> (stories, polarity sum in millionths)."""
    sums = np.array([(n, n, 0, 0, 0, total, 0) for n, total in rows.values()], np.int64).reshape(-1, 7)
    return Closed(minute * MINUTE, 10 * MINUTE, np.array(list(rows), np.int64), sums)


def test_only_watched_keys_with_enough_stories_are_judged() -> None:
    state = RuleState(rule(watch="topic:*", min_stories=2))
    keys = ["all", "topic:a", "topic:b"]
    window = closed(10, {0: (5, -4_000_000), 1: (1, -900_000), 2: (2, -1_800_000)})
    (event,) = judge_close(state, window, keys, judge_silence=True)
    assert (event.key, event.transition, event.value, event.time_ms) == ("topic:b", "firing", -0.9, 10 * MINUTE)
    assert event.alert_id == alert_id(state.rule.version, "topic:b", 10 * MINUTE)


def test_too_few_stories_hold_the_state_until_no_data_after() -> None:
    state = RuleState(rule(min_stories=2, no_data_after="10m"))
    judge_close(state, closed(5, {0: (2, -1_800_000)}), ["all"], judge_silence=True)
    assert judge_close(state, closed(10, {0: (1, 900_000)}), ["all"], judge_silence=True) == []
    assert judge_close(state, closed(15, {}), ["all"], judge_silence=False) == []
    (event,) = judge_close(state, closed(15, {}), ["all"], judge_silence=True)
    assert (event.transition, event.reason, event.value) == ("resolved", "no_data", -0.9)
    assert state.open == {}


def test_the_id_depends_on_what_the_rule_decides_and_on_nothing_else() -> None:
    assert rule().version == rule(severity="critical", channels=("desk",)).version
    assert rule().version != rule(below=-0.31).version
    assert rule().version != rule(**{"for": "5m"}).version


def test_clear_is_on_the_calm_side() -> None:
    assert is_clear(rule(clear=-0.1), -0.1) and not is_clear(rule(clear=-0.1), -0.11)
    high = rule(below=None, above=0.5, clear=0.2)
    assert is_clear(high, 0.2) and not is_clear(high, 0.21)


@pytest.mark.parametrize(
    ("bad", "says"),
    [
        ({"below": None}, "exactly one"),
        ({"above": 0.5}, "exactly one"),
        ({"clear": -0.9}, "calm side"),
        ({"window": "3h"}, "not among the sizes"),
        ({"channels": ["nowhere"]}, "no channel is named nowhere"),
        ({"for": "soon"}, "not a duration"),
        ({"colour": "red"}, "rule.0.colour"),
    ],
)
def test_a_rule_that_cannot_work_is_refused_by_name(bad: dict[str, object], says: str) -> None:
    with pytest.raises(ConfigError, match=says):
        config(rule=[{"name": "r", "watch": "*", "below": -0.3, "window": "10m", **bad}])
