"""KafkaLog: topics of a cluster as a partitioned log, for KafkaSource (streams/kafka_source.py) to read."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from streams.codec import FeedFormat
from streams.kafka_batches import MalformedBatch, read_batch
from streams.kafka_client import CONSUMER, connect
from streams.kafka_errors import mapped, translate
from streams.kafka_python import Fetcher, KafkaConsumer, OffsetAndMetadata, TopicPartition, kafka_errors
from streams.kafka_settings import KafkaSettings
from streams.kafka_source import KafkaSource
from streams.partitioned_log import Record
from streams.source import AccessDenied, UnknownTopic

log = logging.getLogger(__name__)


def kafka_source(
    settings: KafkaSettings,
    feed: FeedFormat,
    clock: Callable[[], int],
    *,
    until_end: bool = False,
    accept_gaps: bool = False,
) -> KafkaSource:
    """A Source over all partitions of `settings.topics`; see KafkaSource.

    Raises:
        Unreachable: no broker answered within `settings.start_ms`.
    """
    return KafkaSource(KafkaLog(settings), settings.topics, feed, clock, until_end=until_end, accept_gaps=accept_gaps)


def _partition(name: str) -> TopicPartition:
    topic, _, number = name.rpartition("/")
    return TopicPartition(topic, int(number))


def _name(partition: TopicPartition) -> str:
    return f"{partition.topic}/{partition.partition}"


class _QuickRecords(Fetcher.PartitionRecords):
    """What a fetch brought of one partition, unpacked into our Records at once: a quarter of kafka-python's time."""

    def _unpack_records(self, tp: TopicPartition, records: Any, *deserializers: object) -> Iterator[Record]:
        del deserializers  # we ask for none
        batch = None
        while (batch := records.next_batch()) is not None:
            if not batch.validate_crc():
                msg = f"the batch of {_name(tp)} at offset {self.next_fetch_offset} fails its checksum"
                raise kafka_errors.CorruptRecordError(msg)
            for record in self._records_of(batch):
                self.next_fetch_offset = record.offset + 1
                yield record
            if batch.magic == 2:
                self.next_fetch_offset = batch.next_offset  # a batch may end in offsets that compaction took
            self.bytes_read += batch.size_in_bytes
        self.drain()

    def _records_of(self, batch: Any) -> list[Record]:
        """A batch's records; none where it was aborted, or marks the end of a transaction."""
        if batch.magic < 2:  # written before Kafka 0.11
            return [Record(each.offset, each.value or b"", each.key) for each in batch]
        self.leader_epoch = batch.leader_epoch
        theirs: Any = self
        if batch.has_producer_id():
            theirs._consume_aborted_transactions_up_to(batch.last_offset)
            if theirs._contains_abort_marker(batch):
                self.aborted_producer_ids.discard(batch.producer_id)
            elif theirs._is_batch_aborted(batch):
                return []
        if batch.is_control_batch:
            return []
        batch._maybe_uncompress()
        try:
            return read_batch(bytes(batch._buffer[batch._pos :]), batch.records_count, batch.base_offset)
        except MalformedBatch as error:
            raise kafka_errors.CorruptRecordError(str(error)) from error


class KafkaLog:
    """Two consumers, spoken to in partition names ("news/0") and offsets: one reads, the other asks and commits.

    A broker answers the requests of one connection in turn, so a question would wait behind a fetch that waits for
    news. And the one that reads has no group, or it would stand still while the group's coordinator is away.
    """

    def __init__(self, settings: KafkaSettings) -> None:
        self._settings = settings
        self._reader: KafkaConsumer
        self._reader, self._cluster = connect(
            KafkaConsumer, settings, **CONSUMER, fetch_max_wait_ms=settings.fetch_wait_ms
        )
        self._reader._fetcher.PartitionRecords = _QuickRecords  # pyright: ignore[reportAttributeAccessIssue]
        self._asker: KafkaConsumer
        self._asker, _ = connect(KafkaConsumer, settings, **CONSUMER, group_id=settings.group or None)
        self._group = _GroupPositions(self._asker, settings) if settings.group else None

    def wait_for(self, topics: tuple[str, ...]) -> None:
        """Return when all topics are known; the broker has `start_ms` to name them.

        Raises:
            UnknownTopic: one does not exist.
            AccessDenied: one may not be read.
        """
        with mapped("asking for the topics"):
            self._cluster.set_topics(list(topics))
        deadline = time.monotonic() + self._settings.start_ms / 1000
        while missing := sorted(topic for topic in topics if not self._cluster.partitions_for_topic(topic)):
            if set(missing) & set(self._cluster.unauthorized_topics):
                msg = f"Not allowed to read {', '.join(missing)} on {self._settings.bootstrap}"
                raise AccessDenied(msg)
            if time.monotonic() > deadline:
                msg = f"{self._settings.bootstrap} has no topic {', '.join(missing)}: create it, or name another"
                raise UnknownTopic(msg)
            time.sleep(0.02)

    def partitions(self, topic: str) -> list[str]:
        """The topic's partitions as far as they are known, without asking; empty while it is not there."""
        return [f"{topic}/{number}" for number in sorted(self._cluster.partitions_for_topic(topic) or ())]

    def topic_id(self, topic: str) -> str:
        """What tells a topic from another one of the same name; empty if unknown."""
        return str(self._cluster.topic_id(topic) or "")

    def begins(self, names: Iterable[str]) -> dict[str, int]:
        """The first offset of each partition, asked now."""
        return self._offsets(self._asker.beginning_offsets, names)

    def ends(self, names: Iterable[str]) -> dict[str, int]:
        """The offset after the last one that may be read (the last stable offset), asked now."""
        return self._offsets(self._asker.end_offsets, names)

    def _offsets(self, ask: Callable[..., dict[TopicPartition, int]], names: Iterable[str]) -> dict[str, int]:
        with mapped("asking where the logs begin and end"):
            found = ask([_partition(name) for name in names], timeout_ms=self._settings.answer_ms)
        return {_name(tp): offset for tp, offset in found.items()}

    def start_at(self, new: Mapping[str, int]) -> None:
        """Read these partitions from these offsets, beside those that are read already."""
        with mapped("assigning partitions"):
            self._reader.assign(list(self._reader.assignment() | {_partition(name) for name in new}))
            for name, offset in new.items():
                self._reader.seek(_partition(name), offset)

    def fetch(self, max_records: int, timeout_ms: int) -> dict[str, list[Record]]:
        """Records by partition, in offset order; tombstones have an empty payload."""
        if self._group:
            self._group.send_if_due()
        self._free_spent_slot()
        with mapped("fetching"):
            found: Any = self._reader.poll(timeout_ms=timeout_ms, max_records=max_records)
        return {_name(tp): some for tp, some in found.items()}

    def _free_spent_slot(self) -> None:
        """Let a resumed partition come to its turn.

        kafka-python 3.0.12 parks the fetched records of a paused partition, and takes them up again only where its
        in-line slot is None: one that holds spent records, the usual case, keeps them parked for ever.
        """
        fetcher: Any = self._reader._fetcher  # pyright: ignore[reportAttributeAccessIssue]
        if not fetcher._next_partition_records:
            fetcher._next_partition_records = None

    def high_watermark(self, name: str) -> int | None:
        """As the last fetch brought it; None before the first."""
        return self._reader.highwater(_partition(name))

    def position(self, name: str) -> int | None:
        """The consumer's own position, which steps over the end markers of transactions."""
        return self._reader.position(_partition(name), timeout_ms=0)

    def pause_only(self, names: frozenset[str]) -> None:
        """Fetch from all partitions but these."""
        wanted = {_partition(name) for name in names} & self._reader.assignment()
        paused = self._reader.paused()
        self._reader.pause(*(wanted - paused))
        self._reader.resume(*(paused - wanted))

    def commit(self, positions: Mapping[str, int]) -> None:
        """Show the group's lag tools these positions, soon; a failure is logged and stops nothing."""
        if self._group:
            self._group.note({_partition(name): offset for name, offset in positions.items()})

    def close(self) -> None:
        """Send the last positions to the group and let go of the broker."""
        if self._group:
            self._group.close()
        for consumer in (self._asker, self._reader):
            consumer.close(autocommit=False, timeout_ms=self._settings.answer_ms)


class _GroupPositions:
    """Offsets committed for the lag tools alone, at most every `commit_every_ms`; nothing depends on them."""

    def __init__(self, consumer: KafkaConsumer, settings: KafkaSettings) -> None:
        self._consumer = consumer
        self._settings = settings
        self._waiting: dict[TopicPartition, int] = {}
        self._next_s = 0.0

    def note(self, positions: Mapping[TopicPartition, int]) -> None:
        self._waiting.update(positions)
        self.send_if_due()

    def send_if_due(self) -> None:
        if self._waiting and time.monotonic() >= self._next_s:
            self._send()
            self._next_s = time.monotonic() + self._settings.commit_every_ms / 1000

    def _send(self) -> None:
        offsets = {tp: OffsetAndMetadata(position, "", -1) for tp, position in self._waiting.items()}
        try:
            self._consumer.commit(offsets, timeout_ms=self._settings.answer_ms)
            self._waiting = {}
        except kafka_errors.KafkaError as error:
            log.warning("%s", str(translate(error, f"committing to group {self._settings.group}")))

    def close(self) -> None:
        if self._waiting:
            self._send()
        self._waiting = {}
