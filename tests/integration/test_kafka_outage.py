"""A broker that is killed and brought back: nobody is idle meanwhile, and nothing is lost."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from monitor.config import parse_config
from monitor.parts import open_source
from monitor.pipeline import Runner
from monitor.queries import Reader
from monitor.scoring import StubScorer
from monitor.store import Store
from monitor.writer import Writer
from streams.broker import LocalBroker
from streams.codec import FeedFormat
from streams.kafka_admin import create_topic
from streams.kafka_log import kafka_source
from streams.kafka_settings import KafkaSettings
from streams.kafka_sink import KafkaSink
from tests.integration.conftest import BACK_SOON, REFUSED_SOCKETS, require_broker_tools

pytestmark = [pytest.mark.integration, pytest.mark.timeout(300), REFUSED_SOCKETS]
T0_MS, MINUTE_MS = 1_700_000_000_000, 60_000
IDLE_AFTER_S = 4


@pytest.fixture
def broker(tmp_path: Path, refused_sockets: None) -> Iterator[LocalBroker]:
    require_broker_tools()
    ours = LocalBroker(tmp_path / "kafka", overrides=BACK_SOON)
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
        broker.kill()
        sink.send_bytes(b'{"title": "Never sent", "ts": 1221436802}')  # does not hold up the end
    headlines = [arrival.item.headline for batch in before + away + back for arrival in batch.arrivals]
    assert headlines == ["Before"] * 2 + ["After"] * 2


def send(sink: KafkaSink, partition: int, minutes: range) -> None:
    for minute in minutes:
        record = {"id": f"{partition}-{minute}", "ts": T0_MS + minute * MINUTE_MS, "title": f"Report {minute}"}
        sink.send_bytes(json.dumps(record).encode(), partition=partition)


def test_an_outage_longer_than_idle_after_makes_nothing_late(broker: LocalBroker, tmp_path: Path) -> None:
    create_topic(KafkaSettings(broker.bootstrap), "news", partitions=2)
    source = {"bootstrap": broker.bootstrap, "idle_after": f"{IDLE_AFTER_S}s", "max_drift": "12h"}
    config = parse_config({"source": source, "windows": {"hop": "5m", "sizes": ["10m"]}}, "test")
    url = f"sqlite:///{tmp_path}/news.db"
    with (
        closing(Store.open(url)) as store,
        closing(open_source(config)) as feed,
        closing(KafkaSink(KafkaSettings(broker.bootstrap), "news")) as sink,
    ):
        runner = Runner(config, feed, StubScorer(), Writer(store, config))
        steps = runner.run()
        send(sink, 0, range(60))
        send(sink, 1, range(30))
        sink.flush()
        read = 0
        while read < 90:
            read += next(steps).records
        before_ms = runner.state.mark.time_ms
        assert before_ms == T0_MS + 29 * MINUTE_MS, "the slower partition decides, and is not idle yet"
        broker.kill()
        gone_s = time.monotonic()
        send(sink, 0, range(60, 70))
        send(sink, 1, range(30, 70))
        while time.monotonic() - gone_s < IDLE_AFTER_S + 2:
            assert next(steps).watermark_ms == before_ms, "nobody is idle while no leader answers"
        back = threading.Thread(target=broker.start)
        back.start()
        while read < 140:
            read += next(steps).records
            assert time.monotonic() - gone_s < 90
        back.join()
    with closing(Reader.open(url)) as reader:
        status = reader.status()
    assert (status.items, status.late) == (140, 0)
