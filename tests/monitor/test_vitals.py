"""When a run is well: while batches advance, while the feed is idle, while another runner has the store."""

from __future__ import annotations

import pytest

from monitor.vitals import STANDBY, Vitals


class Clock:
    def __init__(self) -> None:
        self.now_s = 1_000.0

    def __call__(self) -> float:
        return self.now_s


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def vitals(clock: Clock) -> Vitals:
    return Vitals(60.0, clock)


def test_not_well_before_the_first_batch(vitals: Vitals, clock: Clock) -> None:
    vitals.now("restoring")
    clock.now_s += 7
    assert vitals.complaint() == "restoring for 7 s, no batch was finished yet"
    vitals.finished()
    assert vitals.complaint() == ""


def test_idle_polls_keep_it_well_and_a_batch_that_hangs_does_not(vitals: Vitals, clock: Clock) -> None:
    for _ in range(100):
        clock.now_s += 50
        vitals.finished()
        assert vitals.complaint() == ""
    clock.now_s += 10
    vitals.now("scoring")
    clock.now_s += 51
    assert vitals.complaint() == "no batch was finished for 61 s: scoring for 51 s"


def test_a_broker_that_does_not_answer_is_a_complaint_after_a_while(vitals: Vitals, clock: Clock) -> None:
    for _ in range(7):
        vitals.silent({"news/1", "news/0"})
        vitals.finished()
        clock.now_s += 10
    assert vitals.complaint() == "no answer for 70 s from the leaders of news/0, news/1"
    vitals.silent(())
    assert vitals.complaint() == ""


def test_a_standby_is_well(vitals: Vitals, clock: Clock) -> None:
    vitals.now(STANDBY)
    clock.now_s += 10_000
    assert vitals.complaint() == "" and vitals.doing == STANDBY
