"""The watermark and idleness, tick by tick, by hand."""

from __future__ import annotations

import pytest

from monitor.journal import BEFORE_TIME_MS
from monitor.settings import POLL_MS
from monitor.watermark import (
    IdleClock,
    Watermark,
    advance,
    ahead_partitions,
    idle_partitions,
    observe,
    watch_idle,
)

NONE: frozenset[str] = frozenset()


def test_the_slowest_active_partition_decides() -> None:
    mark = observe(Watermark(), [("a", 100), ("b", 40), ("a", 90)], tick_ms=1_000)
    assert advance(mark, "ab", NONE, 1_000, 0).time_ms == 40
    assert advance(mark, "ab", NONE, 1_000, 15).time_ms == 25
    assert advance(mark, "ab", frozenset("b"), 1_000, 0).time_ms == 100


def test_it_never_goes_back() -> None:
    mark = advance(observe(Watermark(), [("a", 100)], 1_000), "a", NONE, 1_000, 0)
    assert advance(mark, "ab", NONE, 1_001, 0).time_ms == 100


def test_a_partition_of_which_nothing_was_seen_holds_it() -> None:
    mark = observe(Watermark(), [("a", 100)], 1_000)
    assert advance(mark, "ab", NONE, 1_000, 0).time_ms == BEFORE_TIME_MS


def test_a_clock_that_runs_ahead_counts_with_the_tick() -> None:
    mark = observe(Watermark(), [("a", 9_999_999)], tick_ms=500)
    assert advance(mark, "a", NONE, 500, 0).time_ms == 500


def test_when_all_are_idle_it_takes_the_greatest_and_walks_with_the_ticks() -> None:
    mark = advance(observe(Watermark(), [("a", 100), ("b", 40)], 1_000), "ab", NONE, 1_000, 10)
    assert mark.time_ms == 30
    all_idle = frozenset("ab")
    times = []
    for tick_ms in (2_000, 2_500, 2_600):
        mark = advance(mark, "ab", all_idle, tick_ms, 10)
        times.append(mark.time_ms)
    assert times == [90, 590, 690]
    mark = advance(mark, "ab", frozenset("a"), 2_700, 10)
    assert mark.time_ms == 690
    assert advance(mark, "ab", all_idle, 9_000, 10).time_ms == 690, "the time while one was active is not walked"


def test_all_idle_before_anything_was_seen_stays_before_time() -> None:
    mark = advance(Watermark(), "a", frozenset("a"), 5, 0)
    assert advance(mark, "a", frozenset("a"), 10, 0).time_ms == BEFORE_TIME_MS


def test_idle_takes_an_unbroken_run_of_answers() -> None:
    clock = watch_idle(IdleClock(), frozenset("ab"), 0)
    clock = watch_idle(clock, frozenset("a"), 500)
    clock = watch_idle(clock, frozenset("ab"), 1_000)
    assert idle_partitions(clock, 1_000, 1_000) == frozenset("a")
    assert idle_partitions(clock, 1_999, 1_000) == frozenset("a")
    assert idle_partitions(clock, 2_000, 1_000) == frozenset("ab")


@pytest.mark.parametrize(("idle_after_ms", "walked_ms"), [(0, 3_600_000 - 1_500), (POLL_MS, 0)])
def test_why_nothing_may_be_idle_at_a_first_look(idle_after_ms: int, walked_ms: int) -> None:
    """What was written in an hour without an answer is still to be read when the answers come again."""
    clock, mark = IdleClock(), observe(Watermark(), [("a", 100)], 1_000)
    for tick_ms in (1_000, 1_250, 1_500):
        clock = watch_idle(clock, frozenset("a"), tick_ms)
        mark = advance(mark, "a", idle_partitions(clock, tick_ms, idle_after_ms), tick_ms, 0)
    clock = watch_idle(watch_idle(clock, NONE, 1_750), frozenset("a"), 3_600_000)
    again = advance(mark, "a", idle_partitions(clock, 3_600_000, idle_after_ms), 3_600_000, 0)
    assert again.time_ms - mark.time_ms == walked_ms


def test_one_that_runs_ahead_is_paused() -> None:
    mark = advance(observe(Watermark(), [("a", 5_000), ("b", 1_000)], 9_000), "ab", NONE, 9_000, 0)
    assert ahead_partitions(mark, "ab", 1_000, 3_999) == frozenset("a")
    assert ahead_partitions(mark, "ab", 1_000, 4_000) == NONE


def test_before_there_is_a_watermark_the_oldest_item_that_waits_stands_for_it() -> None:
    mark = observe(Watermark(), [("a", 1_000), ("a", 5_000)], 9_000)
    assert ahead_partitions(mark, "ab", 1_000, 3_999) == frozenset("a")
    assert ahead_partitions(mark, "ab", 1_000, 4_000) == NONE
    assert ahead_partitions(Watermark(), "ab", None, 0) == NONE
