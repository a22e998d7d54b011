"""The pieces of `monitor/queries.py`: which keys match, their rows, and sums turned into means."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from sqlalchemy import Column, ColumnElement, Row, Select, bindparam, select
from sqlalchemy.engine import Connection
from sqlalchemy.sql.functions import min as sql_min

from monitor.tables import IS_LATE, item_keys
from monitor.watches import key_pattern
from streams.records import CONFIDENCE_Z, MILLION

KEYS_PER_QUERY = 500
KEYS = bindparam("keys", expanding=True)
Integers = npt.NDArray[np.int64]


def matching_keys(connection: Connection, column: Column[str], pattern: str | None) -> list[str]:
    """The keys in a table that match, in order; None for all.

    `column` leads the primary key, so the walk jumps from key to key and reads no row twice. Matching is done here
    and not by LIKE, which has other wildcards and, on SQLite, ignores case.
    """
    if pattern is not None and "*" not in pattern:
        return [pattern]
    walk = select(sql_min(column).label("key")).cte("walk", recursive=True)
    following = select(sql_min(column)).where(column > walk.c.key).scalar_subquery()
    walk = walk.union_all(select(following).where(walk.c.key.is_not(None)))
    keys = connection.scalars(select(walk.c.key).where(walk.c.key.is_not(None)))
    wanted = key_pattern("*" if pattern is None else pattern)
    return [key for key in keys if wanted.fullmatch(key)]


def rows_by_keys(connection: Connection, query: Select[*tuple[Any, ...]], keys: Sequence[str]) -> list[Row[Any]]:
    """The rows of `query`, which asks for `KEYS`, for these keys, in the order of the keys."""
    found: list[Row[Any]] = []
    for start in range(0, len(keys), KEYS_PER_QUERY):
        found.extend(connection.execute(query, {KEYS.key: keys[start : start + KEYS_PER_QUERY]}))
    return found


def between(column: ColumnElement[int], since_ms: int | None, until_ms: int | None) -> list[ColumnElement[bool]]:
    """Conditions for `[since_ms, until_ms)`; None leaves an end open."""
    lower = [] if since_ms is None else [column >= since_ms]
    return lower if until_ms is None else [*lower, column < until_ms]


def late_counts(connection: Connection, frame: pd.DataFrame) -> Integers:
    """For each window row, the late records of its key in `[start_ms, end_ms)`."""
    keys, starts, ends = (np.asarray(frame[name]) for name in ("key", "start_ms", "end_ms"))
    counts = np.zeros(len(keys), dtype=np.int64)
    if not len(keys):
        return counts
    column = item_keys.c
    within = between(column.event_time_ms, int(starts.min()), int(ends.max()))
    late = select(column.key, column.event_time_ms).where(IS_LATE, *within, column.key.in_(KEYS))
    times: dict[str, list[int]] = {}
    for row in rows_by_keys(connection, late, sorted(set(keys))):
        times.setdefault(row.key, []).append(row.event_time_ms)
    for key, unordered in times.items():
        ordered, mine = np.sort(unordered), keys == key
        counts[mine] = np.searchsorted(ordered, ends[mine]) - np.searchsorted(ordered, starts[mine])
    return counts


def with_means(frame: pd.DataFrame) -> pd.DataFrame:
    """Means per story and the interval of the polarity, by the formulas of `WindowStat`."""
    stories = np.asarray(frame["stories"], dtype=np.float64)
    some = np.maximum(stories, 1.0)
    means = {
        name: np.asarray(frame[f"{name}_sum"], dtype=np.float64) / MILLION / some
        for name in ("negative", "neutral", "positive", "polarity")
    }
    polarity = means["polarity"]
    squares = np.asarray(frame["polarity_sq_sum"], dtype=np.float64) / MILLION
    variance = np.maximum(0.0, (squares - stories * polarity**2) / np.maximum(stories - 1.0, 1.0))
    half = CONFIDENCE_Z * np.sqrt(variance / some)
    several = stories >= 2
    return frame.assign(
        **means,
        ci_low=np.where(several, np.maximum(-1.0, polarity - half), -1.0),
        ci_high=np.where(several, np.minimum(1.0, polarity + half), 1.0),
    )
