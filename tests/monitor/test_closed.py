"""Thinned windows: what the charts draw of a long range, the same rows on either database."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray

from monitor import frames
from monitor.closed import step_ms
from monitor.queries import Reader
from monitor.store import Store
from tests.monitor.shelf import HOUR, MINUTE, T0

NOON = T0 // HOUR * HOUR
FIVE = 5 * MINUTE
AROUND_MS = 400 * HOUR


@pytest.fixture
def put(store: Store) -> Callable[..., None]:
    """Store windows of an hour that end at some times."""

    def put(ends_ms: Iterable[int], key: str = "topic:A", size_ms: int = HOUR) -> None:
        with store.begin() as tx:
            tx.add_windows([(key, end - size_ms, end, 1, 1, 0, 0, 0, end % 1_000_003, 0) for end in ends_ms])

    return put


def thinned(reader: Reader, columns: int, pattern: str = "topic:*", size_ms: int = HOUR) -> pd.DataFrame:
    return reader.thinned_windows(pattern, size_ms, NOON - AROUND_MS, NOON + AROUND_MS, columns)


def column(frame: pd.DataFrame, name: str) -> NDArray[np.int64]:
    return frame[name].to_numpy(np.int64)


def after_noon(frame: pd.DataFrame, name: str) -> list[int]:
    return ((column(frame, name) - NOON) // MINUTE).tolist()


def test_every_hop_is_kept_while_there_is_room(reader: Reader, put: Callable[..., None]) -> None:
    put(NOON + n * FIVE for n in range(3))
    kept = thinned(reader, 3)
    assert after_noon(kept, "end_ms") == after_noon(kept, "right_ms") == [0, 5, 10]
    assert after_noon(kept, "left_ms") == [-5, 0, 5]


def test_a_step_shows_its_last_window_and_the_newest_ends_where_it_ends(
    reader: Reader, put: Callable[..., None]
) -> None:
    """Seven hops of 5 min in three columns: steps of 15 min on the epoch's grid, (11:45, 12:00] and on."""
    put(NOON + n * FIVE for n in range(7))
    kept = thinned(reader, 3)
    assert after_noon(kept, "end_ms") == after_noon(kept, "right_ms") == [0, 15, 30]
    put([NOON + 7 * FIVE])
    newer = thinned(reader, 3)
    assert after_noon(newer, "right_ms") == [0, 15, 30, 35] and after_noon(newer, "left_ms") == [-15, 0, 15, 30]


def test_keys_sizes_and_ranges_do_not_mix(reader: Reader, put: Callable[..., None]) -> None:
    put([NOON, NOON + AROUND_MS], "topic:B")
    put([NOON - AROUND_MS, NOON - AROUND_MS + FIVE, NOON + AROUND_MS + FIVE], "topic:A")
    put([NOON + FIVE], "ticker:A")
    put([NOON + FIVE], "topic:A", 2 * HOUR)
    kept = thinned(reader, 10_000)
    ends = [("topic:A", NOON - AROUND_MS + FIVE), ("topic:B", NOON), ("topic:B", NOON + AROUND_MS)]
    assert list(zip(kept["key"], kept["end_ms"], strict=True)) == ends
    assert thinned(reader, 1, "ticker:A")["start_ms"].tolist() == [NOON + FIVE - HOUR]


def test_nothing_stays_nothing(reader: Reader) -> None:
    kept = thinned(reader, 10)
    assert kept.empty and {"left_ms", "right_ms", "polarity", "late"} < set(kept.columns)


def test_one_window_has_the_width_of_its_size(reader: Reader, put: Callable[..., None]) -> None:
    put([NOON])
    assert thinned(reader, 10)["left_ms"].tolist() == [NOON - HOUR]


@pytest.mark.parametrize("columns", [1, 7, 160])
def test_they_are_the_rows_that_thinning_all_windows_leaves(
    reader: Reader, put: Callable[..., None], monkeypatch: pytest.MonkeyPatch, columns: int
) -> None:
    """Against pandas, also before 1970 and with more keys than a query takes."""
    monkeypatch.setattr(frames, "KEYS_PER_QUERY", 3)
    rng = random.Random(columns)
    since_ms, until_ms = -AROUND_MS, AROUND_MS // 2
    for n in range(8):
        put((FIVE * hop for hop in rng.sample(range(-4_900, 2_600), 400)), f"topic:{n}")
        put((FIVE * hop for hop in rng.sample(range(-4_900, 2_600), 50)), f"topic:{n}", 2 * HOUR)
    every = reader.windows("topic:*", HOUR, since_ms, until_ms)
    found = reader.thinned_windows("topic:*", HOUR, since_ms, until_ms, columns)
    ends = column(every, "end_ms")
    step = step_ms(ends, HOUR, columns)
    assert step == FIVE * -(-(int(np.ptp(ends)) // FIVE + 1) // columns)
    every["step"] = np.ceil(ends / step)
    wanted = every.sort_values(["key", "end_ms"]).groupby(["key", "step"]).last().reset_index()
    names = list(every.columns[:-1])
    assert found["key"].nunique() == 8
    assert found[names].equals(wanted[names])
    lefts, kept, rights = (column(found, name) for name in ("left_ms", "end_ms", "right_ms"))
    assert np.all(lefts < kept) and np.all(kept <= rights) and np.all(rights - lefts <= step)
    assert rights.max() == ends.max()
