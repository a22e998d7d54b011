"""Where a store stands: what it counted since it began, and its last batch."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.engine import Connection

from monitor.journal import BEFORE_TIME_MS
from monitor.retention import COUNTED, trimmed_counts
from monitor.tables import gaps, items, journal, outbox


@dataclass(frozen=True, slots=True)
class Status:
    """Where the store stands after its last batch; a time is None where there is none yet.

    `items` counts identities, one that comes back after `dedup` anew; a repeat is among them until the watermark has
    passed it. `records` counts every scored record (copies and revisions too), `late` those behind the watermark,
    `dead` the dead letters, all of them since the store began. `outbox_pending` notices wait for delivery,
    `outbox_failed` were given up. `gaps` counts the stretches of the log that were gone, and gone on without.
    """

    items: int
    records: int
    late: int
    dead: int
    windows: int
    watermark_ms: int | None
    tick_ms: int | None
    seq: int
    first_event_ms: int | None
    last_event_ms: int | None
    ended: bool
    model_version: str
    runtime_id: str
    config_version: str
    outbox_pending: int
    outbox_failed: int
    gaps: int


def read_status(connection: Connection) -> Status:
    """Counts, times and versions as of the last batch."""
    last = connection.execute(select(journal).order_by(journal.c.seq.desc()).limit(1)).mappings().first()
    totals = _totals(connection)
    times = [connection.scalar(select(end(items.c.event_time_ms))) for end in (func.min, func.max)]
    pending, failed = _outbox_counts(connection)
    gap_count = connection.execute(select(func.count()).select_from(gaps)).scalar_one()
    watermark_ms = last["watermark_ms"] if last else BEFORE_TIME_MS
    return Status(
        **totals,
        watermark_ms=None if watermark_ms <= BEFORE_TIME_MS else watermark_ms,
        tick_ms=last["tick_ms"] if last else None,
        seq=last["seq"] if last else 0,
        first_event_ms=times[0],
        last_event_ms=times[1],
        ended=last["ended"] if last else False,
        model_version=last["model_version"] if last else "",
        runtime_id=last["runtime_id"] if last else "",
        config_version=last["config_version"] if last else "",
        outbox_pending=pending,
        outbox_failed=failed,
        gaps=gap_count,
    )


def _totals(connection: Connection) -> dict[str, int]:
    """The sums of the journal's counts, with those of entries that were removed."""
    gone = trimmed_counts(connection)
    sums = connection.execute(select(*(func.sum(journal.c[name]) for name in COUNTED))).one()
    return {name: int(total or 0) + gone.get(name, 0) for name, total in zip(COUNTED, sums, strict=True)}


def _outbox_counts(connection: Connection) -> tuple[int, int]:
    """Notices that wait, and notices that were given up."""
    column = outbox.c
    waiting, failed = (
        connection.execute(select(func.count()).where(column.delivered_ms.is_(None), planned)).scalar_one()
        for planned in (column.next_attempt_ms.is_not(None), column.next_attempt_ms.is_(None))
    )
    return waiting, failed
