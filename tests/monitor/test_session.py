"""Who may write, who waits, and what a runner that waits leaves alone."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest

from monitor import session
from monitor.clock import wall_clock_ms
from monitor.engine import LeaseError, StoreBusyError
from monitor.scoring import StubScorer
from monitor.session import become_writer, drive
from monitor.store import Store
from streams.source import NOTHING, Batch
from tests.monitor.feeds import MemorySource, news
from tests.monitor.world import config


@pytest.fixture
def open_store(tmp_path: Path) -> Iterator[Callable[[], Store]]:
    opened: list[Store] = []

    def open_one() -> Store:
        opened.append(Store.open(f"sqlite:///{tmp_path}/news.db"))
        return opened[-1]

    yield open_one
    for store in opened:
        store.close()


@pytest.fixture
def taken(open_store: Callable[[], Store]) -> Store:
    """A store that another runner writes to."""
    other = open_store()
    other.acquire("elsewhere:1:a", wall_clock_ms())
    return other


def run(store: Store, stop: threading.Event, begun: Callable[[], None]) -> None:
    feed = MemorySource({"a": [news(1, "Oil slips")]})
    drive(config(), feed, StubScorer(), store, stop, lambda _: None, deliver=True, standby=True, begun=begun)


def test_a_standby_begins_nothing_before_the_store_is_its_own(
    taken: Store, open_store: Callable[[], Store], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(session, "STANDBY_SECONDS", 0.01)
    began: list[str] = []
    store = open_store()
    waiting = threading.Thread(target=run, args=(store, threading.Event(), lambda: began.append("notifier")))
    waiting.start()
    waiting.join(0.3)
    assert waiting.is_alive() and not began
    taken.release()
    waiting.join(10)
    assert began == ["notifier"] and store.last_entry() is not None


def test_a_standby_that_is_told_to_stop_ends_in_good_order(taken: Store, open_store: Callable[[], Store]) -> None:
    del taken  # it only has to have the lease
    stop = threading.Event()
    threading.Timer(0.2, stop.set).start()
    began: list[str] = []
    run(open_store(), stop, lambda: began.append("notifier"))
    assert stop.is_set() and not began


def test_a_locked_store_ends_a_runner_and_no_standby(
    tmp_path: Path, open_store: Callable[[], Store], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(session, "STANDBY_SECONDS", 0.01)
    monkeypatch.setattr("monitor.engine.WRITER_WAIT_MS", 50)
    store = open_store()
    other = sqlite3.connect(tmp_path / "news.db", isolation_level=None, check_same_thread=False)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreBusyError):
        become_writer(store, threading.Event(), standby=False)
    threading.Timer(0.3, other.rollback).start()
    assert become_writer(store, threading.Event(), standby=True)
    other.close()


class Slow(MemorySource):
    """A log whose topics are waited for, and a standby that tries at the end of that and at the first batch."""

    def __init__(self, standby: Store, moved_ms: list[int]) -> None:
        super().__init__({"a": [news(1, "Oil slips")]})
        self.standby, self.moved_ms = standby, moved_ms

    def seek(self, positions: Mapping[str, int], log_ids: Mapping[str, str] = NOTHING) -> None:
        super().seek(positions, log_ids)
        self.pass_10_s()

    def poll(self, max_items: int, timeout_ms: int) -> Batch:
        self.pass_10_s()
        return super().poll(max_items, timeout_ms)

    def pass_10_s(self) -> None:
        self.moved_ms[0] += 10_000
        with pytest.raises(LeaseError, match="writes to this store"):
            self.standby.acquire("there:2:b", session.wall_clock_ms())


def test_the_wait_for_topics_is_not_taken_from_the_first_batch(
    open_store: Callable[[], Store], monkeypatch: pytest.MonkeyPatch
) -> None:
    store, moved_ms = open_store(), [0]
    monkeypatch.setattr(session, "wall_clock_ms", lambda: wall_clock_ms() + moved_ms[0])
    feed = Slow(open_store(), moved_ms)
    drive(config(), feed, StubScorer(), store, threading.Event(), lambda _: None, deliver=True)
    assert moved_ms == [20_000] and store.last_entry() is not None


class Warming(StubScorer):
    """Says when it was warmed up, and lets the other runner end then."""

    def __init__(self, other: Store | None = None) -> None:
        self.other, self.warmed = other, 0

    def warm_up(self) -> None:
        self.warmed += 1
        if self.other:
            self.other.release()


@pytest.mark.parametrize("standby", [True, False])
def test_a_runner_that_need_not_wait_does_not_warm_up(open_store: Callable[[], Store], standby: bool) -> None:
    scorer, feed = Warming(), MemorySource({"a": [news(1, "Oil slips")]})
    drive(config(), feed, scorer, open_store(), threading.Event(), lambda _: None, deliver=True, standby=standby)
    assert not scorer.warmed


def test_a_standby_warms_up_before_it_takes_over(
    taken: Store, open_store: Callable[[], Store], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(session, "STANDBY_SECONDS", 0.01)
    scorer, told, feed = Warming(taken), list[str](), MemorySource({"a": [news(1, "Oil slips")]})
    stop, store = threading.Event(), open_store()
    giving_up = threading.Timer(10, stop.set)
    giving_up.start()
    drive(config(), feed, scorer, store, stop, lambda _: None, deliver=True, standby=True, waits=told.append)
    giving_up.cancel()
    assert scorer.warmed == len(told) == 1 and store.last_entry() is not None


def test_a_second_runner_is_refused(taken: Store, open_store: Callable[[], Store]) -> None:
    del taken  # it only has to have the lease
    with pytest.raises(LeaseError, match="--standby"):
        become_writer(open_store(), threading.Event(), standby=False)
