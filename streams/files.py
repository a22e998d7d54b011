"""FileSource: files of news as a finite source, merged by event time, at full speed or paced.

All files of a run are one partition, in the order of event time (ties: the order of the files and their lines), so
that nothing is late. A position is an index into that order. The partition is named after the content of the files
and how they are read: positions of other files are refused, not applied.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from operator import attrgetter
from pathlib import Path

from streams.codec import DecodeError, FeedFormat, Reason, dead_letter, decode
from streams.records import DeadLetter, NewsItem
from streams.rows import read_rows
from streams.source import NOTHING, Arrival, Batch, PositionGone

PREFIX = "files/"
BEFORE_ALL_MS = -(2**62)


@dataclass(frozen=True, slots=True)
class _Entry:
    """A record in its place: an item, or why it is none, at the time of the item before it in its file."""

    time_ms: int
    record: NewsItem | DecodeError
    payload: bytes


class FileSource:
    """Everything in some files, once; `total` records, then the feed ends.

    Args:
        files: *.jsonl, *.csv, *.parquet and the like; see rows.read_rows.
        feed: how records are read.
        clock: milliseconds since 1970.
        pace: simulated seconds a second, finite and above 0; the tick is then the simulated time, up to the clock's.
            None: full speed, the clock's tick.
        sleep: how a paced feed waits, in seconds.

    Raises:
        UnknownTopic, MalformedFeed, AccessDenied, Unreachable: a file cannot be read.
    """

    def __init__(
        self,
        files: Sequence[Path],
        feed: FeedFormat,
        clock: Callable[[], int],
        *,
        pace: float | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._clock = clock
        self._pace = pace
        self._sleep = sleep
        self._entries = _load(files, feed, clock())
        self._loaded_ms = clock()
        self.partition = PREFIX + _fingerprint(files, feed)
        self._next = 0
        self._tick_ms = BEFORE_ALL_MS
        self._started: tuple[int, int] | None = None
        self._paused = False

    @property
    def total(self) -> int:
        """How many records there are, dead ones too."""
        return len(self._entries)

    def seek(self, positions: Mapping[str, int], log_ids: Mapping[str, str] = NOTHING) -> None:
        """Go on from the position of these very files; without one, start at the first record.

        Raises:
            PositionGone: the positions are those of other files, or of the same read in another way.
        """
        del log_ids  # the partition's name says which files they are
        others = sorted(name for name in positions if name.startswith(PREFIX) and name != self.partition)
        position = positions.get(self.partition, 0)
        if (others and self.partition not in positions) or not 0 <= position <= self.total:
            msg = (
                f"The store stands in other files ({', '.join(others) or position}) than these ({self.partition}): "
                "they were changed, or are read with other settings. Use a new store for them"
            )
            raise PositionGone(msg)
        self._next = position
        self._started = None

    def poll(self, max_items: int, timeout_ms: int) -> Batch:
        """The next records, at most `max_items`; a paced feed waits up to `timeout_ms` for one to be due."""
        if self._pace is not None:
            self._wait(timeout_ms)
        self._tick_ms = max(self._tick_ms, self._simulated_ms())
        due = [] if self._paused else self._due(max_items)
        if due and due[-1].time_ms > self._tick_ms:  # beyond the clock: judged by the clock, as at full speed
            self._tick_ms = max(self._tick_ms, self._clock())
        first, self._next = self._next, self._next + len(due)
        arrivals: list[Arrival] = []
        dead: list[DeadLetter] = []
        for offset, entry in enumerate(due, start=first):
            if isinstance(entry.record, NewsItem):
                arrivals.append(Arrival(self.partition, offset, entry.record, entry.payload))
            else:
                dead.append(dead_letter(self.partition, offset, entry.payload, entry.record, self._loaded_ms))
        ended = self._next == self.total
        drained = not due and (ended or (self._pace is not None and not self._paused))
        return Batch(
            arrivals=tuple(arrivals),
            dead=tuple(dead),
            positions={self.partition: self._next},
            at_end=frozenset({self.partition} if drained else ()),
            silent=frozenset(),
            tick_ms=self._tick_ms,
            ended=ended,
            unread={self.partition: self.total - self._next},
        )

    def _due(self, max_items: int) -> list[_Entry]:
        """The next entries whose time has come; one beyond the real clock waits for nobody (it is the runner's)."""
        ahead = self._entries[self._next : self._next + max_items]
        if self._pace is None:
            return ahead
        now_ms = self._clock()
        count = next((n for n, entry in enumerate(ahead) if self._tick_ms < entry.time_ms <= now_ms), len(ahead))
        return ahead[:count]

    def _simulated_ms(self) -> int:
        """The clock; in a paced feed the time of the record that it started with and what passed since, up to it."""
        now_ms = self._clock()
        if self._pace is None:
            return now_ms
        if self._started is None:
            upcoming = (entry.time_ms for entry in self._entries[self._next :] if entry.time_ms > BEFORE_ALL_MS)
            self._started = (now_ms, next(upcoming, now_ms))
        began_ms, first_ms = self._started
        return int(min(now_ms, first_ms + (now_ms - began_ms) * self._pace))

    def _wait(self, timeout_ms: int) -> None:
        if self._pace is None or self._next == self.total:
            return
        until_due_ms = (self._entries[self._next].time_ms - self._simulated_ms()) / self._pace
        wait_ms = timeout_ms if self._paused else min(timeout_ms, until_due_ms)
        if wait_ms > 0 and self._entries[self._next].time_ms <= self._clock():
            self._sleep(wait_ms / 1000)

    def pause(self, partitions: frozenset[str]) -> None:
        """Bring nothing while our one partition is among these."""
        self._paused = self.partition in partitions

    def commit(self, positions: Mapping[str, int]) -> None:
        """Nothing to tell: files keep no positions."""
        del positions

    def close(self) -> None:
        """Nothing is held open; calling it twice is harmless."""


def _load(files: Iterable[Path], feed: FeedFormat, now_ms: int) -> list[_Entry]:
    entries: list[_Entry] = []
    for path in files:
        time_ms = BEFORE_ALL_MS
        for number, payload in read_rows(path):
            try:
                item = decode(payload, feed, now_ms)
                time_ms = item.event_time_ms
                entries.append(_Entry(time_ms, item, payload))
            except DecodeError as error:
                placed = DecodeError(Reason(error.reason), f"{path}:{number}: {error.detail}")
                entries.append(_Entry(time_ms, placed, payload))
    entries.sort(key=attrgetter("time_ms"))
    return entries


def _fingerprint(files: Iterable[Path], feed: FeedFormat) -> str:
    digest = hashlib.sha256(repr((feed.name, sorted(feed.fields.items()), feed.time, feed.max_record_bytes)).encode())
    for path in files:
        with path.open("rb") as stream:
            digest.update(hashlib.file_digest(stream, "sha256").digest())
    return digest.hexdigest()[:12]
