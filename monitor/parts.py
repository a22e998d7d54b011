"""Settings -> the source and the scorer that they name."""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from monitor.clock import wall_clock_ms
from monitor.config import Config
from monitor.scoring import Scorer, ScorerDown, StubScorer
from monitor.settings import SourceSettings
from streams.codec import PAYLOAD_KEPT_BYTES, FeedFormat
from streams.kafka_settings import KafkaSettings
from streams.source import Source

if TYPE_CHECKING:
    from streams.kafka_sink import KafkaSink

ROOM_FOR_HEADERS = 65_536
log = logging.getLogger(__name__)


def feed_format(settings: SourceSettings) -> FeedFormat:
    """How the records of this source are read."""
    return FeedFormat(settings.name, settings.fields, settings.time, settings.max_record_bytes)


def open_scorer(config: Config) -> Scorer:
    """Load the scorer; the model's libraries are imported only here.

    Raises:
        ScorerDown: the adapter or its encoder is missing or damaged.
    """
    if config.model.scorer == "stub":
        return StubScorer()
    from models.runtime import ModelError
    from models.scorer import Scorer as ModelScorer

    model = config.model
    try:
        return ModelScorer.load(model.adapter, compute=model.compute, depth=model.depth, aliases=config.aliases)
    except ModelError as error:
        raise ScorerDown(str(error)) from error


def open_source(
    config: Config,
    *,
    until_end: bool = False,
    accept_gaps: bool = False,
    clock: Callable[[], int] = wall_clock_ms,
) -> Source:
    """Open what `[source]` names; with `accept_gaps` it goes on without what the log no longer has.

    Raises:
        StreamError: it is not there or cannot be read.
    """
    settings = config.source
    if settings.kind == "files":
        from streams.files import FileSource

        return FileSource([Path(file) for file in settings.files], feed_format(settings), clock)
    if settings.kind == "simulate":
        from streams.simulate import SimulatedSource

        return SimulatedSource(clock)
    from streams.kafka_log import kafka_source

    kafka = kafka_settings(settings)
    return kafka_source(kafka, feed_format(settings), clock, until_end=until_end, accept_gaps=accept_gaps)


def kafka_settings(settings: SourceSettings) -> KafkaSettings:
    """How to reach the cluster that `[source]` names."""
    return KafkaSettings(settings.bootstrap, settings.topics, settings.group, settings.security)


def open_sink(settings: SourceSettings, topic: str, *, create: bool = False) -> KafkaSink:
    """Open a topic of the source's cluster for writing, and make it where it is not there and `create` says so.

    Raises:
        StreamError: nobody answers, or it may not be written.
    """
    from streams.kafka_admin import create_topic
    from streams.kafka_sink import KafkaSink

    kafka = kafka_settings(settings)
    if create and create_topic(kafka, topic):
        log.info("made topic %s", topic)
    return KafkaSink(kafka, topic, max(settings.max_record_bytes, PAYLOAD_KEPT_BYTES) + ROOM_FOR_HEADERS)
