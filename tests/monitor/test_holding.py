"""The lease is held while the model computes, however long that takes, and not a moment longer."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence

import pytest
from sqlalchemy import select

from monitor import holding, tables
from monitor.engine import LeaseError, open_engine
from monitor.lease import LEASE_MS
from monitor.pipeline import Runner
from monitor.scoring import StubJudgement, StubScorer
from monitor.store import Store
from monitor.writer import Writer
from tests.monitor.feeds import MemorySource, news
from tests.monitor.shelf import T0
from tests.monitor.world import config

PATIENCE_S = 20
HOLDER, OTHER = "there:1:a", "there:2:b"


@pytest.fixture(autouse=True)
def often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(holding, "RENEW_MS", 1)


def until(done: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not done():
        assert time.monotonic() < deadline, "not in time"
        time.sleep(0.005)


def renewing() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name == "lease"]


class Compiling(StubScorer):
    """Takes a minute for the first batch, and a standby tries every ten seconds."""

    def __init__(self, store_url: str, standby: Store) -> None:
        self.now_ms, self.tries, self.url, self.standby = T0, 0, store_url, standby

    def score(self, texts: Sequence[str], targets: Sequence[str | None] | None = None) -> list[StubJudgement]:
        while self.tries < 6:
            self.now_ms += 10_000
            until(lambda: self.expires_ms() == self.now_ms + LEASE_MS)
            with pytest.raises(LeaseError, match="writes to this store"):
                self.standby.acquire(OTHER, self.now_ms)
            self.tries += 1
        return super().score(texts, targets)

    def expires_ms(self) -> int:
        engine = open_engine(self.url, writable=False)
        with engine.connect() as connection:
            expires_ms = connection.scalar(select(tables.lease.c.expires_ms))
        engine.dispose()
        return expires_ms or 0


def test_a_batch_that_takes_longer_than_a_lease_keeps_it(store: Store, second: Store, store_url: str) -> None:
    scorer, feed = Compiling(store_url, second), MemorySource({"a": [news(1, "Oil slips")]})
    store.acquire(HOLDER, T0)
    for _ in Runner(config(), feed, scorer, Writer(store, config(), clock=lambda: scorer.now_ms)).run():
        pass
    assert scorer.tries == 6 and store.last_entry() is not None


def test_a_model_that_hangs_loses_it_in_the_end(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(holding, "MOST_RENEWALS", 3)
    asked: list[int] = []
    store.acquire(HOLDER, T0)
    with holding.holding(store, lambda: asked.append(T0) or T0):
        until(lambda: not renewing())
    assert len(asked) == 3


def test_one_that_was_replaced_leaves_the_lease_alone(store: Store, second: Store) -> None:
    store.acquire(HOLDER, T0)
    second.acquire(OTHER, T0 + LEASE_MS)
    asked: list[int] = []
    with holding.holding(store, lambda: asked.append(T0) or T0):
        until(lambda: not renewing())
    assert len(asked) == 1
    second.renew(T0 + LEASE_MS)


def test_a_renewal_under_way_is_waited_for(store: Store) -> None:
    asked, never = threading.Event(), threading.Event()

    def clock() -> int:
        asked.set()
        never.wait(0.3)
        return T0

    store.acquire(HOLDER, T0)
    with holding.holding(store, clock):
        assert asked.wait(PATIENCE_S)
    assert not renewing(), "one that came after the store was given back would take it again"
