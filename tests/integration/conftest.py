"""One real Kafka for the session: $KAFKA_BOOTSTRAP if set, else a local one, else a skip that says what is missing."""

from __future__ import annotations

import gc
import logging
import os
import uuid
from collections.abc import Callable, Iterator

import pytest

from streams.broker import cache_dir, local_broker, missing_tools
from streams.kafka_admin import create_topic
from streams.kafka_settings import KafkaSettings

REFUSED_SOCKETS = pytest.mark.filterwarnings(
    "ignore:Exception ignored in. <socket:pytest.PytestUnraisableExceptionWarning"
)
# A broker that was killed comes back at once: it need not wait until its own last session has lapsed.
BACK_SOON = {"broker.session.timeout.ms": "3000", "broker.heartbeat.interval.ms": "500"}


def skip_or_fail(reason: str) -> None:
    """Skip for a person, fail in CI: there, a test that does not run is a test that failed."""
    if os.environ.get("CI"):
        pytest.fail(f"{reason} (in CI nothing is skipped)")
    pytest.skip(reason)


def require_broker_tools() -> None:
    missing = missing_tools(cache_dir())
    if missing:
        skip_or_fail("no KAFKA_BOOTSTRAP, and a local Kafka needs " + "; ".join(missing))


@pytest.fixture(scope="session")
def kafka_bootstrap() -> Iterator[str]:
    """`host:port` of a Kafka that tests may make topics on."""
    given = os.environ.get("KAFKA_BOOTSTRAP")
    if given:
        yield given
        return
    require_broker_tools()
    with local_broker() as broker:
        yield broker.bootstrap


@pytest.fixture
def refused_sockets() -> Iterator[None]:
    """For tests in which nobody answers: kafka-python leaves a refused socket to the garbage collector.

    Its log records would keep them alive until the end of the session, where nothing forgives the warning.
    """
    logger = logging.getLogger("kafka")
    level = logger.level
    logger.setLevel(logging.CRITICAL + 1)
    yield
    logger.setLevel(level)
    gc.collect()


@pytest.fixture
def make_topic(kafka_bootstrap: str) -> Callable[..., KafkaSettings]:
    """A function that makes a topic of a fresh name and returns settings that read it."""

    def make(partitions: int = 1, config: dict[str, str] | None = None, group: str = "") -> KafkaSettings:
        topic = f"test-{uuid.uuid4().hex[:12]}"
        create_topic(KafkaSettings(kafka_bootstrap), topic, partitions, config)
        return KafkaSettings(kafka_bootstrap, (topic,), group, refresh_ms=500)

    return make
