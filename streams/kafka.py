"""The border to kafka-python: no other file knows it, and its errors become ours here.

What kafka-python defaults to would skip or lose records: CONSUMER and PRODUCER set that in one place.
`kafka_source` opens a Source (its logic is in kafka_source.py), KafkaSink writes, create_topic makes a topic.
"""

from __future__ import annotations

import logging
import ssl
import time
import warnings
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from streams.codec import FeedFormat, encode
from streams.kafka_batches import MalformedBatch, read_batch
from streams.kafka_settings import KafkaSettings
from streams.kafka_source import KafkaSource, Record
from streams.records import NewsItem
from streams.secrets import guard_loggers
from streams.source import AccessDenied, PositionGone, StreamError, UnknownTopic, Unreachable

with warnings.catch_warnings():  # kafka-python 3.0.12 calls importlib.resources.read_text, deprecated in Python 3.11
    warnings.simplefilter("ignore", DeprecationWarning)
    from kafka import KafkaAdminClient, KafkaConsumer, KafkaProducer
    from kafka import errors as kafka_errors
    from kafka.consumer.fetcher import Fetcher
    from kafka.net.compat import KafkaNetClient
    from kafka.net.manager import KafkaConnectionManager
    from kafka.net.selector import NetworkSelector
    from kafka.structs import OffsetAndMetadata, TopicPartition

log = logging.getLogger(__name__)

CONSUMER: Mapping[str, Any] = {
    "enable_auto_commit": False,
    "auto_offset_reset": "none",
    "isolation_level": "read_committed",
    "allow_auto_create_topics": False,
    "metrics_enabled": False,
}
PRODUCER: Mapping[str, Any] = {
    "acks": "all",
    "enable_idempotence": True,
    "compression_type": "lz4",
    "linger_ms": 20,
    "allow_auto_create_topics": False,
    "delivery_timeout_ms": 120_000,
    "max_block_ms": 10_000,
}

GONE = (
    kafka_errors.OffsetOutOfRangeError,
    kafka_errors.LogTruncationError,  # pyright: ignore[reportAttributeAccessIssue]: the checker's stubs are older
    kafka_errors.NoOffsetForPartitionError,
)
UNKNOWN = (
    kafka_errors.UnknownTopicOrPartitionError,
    kafka_errors.UnknownTopicIdError,
    kafka_errors.InconsistentTopicIdError,
    kafka_errors.InvalidTopicError,
)
DENIED = (
    kafka_errors.AuthorizationError,
    kafka_errors.SaslAuthenticationFailedError,
    kafka_errors.UnsupportedSaslMechanismError,
    kafka_errors.IllegalSaslStateError,
    kafka_errors.SecurityDisabledError,
    kafka_errors.UnacceptableCredentialError,
    kafka_errors.DelegationTokenAuthDisabledError,
    kafka_errors.DelegationTokenNotFoundError,
    kafka_errors.DelegationTokenOwnerMismatchError,
    kafka_errors.DelegationTokenRequestNotAllowedError,
    kafka_errors.DelegationTokenExpiredError,
)
DOWN = (kafka_errors.BrokerNotAvailableError, OSError)


def translate(error: Exception, doing: str) -> StreamError:
    """kafka-python's error as one of ours; what it calls retriable is Unreachable, and the rest is fatal."""
    text = f"Kafka, {doing}: {error}"
    if isinstance(error, GONE):
        return PositionGone(text)
    if isinstance(error, UNKNOWN):
        return UnknownTopic(text)
    if isinstance(error, DENIED):
        return AccessDenied(text)
    if isinstance(error, DOWN) or getattr(error, "retriable", False):
        return Unreachable(text)
    return StreamError(text)


@contextmanager
def mapped(doing: str) -> Generator[None]:
    """Raise kafka-python's errors in the block as ours, `doing` in their text."""
    try:
        yield
    except (kafka_errors.KafkaError, OSError) as error:
        raise translate(error, doing) from error


class _Manager(KafkaConnectionManager):
    """Gives up at once where a broker refuses us, instead of asking it again until the start's time is over.

    kafka-python 3.0.12 means to, and forgets a failed login before it looks for one. And where the broker's answer
    and the end of the connection are there at once, as on a busy machine, it throws the answer away.
    """

    _refusal: Exception | None = None

    async def _build_transport(self, node: Any, timeout_at: float | None = None) -> Any:
        transport: Any = await super()._build_transport(node, timeout_at=timeout_at)
        receive = transport._sock_recv

        def receive_all() -> tuple[bytes, Exception | None]:
            data, error = receive()
            return (data, None) if data else (data, error)  # the end is still there at the next reading

        transport._sock_recv = receive_all
        return transport

    def get_connection(self, node_id: Any, *args: Any, **options: Any) -> Any:
        if self.bootstrapped:
            return super().get_connection(node_id, *args, **options)
        if self._refusal:
            raise self._refusal
        connection = super().get_connection(node_id, *args, **options)
        connection.init_future.add_errback(self._note)
        return connection

    def _note(self, error: Exception) -> None:
        if isinstance(error, DENIED) or tls_error(error):
            self._refusal = error


def tls_error(error: Exception) -> ssl.SSLError | None:
    """The TLS failure in one of kafka-python's errors, which keep it as their context or as their argument."""
    inside = (error, error.__context__, *error.args)
    return next((each for each in inside if isinstance(each, ssl.SSLError)), None)


def connect(kind: Callable[..., Any], settings: KafkaSettings, **config: Any) -> tuple[Any, Any]:
    """(a kafka-python client, its view of the cluster, which it does not show), or nothing left open.

    Raises:
        Unreachable: no broker answered within `settings.start_ms`.
        AccessDenied: one refused the user, its password or our certificate, or we do not trust its own.
    """
    opened: list[KafkaNetClient] = []

    def open_client(**all_: Any) -> KafkaNetClient:
        net = NetworkSelector(**all_)
        opened.append(KafkaNetClient(net, _Manager(net, **all_)))
        return opened[0]

    security = settings.client_config()
    guard_loggers("kafka")
    try:
        with mapped(f"reaching {settings.bootstrap} (is it up there, and do the security settings fit it?)"):
            return kind(**security, **config, kafka_client=open_client), opened[0].cluster
    except StreamError as error:
        for client in opened:  # or its thread would go on trying
            client.close()
        refused = _refusal(error.__cause__, settings)
        if refused:
            raise AccessDenied(refused) from error
        raise


def _refusal(error: BaseException | None, settings: KafkaSettings) -> str:
    """What to do about a login or a certificate that was refused; empty where it was something else."""
    security = settings.security
    if isinstance(error, kafka_errors.SaslAuthenticationFailedError):
        names = f"the user in ${security.username_env} or the password in ${security.password_env}"
        return f"{settings.bootstrap} refused {names} ({security.mechanism}): {error}"
    if isinstance(error, kafka_errors.UnsupportedSaslMechanismError):
        return f"{settings.bootstrap} does not know the mechanism {security.mechanism}: set another one ({error})"
    tls = tls_error(error) if isinstance(error, Exception) else None
    if isinstance(tls, ssl.SSLCertVerificationError):
        trusted = security.ca_file or "the system's authorities"
        shown = f"{settings.bootstrap} shows a certificate that {trusted} cannot vouch for"
        return f"{shown}: set ca_file ({tls.verify_message})"
    if tls:
        return f"{settings.bootstrap} and we do not come to terms over TLS: check protocol, cert_file and port ({tls})"
    return ""


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
    log = KafkaLog(settings)
    return KafkaSource(log, settings.topics, feed, clock, until_end=until_end, accept_gaps=accept_gaps)


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
            return [Record(each.offset, each.value or b"") for each in batch]
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


def create_topic(
    settings: KafkaSettings, topic: str, partitions: int = 1, config: Mapping[str, str] | None = None
) -> bool:
    """Make a topic that keeps its records for ever, old news as well (retention.ms = -1); False if it exists."""
    spec = {topic: {"num_partitions": partitions, "configs": {"retention.ms": "-1", **(config or {})}}}
    admin, _ = connect(KafkaAdminClient, settings)
    with mapped(f"creating topic {topic}"):
        try:
            admin.create_topics(spec, wait_for_metadata=True)
        except kafka_errors.TopicAlreadyExistsError:
            return False
        finally:
            admin.close()
    return True
