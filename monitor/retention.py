"""Retention: what the settings no longer keep goes, a chunk with every batch and in its transaction.

Time is the log's own: the watermark for items, windows and the journal, the tick for dead letters and notices, which
go by the clock. Whole batches go, the oldest first. Never removed is what a restart needs (batches since the older of
the two snapshots), what an open alert rests on (back to the window in which it began), a dead letter that its topic
has not taken yet, and a notice that no channel has taken. The fold's state is not touched, so what is kept is what it
would be had nothing been removed.
"""

from __future__ import annotations

import json
from collections.abc import Mapping

from sqlalchemy import bindparam, delete, func, select, text
from sqlalchemy.engine import Connection

from monitor.journal import BEFORE_TIME_MS, JournalEntry
from monitor.settings import RetentionSettings
from monitor.tables import (
    IS_WAITING,
    dead_letters,
    item_keys,
    items,
    journal,
    outbox,
    redriven,
    snapshots,
    trimmed,
    windows,
)

ROWS = 2_000  # about how many rows of a table go with one batch
BATCHES = 20  # and of how many batches
KEY_COSTS = 20  # what looking at a key counts for, in rows
SWEEPS = 100  # windows and notices are gone over that many times while one of them ages
COUNTED = ("records", "items", "late", "dead", "windows")

ADD = text(
    "INSERT INTO trimmed (name, value) VALUES (:name, :value) "
    "ON CONFLICT (name) DO UPDATE SET value = trimmed.value + excluded.value"
)
RAISE = text(
    "INSERT INTO trimmed (name, value) VALUES (:name, :value) ON CONFLICT (name) DO UPDATE SET value = excluded.value"
)
KEY_NAMES = ("its_key", "its_time", "its_partition", "its_offset")
REMOVE_KEY = delete(item_keys).where(
    *(column == bindparam(name) for name, column in zip(KEY_NAMES, item_keys.primary_key.columns, strict=True))
)


def trimmed_counts(connection: Connection) -> Mapping[str, int]:
    """What was removed so far: by the names of COUNTED the sums of journal entries that are gone."""
    rows = connection.execute(select(trimmed)).all()
    return {name: value for name, value in rows}


def begins_after(connection: Connection) -> int:
    """The last batch of which the journal entry or the items are gone; 0 where all are there."""
    counts = trimmed_counts(connection)
    return max(counts.get("items_until_seq", 0), counts.get("journal_until_seq", 0))


class Keeper:
    """Removes what is too old. What it remembers between batches only spares it looking: a new one does the same."""

    def __init__(self) -> None:
        self._look_at_ms: dict[str, int] = {}
        self._sweep_ms = BEFORE_TIME_MS
        self._next_sweep_ms = BEFORE_TIME_MS
        self._key: str | None = None

    def tend(
        self, connection: Connection, settings: RetentionSettings, entry: JournalEntry, floor_ms: int | None
    ) -> None:
        """Remove a chunk of each kind, in the transaction of a batch.

        Args:
            connection: the batch's.
            settings: how long what is kept.
            entry: the batch.
            floor_ms: nothing from here on goes, since an open alert rests on it; None: no alert is open.
        """
        if entry.watermark_ms <= BEFORE_TIME_MS:
            return
        restart_seq = connection.scalar(select(func.min(snapshots.c.seq))) or 0
        if settings.items is not None:
            self._items(connection, _limit(entry.watermark_ms - settings.items, floor_ms), restart_seq)
        if settings.windows is not None:
            limit_ms = _limit(entry.watermark_ms - settings.windows, floor_ms)
            self._windows(connection, limit_ms, settings.windows)
        if settings.journal is not None:
            self._journal(connection, entry.watermark_ms - settings.journal, restart_seq)
        if settings.dead_letters is not None:
            self._dead_letters(connection, entry.tick_ms - settings.dead_letters)
        if settings.notices is not None:
            self._notices(connection, entry.tick_ms - settings.notices, settings.notices)

    def _items(self, connection: Connection, limit_ms: int, restart_seq: int) -> None:
        """Batches whose every item is older than the limit, with the keys of their items."""
        if limit_ms <= self._look_at_ms.get("items", BEFORE_TIME_MS):
            return
        rows_left, column = ROWS, items.c
        for _ in range(BATCHES):
            seq = connection.scalar(select(func.min(column.seq)))
            if seq is None or seq > restart_seq or rows_left <= 0:
                return
            wanted = (column["keys"].label("keys_text"), column.event_time_ms, column.partition, column.offset)
            rows = connection.execute(select(*wanted).where(column.seq == seq)).all()
            newest_ms = max(row.event_time_ms for row in rows)
            if newest_ms >= limit_ms:
                self._look_at_ms["items"] = newest_ms
                return
            keys = [
                _named((key, row.event_time_ms, row.partition, row.offset))
                for row in rows
                for key in set(json.loads(row.keys_text))
            ]
            if keys:
                connection.execute(REMOVE_KEY, keys)
            connection.execute(delete(items).where(column.seq == seq))
            _raise_to(connection, "items_until_seq", seq)
            rows_left -= len(rows) + len(keys)

    def _windows(self, connection: Connection, limit_ms: int, kept_ms: int) -> None:
        """Windows that ended before the limit, some keys at a time: no index by time is kept for this alone."""
        if self._key is None:
            if limit_ms < self._next_sweep_ms:
                return
            self._key, self._sweep_ms, self._next_sweep_ms = "", limit_ms, limit_ms + kept_ms // SWEEPS
        column, rows_left = windows.c, ROWS
        while rows_left > 0:
            key = connection.scalar(select(func.min(column.key)).where(column.key > self._key))
            if key is None:
                self._key = None
                return
            old = (column.key == key) & (column.end_ms < self._sweep_ms)
            last = select(column.end_ms).where(old).order_by(column.end_ms).limit(1).offset(rows_left - 1)
            last_ms = connection.scalar(last)
            if last_ms is not None:
                old &= column.end_ms <= last_ms
            removed = connection.execute(delete(windows).where(old)).rowcount
            rows_left -= max(removed, KEY_COSTS)
            if last_ms is None:
                self._key = key

    def _journal(self, connection: Connection, limit_ms: int, restart_seq: int) -> None:
        """Entries whose watermark is older than the limit; their counts are kept."""
        if limit_ms <= self._look_at_ms.get("journal", BEFORE_TIME_MS):
            return
        column = journal.c
        known = select(column.seq, column.watermark_ms).where(column.watermark_ms > BEFORE_TIME_MS)
        oldest = connection.execute(known.order_by(column.seq).limit(1)).first()
        if oldest is None or oldest.watermark_ms >= limit_ms:
            self._look_at_ms["journal"] = oldest.watermark_ms if oldest else BEFORE_TIME_MS
            return
        chunk = select(column.seq).where(column.seq <= restart_seq, column.watermark_ms < limit_ms)
        last_seq = connection.scalar(
            select(func.max(column.seq)).where(column.seq.in_(chunk.order_by(column.seq).limit(ROWS)))
        )
        if last_seq is None:
            return
        gone = column.seq <= last_seq
        sums = connection.execute(select(*(func.sum(column[name]) for name in COUNTED)).where(gone)).one()
        for name, value in zip(COUNTED, sums, strict=True):
            connection.execute(ADD, {"name": name, "value": int(value)})
        connection.execute(delete(journal).where(gone))
        _raise_to(connection, "journal_until_seq", last_seq)

    def _dead_letters(self, connection: Connection, limit_ms: int) -> None:
        """Letters that came before the limit, but for those that their topic has not taken."""
        if limit_ms <= self._look_at_ms.get("dead_letters", BEFORE_TIME_MS):
            return
        column = dead_letters.c
        order = (column.seq, column.partition, column.offset)
        query = select(*order, column.tick_ms, IS_WAITING.label("waits")).order_by(*order).limit(ROWS // 10)
        rows = connection.execute(query).all()
        for row in rows:
            if row.waits or row.tick_ms >= limit_ms:
                continue
            for table in (dead_letters, redriven):
                here = (table.c.partition == row.partition) & (table.c.offset == row.offset)
                connection.execute(delete(table).where(here))
        young = [row.tick_ms for row in rows if row.tick_ms >= limit_ms]
        if young:
            self._look_at_ms["dead_letters"] = min(young)

    def _notices(self, connection: Connection, limit_ms: int, kept_ms: int) -> None:
        """Notices that were delivered before the limit; those that wait or were given up have no such time."""
        if limit_ms <= self._look_at_ms.get("notices", BEFORE_TIME_MS):
            return
        column = outbox.c
        chunk = select(column.notice_id).where(column.delivered_ms < limit_ms).limit(ROWS)
        if connection.execute(delete(outbox).where(column.notice_id.in_(chunk))).rowcount < ROWS:
            self._look_at_ms["notices"] = limit_ms + kept_ms // SWEEPS


def _named(values: tuple[str, int, str, int]) -> dict[str, str | int]:
    return dict(zip(KEY_NAMES, values, strict=True))


def _limit(old_ms: int, floor_ms: int | None) -> int:
    return old_ms if floor_ms is None else min(old_ms, floor_ms)


def _raise_to(connection: Connection, name: str, seq: int) -> None:
    connection.execute(RAISE, {"name": name, "value": seq})
