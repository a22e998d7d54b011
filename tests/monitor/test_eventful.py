"""A run with all that may happen to it: time stands still, goes on, and is the same in a replay and at any pace."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path

from monitor.pipeline import Runner
from monitor.queries import Reader
from monitor.replay import replay_journal
from monitor.store import Store
from monitor.summary import summarise
from streams.codec import FeedFormat
from streams.files import FileSource
from streams.source import Gap
from tests.monitor.feeds import MemorySource, news
from tests.monitor.test_pipeline import feed, runner, url, world
from tests.monitor.world import MINUTE

JOURNALED = ("journal", "items", "item_keys", "windows", "alert_events", "gaps")


def poll(one: Runner, source: MemorySource, times: int = 1, passing_ms: int = 0) -> None:
    """Poll some times, a second and `passing_ms` apart."""
    for _ in range(times):
        source.tick_ms += passing_ms
        one.handle(source.poll(100, 0))


def test_time_stands_still_while_a_leader_is_silent_and_then_goes_on(tmp_path: Path) -> None:
    slow = [news(n * 10 * MINUTE, f"Tin {n}") for n in range(5)]
    source = MemorySource({"slow": slow, "ahead": [news(50 * MINUTE, "Zinc")]}, slice_=1, ends=False)
    one = runner(url(tmp_path), source)
    marks: list[int] = []
    for silent in ("", "", "ahead", "ahead", ""):
        source.silent = frozenset({silent} - {""})
        poll(one, source)
        marks.append(one.state.mark.time_ms // MINUTE)
    assert marks == [0, 10, 10, 10, 40]
    assert [entry.moves for entry, _ in one.writer.store.entries(0)] == [True, True, False, False, True]
    one.writer.store.close()
    summary = summarise(url(tmp_path), 1.0)
    assert (summary["items"], summary["late"]) == (6, 0), "what came meanwhile is stored, and waits"


def live_through_much(store_url: str) -> None:
    """Late items, a silent leader, a gap, and a quiet topic whose last window the ticks close."""
    partitions = feed(count=60)
    partitions["a"].insert(20, news(MINUTE, "Behind"))
    source = MemorySource(partitions, ends=False)
    source.gaps = (Gap("a", 0, 2, 40),)
    one = runner(store_url, source)
    poll(one, source, 2)
    source.silent = frozenset("b")
    poll(one, source, 1)
    source.silent = frozenset()
    poll(one, source, 4)
    poll(one, source, 2, passing_ms=10_000)
    poll(one, source, 5, passing_ms=5 * MINUTE)
    one.writer.store.close()


def rows(folder: Path, name: str) -> dict[str, list[tuple[object, ...]]]:
    """Everything in the tables that a replay writes anew."""
    with closing(sqlite3.connect(folder / f"{name}.db")) as store:
        return {table: sorted(store.execute(f"SELECT * FROM {table}"), key=repr) for table in JOURNALED}


def test_a_replay_of_an_eventful_journal_gives_every_row_again(tmp_path: Path) -> None:
    live_through_much(url(tmp_path, "live"))
    old, new = Store.open(url(tmp_path, "live")), Store.open(url(tmp_path, "again"))
    entries = [entry for entry, _ in old.entries(0)]
    replay_journal(old, new, lambda records: None)
    old.close()
    new.close()
    summary = summarise(url(tmp_path, "live"), 1.0)
    assert summary["late"] == summary["gaps"] == 1 and summary["alerts"]
    assert {entry.moves for entry in entries} == {True, False} and not any(entry.ended for entry in entries)
    last_ms = max(one.event_time_ms for items in feed(count=60).values() for one in items)
    reader = Reader.open(url(tmp_path, "live"))
    assert max(reader.windows()["end_ms"].tolist()) == last_ms // (5 * MINUTE) * 5 * MINUTE + 10 * MINUTE
    reader.close()
    assert summarise(url(tmp_path, "again"), 1.0) == summary
    assert rows(tmp_path, "again") == rows(tmp_path, "live")


class Clock:
    """Passes only while somebody sleeps."""

    now_ms = 1_700_000_000_000

    def __call__(self) -> int:
        return self.now_ms

    def sleep(self, seconds: float) -> None:
        self.now_ms += max(1, round(seconds * 1_000))


def test_a_paced_file_gives_what_it_gives_at_full_speed(tmp_path: Path) -> None:
    start_ms = 1_221_436_800_000
    items = sorted((one for part in feed(count=60).values() for one in part), key=lambda one: one.event_time_ms)
    records = [{"ts": start_ms + one.event_time_ms, "id": one.news_id, "title": one.headline} for one in items]
    (tmp_path / "news.jsonl").write_text("".join(json.dumps(one) + "\n" for one in records))
    idle: dict[str, list[bool]] = {}
    for name, pace in (("full", None), ("paced", 1_200)):
        clock = Clock()
        source = FileSource([tmp_path / "news.jsonl"], FeedFormat(), clock, pace=pace, sleep=clock.sleep)
        one = runner(url(tmp_path, name), source, world())
        list(one.run())
        idle[name] = [bool(entry.idle) for entry, _ in one.writer.store.entries(0)]
        one.writer.store.close()
    assert len(idle["full"]) == 1 and any(idle["paced"]), "paced, it waits for news and time walks meanwhile"
    summary = summarise(url(tmp_path, "full"), 1.0)
    assert summarise(url(tmp_path, "paced"), 1.0) == summary and summary["late"] == 0 and summary["alerts"]
