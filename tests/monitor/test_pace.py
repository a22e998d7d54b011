"""Batches are small when quiet and big under a backlog, and garbage is looked for seldom while a run lasts."""

from __future__ import annotations

import gc

from monitor.pace import LEAST_FULL, SELDOM, Pace, collecting_seldom


def settled(seconds_each: float, most: int = 4_096, overhead: float = 0.0) -> int:
    pace = Pace(most)
    for _ in range(20):
        pace.took(pace.limit, overhead + pace.limit * seconds_each)
    return pace.limit


def test_under_a_backlog_a_batch_grows_to_what_takes_three_seconds() -> None:
    assert settled(0.001) == 3_000
    assert settled(0.0001) == 4_096


def test_where_every_batch_is_slow_it_does_not_shrink_until_only_the_fixed_cost_is_left() -> None:
    assert settled(0.1) == LEAST_FULL
    assert settled(0.0001, overhead=3.0) == LEAST_FULL
    pace = Pace(4_096, 2_000)
    pace.took(2_000, 6.0)
    assert pace.limit == 1_000


def test_a_batch_that_was_not_full_changes_nothing() -> None:
    pace = Pace(4_096)
    pace.took(LEAST_FULL - 1, 60.0)
    pace.took(0, 0.0)
    assert pace.limit == LEAST_FULL


def test_the_setting_is_never_exceeded() -> None:
    assert Pace(7).limit == 7
    assert settled(0.0, most=7) == 7


def test_the_collector_gets_its_thresholds_back() -> None:
    before = gc.get_threshold()
    with collecting_seldom():
        assert gc.get_threshold() == SELDOM
    assert gc.get_threshold() == before
