"""What an operator asks of a cluster: a new topic, which topics it has, what may be read, what its clock shows."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from streams.kafka_client import PRODUCER, connect
from streams.kafka_errors import mapped
from streams.kafka_log import KafkaLog
from streams.kafka_python import KafkaAdminClient, KafkaProducer, kafka_errors
from streams.kafka_settings import KafkaSettings

ANSWER_S = 5.0


@dataclass(frozen=True, slots=True)
class ClockSkew:
    """How far the broker's clock is ahead of ours, and by how much that may be wrong (half a round trip)."""

    ahead_ms: int
    give_or_take_ms: int


@contextmanager
def _admin(settings: KafkaSettings) -> Generator[Any]:
    admin, _ = connect(KafkaAdminClient, settings)
    try:
        yield admin
    finally:
        admin.close()


def create_topic(
    settings: KafkaSettings, topic: str, partitions: int = 1, config: Mapping[str, str] | None = None
) -> bool:
    """Make a topic that keeps its records for ever, old news as well (retention.ms = -1); False if it exists."""
    spec = {topic: {"num_partitions": partitions, "configs": {"retention.ms": "-1", **(config or {})}}}
    with _admin(settings) as admin, mapped(f"creating topic {topic}"):
        try:
            admin.create_topics(spec, wait_for_metadata=True)
        except kafka_errors.TopicAlreadyExistsError:
            return False
    return True


def topics(settings: KafkaSettings) -> frozenset[str]:
    """The topics that we may see.

    Raises:
        Unreachable: nobody answers.
        AccessDenied: user, password or certificate is refused.
    """
    with _admin(settings) as admin, mapped("listing topics"):
        return frozenset(admin.list_topics())


def unread(settings: KafkaSettings) -> int:
    """How many records lie in the topics of `settings`, which are opened as a runner would.

    Raises:
        UnknownTopic: one does not exist.
        AccessDenied: one may not be read.
    """
    log = KafkaLog(settings)
    try:
        log.wait_for(settings.topics)
        names = [name for topic in settings.topics for name in log.partitions(topic)]
        begins, ends = log.begins(names), log.ends(names)
        return sum(ends[name] - begins[name] for name in names)
    finally:
        log.close()


def clock_skew(settings: KafkaSettings, clock: Callable[[], int]) -> ClockSkew:
    """Read the broker's clock: it stamps a record into a topic that is made for it and deleted.

    Raises:
        StreamError: we may not make one.
    """
    topic = f"groundswell-clock-{secrets.token_hex(4)}"
    create_topic(settings, topic, config={"message.timestamp.type": "LogAppendTime"})
    try:
        return _stamp(settings, topic, clock)
    finally:
        with _admin(settings) as admin, mapped(f"deleting topic {topic}"):
            admin.delete_topics([topic])


def _stamp(settings: KafkaSettings, topic: str, clock: Callable[[], int]) -> ClockSkew:
    producer, _ = connect(KafkaProducer, settings, **{**PRODUCER, "linger_ms": 0})
    try:
        with mapped(f"writing to {topic}"):
            producer.send(topic, value=b"warm").get(timeout=ANSWER_S)
            before_ms = clock()
            stamped_ms = producer.send(topic, value=b"clock").get(timeout=ANSWER_S).timestamp
            after_ms = clock()
    finally:
        producer.close(timeout=1)
    return ClockSkew(stamped_ms - (before_ms + after_ms) // 2, (after_ms - before_ms + 1) // 2)
