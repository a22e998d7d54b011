"""The runner with a real store: batches, restarts, replays and bad moments."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from monitor import snapshot
from monitor.config import Config
from monitor.engine import StoreBusyError, StoreError
from monitor.pipeline import Runner
from monitor.queries import Reader
from monitor.replay import replay_journal, restore
from monitor.scoring import ScorerDown, StubScorer
from monitor.store import Store, Transaction
from monitor.summary import as_text, summarise
from monitor.writer import Writer
from streams.records import NewsItem
from streams.source import Batch, Source
from tests.monitor.feeds import MemorySource, news
from tests.monitor.test_scoring import Picky
from tests.monitor.world import HOUR, MINUTE, config

RULES = [{"name": "bad", "watch": "topic:*", "below": -0.05, "window": "10m", "min_stories": 2, "for": "5m"}]


def world(**changes: object) -> Config:
    return config(rule=RULES, watch=[{"name": "odd", "any": ["1", "3", "5"]}], **changes)


def feed(seed: int = 1, count: int = 300) -> dict[str, list[NewsItem]]:
    """Two partitions, each in order of time, with some repeats."""
    rng = random.Random(seed)
    times = sorted(rng.randrange(0, 6 * HOUR) for _ in range(count))
    items = [news(time_ms, f"Report {n % 90}", str(n % 280), tickers=("ABC",)) for n, time_ms in enumerate(times)]
    return {"a": items[::2], "b": items[1::2]}


def runner(url: str, source: Source, settings: Config | None = None, scorer: StubScorer | None = None) -> Runner:
    return Runner(settings or world(), source, scorer or StubScorer(), Writer(Store.open(url), settings or world()))


def run(url: str, partitions: Mapping[str, Sequence[NewsItem]], slice_: int = 7, polls: int | None = None) -> Runner:
    """Run to the end of the feed, or for some polls and then vanish without a goodbye."""
    one = runner(url, MemorySource(partitions, slice_))
    for poll, _ in enumerate(one.run(), 1):
        if poll == polls:
            break
    one.writer.store.close()
    return one


def url(folder: Path, name: str = "store") -> str:
    return f"sqlite:///{folder}/{name}.db"


def test_any_slicing_and_any_kill_give_the_same_digest(tmp_path: Path) -> None:
    undisturbed = run(url(tmp_path, "whole"), feed())
    for name, polls in (("early", 1), ("middle", 9), ("late", 20)):
        killed = url(tmp_path, name)
        run(killed, feed(), slice_=7, polls=polls)
        last = run(killed, feed(), slice_=3)
        assert snapshot.state_hash(last.state) == snapshot.state_hash(undisturbed.state)
        assert summarise(killed, 1.0) == summarise(url(tmp_path, "whole"), 1.0)
    assert summarise(url(tmp_path, "whole"), 1.0)["alerts"], "a world without a single alert proves nothing"


def test_a_restart_folds_the_journal_again(tmp_path: Path) -> None:
    settings = world(store={"snapshot_every": 4})
    one = runner(url(tmp_path), MemorySource(feed()), settings)
    for poll, _ in enumerate(one.run(), 1):
        store = Store.open(url(tmp_path))
        assert snapshot.state_hash(restore(store, settings)) == snapshot.state_hash(one.state)
        store.close()
        if poll == 10:
            break
    one.writer.store.close()


def test_a_replay_of_the_journal_gives_the_same_digest(tmp_path: Path) -> None:
    run(url(tmp_path, "live"), feed())
    old, new = Store.open(url(tmp_path, "live")), Store.open(url(tmp_path, "again"))
    replay_journal(old, new, lambda records: None)
    old.close()
    new.close()
    assert summarise(url(tmp_path, "again"), 1.0) == summarise(url(tmp_path, "live"), 1.0)


class WatchedSource(MemorySource):
    """Looks into the store at the moment of each commit."""

    def __init__(self, store_url: str) -> None:
        super().__init__(feed())
        self.url, self.stored = store_url, list[bool]()

    def commit(self, positions: Mapping[str, int]) -> None:
        store = Store.open(self.url)
        self.stored.append(store.positions() == positions)
        store.close()
        super().commit(positions)


def test_positions_are_committed_after_the_store_has_them(tmp_path: Path) -> None:
    source = WatchedSource(url(tmp_path))
    one = runner(url(tmp_path), source)
    polls = sum(1 for _ in one.run())
    assert source.stored == [True] * polls
    one.writer.store.close()


def test_a_batch_that_the_store_refuses_is_not_committed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        msg = "the disk is full"
        raise StoreError(msg)

    source = MemorySource(feed())
    one = runner(url(tmp_path), source)
    monkeypatch.setattr(Transaction, "add_entry", refuse)  # the last thing that a batch adds
    with pytest.raises(StoreError, match="full"):
        one.handle(source.poll(7, 0))
    assert (source.committed, one.writer.store.positions()) == ({}, {})
    one.writer.store.close()


def test_an_item_from_the_future_is_a_dead_letter(tmp_path: Path) -> None:
    tick_ms = 10**13
    good, wild = news(HOUR, "Plain"), news(tick_ms + 301_001 + 1_000, "From the future")
    run(url(tmp_path), {"a": [good, wild, news(HOUR + 1, "Also plain")]})
    reader = Reader.open(url(tmp_path))
    (letter,) = reader.dead_letters().to_dict("records")
    assert (letter["reason"], letter["partition"], letter["offset"]) == ("future_event_time", "a", 1)
    assert "From the future" in letter["preview"]
    assert sorted(reader.items()["headline"]) == ["Also plain", "Plain"]
    reader.close()


def test_a_late_item_is_kept_counted_and_marked(tmp_path: Path) -> None:
    run(url(tmp_path), {"a": [news(2 * HOUR, "On time"), news(HOUR, "Behind")]}, slice_=1)
    reader = Reader.open(url(tmp_path))
    assert reader.status().late == 1
    assert dict(reader.items()[["headline", "late"]].itertuples(index=False)) == {"On time": False, "Behind": True}
    reader.close()


@pytest.mark.parametrize("slice_", [1, 2, 9])
def test_an_identity_that_comes_back_after_dedup_is_another_item(tmp_path: Path, slice_: int) -> None:
    """A repeat and a revision come within the hour of dedup, another item of that identity after it."""
    texts = {0: "One", 5 * MINUTE: "One", 8 * MINUTE: "One, revised", 70 * MINUTE: "Two"}
    items = [*(news(time_ms, text, "x") for time_ms, text in texts.items()), news(3 * HOUR, "The end")]
    settings = world(source={"dedup": "1h"}, windows={"hop": "10m", "sizes": ["10m"]})
    one = runner(url(tmp_path), MemorySource({"a": items}, slice_), settings)
    list(one.run())
    one.writer.store.close()
    reader = Reader.open(url(tmp_path))
    status, counted = reader.status(), reader.windows("all")["items"]
    assert (status.records, status.items, status.late, sum(counted)) == (5, 3, 0, 3)
    assert reader.items()["headline"].tolist() == ["The end", "Two", "One, revised"]
    reader.close()


def test_a_clock_that_is_set_back_moves_no_tick_back(tmp_path: Path) -> None:
    one = runner(url(tmp_path), MemorySource({}))
    for tick_ms in (10_000, 4_000, 16_000):
        one.handle(Batch((), (), {"a": 0}, frozenset("a"), frozenset(), tick_ms, ended=True))
    store = one.writer.store
    assert [entry.tick_ms for entry, _ in store.entries(0)] == [10_000, 10_000, 16_000]
    store.close()


def test_an_unscorable_item_is_a_dead_letter_and_a_broken_model_stops_with_nothing_lost(tmp_path: Path) -> None:
    items = {"a": [news(n, f"Headline {n}") for n in range(5)]}
    one = runner(url(tmp_path, "picky"), MemorySource(items), scorer=Picky(bad=["Headline 3"]))
    list(one.run())
    one.writer.store.close()
    assert (summary := summarise(url(tmp_path, "picky"), 1.0))["dead"] == 1 and summary["items"] == 4
    down = runner(url(tmp_path, "down"), MemorySource(items), scorer=Picky(down=True))
    with pytest.raises(ScorerDown):
        list(down.run())
    assert down.writer.store.last_entry() is None and down.source.committed == {}  # pyright: ignore[reportAttributeAccessIssue]
    down.writer.store.close()


def test_a_poll_that_moves_nothing_is_not_written(tmp_path: Path) -> None:
    one = runner(url(tmp_path), MemorySource({}))
    idle = Batch((), (), {"a": 0}, frozenset("a"), frozenset(), 1_000)
    one.handle(idle)
    one.handle(Batch((), (), {"a": 0}, frozenset("a"), frozenset(), 2_000))
    store = one.writer.store
    assert store.last_entry() is not None and store.last_entry().seq == 1  # pyright: ignore[reportOptionalMemberAccess]
    one.handle(Batch((), (), {"a": 0}, frozenset("a"), frozenset(), 6_000))
    assert store.last_entry().idle == ("a",)  # pyright: ignore[reportOptionalMemberAccess]
    store.close()


def test_a_quiet_topic_closes_its_last_window_by_ticks(tmp_path: Path) -> None:
    one = runner(url(tmp_path), MemorySource({}))
    source_batch = MemorySource({"a": [news(MINUTE, "The only one")]}).poll(1, 0)
    one.handle(Batch(source_batch.arrivals, (), {"a": 1}, frozenset("a"), frozenset(), 10**13))
    for second in range(5, 20 * 60, 5):
        one.handle(Batch((), (), {"a": 1}, frozenset("a"), frozenset(), 10**13 + second * 1_000))
    one.writer.store.close()
    live = summarise(url(tmp_path), 1.0)
    assert live["windows"] == 6, "two windows of each of all, its source and its topic"
    run(url(tmp_path, "file"), {"a": [news(MINUTE, "The only one")]})
    assert live["digest"] == summarise(url(tmp_path, "file"), 1.0)["digest"]


def test_a_busy_store_is_tried_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = Store.open(url(tmp_path))
    begin, busy, waits = store.begin, [True, True], []

    def sometimes(now_ms: int) -> object:
        if busy:
            busy.pop()
            msg = "locked"
            raise StoreBusyError(msg)
        return begin(now_ms)

    monkeypatch.setattr(store, "begin", sometimes)
    one = Runner(world(), MemorySource(feed()), StubScorer(), Writer(store, world(), sleep=waits.append))
    list(one.run())
    store.close()
    assert waits == [0.1, 0.5]
    run(url(tmp_path, "plain"), feed())
    assert summarise(url(tmp_path), 1.0) == summarise(url(tmp_path, "plain"), 1.0)


def test_a_rule_that_leaves_closes_its_alerts_in_live_and_in_replay(tmp_path: Path) -> None:
    partitions = feed()
    run(url(tmp_path), partitions, polls=12)
    changed = config(watch=[{"name": "odd", "any": ["1", "3", "5"]}])
    two = runner(url(tmp_path), MemorySource(partitions), changed)
    list(two.run())
    two.writer.store.close()
    summary = summarise(url(tmp_path), 1.0)
    assert {alert["state"] for alert in summary["alerts"]} == {"resolved"}
    old, new = Store.open(url(tmp_path)), Store.open(url(tmp_path, "again"))
    replay_journal(old, new, lambda records: None)
    old.close()
    new.close()
    assert summarise(url(tmp_path, "again"), 1.0)["digest"] == summary["digest"]


def test_the_summary_reads_well(tmp_path: Path) -> None:
    run(url(tmp_path), feed())
    text = as_text(summarise(url(tmp_path), 2.0))
    assert "280 items (0 late, 0 dead letters)" in text and "140.0 items/s" in text
