"""Retention: what is too old goes bit by bit, and nothing that is kept, folded or restarted is other than it was."""

from __future__ import annotations

import random
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Table, func, select

from monitor import retention, tables
from monitor.config import Config, ConfigError
from monitor.engine import open_engine
from monitor.notify import Notice
from monitor.pipeline import Runner
from monitor.queries import Reader
from monitor.replay import replay_journal, restore
from monitor.retention import Keeper
from monitor.scoring import StubScorer
from monitor.snapshot import state_hash
from monitor.store import Store
from monitor.writer import Writer
from streams.records import NewsItem
from tests.monitor.feeds import MemorySource, news
from tests.monitor.shelf import T0, journaled, keyed, letter
from tests.monitor.world import HOUR, config

DAY = 24 * HOUR
DAYS = 8
RULES = [{"name": "bad", "watch": "topic:*", "below": -0.05, "window": "10m", "min_stories": 1, "for": "5m"}]
KEPT = {"items": "1d", "windows": "2d", "journal": "1d", "dead_letters": "30s"}


def world(kept: dict[str, str] | None = None, rules: Sequence[dict[str, Any]] = RULES) -> Config:
    return config(
        rule=list(rules),
        source={"dedup": "2h"},
        store={"snapshot_every": 2},
        dead_letters={"publish": False},
        retention=kept or {},
    )


def feed(count: int = 1_000) -> dict[str, list[NewsItem]]:
    """Two partitions over some days, each in order of time; a few items from the far future."""
    rng = random.Random(7)
    times = sorted(T0 + rng.randrange(0, DAYS * DAY) for _ in range(count))
    items = [news(time_ms, f"Report {n} of the day", str(n)) for n, time_ms in enumerate(times)]
    for place in range(100, count, 200):
        items.insert(place, news(10**14, f"From the future {place}"))
    return {"a": items[::2], "b": items[1::2]}


def run(url: str, settings: Config, polls: int | None = None, deliver: bool = True) -> Runner:
    """Run to the end, or for some polls and then vanish."""
    store = Store.open(url)
    one = Runner(settings, MemorySource(feed(), 6), StubScorer(), Writer(store, settings, deliver))
    for poll, _ in enumerate(one.run(), 1):
        if poll == polls:
            break
    store.close()
    return one


def count(url: str, table: Table) -> int:
    engine = open_engine(url, writable=False)
    with engine.connect() as connection:
        rows = connection.execute(select(func.count()).select_from(table)).scalar_one()
    engine.dispose()
    return rows


def oldest(url: str, table: Table, column: str) -> int:
    engine = open_engine(url, writable=False)
    with engine.connect() as connection:
        value = connection.scalar(select(func.min(table.c[column])))
    engine.dispose()
    assert value is not None
    return value


def digest_since(url: str, since_ms: int) -> str:
    """The digest of a store from which the windows that ended before are taken out."""
    engine = open_engine(url, writable=True)
    with engine.begin() as connection:
        connection.execute(tables.windows.delete().where(tables.windows.c.end_ms < since_ms))
    engine.dispose()
    reader = Reader.open(url)
    found = reader.digest()
    reader.close()
    return found


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Runner]:
    """A run that keeps everything."""
    url = f"sqlite:///{tmp_path_factory.mktemp('whole')}/whole.db"
    return url, run(url, world())


def test_what_is_kept_is_what_it_would_be_had_nothing_been_removed(
    store_url: str, whole: tuple[str, Runner], tmp_path: Path
) -> None:
    whole_url, undisturbed = whole
    one = run(store_url, world(KEPT))
    end_ms = one.state.mark.time_ms
    assert state_hash(one.state) == state_hash(undisturbed.state)
    since_ms = oldest(store_url, tables.windows, "end_ms")
    assert end_ms - 2 * DAY - DAY // 10 < since_ms <= end_ms - 2 * DAY + HOUR
    copy = tmp_path / "copy.db"
    copy.write_bytes(Path(whole_url.removeprefix("sqlite:///")).read_bytes())
    assert digest_since(store_url, since_ms) == digest_since(f"sqlite:///{copy}", since_ms)
    assert end_ms - DAY - 12 * HOUR < oldest(store_url, tables.items, "event_time_ms") <= end_ms - DAY + HOUR
    assert count(store_url, tables.items) < 250 < 950 < count(whole_url, tables.items)
    assert count(store_url, tables.journal) < 40 < 80 < count(whole_url, tables.journal)


def test_the_keys_of_items_go_with_them_and_the_counts_stay(store_url: str, whole: tuple[str, Runner]) -> None:
    run(store_url, world(KEPT))
    readers = [Reader.open(url) for url in (store_url, whole[0])]
    ours, theirs = (reader.status() for reader in readers)
    kept = readers[0].items(limit=10_000)
    assert sum(len(keys) for keys in kept["keys"]) == count(store_url, tables.item_keys)
    for reader in readers:
        reader.close()
    names = ("items", "records", "late", "dead", "windows", "seq", "watermark_ms")
    assert [getattr(ours, name) for name in names] == [getattr(theirs, name) for name in names]
    assert 0 < count(store_url, tables.dead_letters) < count(whole[0], tables.dead_letters)


@pytest.mark.parametrize("polls", [37, 64])
def test_a_restart_after_a_removal_stands_where_an_undisturbed_run_does(
    tmp_path: Path, whole: tuple[str, Runner], polls: int
) -> None:
    url = f"sqlite:///{tmp_path}/killed.db"
    killed = run(url, world(KEPT), polls)
    store = Store.open(url)
    assert state_hash(restore(store, world(KEPT))) == state_hash(killed.state)
    _spoil_newest_snapshot(url)
    assert state_hash(restore(store, world(KEPT))) == state_hash(killed.state)
    store.close()
    assert state_hash(run(url, world(KEPT)).state) == state_hash(whole[1].state)


def _spoil_newest_snapshot(url: str) -> None:
    engine = open_engine(url, writable=True)
    with engine.begin() as connection:
        newest = select(func.max(tables.snapshots.c.seq)).scalar_subquery()
        connection.execute(tables.snapshots.update().where(tables.snapshots.c.seq == newest).values(sha256="x"))
    engine.dispose()


def test_a_replay_of_the_journal_begins_where_the_journal_begins(tmp_path: Path, whole: tuple[str, Runner]) -> None:
    url = f"sqlite:///{tmp_path}/kept.db"
    end_ms = run(url, world({"items": "3d"})).state.mark.time_ms
    old, new = Store.open(url), Store.open(f"sqlite:///{tmp_path}/again.db")
    after_seq, records = old.replayable()
    told: list[int] = []
    replay_journal(old, new, told.append)
    assert after_seq > 50 and next(new.entries(0))[0].seq == after_seq + 1
    assert sum(told) == records >= count(url, tables.items) > 300
    for store in (old, new):
        store.close()
    frames = []
    for each in (f"sqlite:///{tmp_path}/again.db", whole[0]):
        reader = Reader.open(each)
        frames.append(reader.windows(since_ms=end_ms - 2 * DAY))
        reader.close()
    assert len(frames[0]) > 500 and frames[0].equals(frames[1])


def test_nothing_is_removed_unless_it_is_asked_for_or_by_a_replay(tmp_path: Path, whole: tuple[str, Runner]) -> None:
    url = f"sqlite:///{tmp_path}/replay.db"
    run(url, world(KEPT), deliver=False)
    everything = (tables.items, tables.item_keys, tables.windows, tables.journal, tables.dead_letters)
    assert [count(url, table) for table in everything] == [count(whole[0], table) for table in everything]
    assert count(whole[0], tables.trimmed) == 0


def test_what_an_open_alert_rests_on_stays(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/open.db"
    always = {"name": "always", "watch": "all", "above": -2.0, "window": "10m", "min_stories": 1, "no_data_after": "9d"}
    one = run(url, world(KEPT, [always]), polls=70)
    (rule,) = one.state.rules
    (alert,) = rule.open.values()
    assert one.state.mark.time_ms - alert.started_ms > 4 * DAY
    assert oldest(url, tables.items, "event_time_ms") < alert.started_ms
    assert oldest(url, tables.windows, "end_ms") <= alert.started_ms


def test_without_a_snapshot_no_batch_goes(store: Store, store_url: str) -> None:
    fill(store, 30)
    tend(store, 31, items="1d", journal="1d")
    assert count(store_url, tables.items) == 30
    with store.begin() as tx:
        tx.add_snapshot(12, b"state")
    tend(store, 32, items="1d", journal="1d")
    assert oldest(store_url, tables.items, "seq") == 13 == oldest(store_url, tables.journal, "seq")


def test_a_long_past_goes_a_chunk_at_a_time(store: Store, store_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retention, "ROWS", 50)
    fill(store, 100)
    with store.begin() as tx:
        tx.add_windows([(f"k{n % 7}", T0 + n, T0 + n + 10, 1, 1, 0, 0, 0, 0, 0) for n in range(700)])
        tx.add_snapshot(100, b"state")
    keeper = Keeper()
    left = [(100, 700, 100)]
    for seq in range(101, 400):
        tend(store, seq, keeper, items="1d", windows="1d", journal="1d")
        tabled = (tables.items, tables.windows, tables.journal)
        left.append(tuple(count(store_url, table) for table in tabled))  # pyright: ignore[reportArgumentType]
        if left[-1][:2] == (0, 0):
            break
    assert left[-1][:2] == (0, 0) and len(left) > 14
    assert all(before[0] - after[0] <= 20 for before, after in pairwise(left))
    assert all(before[1] - after[1] <= 60 for before, after in pairwise(left))


def test_a_letter_that_its_topic_has_not_taken_stays(store: Store, store_url: str) -> None:
    with store.begin() as tx:
        tx.add_dead([letter(1), letter(2)], 1, {"news-0": "news.dead"})
        tx.add_dead([letter(3)], 1)
        tx.add_entry(journaled(1))
    engine = open_engine(store_url, writable=True)
    with engine.begin() as connection:
        published = tables.dead_letters.c.offset == 2
        connection.execute(tables.dead_letters.update().where(published).values(published_ms=T0))
        row = {"partition": "news-0", "offset": 2, "time_ms": T0, "target": "topic"}
        connection.execute(tables.redriven.insert().values(row))
    engine.dispose()
    tend(store, 2, dead_letters="1d", tick_ms=T0 + DAY)
    assert count(store_url, tables.dead_letters) == 3
    tend(store, 3, dead_letters="1d", tick_ms=T0 + DAY + 1)
    assert [one.offset for one in store.dead_letters(1)] == [1]
    assert count(store_url, tables.redriven) == 0


def fill(store: Store, batches: int) -> None:
    """One item a batch, all of one time."""
    for seq in range(1, batches + 1):
        with store.begin() as tx:
            tx.add_items([keyed(seq)], seq)
            tx.add_entry(journaled(seq))


def tend(store: Store, seq: int, keeper: Keeper | None = None, tick_ms: int = T0 + 9 * DAY, **kept: str) -> None:
    """One batch, nine days after, with nothing but the removal."""
    entry = journaled(seq, tick_ms=tick_ms, watermark_ms=T0 + 9 * DAY)
    with store.begin() as tx:
        tx.add_entry(entry)
        tx.trim(keeper or Keeper(), world(kept).retention, entry, None)


def test_only_delivered_notices_go_once_their_time_is_over(store: Store, store_url: str) -> None:
    now_ms = T0 + 9 * DAY
    old, young = {"delivered_ms": now_ms - DAY - 1}, {"delivered_ms": now_ms - DAY}
    marked = {"old": old, "young": young, "waits": {"next_attempt_ms": T0}, "given up": {"last_error": "gone"}}
    with store.begin() as tx:
        tx.add_notices([notice(name) for name in marked])
    engine = open_engine(store_url, writable=True)
    with engine.begin() as connection:
        for name, marks in marked.items():
            here = tables.outbox.update().where(tables.outbox.c.notice_id == name)
            connection.execute(here.values({"next_attempt_ms": None, "attempts": 1, **marks}))
    engine.dispose()
    tend(store, 1, tick_ms=now_ms, items="1d", windows="1d", journal="1d", dead_letters="1d")
    assert notice_ids(store_url) == sorted(marked)
    tend(store, 2, tick_ms=now_ms, notices="1d")
    assert notice_ids(store_url) == ["given up", "waits", "young"]
    tend(store, 3, tick_ms=now_ms + 9 * DAY, notices="1d")
    assert notice_ids(store_url) == ["given up", "waits"]


def test_delivered_notices_go_a_chunk_at_a_time(store: Store, store_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retention, "ROWS", 50)
    with store.begin() as tx:
        tx.add_notices([notice(f"n{number}") for number in range(120)])
    engine = open_engine(store_url, writable=True)
    with engine.begin() as connection:
        connection.execute(tables.outbox.update().values(delivered_ms=T0, next_attempt_ms=None))
    engine.dispose()
    keeper, left = Keeper(), list[int]()
    for seq in range(1, 5):
        tend(store, seq, keeper, notices="1d")
        left.append(count(store_url, tables.outbox))
    assert left == [70, 20, 0, 0]


def notice(notice_id: str) -> Notice:
    return Notice(notice_id, "desk", "a1", "firing", T0, "Title", "Body", "info", due_ms=T0)


def notice_ids(url: str) -> list[str]:
    engine = open_engine(url, writable=False)
    with engine.connect() as connection:
        found = sorted(connection.scalars(select(tables.outbox.c.notice_id)))
    engine.dispose()
    return found


@pytest.mark.parametrize(
    ("kept", "says"),
    [
        (
            {"items": "1h"},
            "retention.items: 3600000 ms is shorter than the longest window and source.dedup together, 7800000 ms",
        ),
        ({"windows": "5m"}, "retention.windows: 300000 ms is shorter than the longest window, 600000 ms"),
        ({"journal": "a week"}, "'a week' is not a duration"),
    ],
)
def test_too_little_is_refused(kept: dict[str, str], says: str) -> None:
    with pytest.raises(ConfigError, match=says):
        world(kept)
