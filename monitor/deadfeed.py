"""The dead letters' topic: what stands in the table and was not published goes out, at least once.

The rows are written with their batch and are the outbox themselves: one is marked once the topic has acknowledged it. A
process that dies between the two publishes it again, under the same key and id.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from itertools import groupby
from typing import Protocol

from sqlalchemy import select, update

from monitor.clock import wall_clock_ms
from monitor.config import Config
from monitor.engine import StoreError, open_engine, reading
from monitor.notify import next_attempt_ms
from monitor.rows import dead_letter
from monitor.tables import IS_WAITING, dead_letters
from streams.deadletters import headers, letter_id
from streams.records import DeadLetter
from streams.source import StreamError

POLL_SECONDS = 1.0
CHUNK = 200
log = logging.getLogger(__name__)


class Sink(Protocol):
    """Where records are written; streams.kafka_sink.KafkaSink is one."""

    def send_bytes(
        self,
        payload: bytes,
        key: bytes | None = None,
        partition: int | None = None,
        headers: Sequence[tuple[str, bytes]] = (),
    ) -> None:
        """Queue one record."""
        ...

    def flush(self) -> None:
        """Wait until every queued record is acknowledged; a StreamError where one was not."""
        ...

    def close(self) -> None:
        """Let go of it."""
        ...


def dead_topics(config: Config, partitions: Iterable[str]) -> dict[str, str]:
    """Partition -> the topic of its dead letters; empty where the settings or the kind of source know none."""
    if config.source.kind != "kafka" or not config.dead_letters.publish:
        return {}
    return {name: name.rpartition("/")[0] + config.dead_letters.suffix for name in partitions}


class DeadFeed:
    """Publishes the dead letters of a store: in a thread of its own, or one pass at a time by `publish_due`."""

    def __init__(
        self, store_url: str, open_sink: Callable[[str], Sink], now_ms: Callable[[], int] = wall_clock_ms
    ) -> None:
        """Connect to the store.

        Args:
            store_url: where the letters are.
            open_sink: makes the sink of a topic, and the topic where it is not there; raises a StreamError.
            now_ms: the wall clock.

        Raises:
            StoreError: the store cannot be opened.
        """
        self._open_sink = open_sink
        self._now_ms = now_ms
        self._sinks: dict[str, Sink] = {}
        self._failures: dict[str, int] = {}
        self._resting_until_ms: dict[str, int] = {}
        self._engine = open_engine(store_url, writable=True)
        self._reading = reading(self._engine)
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="dead letters", daemon=True)

    def start(self) -> None:
        """Publish in the background until `stop`."""
        self._thread.start()

    def wait_until_published(self, timeout: float) -> None:
        """Return once nothing waits, or after `timeout` seconds."""
        deadline = time.monotonic() + timeout
        while self._waiting() and time.monotonic() < deadline:
            self._stopping.wait(POLL_SECONDS / 4)

    def stop(self, timeout: float) -> bool:
        """Ask the thread to end; what was not published waits for the next run.

        Args:
            timeout: seconds to wait, for a broker may be slow to answer.

        Returns:
            Whether it ended in time.
        """
        self._stopping.set()
        if self._thread.ident is not None:
            self._thread.join(timeout)
        if self._thread.is_alive():
            return False
        for sink in self._sinks.values():
            sink.close()
        self._engine.dispose()
        return True

    def publish_due(self) -> int:
        """One pass over what waits; returns how many letters were published. A topic that fails rests for a while.

        Raises:
            StoreError: the letters cannot be read or marked; what was published unmarked is published again.
        """
        published = 0
        for topic, letters in self._waiting():
            if not self._stopping.is_set():
                published += self._publish(topic, letters)
        return published

    def _run(self) -> None:
        while not self._stopping.is_set():
            published = 0
            try:
                published = self.publish_due()
            except StoreError as error:
                log.warning("dead letters wait: %s", error)
            if not published:
                self._stopping.wait(POLL_SECONDS)

    def _waiting(self) -> list[tuple[str, list[DeadLetter]]]:
        """Topic -> its oldest letters that wait; a topic that rests holds up no other."""
        column = dead_letters.c
        resting = [topic for topic, until_ms in self._resting_until_ms.items() if until_ms > self._now_ms()]
        waiting = select(dead_letters).where(IS_WAITING, column.topic.not_in(resting))
        query = waiting.order_by(column.seq, column.partition, column.offset)
        with self._reading.connect() as connection:
            rows = connection.execute(query.limit(CHUNK)).mappings().all()
        by_topic = sorted(rows, key=lambda row: row["topic"])
        return [
            (topic, [dead_letter(row) for row in of_topic])
            for topic, of_topic in groupby(by_topic, key=lambda row: row["topic"])
        ]

    def _publish(self, topic: str, letters: Sequence[DeadLetter]) -> int:
        try:
            sink = self._sinks.get(topic) or self._sinks.setdefault(topic, self._open_sink(topic))
            for letter in letters:
                sink.send_bytes(letter.payload, key=letter_id(letter).encode(), headers=headers(letter))
            sink.flush()
        except StreamError as error:
            self._rest(topic, error)
            return 0
        self._failures.pop(topic, None)
        self._mark(letters)
        return len(letters)

    def _rest(self, topic: str, error: StreamError) -> None:
        sink = self._sinks.pop(topic, None)
        if sink is not None:
            sink.close()
        self._failures[topic] = self._failures.get(topic, 0) + 1
        now_ms = self._now_ms()
        self._resting_until_ms[topic] = next_attempt_ms(self._failures[topic], now_ms)
        rest_s = (self._resting_until_ms[topic] - now_ms) / 1000
        log.warning("dead letters wait %.0f s for topic %s: %s", rest_s, topic, error)

    def _mark(self, letters: Sequence[DeadLetter]) -> None:
        column = dead_letters.c
        with self._engine.begin() as connection:
            for letter in letters:
                here = (column.partition == letter.partition) & (column.offset == letter.offset)
                connection.execute(update(dead_letters).where(here).values(published_ms=self._now_ms()))
