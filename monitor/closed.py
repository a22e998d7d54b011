"""The windows that closed, with their means: all of them, or as many as a picture has columns for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from sqlalchemy import ColumnElement, Select, and_, func, select
from sqlalchemy.engine import Connection

from monitor.frames import KEYS, Integers, late_counts, matching_keys, rows_by_keys, with_means
from monitor.tables import windows

COLUMNS = [
    "key",
    "start_ms",
    "end_ms",
    "items",
    "stories",
    "negative",
    "neutral",
    "positive",
    "polarity",
    "ci_low",
    "ci_high",
    "late",
]
BEFORE_ALL_MS = -(10**15)  # no window ends earlier


def closed_windows(
    connection: Connection, pattern: str | None, size_ms: int | None, since_ms: int | None, until_ms: int | None
) -> pd.DataFrame:
    """All that closed in `(since_ms, until_ms]`; see `Reader.windows`."""
    keys = matching_keys(connection, windows.c.key, pattern)
    return _read(connection, select(windows).where(_closed(size_ms, since_ms, until_ms)), keys)


def thinned_windows(
    connection: Connection, pattern: str, size_ms: int, since_ms: int, until_ms: int, columns: int
) -> pd.DataFrame:
    """At most about `columns` of them a key: of each step of time the last one; see `Reader.thinned_windows`."""
    column, keys = windows.c, matching_keys(connection, windows.c.key, pattern)
    closed = _closed(size_ms, since_ms, until_ms)
    known = rows_by_keys(connection, select(column.end_ms).where(closed).distinct(), keys)
    ends = np.unique(np.fromiter((end_ms for (end_ms,) in known), np.int64))
    step = step_ms(ends, size_ms, columns)
    step_of = (column.end_ms - 1 - BEFORE_ALL_MS // step * step) // step
    last = select(column.key, func.max(column.end_ms).label("end_ms")).where(closed).group_by(column.key, step_of)
    steps = last.subquery()
    same = and_(column.key == steps.c.key, column.end_ms == steps.c.end_ms, column.start_ms == steps.c.end_ms - size_ms)
    frame = _read(connection, select(windows).join(steps, same), keys)
    rights = -(-frame["end_ms"].to_numpy(np.int64) // step) * step
    return frame.assign(left_ms=rights - step, right_ms=np.minimum(rights, ends.max(initial=BEFORE_ALL_MS)))


def step_ms(ends_ms: Integers, size_ms: int, columns: int) -> int:
    """How much time a column stands for: a whole number of hops, of which it takes at most `columns` to hold all ends.

    The hop is the greatest distance of which all ends are multiples, at most the windows' size.
    """
    hop_ms = int(np.gcd.reduce(np.append(ends_ms, size_ms)))
    hops = int(np.ptp(ends_ms)) // hop_ms + 1 if len(ends_ms) else 1
    return hop_ms * -(-hops // columns)


def _closed(size_ms: int | None, since_ms: int | None, until_ms: int | None) -> ColumnElement[bool]:
    column = windows.c
    asked = [
        *([] if size_ms is None else [column.end_ms - column.start_ms == size_ms]),
        *([] if since_ms is None else [column.end_ms > since_ms]),
        *([] if until_ms is None else [column.end_ms <= until_ms]),
    ]
    return and_(column.key.in_(KEYS), *asked)


def _read(connection: Connection, query: Select[*tuple[Any, ...]], keys: Sequence[str]) -> pd.DataFrame:
    column = windows.c
    rows = rows_by_keys(connection, query.order_by(column.key, column.end_ms, column.start_ms), keys)
    frame = pd.DataFrame(rows, columns=[one.name for one in column])
    frame["late"] = late_counts(connection, frame)
    return with_means(frame).reindex(columns=COLUMNS)
