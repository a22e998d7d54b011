"""The source and the sink against a real Apache Kafka."""

from __future__ import annotations

import random
import time
import uuid
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest

from streams.kafka_admin import create_topic
from streams.kafka_log import kafka_source
from streams.kafka_settings import KafkaSettings
from streams.kafka_sink import KafkaSink
from streams.source import Batch, PositionGone, StreamError, UnknownTopic, Unreachable
from tests.integration.conftest import REFUSED_SOCKETS
from tests.integration.kafka_tools import (
    FEED,
    PATIENCE_S,
    MakeTopic,
    clock,
    everything_at_end,
    ids,
    news,
    poll_until,
    seen,
    source,
    write,
    write_raw,
)

pytestmark = [pytest.mark.integration, pytest.mark.timeout(180)]


@pytest.fixture
def admin(kafka_bootstrap: str) -> Iterator[Any]:
    from kafka import KafkaAdminClient

    with closing(KafkaAdminClient(bootstrap_servers=kafka_bootstrap)) as client:
        yield client


def test_what_is_written_is_read_once_in_order_and_then_all_is_at_end(make_topic: MakeTopic) -> None:
    settings = make_topic(partitions=3)
    write(settings, news(3_000))
    with source(settings) as feed:
        batches = poll_until(feed, everything_at_end)
    assert sorted(ids(batches)) == sorted(item.news_id for item in news(3_000))
    offsets: dict[str, list[int]] = {}
    for batch in batches:
        assert batch.positions.keys() == {f"{settings.topics[0]}/{number}" for number in range(3)}
        for arrival in batch.arrivals:
            offsets.setdefault(arrival.partition, []).append(arrival.offset)
    assert len(offsets) == 3
    assert all(found == list(range(len(found))) for found in offsets.values())
    assert batches[-1].positions == {name: len(found) for name, found in offsets.items()}
    assert not any(batch.silent or batch.ended for batch in batches)
    ticks = [batch.tick_ms for batch in batches]
    assert ticks == sorted(ticks)


def test_max_items_bounds_a_batch_and_a_partition_with_more_is_not_at_end(make_topic: MakeTopic) -> None:
    settings = make_topic()
    write(settings, news(100))
    with source(settings) as feed:
        batches = poll_until(feed, seen(100), max_items=7)
    assert max(len(batch.arrivals) for batch in batches) == 7
    assert not any(batch.at_end for batch in batches[:-1])


def test_a_restart_goes_on_from_the_positions_of_the_store(make_topic: MakeTopic) -> None:
    settings = make_topic(partitions=2)
    write(settings, news(500))
    with source(settings) as feed:
        first = poll_until(feed, seen(200), max_items=50)
    with source(settings) as feed:
        feed.seek(first[-1].positions)
        second = poll_until(feed, everything_at_end)
    assert sorted(ids(first) + ids(second)) == sorted(item.news_id for item in news(500))


def test_positions_reach_the_group_for_the_lag_tools(make_topic: MakeTopic, admin: Any) -> None:
    group = f"group-{uuid.uuid4().hex[:8]}"
    settings = make_topic(partitions=2, group=group)
    write(settings, news(50))
    with source(settings) as feed:
        batches = poll_until(feed, everything_at_end)
        feed.commit({**batches[-1].positions, "another-topic/0": 5})
    committed = admin.list_group_offsets([group])[group]
    assert {f"{tp.topic}/{tp.partition}": found.offset for tp, found in committed.items()} == batches[-1].positions


def test_until_end_takes_the_ends_once_and_stops_there(make_topic: MakeTopic) -> None:
    settings = make_topic(partitions=2)
    write(settings, news(300))
    with source(settings, until_end=True) as feed:
        feed.seek({})
        write(settings, news(300, first=300))
        batches = poll_until(feed, lambda all_: all_[-1].ended, max_items=100)
    assert sorted(ids(batches)) == sorted(item.news_id for item in news(300))
    assert sum(batches[-1].positions.values()) == 300
    assert not any(batch.ended for batch in batches[:-1])


def test_until_end_of_an_empty_topic_ends_at_once(make_topic: MakeTopic) -> None:
    with source(make_topic(), until_end=True) as feed:
        assert feed.poll(10, 0).ended


def test_an_aborted_transaction_is_never_seen_and_leaves_no_lag(make_topic: MakeTopic) -> None:
    from kafka import KafkaProducer

    settings = make_topic()
    topic = settings.topics[0]
    producer = KafkaProducer(bootstrap_servers=settings.bootstrap, transactional_id=f"tx-{topic}")
    with closing(producer), source(settings) as feed:
        producer.init_transactions()
        producer.begin_transaction()
        producer.send(topic, b'{"title": "Never said", "ts": 1221436800}')
        producer.flush()
        batches = [feed.poll(100, 300) for _ in range(4)]
        assert not any(batch.arrivals or batch.at_end for batch in batches), "an open transaction is unread news"
        producer.abort_transaction()
        poll_until(feed, everything_at_end)
        producer.begin_transaction()
        producer.send(topic, b'{"title": "Said", "ts": 1221436800}')
        producer.commit_transaction()
        batches = poll_until(feed, everything_at_end)
    assert [arrival.item.headline for batch in batches for arrival in batch.arrivals] == ["Said"]
    assert batches[-1].positions == {f"{topic}/0": 4}, "two records and two end markers"


def test_until_end_reaches_an_end_that_is_a_transaction_marker(make_topic: MakeTopic) -> None:
    from kafka import KafkaProducer

    settings = make_topic()
    producer = KafkaProducer(bootstrap_servers=settings.bootstrap, transactional_id=f"tx-{settings.topics[0]}")
    with closing(producer):
        producer.init_transactions()
        producer.begin_transaction()
        producer.send(settings.topics[0], b'{"title": "Said", "ts": 1221436800}')
        producer.commit_transaction()
    with source(settings, until_end=True) as feed:
        batches = poll_until(feed, lambda all_: all_[-1].ended)
    assert seen(1)(batches)


def test_new_partitions_are_taken_up_from_their_first_record(make_topic: MakeTopic, admin: Any) -> None:
    settings = make_topic()
    topic = settings.topics[0]
    write_raw(settings, [b'{"title": "Old", "ts": 1221436800}'])
    with source(settings) as feed:
        poll_until(feed, everything_at_end)
        admin.create_partitions({topic: 3})
        poll_until(feed, lambda all_: len(all_[-1].positions) == 3)
        write_raw(settings, [b'{"title": "New", "ts": 1221436800}'], partition=2)
        batches = poll_until(feed, seen(1))
    assert [(arrival.partition, arrival.offset) for batch in batches for arrival in batch.arrivals] == [
        (f"{topic}/2", 0)
    ]


def test_deleted_records_stop_a_restart_with_the_range_named(make_topic: MakeTopic, admin: Any) -> None:
    from kafka import TopicPartition

    settings = make_topic()
    topic = settings.topics[0]
    write(settings, news(100))
    admin.delete_records({TopicPartition(topic, 0): 60})
    with source(settings) as feed:
        with pytest.raises(PositionGone, match=r"offsets 20 to 59 \(40 offsets\) are gone") as caught:
            feed.seek({f"{topic}/0": 20})
        assert [(gap.position, gap.begin, gap.end) for gap in caught.value.gaps] == [(20, 60, 100)]
        feed.seek({})
        assert ids(poll_until(feed, seen(40))) == [item.news_id for item in news(40, first=60)]


def test_records_deleted_under_a_running_reader_stop_it_with_the_range_named(make_topic: MakeTopic, admin: Any) -> None:
    from kafka import TopicPartition

    settings = make_topic()
    topic = settings.topics[0]
    write(settings, news(10))
    with source(settings) as feed:
        poll_until(feed, everything_at_end)
        feed.pause(frozenset({f"{topic}/0"}))
        feed.poll(10, 500)
        write(settings, news(90, first=10))
        admin.delete_records({TopicPartition(topic, 0): 60})
        feed.pause(frozenset())
        with pytest.raises(PositionGone, match=r"are gone: the log holds offsets 60 to 100") as caught:
            poll_until(feed, lambda _: False)
    assert [gap.begin for gap in caught.value.gaps] == [60]


def test_a_shorter_topic_of_the_same_name_stops_a_restart(make_topic: MakeTopic) -> None:
    settings = make_topic()
    topic = settings.topics[0]
    write(settings, news(5))
    with source(settings) as feed:
        with pytest.raises(PositionGone, match="position 6 lies outside"):
            feed.seek({f"{topic}/0": 6})
        with pytest.raises(PositionGone, match=f"{topic}/3"):
            feed.seek({f"{topic}/0": 5, f"{topic}/3": 1})
        feed.seek({f"{topic}/0": 5, "not-ours/0": 99})


def test_a_topic_made_anew_under_a_running_reader_stops_it(make_topic: MakeTopic, admin: Any) -> None:
    settings = make_topic()
    topic = settings.topics[0]
    write(settings, news(5))
    with source(settings) as feed:
        poll_until(feed, everything_at_end)
        admin.delete_topics([topic])
        deadline = time.monotonic() + PATIENCE_S
        while topic in {found["name"] for found in admin.describe_topics()}:
            assert time.monotonic() < deadline
            time.sleep(0.1)
        create_topic(settings, topic)
        write(settings, news(50))
        with pytest.raises(PositionGone, match=r"made anew|no longer|OffsetOutOfRange"):
            poll_until(feed, lambda _: False)


def test_a_paused_partition_brings_nothing_until_it_is_resumed(make_topic: MakeTopic) -> None:
    settings = make_topic(partitions=2)
    topic = settings.topics[0]
    for number in range(2):
        write_raw(settings, [f'{{"title": "From {number}", "ts": 1221436800}}'.encode()] * 50, partition=number)
    with source(settings) as feed:
        feed.seek({})
        feed.pause(frozenset({f"{topic}/0"}))
        held = [feed.poll(100, 200) for _ in range(5)]
        assert {arrival.partition for batch in held for arrival in batch.arrivals} == {f"{topic}/1"}
        assert not any(f"{topic}/0" in batch.at_end for batch in held)
        feed.pause(frozenset())
        assert seen(50)(poll_until(feed, seen(50)))


def test_alignment_back_and_forth_reads_every_record(make_topic: MakeTopic) -> None:
    """Records that were fetched before a pause come after it, once the other partition has nothing more."""
    settings = make_topic(partitions=2)
    topic = settings.topics[0]
    for number in range(2):
        write_raw(settings, [f'{{"title": "From {number}", "ts": 1221436800}}'.encode()] * 103, partition=number)
    with source(settings, until_end=True) as feed:
        batches: list[Batch] = []
        deadline = time.monotonic() + PATIENCE_S
        while not (batches and batches[-1].ended):
            assert time.monotonic() < deadline, f"stuck at {batches[-1].positions}"
            batches.append(feed.poll(10, 200))
            first, second = (batches[-1].positions[f"{topic}/{number}"] for number in range(2))
            feed.pause(frozenset({f"{topic}/{int(first < second)}"} if first != second else ()))
    assert sum(len(batch.arrivals) for batch in batches) == 206


def test_a_missing_topic_is_named(kafka_bootstrap: str) -> None:
    settings = KafkaSettings(kafka_bootstrap, ("no-such-topic",), start_ms=2_000)
    with source(settings) as feed, pytest.raises(UnknownTopic, match="no-such-topic"):
        feed.poll(1, 0)


@pytest.mark.usefixtures("refused_sockets")
@REFUSED_SOCKETS
def test_nobody_at_the_address_is_unreachable() -> None:
    with pytest.raises(Unreachable, match=r"127\.0\.0\.1:1"):
        kafka_source(KafkaSettings("127.0.0.1:1", ("news",), start_ms=500), FEED, clock)


def test_creating_a_topic_twice_says_so(make_topic: MakeTopic) -> None:
    settings = make_topic()
    assert not create_topic(settings, settings.topics[0])


def test_a_record_that_the_broker_refuses_fails_the_flush(make_topic: MakeTopic) -> None:
    settings = make_topic(config={"max.message.bytes": "1000"})
    with closing(KafkaSink(settings, settings.topics[0])) as sink:
        sink.send_bytes(random.Random(1).randbytes(5_000))  # what lz4 cannot make smaller
        with pytest.raises(StreamError, match=settings.topics[0]):
            sink.flush()
