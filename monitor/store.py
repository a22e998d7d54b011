"""The store: what a batch leaves, in one transaction, and what a restart reads.

A batch is in the store wholly or not at all, whatever kills the process (`monitor/engine.py` says how). Rows of
items, windows and dead letters are written once; one that is there already is an error, since it means that two
runners write. Alert events and notices are recognised by their id, and not added again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Generator, Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import groupby
from operator import itemgetter
from typing import Self

from sqlalchemy import Engine, RowMapping, Table, func, insert, select, text
from sqlalchemy.engine import Connection

from monitor import tables
from monitor.engine import StoreError, open_engine, reading
from monitor.evidence import Order, find_evidence
from monitor.journal import JournalEntry, KeyedItem, WindowRow
from monitor.notify import Notice
from monitor.rows import (
    BatchCounts,
    Row,
    dead_letter,
    dead_row,
    entry_row,
    event_row,
    item_key_rows,
    item_row,
    journal_entry,
    keyed_item,
)
from streams.records import AlertEvent, DeadLetter, Evidence

SNAPSHOTS_KEPT = 2
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

    @classmethod
    def open(cls, url: str) -> Self:
        """Connect, and create what is missing.

        Raises:
            StoreError: it cannot be opened or written.
        """
        engine = open_engine(url, writable=True)
        try:
            with engine.begin() as connection:
                if engine.dialect.name == "postgresql":
                    connection.execute(select(func.pg_advisory_xact_lock(STORE_LOCK)))
                tables.metadata.create_all(connection)
        except BaseException:
            engine.dispose()
            raise
        return cls(engine)

    def close(self) -> None:
        """Give the connections back; a second call does nothing."""
        self._engine.dispose()

    @contextmanager
    def begin(self) -> Generator[Transaction]:
        """One transaction: committed, and on the disk, when the block ends; nothing of it stays when it raises.

        Raises:
            StoreError: the store refused; where it is `retriable`, the same batch may be written again.
        """
        with self._engine.begin() as connection:
            if self._engine.dialect.name == "postgresql":  # as SQLite's BEGIN IMMEDIATE: one writer at a time
                connection.execute(select(func.pg_advisory_xact_lock(STORE_LOCK)))
            tx = Transaction(connection)
            yield tx
            tx.finish()

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

    def newest_snapshot(self) -> tuple[int, bytes] | None:
        """The newest snapshot that is whole, with its seq; None where there is none.

        Raises:
            StoreError: there are snapshots, and none has the bytes that were written.
        """
        query = select(tables.snapshots).order_by(tables.snapshots.c.seq.desc())
        with self._reading.connect() as connection:
            rows = connection.execute(query).all()
        for seq, state, sha256 in rows:
            if hashlib.sha256(state).hexdigest() == sha256:
                return seq, bytes(state)
        if rows:
            msg = f"all {len(rows)} snapshots in the store are damaged: replay the log into a new store"
            raise StoreError(msg)
        return None

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

    def entries(self, after_seq: int) -> Iterator[tuple[JournalEntry, list[KeyedItem]]]:
        """The batches after `after_seq` in their order, the items of each by (partition, offset).

        One batch is in memory at a time; what is written meanwhile is not seen.
        """
        item = tables.items.c
        entries = select(tables.journal).where(tables.journal.c.seq > after_seq).order_by(tables.journal.c.seq)
        rows = select(tables.items).where(item.seq > after_seq).order_by(item.seq, item.partition, item.offset)
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


class Transaction:
    """What one batch adds; made by `Store.begin`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._entry: JournalEntry | None = None
        self._records = self._late = self._dead = self._windows = 0

    def add_items(self, items: Sequence[KeyedItem], seq: int) -> None:
        """Add scored items to the batch `seq`."""
        self._insert(tables.items, [item_row(item, seq) for item in items])
        self._insert(tables.item_keys, item_key_rows(items))
        self._records += len(items)
        self._late += sum(item.late for item in items)

    def add_windows(self, rows: Sequence[WindowRow]) -> None:
        """Add closed windows: key, start_ms, end_ms, items, stories and the sums in the order of `WindowStat`."""
        self._insert(tables.windows, sorted(rows, key=itemgetter(0, 2, 1)))
        self._windows += len(rows)
        for size_ms in {row[2] - row[1] for row in rows}:
            self._add_once(tables.window_sizes, (size_ms,))

    def add_events(self, events: Sequence[AlertEvent], seq: int) -> list[AlertEvent]:
        """Append to the ledger; returns those that it did not hold yet."""
        return [event for event in events if self._add_once(tables.alert_events, event_row(event, seq))]

    def add_notices(self, notices: Sequence[Notice]) -> list[Notice]:
        """Put into the outbox; returns those that it did not hold yet."""
        return [notice for notice in notices if self._add_once(tables.outbox, _notice_row(notice))]

    def add_dead(self, letters: Sequence[DeadLetter], seq: int) -> None:
        """Keep records that could not become items."""
        self._insert(tables.dead_letters, [dead_row(letter, seq) for letter in letters])
        self._dead += len(letters)

    def add_entry(self, entry: JournalEntry) -> None:
        """Close the batch: its journal row is written, and its positions are moved, with the commit."""
        self._entry = entry
        move = text(
            "INSERT INTO positions (partition, next_offset) VALUES (:partition, :next_offset) "
            "ON CONFLICT (partition) DO UPDATE SET next_offset = excluded.next_offset"
        )
        rows = [{"partition": name, "next_offset": offset} for name, offset in sorted(entry.positions.items())]
        if rows:
            self._connection.execute(move, rows)

    def add_snapshot(self, seq: int, state: bytes) -> None:
        """Keep the fold's state after the batch `seq`, and the one before it; older ones go."""
        self._insert(tables.snapshots, [(seq, state, hashlib.sha256(state).hexdigest())])
        column = tables.snapshots.c.seq
        kept = select(column).order_by(column.desc()).limit(SNAPSHOTS_KEPT)
        self._connection.execute(tables.snapshots.delete().where(column.not_in(kept.scalar_subquery())))

    def add_settings(self, version: str, content: str, seq: int) -> None:
        """Keep the settings that journal entries from `seq` on name; known ones stay as they are."""
        self._add_once(tables.settings, (version, content, seq))

    def evidence(
        self, key: str, start_ms: int, end_ms: int, order: Order, descending: bool, limit: int = 5
    ) -> tuple[Evidence, ...]:
        """The headlines behind a window of `key`, those of this batch too; see `find_evidence`."""
        return find_evidence(self._connection, key, start_ms, end_ms, order, descending=descending, limit=limit)

    def finish(self) -> None:
        """Write the journal row with the counts of the batch; `Store.begin` calls it before the commit."""
        if self._entry is None:
            return
        counts = BatchCounts(
            records=self._records,
            items=self._new_identities(self._entry.seq) if self._records else 0,
            late=self._late,
            dead=self._dead,
            windows=self._windows,
        )
        self._insert(tables.journal, [entry_row(self._entry, counts)])

    def _new_identities(self, seq: int) -> int:
        here, other = tables.items, tables.items.alias()
        batch = select(here.c.source, here.c.news_id).where(here.c.seq == seq).distinct().subquery()
        known = select(other.c.seq).where(
            other.c.source == batch.c.source, other.c.news_id == batch.c.news_id, other.c.seq < seq
        )
        return self._connection.execute(select(func.count()).select_from(batch).where(~known.exists())).scalar_one()

    def _insert(self, table: Table, rows: Sequence[Row]) -> None:
        """Many rows by the driver's own executemany, without a map per row (docs/decisions.md: measured)."""
        if rows:
            self._connection.exec_driver_sql(_insert_text(table, self._connection), list(rows))

    def _add_once(self, table: Table, row: Row) -> bool:
        statement = _insert_text(table, self._connection) + " ON CONFLICT DO NOTHING"
        return self._connection.exec_driver_sql(statement, row).rowcount == 1


def _insert_text(table: Table, connection: Connection) -> str:
    """INSERT with one placeholder per column, as the driver writes them."""
    return str(insert(table).compile(dialect=connection.dialect))


def _notice_row(notice: Notice) -> Row:
    return (
        notice.notice_id,
        notice.channel,
        notice.alert_id,
        notice.transition,
        notice.time_ms,
        notice.title,
        notice.body,
        notice.severity,
        notice.summed,
        None,
        0,
        notice.due_ms,
        None,
        "",
    )
