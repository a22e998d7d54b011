"""A run with all that may happen to it: time stands still, goes on, and is the same in a replay and at any pace."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path

from monitor.config import Config
from monitor.journal import JournalEntry
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
from tests.monitor.world import MINUTE, config

START_MS = 1_221_436_800_000
JOURNALED = ("journal", "items", "item_keys", "windows", "alert_events", "gaps", "positions", "log_ids")


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
    source.gaps, source.log_ids = (Gap("a", 0, 2, 40),), {"news": "first"}
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
    """Passes only while somebody sleeps; one sleep may be the machine's."""

    now_ms = 1_700_000_000_000

    def __init__(self, machine_sleeps_at_ms: int | None = None) -> None:
        self.machine_sleeps_at_ms = machine_sleeps_at_ms

    def __call__(self) -> int:
        return self.now_ms

    def sleep(self, seconds: float) -> None:
        self.now_ms += max(1, round(seconds * 1_000))
        if self.machine_sleeps_at_ms is not None and self.now_ms >= self.machine_sleeps_at_ms:
            self.now_ms += 10 * MINUTE
            self.machine_sleeps_at_ms = None


def replayed(folder: Path, name: str, settings: Config, pace: float | None, clock: Clock) -> list[JournalEntry]:
    """Run news.jsonl of a folder into a store of that name; returns its journal."""
    source = FileSource([folder / "news.jsonl"], FeedFormat(), clock, pace=pace, sleep=clock.sleep)
    one = runner(url(folder, name), source, settings)
    list(one.run())
    entries = [entry for entry, _ in one.writer.store.entries(0)]
    one.writer.store.close()
    return entries


def write_news(folder: Path, times_ms: Iterable[int]) -> None:
    records = [{"ts": time_ms, "id": str(n), "title": f"Report {n}"} for n, time_ms in enumerate(times_ms)]
    (folder / "news.jsonl").write_text("".join(json.dumps(one) + "\n" for one in records))


def test_a_paced_file_gives_what_it_gives_at_full_speed(tmp_path: Path) -> None:
    times_ms = [START_MS + one.event_time_ms for part in feed(count=60).values() for one in part]
    write_news(tmp_path, sorted(times_ms))
    full = replayed(tmp_path, "full", world(), None, Clock())
    paced = replayed(tmp_path, "paced", world(), 1_200, Clock())
    assert len(full) == 1 and any(entry.idle for entry in paced), "paced, it waits for news and time walks meanwhile"
    summary = summarise(url(tmp_path, "full"), 1.0)
    assert summarise(url(tmp_path, "paced"), 1.0) == summary and summary["late"] == 0 and summary["alerts"]


def test_a_machine_that_sleeps_before_the_last_record_of_a_paced_file_moves_no_alert(tmp_path: Path) -> None:
    minutes = (*range(0, 60, 3), 600)
    write_news(tmp_path, (START_MS + minute * MINUTE for minute in minutes))
    rule = {"name": "any", "watch": "all", "above": 0, "statistic": "items", "window": "10m", "min_stories": 1}
    settings = config(rule=[{**rule, "no_data_after": "15m"}])
    replayed(tmp_path, "full", settings, None, Clock())
    paced = replayed(tmp_path, "paced", settings, 1_200, Clock(Clock.now_ms + 29_500))  # at minute 590 of the news
    assert paced[-1].tick_ms > START_MS + 2 * 600 * MINUTE and paced[-2].idle
    summary = summarise(url(tmp_path, "full"), 1.0)
    assert summarise(url(tmp_path, "paced"), 1.0) == summary
    assert [alert["state"] for alert in summary["alerts"]] == ["firing", "resolved"]


def test_a_record_ahead_of_the_clock_is_judged_alike_at_any_pace(tmp_path: Path) -> None:
    write_news(tmp_path, (START_MS, Clock.now_ms + MINUTE, Clock.now_ms + 6 * MINUTE))
    replayed(tmp_path, "full", world(), None, Clock())
    replayed(tmp_path, "paced", world(), 60, Clock())
    summary = summarise(url(tmp_path, "full"), 1.0)
    assert summarise(url(tmp_path, "paced"), 1.0) == summary and (summary["items"], summary["dead"]) == (2, 1)
