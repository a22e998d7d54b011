"""What KafkaSource reads: the Log is kafka_log.KafkaLog, or a stand-in in tests."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple, Protocol


class Record(NamedTuple):
    """A payload and its offset; `headers` are still packed, as kafka_batches.read_headers reads them."""

    offset: int
    payload: bytes
    key: bytes | None = None
    headers: bytes = b""


class Log(Protocol):
    """A partitioned log as kafka_log.KafkaLog shows it; each method may raise a StreamError."""

    def wait_for(self, topics: tuple[str, ...]) -> None:
        """Return when the broker knows all topics."""
        ...

    def partitions(self, topic: str) -> list[str]:
        """A topic's partitions as far as they are known, without asking."""
        ...

    def topic_id(self, topic: str) -> str:
        """What tells a topic from another one of the same name; empty if unknown."""
        ...

    def begins(self, names: Iterable[str]) -> dict[str, int]:
        """First offsets, asked now."""
        ...

    def ends(self, names: Iterable[str]) -> dict[str, int]:
        """Offsets after the last record that may be read, asked now."""
        ...

    def start_at(self, new: Mapping[str, int]) -> None:
        """Read these partitions from these offsets, too."""
        ...

    def fetch(self, max_records: int, timeout_ms: int) -> dict[str, list[Record]]:
        """Records by partition, in offset order."""
        ...

    def high_watermark(self, name: str) -> int | None:
        """As the last fetch brought it; None before the first."""
        ...

    def position(self, name: str) -> int | None:
        """The reader's own position, which steps over what is no record."""
        ...

    def pause_only(self, names: frozenset[str]) -> None:
        """Fetch from all partitions but these."""
        ...

    def commit(self, positions: Mapping[str, int]) -> None:
        """Show these positions to the lag tools."""
        ...

    def close(self) -> None:
        """Let go of the broker."""
        ...
