"""Feeds over real HTTP: asked politely, read once, remembered across restarts."""

from __future__ import annotations

import gzip
from collections.abc import Callable, Iterator
from email.utils import formatdate
from functools import partial
from pathlib import Path

import httpx
import pytest

from streams import fetch
from streams.fetch import Answer, open_client, retry_after_s
from streams.poller import Poller, Round
from streams.rss import Feed
from streams.source import MalformedFeed, StreamError
from tests.streams.feed_server import ATOM, RSS, FeedServer, fixed, serving_feeds, status

EVERY_MS = 300_000
T0 = 1_800_000_000_000


class Clock:
    def __init__(self) -> None:
        self.now_ms = T0

    def __call__(self) -> int:
        return self.now_ms


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def client() -> Iterator[httpx.Client]:
    with open_client("1.2.3", "desk@example.org") as opened:
        yield opened


@pytest.fixture
def server() -> Iterator[FeedServer]:
    with serving_feeds(rss=fixed(RSS), atom=fixed(ATOM)) as ours:
        yield ours


Make = Callable[..., Poller]


@pytest.fixture
def make(server: FeedServer, client: httpx.Client, tmp_path: Path) -> Make:
    """A poller of these paths; again with the same state file after a restart."""

    def poller(*paths: str, pause: Callable[[float], None] = lambda _: None) -> Poller:
        feeds = [Feed(path.strip("/"), server.url(path)) for path in paths]
        return Poller(feeds, tmp_path / "state.json", partial(fetch.fetch, client), EVERY_MS, pause)

    return poller


def taken(poller: Poller, clock: Clock) -> Round:
    done = poller.poll(clock)
    poller.accept(done)
    return done


def test_items_come_once_also_after_a_restart(make: Make, clock: Clock) -> None:
    assert [item.news_id for item in taken(make("/rss"), clock).items] == ["id-1", "id-2"]
    clock.now_ms += EVERY_MS
    assert taken(make("/rss"), clock).items == ()


def test_what_was_not_delivered_comes_again_with_its_id(make: Make, clock: Clock) -> None:
    first = make("/rss").poll(clock)
    again = make("/rss").poll(clock)
    assert [item.news_id for item in first.items] == [item.news_id for item in again.items] != []


def test_nothing_is_asked_before_it_is_due(make: Make, clock: Clock, server: FeedServer) -> None:
    taken(make("/rss"), clock)
    clock.now_ms += EVERY_MS - 1
    poller = make("/rss")
    assert poller.due(clock()) == [] and poller.next_due_ms() == T0 + EVERY_MS
    taken(poller, clock)
    assert len(server.asked) == 1


def test_a_revision_comes_again_with_the_time_of_first_sight(make: Make, clock: Clock, server: FeedServer) -> None:
    taken(make("/rss"), clock)
    server.replies["/rss"] = fixed(RSS.replace("halts withdrawals", "reopens"))
    clock.now_ms += EVERY_MS
    (item,) = taken(make("/rss"), clock).items
    assert (item.news_id, item.headline, item.event_time_ms) == ("id-2", "Northgate Bank reopens", T0)


def test_a_request_says_who_asks_and_what_it_has(make: Make, clock: Clock, server: FeedServer) -> None:
    modified = formatdate(1_221_467_400, usegmt=True)

    def conditional(headers: dict[str, str]) -> tuple[int, dict[str, str], bytes]:
        if headers.get("if-none-match") == '"v1"' and headers.get("if-modified-since") == modified:
            return 304, {}, b""
        return 200, {"ETag": '"v1"', "Last-Modified": modified}, RSS.encode()

    server.replies["/rss"] = conditional  # type: ignore[assignment]
    assert len(taken(make("/rss"), clock).items) == 2
    clock.now_ms += EVERY_MS
    done = taken(make("/rss"), clock)
    assert (done.items, done.notes) == ((), ())
    headers = server.asked[-1][1]
    assert headers["if-none-match"] == '"v1"' and headers["if-modified-since"] == modified
    assert headers["user-agent"] == "groundswell/1.2.3 (news feed reader; desk@example.org)"


def test_a_host_is_asked_one_request_at_a_time_with_a_pause(make: Make, clock: Clock, server: FeedServer) -> None:
    pauses: list[float] = []
    taken(make("/rss", "/atom", pause=pauses.append), clock)
    assert server.most_at_once == 1 and pauses == [1.0] and sorted(server.paths()) == ["/atom", "/rss"]


@pytest.mark.parametrize("code", [429, 503])
def test_a_server_that_asks_for_time_gets_it(make: Make, clock: Clock, server: FeedServer, code: int) -> None:
    server.replies["/rss"] = status(code, Retry_After="7200")
    done = taken(make("/rss"), clock)
    assert str(code) in done.notes[0] and "7200 s" in done.notes[0]
    assert make("/rss").next_due_ms() == T0 + 7_200_000


def test_failures_are_asked_less_and_less_often(make: Make, clock: Clock, server: FeedServer) -> None:
    server.replies["/rss"] = status(500)
    waits = []
    for _ in range(9):
        taken(make("/rss"), clock)
        due_ms = make("/rss").next_due_ms() or 0
        waits.append((due_ms - clock()) // EVERY_MS)
        clock.now_ms = due_ms
    assert waits == [2, 4, 8, 16, 32, 64, 72, 72, 72]
    server.replies["/rss"] = fixed(RSS)
    assert len(taken(make("/rss"), clock).items) == 2
    assert make("/rss").next_due_ms() == clock() + EVERY_MS


def test_a_move_for_good_is_remembered_and_a_detour_is_not(make: Make, clock: Clock, server: FeedServer) -> None:
    server.replies["/old"] = status(301, Location="/rss")
    server.replies["/detour"] = status(302, Location="/atom")
    done = taken(make("/old", "/detour"), clock)
    assert len(done.items) == 4 and any("moved to" in note for note in done.notes)
    clock.now_ms += EVERY_MS
    taken(make("/old", "/detour"), clock)
    assert server.paths()[4:] == ["/rss", "/detour", "/atom"]


def test_a_circle_of_redirects_and_a_host_that_is_not_there_are_notes(
    make: Make, clock: Clock, server: FeedServer
) -> None:
    server.replies["/loop"] = status(302, Location="/loop")
    server.replies["/away"] = status(302, Location="http://127.0.0.1:1/")
    done = taken(make("/loop", "/away"), clock)
    assert done.items == () and len(done.notes) == 2 and len(server.asked) < 10


def test_gone_is_final(make: Make, clock: Clock, server: FeedServer) -> None:
    server.replies["/rss"] = status(410)
    assert "gone for good" in taken(make("/rss"), clock).notes[0]
    clock.now_ms += 1_000 * EVERY_MS
    assert make("/rss").due(clock()) == [] and make("/rss").next_due_ms() is None


def test_a_huge_body_is_not_read_also_when_it_comes_small(
    make: Make, clock: Clock, server: FeedServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fetch, "MAX_BYTES", 100_000)
    huge = RSS.replace("no title", "x" * 200_000).encode()
    server.replies["/rss"] = fixed(huge)
    server.replies["/atom"] = fixed(gzip.compress(huge), Content_Encoding="gzip")
    done = taken(make("/rss", "/atom"), clock)
    assert done.items == () and all("longer than 100000 bytes" in note for note in done.notes)


def test_a_page_instead_of_a_feed_is_a_failure_and_a_flaw_is_a_note(
    make: Make, clock: Clock, server: FeedServer
) -> None:
    server.replies["/rss"] = fixed("<html>Please log in</html>", "text/html")
    server.replies["/atom"] = fixed(ATOM.replace("</feed>", ""))
    done = taken(make("/rss", "/atom"), clock)
    assert len(done.items) == 2 and any("atom: read in spite of" in note for note in done.notes)
    assert any(note.startswith("rss: ") and "asked again" in note for note in done.notes)


def test_a_state_file_of_something_else_is_refused(make: Make, tmp_path: Path) -> None:
    (tmp_path / "state.json").write_text('{"other": 1}')
    with pytest.raises(MalformedFeed, match=r"state\.json"):
        make("/rss")


def test_a_state_that_cannot_be_written_is_said(clock: Clock) -> None:
    poller = Poller([], Path("/proc/none/state.json"), lambda *_: Answer(304), EVERY_MS)
    with pytest.raises(StreamError, match="cannot be written"):
        poller.accept(Round((), {}, ()))


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("120", 120),
        ("", 0),
        ("soon", 0),
        ("999999999", 86_400),
        (formatdate(T0 / 1000 + 60, usegmt=True), 60),
        ("-5", 0),
    ],
)
def test_retry_after(value: str, seconds: float) -> None:
    assert retry_after_s(value, T0) == seconds
