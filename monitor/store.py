"""The store: what a batch leaves, in one transaction, and what a restart reads.

A batch is in the store wholly or not at all, whatever kills the process (`monitor/engine.py` says how). Rows of
items, windows and dead letters are written once; one that is there already is an error, since it means that two
runners write. Alert events and notices are recognised by their id, and not added again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Generator, Iterable, Iterator
from contextlib import contextmanager
from itertools import groupby
from operator import itemgetter
from typing import Self

from sqlalchemy import Engine, RowMapping, func, select
from sqlalchemy.engine import Connection

from monitor import lease, schema, tables
from monitor.clock import wall_clock_ms
from monitor.engine import LeaseError, SnapshotError, StoreError, open_engine, reading
from monitor.journal import JournalEntry, KeyedItem
from monitor.retention import begins_after
from monitor.rows import dead_letter, journal_entry, keyed_item, read_gap
from monitor.transaction import Transaction, WindowRow
from streams.records import DeadLetter
from streams.source import Gap

__all__ = ["LeaseError", "Store", "StoreError", "Transaction", "WindowRow"]

STREAM_ROWS = 2_000
STORE_LOCK = 0x67726F756E64  # any number that is ours: on PostgreSQL, writers and openers of a new store take turns


class Store:
    """The writing side; one at a time per database.

    Use:
        store = Store.open("sqlite:///groundswell.db")
        with store.begin() as tx:
            tx.add_items(items, seq)
            tx.add_entry(entry)
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._reading = reading(engine)
        self._lease: lease.Lease | None = None

    @classmethod
    def open(cls, url: str) -> Self:
        """Connect; create the tables of a new store, bring those of an older version up to date.

        Raises:
            StoreError: it cannot be opened or written, or a newer version of the program wrote it.
        """
        engine = open_engine(url, writable=True)
        try:
            store = cls(engine)
            with store._exclusive() as connection:
                schema.bring_up_to_date(connection, wall_clock_ms())
        except BaseException:
            engine.dispose()
            raise
        return store

    def close(self) -> None:
        """Give the connections back; a second call does nothing."""
        self._engine.dispose()

    @property
    def epoch(self) -> int:
        """The epoch of the lease that we hold; 0 without one."""
        return self._lease.epoch if self._lease else 0

    def acquire(self, holder: str, now_ms: int, length_ms: int = lease.LEASE_MS) -> None:
        """Take the right to write; every `begin` checks it from now on.

        Args:
            holder: a name for this runner, such as `lease.own_name()`.
            now_ms: the wall clock.
            length_ms: how long the right holds after the last transaction.

        Raises:
            LeaseError: another runner writes.
        """
        with self._exclusive() as connection:
            taken = lease.acquire(connection, holder, now_ms, length_ms)
        self._lease = taken

    def release(self) -> None:
        """Give the right to write back, so that a successor need not wait; without it, does nothing."""
        if self._lease is None:
            return
        with self._exclusive() as connection:
            lease.release(connection, self._lease)
        self._lease = None

    def renew(self, now_ms: int) -> None:
        """Push the lease on where nothing is written for long; without it, does nothing.

        Raises:
            LeaseError: another runner has taken over; this one must stop.
        """
        with self.begin(now_ms):
            pass

    @contextmanager
    def begin(self, now_ms: int = 0) -> Generator[Transaction]:
        """One transaction: committed, and on the disk, when the block ends; nothing of it stays when it raises.

        Args:
            now_ms: the wall clock; a lease that was acquired is good for its length from then on.

        Raises:
            StoreError: the store refused; where it is `retriable`, the same batch may be written again.
            LeaseError: another runner has taken over; this one must stop.
        """
        with self._exclusive() as connection:
            if self._lease is not None:
                lease.renew(connection, self._lease, now_ms)
            tx = Transaction(connection)
            yield tx
            tx.finish()

    @contextmanager
    def _exclusive(self) -> Generator[Connection]:
        with self._engine.begin() as connection:
            if self._engine.dialect.name == "postgresql":  # as SQLite's BEGIN IMMEDIATE: one writer at a time
                connection.execute(select(func.pg_advisory_xact_lock(STORE_LOCK)))
            yield connection

    def last_entry(self) -> JournalEntry | None:
        """The newest entry of the journal; None in a new store."""
        query = select(tables.journal).order_by(tables.journal.c.seq.desc()).limit(1)
        with self._reading.connect() as connection:
            row = connection.execute(query).mappings().first()
        return journal_entry(row) if row else None

    def positions(self) -> dict[str, int]:
        """The next offset of every partition that was ever read."""
        with self._reading.connect() as connection:
            rows = connection.execute(select(tables.positions).order_by(tables.positions.c.partition)).all()
        return {partition: next_offset for partition, next_offset in rows}

    def log_ids(self) -> dict[str, str]:
        """What told the topics from others of their names when the positions in them were read."""
        with self._reading.connect() as connection:
            return {topic: log_id for topic, log_id in connection.execute(select(tables.log_ids)).all()}

    def whole_snapshots(self) -> list[tuple[int, bytes]]:
        """The snapshots that are whole, each with its seq, the newest first; empty where there is none at all.

        Raises:
            SnapshotError: there are snapshots, and none has the bytes that were written.
        """
        query = select(tables.snapshots).order_by(tables.snapshots.c.seq.desc())
        with self._reading.connect() as connection:
            rows = connection.execute(query).all()
        whole = [(seq, bytes(state)) for seq, state, sha256 in rows if hashlib.sha256(state).hexdigest() == sha256]
        if rows and not whole:
            msg = f"all {len(rows)} snapshots in the store are damaged"
            raise SnapshotError(msg)
        return whole

    def replayable(self, until_seq: int | None = None) -> tuple[int, int]:
        """Where a replay of the journal begins: (the last batch that is not whole any more, or 0; records after it).

        Args:
            until_seq: count records up to this batch; None: up to the last.

        Raises:
            StoreError: the journal does not hold that batch, or not whole any more.
        """
        column = tables.journal.c
        with self._reading.connect() as connection:
            after_seq = begins_after(connection)
            last_seq = connection.scalar(select(func.max(column.seq))) or 0
            ends_seq = last_seq if until_seq is None else until_seq
            records = select(func.sum(column.records + column.dead)).where(column.seq.between(after_seq + 1, ends_seq))
            total = int(connection.scalar(records) or 0)
        if until_seq is not None and not after_seq < until_seq <= last_seq:
            held = f"batches {after_seq + 1} to {last_seq}: name one of them" if last_seq > after_seq else "no batch"
            msg = f"the journal has no batch {until_seq} to end at; it holds {held}"
            raise StoreError(msg)
        return after_seq, total

    def settings(self, version: str) -> str:
        """The settings of that version, as `add_settings` was given them.

        Raises:
            StoreError: no journal entry can name it, for the store does not hold it.
        """
        query = select(tables.settings.c.content).where(tables.settings.c.version == version)
        with self._reading.connect() as connection:
            content = connection.scalar(query)
        if content is None:
            msg = f"the store holds no settings of version {version!r}: replay the log into a new store"
            raise StoreError(msg)
        return content

    def dead_letters(self, seq: int) -> list[DeadLetter]:
        """The dead letters of one batch, by (partition, offset)."""
        column = tables.dead_letters.c
        query = select(tables.dead_letters).where(column.seq == seq).order_by(column.partition, column.offset)
        with self._reading.connect() as connection:
            return [dead_letter(row) for row in connection.execute(query).mappings()]

    def gaps(self, seq: int) -> list[Gap]:
        """What one batch went on without, by partition."""
        query = select(tables.gaps).where(tables.gaps.c.seq == seq).order_by(tables.gaps.c.partition)
        with self._reading.connect() as connection:
            return [read_gap(row) for row in connection.execute(query).mappings()]

    def entries(self, after_seq: int, until_seq: int | None = None) -> Iterator[tuple[JournalEntry, list[KeyedItem]]]:
        """The batches after `after_seq`, up to `until_seq` (None: the last), the items of each by (partition, offset).

        One batch is in memory at a time; what is written meanwhile is not seen.
        """
        entry, item = tables.journal.c, tables.items.c
        entries = select(tables.journal).where(entry.seq > after_seq).order_by(entry.seq)
        rows = select(tables.items).where(item.seq > after_seq).order_by(item.seq, item.partition, item.offset)
        if until_seq is not None:
            entries, rows = entries.where(entry.seq <= until_seq), rows.where(item.seq <= until_seq)
        with self._reading.connect() as connection:
            streaming = connection.execution_options(yield_per=STREAM_ROWS)
            with streaming.execute(rows) as of_items, streaming.execute(entries) as of_entries:
                yield from _joined(of_entries.mappings(), of_items.mappings())


def _joined(
    entries: Iterable[RowMapping], items: Iterable[RowMapping]
) -> Iterator[tuple[JournalEntry, list[KeyedItem]]]:
    """Each entry with its items; both come in the order of seq."""
    batches = groupby(items, key=itemgetter("seq"))
    batch = next(batches, None)
    for row in entries:
        members: list[KeyedItem] = []
        if batch is not None and batch[0] == row["seq"]:
            members = [keyed_item(member) for member in batch[1]]
            batch = next(batches, None)
        yield journal_entry(row), members
