"""A Kafka log that is a dictionary, for the bookkeeping of KafkaSource."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from streams.partitioned_log import Record
from streams.source import PositionGone, UnknownTopic, Unreachable

GOOD = b'{"title": "Oil slips", "ts": 1221436800}'


class PaperLog:
    """Partitions as lists of payloads (None: an offset that no record has); each fact can be bent by a test."""

    def __init__(self, **partitions: list[bytes | None]) -> None:
        self.logs = {name.replace("_", "/"): list(payloads) for name, payloads in partitions.items()}
        self.first: dict[str, int] = {}
        self.reader: dict[str, int] = {}
        self.watermarks: dict[str, int] = {}
        self.hidden: dict[str, int] = {}
        self.ids = {"news": "id-1"}
        self.paused: frozenset[str] = frozenset()
        self.away = False
        self.asked: list[tuple[str, ...]] = []
        self.committed: dict[str, int] = {}
        self.closed = 0

    def wait_for(self, topics: tuple[str, ...]) -> None:
        for topic in topics:
            if not self.partitions(topic):
                raise UnknownTopic(topic)

    def partitions(self, topic: str) -> list[str]:
        return sorted(name for name in self.logs if name.startswith(topic + "/"))

    def topic_id(self, topic: str) -> str:
        return self.ids.get(topic, "")

    def begins(self, names: Iterable[str]) -> dict[str, int]:
        self._answer()
        return {name: self.first.get(name, 0) for name in names}

    def ends(self, names: Iterable[str]) -> dict[str, int]:
        self._answer()
        self.asked.append(tuple(names))
        return {name: len(self.logs[name]) - self.hidden.get(name, 0) for name in self.asked[-1]}

    def _answer(self) -> None:
        if self.away:
            msg = "nobody answers"
            raise Unreachable(msg)

    def start_at(self, new: Mapping[str, int]) -> None:
        self.reader.update(new)

    def fetch(self, max_records: int, timeout_ms: int) -> dict[str, list[Record]]:
        del timeout_ms
        self._answer()
        found: dict[str, list[Record]] = {}
        for name, at in self.reader.items():
            if at < self.first.get(name, 0):
                raise PositionGone(name)
            end = len(self.logs[name]) - self.hidden.get(name, 0)
            self.watermarks[name] = len(self.logs[name])
            room = max_records - sum(map(len, found.values()))
            if name in self.paused or room <= 0:
                continue
            taken = [Record(offset, value) for offset, value in enumerate(self.logs[name]) if value is not None]
            taken = [record for record in taken if at <= record.offset < end][:room]
            self.reader[name] = taken[-1].offset + 1 if taken else end
            if taken:
                found[name] = taken
        return found

    def high_watermark(self, name: str) -> int | None:
        return self.watermarks.get(name)

    def position(self, name: str) -> int | None:
        return self.reader[name]

    def pause_only(self, names: frozenset[str]) -> None:
        self.paused = names

    def commit(self, positions: Mapping[str, int]) -> None:
        self.committed.update(positions)

    def close(self) -> None:
        self.closed += 1
