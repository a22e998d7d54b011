"""Batches are small when quiet and big under a backlog, and garbage is looked for seldom while a run lasts."""

from __future__ import annotations

import gc

from monitor.pace import FIRST_BATCH, SELDOM, Pace, collecting_seldom


def settled(seconds_each: float, most: int = 4_096, overhead: float = 0.0) -> int:
    pace = Pace(most)
    for _ in range(20):
        pace.took(pace.limit, overhead + pace.limit * seconds_each)
    return pace.limit


def test_under_a_backlog_a_batch_grows_to_what_takes_a_second() -> None:
    assert settled(0.001) == 1_000
    assert settled(0.0001) == 4_096
    assert settled(0.1) == 10
    assert settled(5.0) == 1


def test_one_slow_batch_halves_the_limit_at_most() -> None:
    pace = Pace(4_096)
    pace.took(FIRST_BATCH, 60.0)
    assert pace.limit == FIRST_BATCH // 2


def test_a_batch_that_was_not_full_changes_nothing() -> None:
    pace = Pace(4_096)
    pace.took(FIRST_BATCH - 1, 60.0)
    pace.took(0, 0.0)
    assert pace.limit == FIRST_BATCH


def test_the_setting_is_never_exceeded() -> None:
    assert Pace(7).limit == 7
    assert settled(0.0, most=7) == 7


def test_the_collector_gets_its_thresholds_back() -> None:
    before = gc.get_threshold()
    with collecting_seldom():
        assert gc.get_threshold() == SELDOM
    assert gc.get_threshold() == before
