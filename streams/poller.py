"""Feeds polled politely: when each is due, what was seen already, and a small file that remembers both.

One request a host at a time; a server's Retry-After counts; what fails is asked less and less often; 410 is final.
"""

from __future__ import annotations

import hashlib
import json
import os
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from streams.fetch import Answer
from streams.records import NewsItem
from streams.rss import Feed, parse
from streams.source import MalformedFeed, StreamError

SEEN_KEPT = 5_000
LONGEST_BACKOFF_MS = 6 * 3_600_000
HOST_PAUSE_S = 1.0
WORKERS = 8
Get = Callable[[str, str, str, int], Answer]


@dataclass(frozen=True, slots=True)
class Memory:
    """What is remembered of one feed.

    Attributes:
        url: where it lives now.
        etag, modified: of its last answer, for the next request.
        due_ms: not before then is it asked again.
        failures: how often in a row it failed.
        gone: the server said 410: never again.
        seen: id -> [time of first sight, hash of the headline], the latest last.
    """

    url: str
    etag: str = ""
    modified: str = ""
    due_ms: int = 0
    failures: int = 0
    gone: bool = False
    seen: Mapping[str, Sequence[Any]] = field(default_factory=dict[str, Sequence[Any]])


@dataclass(frozen=True, slots=True)
class Round:
    """What one pass brought: new items, what to remember once they are delivered, and what to tell."""

    items: tuple[NewsItem, ...]
    memories: Mapping[str, Memory]
    notes: tuple[str, ...]


class Poller:
    """Some feeds and their memories.

    Args:
        feeds: each with an address of its own.
        state: the file that remembers.
        get: (url, etag, last-modified, now_ms) -> Answer.
        every_ms: the least time between two requests of a feed.
        pause: waits between two requests to one host, in seconds.

    Raises:
        MalformedFeed: the state file is not ours.
    """

    def __init__(
        self,
        feeds: Sequence[Feed],
        state: Path,
        get: Get,
        every_ms: int,
        pause: Callable[[float], None] = time.sleep,
    ) -> None:
        self._feeds = feeds
        self._state = state
        self._get = get
        self._every_ms = every_ms
        self._pause = pause
        self._memories = _load(state)

    def due(self, now_ms: int) -> list[Feed]:
        """The feeds whose time has come."""
        return [feed for feed in self._feeds if self._memory(feed).due_ms <= now_ms and not self._memory(feed).gone]

    def next_due_ms(self) -> int | None:
        """When the next feed is due; None where all are gone."""
        times = [self._memory(feed).due_ms for feed in self._feeds if not self._memory(feed).gone]
        return min(times, default=None)

    def poll(self, clock: Callable[[], int]) -> Round:
        """Ask every feed that is due; nothing is remembered before `accept`."""
        by_host: dict[str, list[Feed]] = {}
        for feed in self.due(clock()):
            by_host.setdefault(urlsplit(self._memory(feed).url).hostname or "", []).append(feed)
        with ThreadPoolExecutor(WORKERS, thread_name_prefix="feeds") as pool:
            rounds = [one for some in pool.map(partial(self._ask, clock), by_host.values()) for one in some]
        return Round(
            tuple(item for one in rounds for item in one.items),
            {url: memory for one in rounds for url, memory in one.memories.items()},
            tuple(note for one in rounds for note in one.notes),
        )

    def accept(self, done: Round) -> None:
        """Remember a round whose items were delivered.

        Raises:
            StreamError: the state file cannot be written.
        """
        self._memories |= done.memories
        _save(self._state, self._memories)

    def _memory(self, feed: Feed) -> Memory:
        return self._memories.get(feed.url) or Memory(feed.url)

    def _ask(self, clock: Callable[[], int], feeds: Iterable[Feed]) -> list[Round]:
        rounds: list[Round] = []
        for number, feed in enumerate(feeds):
            if number:
                self._pause(HOST_PAUSE_S)
            now_ms, memory = clock(), self._memory(feed)
            answer = self._get(memory.url, memory.etag, memory.modified, now_ms)
            rounds.append(self._judge(feed, memory, answer, now_ms))
        return rounds

    def _judge(self, feed: Feed, memory: Memory, answer: Answer, now_ms: int) -> Round:
        if answer.status == 410:
            return Round((), {feed.url: replace(memory, gone=True)}, (f"{feed.name}: gone for good (410)",))
        if answer.problem:
            return self._failed(feed, memory, answer, now_ms)
        memory = replace(memory, due_ms=now_ms + self._every_ms, failures=0, url=answer.moved_to or memory.url)
        if answer.status == 304:
            return Round((), {feed.url: memory}, ())
        document = parse(answer.body, answer.headers, feed, now_ms)
        if document.flaw and not document.items:
            return self._failed(feed, memory, replace(answer, problem=document.flaw), now_ms)
        items, seen = _unseen(document.items, memory.seen)
        headers = answer.headers
        memory = replace(memory, seen=seen, etag=headers.get("etag", ""), modified=headers.get("last-modified", ""))
        notes = [f"{feed.name}: moved to {answer.moved_to}"] * bool(answer.moved_to)
        notes += [f"{feed.name}: read in spite of {document.flaw}"] * bool(document.flaw)
        return Round(items, {feed.url: memory}, tuple(notes))

    def _failed(self, feed: Feed, memory: Memory, answer: Answer, now_ms: int) -> Round:
        failures = memory.failures + 1
        backoff_ms = min(self._every_ms * 2 ** min(failures, 16), max(self._every_ms, LONGEST_BACKOFF_MS))
        wait_ms = max(backoff_ms, int(answer.retry_after_s * 1000))
        note = f"{feed.name}: {answer.problem}; asked again in {wait_ms / 1000:.0f} s"
        return Round((), {feed.url: replace(memory, failures=failures, due_ms=now_ms + wait_ms)}, (note,))


def _unseen(
    items: Iterable[NewsItem], seen: Mapping[str, Sequence[Any]]
) -> tuple[tuple[NewsItem, ...], dict[str, Sequence[Any]]]:
    """(items that are new, or have another headline than before; what was seen, bounded).

    A revision keeps the time of first sight.
    """
    kept = dict(seen)
    fresh: list[NewsItem] = []
    for item in items:
        before = kept.pop(item.news_id, None)
        first_ms = int(before[0]) if before else item.event_time_ms
        mark = hashlib.sha256(item.headline.encode()).hexdigest()[:16]
        kept[item.news_id] = (first_ms, mark)
        if before is None or before[1] != mark:
            fresh.append(item._replace(event_time_ms=first_ms))
    return tuple(fresh), dict(list(kept.items())[-SEEN_KEPT:])


def _load(state: Path) -> dict[str, Memory]:
    try:
        raw = json.loads(state.read_text(encoding="utf-8"))
        return {url: Memory(**memory) for url, memory in raw["feeds"].items()}
    except FileNotFoundError:
        return {}
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        msg = f"{state}: not the state of `groundswell feed` ({error}): name another --state, or move it away"
        raise MalformedFeed(msg) from error
    except OSError as error:
        msg = f"{state}: cannot be read: {error.strerror}"
        raise StreamError(msg) from error


def _save(state: Path, memories: Mapping[str, Memory]) -> None:
    """Replace the file as a whole, so that a crash leaves the old one or the new one."""
    text = json.dumps({"feeds": {url: asdict(memory) for url, memory in memories.items()}})
    fresh = state.with_name(state.name + ".new")
    try:
        with fresh.open("w", encoding="utf-8") as stream:
            stream.write(text)
            stream.flush()
            os.fsync(stream.fileno())
        fresh.replace(state)
    except OSError as error:
        msg = f"{state}: cannot be written: {error.strerror}"
        raise StreamError(msg) from error
