"""Writing to and reading from the real Kafka of the tests."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import closing
from typing import Any

from streams.codec import FeedFormat
from streams.kafka_log import kafka_source
from streams.kafka_settings import KafkaSettings
from streams.kafka_sink import KafkaSink
from streams.kafka_source import KafkaSource
from streams.records import NewsItem, news_item
from streams.source import Batch

FEED = FeedFormat(name="wire", max_record_bytes=1_000_000)
START_MS = 1_221_436_800_000
PATIENCE_S = 60
MakeTopic = Callable[..., KafkaSettings]


def news(count: int, first: int = 0) -> list[NewsItem]:
    return [
        news_item(f"n{i}", START_MS + i, START_MS + i, 0, "wire", f"Northgate Bank reports quarter {i}")
        for i in range(first, first + count)
    ]


def clock() -> int:
    return time.time_ns() // 1_000_000


def write(settings: KafkaSettings, items: list[NewsItem]) -> None:
    with closing(KafkaSink(settings, settings.topics[0])) as sink:
        sink.send(items)
        sink.flush()


def write_raw(settings: KafkaSettings, payloads: list[bytes], partition: int = 0) -> None:
    with closing(KafkaSink(settings, settings.topics[0], max_request_bytes=20_000_000)) as sink:
        for payload in payloads:
            sink.send_bytes(payload, partition=partition)
        sink.flush()


def source(settings: KafkaSettings, *, until_end: bool = False) -> Any:
    return closing(kafka_source(settings, FEED, clock, until_end=until_end))


def poll_until(feed: KafkaSource, done: Callable[[list[Batch]], bool], max_items: int = 1_000) -> list[Batch]:
    batches: list[Batch] = []
    deadline = time.monotonic() + PATIENCE_S
    while not (batches and done(batches)):
        assert time.monotonic() < deadline, f"not in {PATIENCE_S} s: {batches[-1]}"
        batches.append(feed.poll(max_items, 200))
    return batches


def ids(batches: list[Batch]) -> list[str]:
    return [arrival.item.news_id for batch in batches for arrival in batch.arrivals]


def seen(count: int) -> Callable[[list[Batch]], bool]:
    return lambda batches: sum(len(batch.arrivals) + len(batch.dead) for batch in batches) >= count


def everything_at_end(batches: list[Batch]) -> bool:
    return batches[-1].at_end == batches[-1].positions.keys()
