"""`groundswell feed` into a file: files once, feeds by URL without repeats; and what the commands refuse."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterable
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from monitor import feeding
from monitor.cli import groundswell
from streams.codec import FeedFormat, decode
from streams.fetch import fetch, open_client
from streams.filesink import FileSink
from streams.poller import Poller
from streams.records import NewsItem
from streams.rss import Feed
from streams.source import AccessDenied, Unreachable
from tests.streams.feed_server import ATOM, RSS, FeedServer, fixed, serving_feeds


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("monitor.logs.set_up", lambda _: None)
    return tmp_path


def feed(*arguments: str) -> Result:
    return CliRunner().invoke(groundswell, ["feed", *arguments])


def records(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def ask(server: FeedServer, *more: str) -> Result:
    feeds = ("--rss", f"wire={server.url('/rss')}", "--rss", server.url("/atom"))
    return feed(*feeds, "--once", "--to", "news.jsonl", *more)


def test_feeds_go_into_a_file_once_stamped_with_first_sight(folder: Path) -> None:
    with serving_feeds(rss=fixed(RSS), atom=fixed(ATOM)) as server:
        first = ask(server)
        assert first.exit_code == 0 and "4 items went to news.jsonl" in first.output
        assert "0 items went to news.jsonl" in ask(server).output and len(server.asked) == 2
    found = records(folder / "news.jsonl")
    assert {record["source"] for record in found} == {"wire", "127.0.0.1"} and len(found) == 4
    bank = next(record for record in found if record["news_id"] == "id-2")
    assert bank["published_ms"] == 1_221_467_400_000 < bank["first_seen_ms"]
    item = decode(json.dumps(bank).encode(), FeedFormat(time="first_seen"), 0)
    assert (item.event_time_ms, item.headline) == (bank["first_seen_ms"], "Northgate Bank halts withdrawals")


def test_files_go_into_a_file_in_the_order_of_time(folder: Path) -> None:
    (folder / "a.jsonl").write_text('{"ts": 2000000000000, "title": "Second"}\nnot json\n')
    (folder / "b.csv").write_text("published_at,title\n2001-09-09T01:46:40Z,First\n")
    done = feed("a.jsonl", "b.csv", "--to", "news.jsonl", "--name", "archive")
    assert done.exit_code == 0 and "2 items are in news.jsonl, 1 records were left out" in done.output
    assert [(one["headline"], one["source"]) for one in records(folder / "news.jsonl")] == [
        ("First", "archive"),
        ("Second", "archive"),
    ]


def test_a_line_that_a_crash_cut_short_is_ended(folder: Path) -> None:
    (folder / "news.jsonl").write_bytes(b'{"headline": "cut of')
    (folder / "a.jsonl").write_text('{"ts": 2000000000000, "title": "Next"}')
    feed("a.jsonl", "--to", "news.jsonl")
    lines = (folder / "news.jsonl").read_text().splitlines()
    assert lines[0] == '{"headline": "cut of' and json.loads(lines[1])["headline"] == "Next"


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ((), "name FILES, or --rss"),
        (("a.jsonl", "--rss", "https://example.org"), "one of the two"),
        (("--rss", "ftp://example.org/x"), "no feed"),
        (("--rss", "wire"), "no feed"),
        (("--rss", "https://example.org/x", "--every", "5s", "--to", "news.jsonl"), "once a minute"),
        (("nowhere.jsonl", "--to", "news.jsonl"), "nowhere.jsonl: no such file"),
        (("a.jsonl", "--to", "/proc/news.jsonl"), "/proc/news.jsonl: cannot be written"),
    ],
)
def test_a_mistake_is_one_clear_message(folder: Path, arguments: tuple[str, ...], says: str) -> None:
    (folder / "a.jsonl").write_text('{"ts": 2000000000000, "title": "Oil slips"}')
    done = feed(*arguments)
    assert done.exit_code != 0 and says in done.output and "Traceback" not in done.output


class Away:
    """A sink whose broker is away for the first `times`."""

    def __init__(self, times: int) -> None:
        self.times = times
        self.got: list[NewsItem] = []

    def send(self, items: Iterable[NewsItem]) -> None:
        if self.times:
            self.times -= 1
            msg = "away"
            raise Unreachable(msg)
        self.got += items

    def flush(self) -> None:
        pass


def test_news_waits_for_a_broker_that_is_away(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feeding, "RETRY_SECONDS", 0.01)
    sink = Away(3)
    with serving_feeds(rss=fixed(RSS)) as server, open_client("1") as client:
        poller = Poller([Feed("wire", server.url("/rss"))], folder / "state.json", partial(fetch, client), 60_000)
        assert feeding.feed_rss(poller, sink, lambda: 5, threading.Event(), once=True) == 2
        assert len(sink.got) == 2 and len(server.asked) == 1


def test_what_waits_when_it_is_told_to_stop_is_not_remembered(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feeding, "RETRY_SECONDS", 60)
    stop = threading.Event()
    threading.Timer(0.2, stop.set).start()
    with serving_feeds(rss=fixed(RSS)) as server, open_client("1") as client:
        feeds = [Feed("wire", server.url("/rss"))]
        poller = Poller(feeds, folder / "state.json", partial(fetch, client), 60_000)
        assert feeding.feed_rss(poller, Away(99), lambda: 5, stop, once=True) == 0
        assert not (folder / "state.json").exists() and poller.due(5) == feeds


def test_the_file_sink_says_where_it_cannot_write(folder: Path) -> None:
    with pytest.raises(AccessDenied, match="cannot be written"):
        FileSink(folder)


def test_a_field_that_is_not_ours_is_named_by_config_check(folder: Path) -> None:
    (folder / "groundswell.toml").write_text('[source.fields]\nheadlin = "hl"\n')
    done = CliRunner().invoke(groundswell, ["config", "check", "groundswell.toml"])
    assert done.exit_code == 1 and "source.fields: headlin is no name of ours" in done.output
