"""Reading the store: what the dashboard and the command line show.

A `Reader` never writes and never waits for the writer. Each call reads one state of the store, that of the last
committed batch, whatever is written meanwhile.
"""

from __future__ import annotations

from typing import Self

import pandas as pd
from sqlalchemy import Engine, exists, func, select

from monitor import schema
from monitor.closed import closed_windows, thinned_windows
from monitor.digest import digest
from monitor.engine import open_engine
from monitor.frames import KEYS, between, matching_keys, rows_by_keys
from monitor.history import CLOSED, AlertSummary, summaries
from monitor.listing import list_items
from monitor.rows import alert_event, read_gap
from monitor.status import Status, read_status
from monitor.tables import (
    alert_events,
    dead_letters,
    gaps,
    item_keys,
    redriven,
    settings,
    snapshots,
    window_sizes,
)
from monitor.usual import Usual, newest_usual
from streams.source import Gap

PREVIEW_BYTES = 200


class Reader:
    """The reading side; any number at a time, from any thread."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._usual: tuple[tuple[int, str] | None, tuple[Usual, ...]] = (None, ())

    @classmethod
    def open(cls, url: str) -> Self:
        """Connect to a store that exists.

        Raises:
            StoreError: it does not exist, cannot be read, or was written by another version of the program.
        """
        engine = open_engine(url, writable=False)
        try:
            with engine.connect() as connection:
                schema.check(connection)
        except BaseException:
            engine.dispose()
            raise
        return cls(engine)

    def close(self) -> None:
        """Give the connections back; a second call does nothing."""
        self._engine.dispose()

    def status(self) -> Status:
        """Counts, times and versions as of the last batch."""
        with self._engine.connect() as connection:
            return read_status(connection)

    def usual(self, key: str) -> tuple[Usual, ...]:
        """What the surge rules take as usual for a key; see `newest_usual`. Each snapshot is read once."""
        with self._engine.connect() as connection:
            seq = connection.scalar(select(func.max(snapshots.c.seq)))
            if seq is None:
                return ()
            if self._usual[0] != (seq, key):
                self._usual = (seq, key), newest_usual(connection, key)
            return self._usual[1]

    def keys(self, since_ms: int | None = None, until_ms: int | None = None) -> pd.DataFrame:
        """Watch keys and how many records count for each in `[since_ms, until_ms)`, the busiest first."""
        column = item_keys.c
        counted = select(column.key, func.count().label("items")).group_by(column.key)
        counted = counted.where(column.key.in_(KEYS), *between(column.event_time_ms, since_ms, until_ms))
        with self._engine.connect() as connection:
            rows = rows_by_keys(connection, counted, matching_keys(connection, column.key, None))
        rows.sort(key=lambda row: (-row.items, row.key))
        return pd.DataFrame(rows, columns=["key", "items"])

    def window_sizes(self) -> list[int]:
        """The sizes of the windows in the store, the smallest first."""
        with self._engine.connect() as connection:
            return list(connection.scalars(select(window_sizes.c.size_ms).order_by(window_sizes.c.size_ms)))

    def windows(
        self,
        pattern: str | None = None,
        size_ms: int | None = None,
        since_ms: int | None = None,
        until_ms: int | None = None,
    ) -> pd.DataFrame:
        """Windows that closed in `(since_ms, until_ms]`, by key and end; means are per story, as in `WindowStat`.

        Args:
            pattern: a key, or a pattern in which `*` stands for anything; every other character for itself.
            size_ms: only windows of this size.
            since_ms: None for the first.
            until_ms: None for the last.
        """
        with self._engine.connect() as connection:
            return closed_windows(connection, pattern, size_ms, since_ms, until_ms)

    def thinned_windows(self, pattern: str, size_ms: int, since_ms: int, until_ms: int, columns: int) -> pd.DataFrame:
        """At most about `columns` windows a key, of those of this size that closed in `(since_ms, until_ms]`.

        They are the last ones of each step of time. A step is a whole number of hops on the epoch's grid, so a row that
        was shown stays while newer ones arrive; with one hop a step, nothing is left out. Two more columns say which
        part of the time axis a row stands for, `[left_ms, right_ms)`.
        """
        with self._engine.connect() as connection:
            return thinned_windows(connection, pattern, size_ms, since_ms, until_ms, columns)

    def items(
        self,
        key: str | None = None,
        since_ms: int | None = None,
        until_ms: int | None = None,
        limit: int = 200,
        *,
        late_only: bool = False,
    ) -> pd.DataFrame:
        """Items with event times in `[since_ms, until_ms)`, the newest first; see `monitor/listing.py`."""
        with self._engine.connect() as connection:
            return list_items(connection, key, since_ms, until_ms, limit, late_only=late_only)

    def alerts(
        self, since_ms: int | None = None, until_ms: int | None = None, state: str | None = None
    ) -> list[AlertSummary]:
        """Alerts that were open at some time in `[since_ms, until_ms)`, the newest first.

        Args:
            since_ms: None for the first.
            until_ms: None for the last.
            state: only alerts in this state now. Pendings that never fired show on request alone, as "lapsed".
        """
        event, closing = alert_events.c, alert_events.alias().c
        query = select(alert_events)
        if until_ms is not None:
            query = query.where(event.started_ms < until_ms)
        same = closing.alert_id == event.alert_id
        if state != "lapsed":
            query = query.where(~exists().where(same, closing.transition == "lapsed"))
        if since_ms is not None:
            query = query.where(~exists().where(same, closing.transition.in_(CLOSED), closing.time_ms < since_ms))
        with self._engine.connect() as connection:
            events = [alert_event(row) for row in connection.execute(query).mappings()]
        return [summary for summary in summaries(events) if state is None or summary.state == state]

    def dead_letters(self, limit: int = 200, reason: str | None = None) -> pd.DataFrame:
        """Dead letters, the newest first; `preview` is the start of the record as text, `kept` its bytes in the store.

        `published_ms` and `redriven_ms` are missing where a letter was not published, or not put back.
        """
        column = dead_letters.c
        back = (redriven.c.partition == column.partition) & (redriven.c.offset == column.offset)
        query = select(dead_letters, redriven.c.time_ms.label("redriven_ms")).outerjoin(redriven, back)
        query = query.order_by(column.seq.desc(), column.partition, column.offset.desc()).limit(limit)
        if reason is not None:
            query = query.where(column.reason == reason)
        with self._engine.connect() as connection:
            rows = connection.execute(query).all()
        frame = pd.DataFrame(rows, columns=[*(one.name for one in column), "redriven_ms"])
        frame["preview"] = [bytes(payload[:PREVIEW_BYTES]).decode("utf-8", "replace") for payload in frame["payload"]]
        frame["kept"] = frame["payload"].map(len)
        return frame.drop(columns=["payload", "seq", "key", "headers"]).astype(
            {"published_ms": "Int64", "redriven_ms": "Int64"}
        )

    def gaps(self) -> list[Gap]:
        """What the log no longer had, in the order in which it was gone on without."""
        query = select(gaps).order_by(gaps.c.seq, gaps.c.partition)
        with self._engine.connect() as connection:
            return [read_gap(row) for row in connection.execute(query).mappings()]

    def settings(self, version: str) -> str | None:
        """The JSON text of a version of the settings; None where the store has not kept it."""
        query = select(settings.c.content).where(settings.c.version == version)
        with self._engine.connect() as connection:
            return connection.scalar(query)

    def digest(self, until_ms: int | None = None) -> str:
        """The SHA-256 over windows and alert events; `monitor/digest.py` gives the exact bytes.

        Args:
            until_ms: only what was settled when the watermark stood there; None: everything.
        """
        with self._engine.connect() as connection:
            return digest(connection, until_ms)

    def status_and_digest(self, until_ms: int | None = None) -> tuple[Status, str]:
        """Both of one state of the store, which may be written to meanwhile."""
        with self._engine.connect() as connection:
            return read_status(connection), digest(connection, until_ms)
