"""KafkaSink: records written to a topic."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from streams.codec import encode
from streams.kafka_client import PRODUCER, connect
from streams.kafka_errors import mapped, translate
from streams.kafka_python import KafkaProducer, kafka_errors
from streams.kafka_settings import KafkaSettings
from streams.records import NewsItem


class KafkaSink:
    """Writes news to one topic, idempotently, each record acknowledged by all replicas."""

    def __init__(self, settings: KafkaSettings, topic: str, max_request_bytes: int = 1_048_576) -> None:
        self._topic = topic
        self._failure: Exception | None = None
        self._producer: KafkaProducer
        self._producer, _ = connect(KafkaProducer, settings, **PRODUCER, max_request_size=max_request_bytes)

    def send(self, items: Iterable[NewsItem]) -> None:
        """Queue items; all versions of one item go to the same partition."""
        for item in items:
            self.send_bytes(encode(item), key=f"{item.source}\n{item.news_id}".encode())

    def send_bytes(
        self,
        payload: bytes,
        key: bytes | None = None,
        partition: int | None = None,
        headers: Sequence[tuple[str, bytes]] = (),
    ) -> None:
        """Queue one record as it stands; a partition that the topic does not have is left to the producer."""
        with mapped(f"writing to {self._topic}"):
            if partition is not None and partition not in self._producer.partitions_for(self._topic):
                partition = None
            future = self._producer.send(
                self._topic, value=payload, key=key, partition=partition, headers=list(headers)
            )
        future.add_errback(self._note_failure)

    def _note_failure(self, error: Exception) -> None:
        self._failure = self._failure or error

    def flush(self, timeout_ms: int = 30_000) -> None:
        """Wait until every queued record is acknowledged.

        Raises:
            StreamError: one was not.
        """
        with mapped(f"writing to {self._topic}"):
            self._producer.flush(timeout=timeout_ms / 1000)
        if self._failure:
            raise translate(self._failure, f"writing to {self._topic}") from self._failure

    def close(self) -> None:
        """Let go of the broker; what is not flushed may be lost."""
        try:
            self._producer.close(timeout=1)
        except kafka_errors.KafkaTimeoutError:  # kafka-python 3.0.12 lets its thread go on then
            sender: Any = self._producer._sender  # pyright: ignore[reportAttributeAccessIssue]
            sender.force_close()
            self._producer.close(timeout=1)
