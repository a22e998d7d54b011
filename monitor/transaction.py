"""One transaction of the store: what a batch adds."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from functools import lru_cache
from itertools import chain
from operator import itemgetter

from sqlalchemy import Dialect, Table, insert, select, text
from sqlalchemy.engine import Connection

from monitor import tables
from monitor.engine import copy_rows
from monitor.evidence import Order, find_evidence
from monitor.journal import JournalEntry, KeyedItem, WindowRow
from monitor.notify import Notice
from monitor.retention import Keeper
from monitor.rows import (
    BatchCounts,
    Row,
    dead_row,
    entry_row,
    event_row,
    gap_row,
    item_key_rows,
    item_row,
    journal_entry,
)
from monitor.settings import RetentionSettings
from streams.records import AlertEvent, DeadLetter, Evidence
from streams.source import Gap

SNAPSHOTS_KEPT = 2
MOST_PARAMETERS = 32_766  # of one statement, in any SQLite since 2020


class Transaction:
    """What one batch adds; made by `Store.begin`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._entry: JournalEntry | None = None
        self._items = self._records = self._late = self._dead = self._windows = 0

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

    def add_dead(self, letters: Sequence[DeadLetter], seq: int, topics: Mapping[str, str] | None = None) -> None:
        """Keep records that could not become items.

        Args:
            letters: the records.
            seq: the batch.
            topics: partition -> the topic on which its dead letters are to be published; else nowhere.
        """
        wanted = topics or {}
        self._insert(tables.dead_letters, [dead_row(letter, seq, wanted.get(letter.partition)) for letter in letters])
        self._dead += len(letters)

    def add_entry(self, entry: JournalEntry, items: int = 0) -> None:
        """Close the batch: its journal row is written, and its positions are moved, with the commit.

        Args:
            entry: the row.
            items: by how many items there are more, as `Effects.items` has it.
        """
        self._entry, self._items = entry, items
        move = text(
            "INSERT INTO positions (partition, next_offset) VALUES (:partition, :next_offset) "
            "ON CONFLICT (partition) DO UPDATE SET next_offset = excluded.next_offset"
        )
        rows = [{"partition": name, "next_offset": offset} for name, offset in sorted(entry.positions.items())]
        if rows:
            self._connection.execute(move, rows)

    def add_log_ids(self, log_ids: Mapping[str, str]) -> None:
        """Remember which logs the positions are positions in."""
        move = text(
            "INSERT INTO log_ids (topic, log_id) VALUES (:topic, :log_id) "
            "ON CONFLICT (topic) DO UPDATE SET log_id = excluded.log_id"
        )
        rows = [{"topic": topic, "log_id": log_id} for topic, log_id in sorted(log_ids.items())]
        if rows:
            self._connection.execute(move, rows)

    def add_gaps(self, gaps: Sequence[Gap], seq: int) -> None:
        """Keep what the batch `seq` went on without."""
        self._insert(tables.gaps, [gap_row(gap, seq) for gap in gaps])

    def add_snapshot(self, seq: int, state: bytes) -> None:
        """Keep the fold's state after the batch `seq`, and the one before it; older ones go."""
        self._insert(tables.snapshots, [(seq, state, hashlib.sha256(state).hexdigest())])
        column = tables.snapshots.c.seq
        kept = select(column).order_by(column.desc()).limit(SNAPSHOTS_KEPT)
        self._connection.execute(tables.snapshots.delete().where(column.not_in(kept.scalar_subquery())))

    def drop_snapshots(self) -> None:
        """Remove the snapshots, where none can be read."""
        self._connection.execute(tables.snapshots.delete())

    def add_settings(self, version: str, content: str, seq: int) -> None:
        """Keep the settings that journal entries from `seq` on name; known ones stay as they are."""
        self._add_once(tables.settings, (version, content, seq))

    def evidence(
        self, key: str, start_ms: int, end_ms: int, order: Order, descending: bool, dedup_ms: int, limit: int = 5
    ) -> tuple[Evidence, ...]:
        """The headlines behind a window of `key`, those of this batch too; see `find_evidence`."""
        return find_evidence(
            self._connection, key, start_ms, end_ms, order, descending=descending, dedup_ms=dedup_ms, limit=limit
        )

    def holds(self, entry: JournalEntry) -> bool:
        """Whether this very batch is in the store: the same journal row, field by field."""
        query = select(tables.journal).where(tables.journal.c.seq == entry.seq)
        row = self._connection.execute(query).mappings().first()
        return row is not None and journal_entry(row) == entry

    def trim(self, keeper: Keeper, settings: RetentionSettings, entry: JournalEntry, floor_ms: int | None) -> None:
        """Remove some of what the settings no longer keep; see `Keeper.tend`."""
        keeper.tend(self._connection, settings, entry, floor_ms)

    def finish(self) -> None:
        """Write the journal row with the counts of the batch; `Store.begin` calls it before the commit."""
        if self._entry is None:
            return
        counts = BatchCounts(
            records=self._records,
            items=self._items,
            late=self._late,
            dead=self._dead,
            windows=self._windows,
        )
        self._insert(tables.journal, [entry_row(self._entry, counts)])

    def _insert(self, table: Table, rows: Sequence[Row]) -> None:
        """Many rows by COPY, or by as many as a statement of SQLite's takes (docs/decisions.md: measured)."""
        if not rows:
            return
        if self._connection.dialect.name == "postgresql":
            copy_rows(self._connection, table, rows)
        else:
            self._insert_in_powers(table, rows)

    def _insert_in_powers(self, table: Table, rows: Sequence[Row]) -> None:
        """Insert 2^n rows a statement, so that the statements are few and each is compiled once."""
        at, most = 0, MOST_PARAMETERS // len(table.columns)
        while at < len(rows):
            size = 1 << min(most, len(rows) - at).bit_length() - 1
            parameters = tuple(chain.from_iterable(rows[at : at + size]))
            self._connection.exec_driver_sql(_rows_text(table, self._connection.dialect, size), parameters)
            at += size

    def _add_once(self, table: Table, row: Row) -> bool:
        statement = _insert_text(table, self._connection) + " ON CONFLICT DO NOTHING"
        return self._connection.exec_driver_sql(statement, row).rowcount == 1


def _insert_text(table: Table, connection: Connection) -> str:
    """INSERT with one placeholder per column, as the driver writes them; written once for a table."""
    return _compiled_insert(table, connection.dialect)


@lru_cache(maxsize=256)
def _rows_text(table: Table, dialect: Dialect, rows: int) -> str:
    one = _compiled_insert(table, dialect)
    return one + f", ({', '.join('?' * len(table.columns))})" * (rows - 1)


@lru_cache(maxsize=64)
def _compiled_insert(table: Table, dialect: Dialect) -> str:
    return str(insert(table).compile(dialect=dialect))


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
