"""A broker that is killed and brought back: nobody is idle meanwhile, and nothing is lost."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from streams.broker import LocalBroker
from streams.codec import FeedFormat
from streams.kafka import KafkaSink, create_topic, kafka_source
from streams.kafka_settings import KafkaSettings
from tests.integration.conftest import REFUSED_SOCKETS, require_broker_tools

pytestmark = [pytest.mark.integration, pytest.mark.timeout(300), REFUSED_SOCKETS]


@pytest.fixture
def broker(tmp_path: Path, refused_sockets: None) -> Iterator[LocalBroker]:
    require_broker_tools()
    ours = LocalBroker(tmp_path)
    ours.start()
    yield ours
    ours.stop()


def test_silent_while_the_broker_is_away_and_complete_when_it_is_back(broker: LocalBroker) -> None:
    settings = KafkaSettings(broker.bootstrap, ("news",), group="g", answer_ms=500, refresh_ms=500)
    create_topic(settings, "news", partitions=2)
    feed = kafka_source(settings, FeedFormat(), lambda: time.time_ns() // 1_000_000)
    with closing(feed), closing(KafkaSink(settings, "news")) as sink:
        for number in range(2):
            sink.send_bytes(b'{"title": "Before", "ts": 1221436800}', partition=number)
        sink.flush()
        before = [feed.poll(100, 200)]
        while before[-1].at_end != before[-1].positions.keys():
            before.append(feed.poll(100, 200))
        broker.kill()
        away = [feed.poll(100, 200) for _ in range(4)]
        assert all(batch.silent == batch.positions.keys() and not batch.at_end for batch in away)
        assert all(batch.positions == before[-1].positions for batch in away)
        feed.commit(before[-1].positions)
        broker.start()
        back = [feed.poll(100, 200)]
        for number in range(2):
            sink.send_bytes(b'{"title": "After", "ts": 1221436801}', partition=number)
        deadline = time.monotonic() + 60
        while not (back[-1].at_end == back[-1].positions.keys() and set(back[-1].positions.values()) == {2}):
            assert time.monotonic() < deadline, back[-1]
            back.append(feed.poll(100, 200))
        sink.flush()
    headlines = [arrival.item.headline for batch in before + away + back for arrival in batch.arrivals]
    assert headlines == ["Before"] * 2 + ["After"] * 2
