"""How fast the store takes items and windows: `python -m tests.bench.bench_store [URL]` (a new SQLite file by default).

Seconds of wall clock and of this process's CPU are shown side by side: on a busy machine only the second says much.
"""

from __future__ import annotations

import hashlib
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from sqlalchemy import insert

from monitor.journal import KeyedItem
from monitor.store import Store, WindowRow
from monitor.tables import windows
from tests.monitor.shelf import HOUR, MINUTE, T0, journaled, keyed

ITEMS, BATCH = 60_000, 1_000
WATCHES = [f"ticker:T{n}" for n in range(400)]


def items(keys_each: int, first: int) -> list[KeyedItem]:
    """Items with ids in no order, as wires give them, and `keys_each` watch keys."""
    return [
        keyed(
            number,
            time_ms=T0 + number * 37,
            news_id=hashlib.md5(str(number).encode()).hexdigest(),
            keys=("all", f"ticker:T{number % 300}", *(f"list:{n}-{number % 7}" for n in range(keys_each - 2))),
        )
        for number in range(first, first + ITEMS)
    ]


def closes(first: int, count: int) -> list[WindowRow]:
    """Two window sizes of every watch, at `count` closes five minutes apart."""
    ends = [T0 + close * 5 * MINUTE for close in range(first, first + count)]
    sums = (5, 4, 1_234_567, 2_345_678, 1_111_111, -345_678, 456_789)
    return [(key, end - size, end, *sums) for end in ends for key in WATCHES for size in (HOUR, 24 * HOUR)]


def timed(name: str, rows: int, work: Callable[[], None]) -> None:
    """Run and print rows a second, by the wall and by the CPU."""
    wall, cpu = time.perf_counter(), time.process_time()
    work()
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    print(f"{name:44} {rows / wall:12,.0f} /s wall {rows / cpu:12,.0f} /s CPU")


def add_batches(store: Store, batch_items: Sequence[KeyedItem], first_seq: int) -> None:
    """The items in batches, each one transaction."""
    for number, start in enumerate(range(0, len(batch_items), BATCH)):
        with store.begin() as tx:
            tx.add_items(batch_items[start : start + BATCH], first_seq + number)
            tx.add_entry(journaled(first_seq + number, start))


def add_windows(store: Store, rows: Sequence[WindowRow], each: int) -> None:
    """Window rows, `each` to a transaction."""
    for start in range(0, len(rows), each):
        with store.begin() as tx:
            tx.add_windows(rows[start : start + each])


def by_core(store: Store, rows: Sequence[WindowRow]) -> None:
    """The plain way, for comparison: a Core insert with a map per row."""
    names = list(windows.columns.keys())
    with store.begin() as tx:
        tx._connection.execute(insert(windows), [dict(zip(names, row, strict=True)) for row in rows])  # pyright: ignore[reportPrivateUsage]


def empty_batches(store: Store, first_seq: int) -> None:
    """A hundred commits with nothing but the journal row."""
    for number in range(100):
        with store.begin() as tx:
            tx.add_entry(journaled(first_seq + number))


def bench(url: str) -> None:
    """All of it on one store."""
    store = Store.open(url)
    few, many = items(3, 0), items(10, ITEMS)
    timed(f"items, 3 keys, {BATCH} a batch", ITEMS, lambda: add_batches(store, few, 1))
    timed(f"items, 10 keys, {BATCH} a batch", ITEMS, lambda: add_batches(store, many, 1_000))
    timed("windows, 800 a batch (one close)", 80_000, lambda: add_windows(store, closes(0, 100), 800))
    timed("windows, 20,000 a batch (25 closes)", 80_000, lambda: add_windows(store, closes(100, 100), 20_000))
    timed("windows, 20,000 by a Core insert", 20_000, lambda: by_core(store, closes(200, 25)))
    timed("empty batches", 100, lambda: empty_batches(store, 5_000))
    store.close()


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        bench(sys.argv[1] if len(sys.argv) > 1 else f"sqlite:///{Path(folder) / 'bench.db'}")
