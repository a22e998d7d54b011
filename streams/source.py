"""What every source of news looks like to the runner, and the errors that a stream can raise.

StreamError              anything that went wrong between us and the log; `retriable` says if waiting may help
|-- Unreachable          no answer from the broker or the file system (retriable)
|-- AccessDenied         credentials or permissions are wrong
|-- UnknownTopic         the topic or the file does not exist
|-- PositionGone         the log no longer has the position that the store names: a gap, never crossed in silence
`-- MalformedFeed        a file that is not what its name says
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import NamedTuple, Protocol

from streams.records import DeadLetter, NewsItem

NOTHING: Mapping[str, str] = MappingProxyType({})


class StreamError(Exception):
    """The root of every error that streams/ raises on purpose."""

    retriable = False


class Unreachable(StreamError):
    """Nobody answered; waiting may help."""

    retriable = True


class AccessDenied(StreamError):
    """Credentials or permissions are wrong; waiting does not help."""


class UnknownTopic(StreamError):
    """The topic or the file does not exist."""


@dataclass(frozen=True, slots=True)
class Gap:
    """A position that the log of a partition, which now holds `[begin, end)`, does not have.

    Attributes:
        partition: its name.
        position: where we would have gone on.
        begin: the first offset that the log has.
        end: the offset after its last record.
        anew: the topic was made anew: it is another log, whatever its offsets are.
    """

    partition: str
    position: int
    begin: int
    end: int
    anew: bool = False

    @property
    def missing(self) -> int | None:
        """How many offsets lie between; None where the rest of the log that we read is unknown."""
        return None if self.anew or self.position > self.end else self.begin - self.position

    def __str__(self) -> str:
        holds = f"the log holds offsets {self.begin} to {self.end}, the last one excluded"
        if self.anew:
            return f"{self.partition}: position {self.position} is of another log, which is gone: {holds}"
        if self.position < self.begin:
            missing = f"{self.position} to {self.begin - 1} ({self.begin - self.position} offsets) are gone"
            return f"{self.partition}: offsets {missing}: {holds}"
        return f"{self.partition}: position {self.position} lies outside of it: {holds}"


class PositionGone(StreamError):
    """The log no longer holds the position that we would go on from; `gaps` says what is missing, where known."""

    def __init__(self, message: str, gaps: tuple[Gap, ...] = ()) -> None:
        super().__init__("\n  ".join([message, *map(str, gaps)]))
        self.gaps = gaps


class MalformedFeed(StreamError):
    """A file that cannot be read as what its name says."""


class Arrival(NamedTuple):
    """A decoded item, its place in the log, and the bytes that it came in (None where no bytes came).

    `headers` are still packed, as kafka_batches.read_headers reads them: only a dead letter asks for them.
    """

    partition: str
    offset: int
    item: NewsItem
    payload: bytes | None = None
    key: bytes | None = None
    headers: bytes = b""


@dataclass(frozen=True, slots=True)
class Batch:
    """What one poll brought.

    Attributes:
        arrivals: decoded items; within a partition in offset order.
        dead: records that did not decode; arrivals and dead together cover each offset that was read.
        positions: next offset of *every* partition that is read, those with nothing new too.
        at_end: partitions whose leader answered, at this tick, that the position is the high watermark.
        silent: partitions whose leader did not answer at this tick; time does not move while there is one.
        tick_ms: the clock reading of this poll, taken once, never going back.
        ended: a finite feed has given everything.
        unread: how many records lie beyond the position, by partition, where that is known.
        log_ids: topic -> what tells it from another one of the same name, where the log has such a thing.
        gaps: what was missing and is gone on without, said once, in the first batch after `seek`.
    """

    arrivals: tuple[Arrival, ...]
    dead: tuple[DeadLetter, ...]
    positions: Mapping[str, int]
    at_end: frozenset[str]
    silent: frozenset[str]
    tick_ms: int
    ended: bool = False
    unread: Mapping[str, int] = field(default_factory=dict[str, int])
    log_ids: Mapping[str, str] = field(default_factory=dict[str, str])
    gaps: tuple[Gap, ...] = ()


class Source(Protocol):
    """A log of news that can be read from a position, and told how far the store has come."""

    def seek(self, positions: Mapping[str, int], log_ids: Mapping[str, str] = NOTHING) -> None:
        """Go on from these next offsets; a partition that is not named starts at its first record.

        Args:
            positions: the next offset of each partition.
            log_ids: what `Batch.log_ids` said of the logs that these are positions in.

        Raises:
            PositionGone: the log no longer has one of them.
        """
        ...

    def poll(self, max_items: int, timeout_ms: int) -> Batch:
        """Wait up to `timeout_ms` for at most `max_items` records; an empty batch still carries a tick."""
        ...

    def pause(self, partitions: frozenset[str]) -> None:
        """Read from all partitions but these, from the next poll on (watermark alignment)."""
        ...

    def commit(self, positions: Mapping[str, int]) -> None:
        """Tell the log how far the store has come, for the usual lag tools; never before the store has it."""
        ...

    def close(self) -> None:
        """Release what is held; calling it twice is harmless."""
        ...
