"""The stories that began on one day, in columns, and where to find those that share a key."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from monitor.keytable import EMPTY, KeyTable
from monitor.signature import Hashes, Signatures

KEYS = 4  # how many a signature has

Keys = tuple[str, ...]
Rows = NDArray[np.int64]
Entries = NDArray[np.int32]


@dataclass(slots=True)
class Book:
    """One row a story, in the order of the fold: its first copy, the watch keys it has counted for, its sets of bits.

    An entry is one of a story's keys, `row * KEYS + column`. `table` leads from a key to its newest entry, and `older`
    from an entry to the one before it with the same key, `EMPTY` where it is the first. A key that a story has twice
    has one entry.
    """

    first_ms: array[int] = field(default_factory=lambda: array("q"))
    headlines: list[str] = field(default_factory=lambda: list[str]())
    counted: list[Keys] = field(default_factory=lambda: list[Keys]())
    words: array[int] = field(default_factory=lambda: array("Q"))
    names: array[int] = field(default_factory=lambda: array("Q"))
    numbers: array[int] = field(default_factory=lambda: array("Q"))
    older: array[int] = field(default_factory=lambda: array("i"))
    table: KeyTable = field(default_factory=KeyTable)

    def extend(
        self, times_ms: Sequence[int], headlines: Sequence[str], counted: Sequence[Keys], found: Signatures
    ) -> None:
        """Add stories that begin, in the order of the fold, with the signatures of their first copies."""
        if not headlines:
            return
        first_entry = KEYS * len(self.headlines)
        self.first_ms.extend(times_ms)
        self.headlines.extend(headlines)
        self.counted.extend(counted)
        for column, bits in zip((self.words, self.names, self.numbers), found[1:], strict=True):
            column.frombytes(bits.tobytes())
        keys = found.keys.ravel()
        order, follows = in_groups(keys)
        newest = np.append(~follows[1:], True)
        entries = (order + first_entry).astype(np.int32)
        keys = keys[order]
        older = np.full(KEYS * len(headlines), EMPTY, np.int32)
        older[order[1:]] = np.where(follows[1:], entries[:-1], EMPTY)
        older[order[~follows]] = self.table.put(keys[newest], entries[newest])
        self.older.frombytes(older.tobytes())

    def sets(self, rows: Rows) -> tuple[Hashes, Hashes, Hashes]:
        """The words, names and numbers of some stories."""
        return _at(self.words, rows), _at(self.names, rows), _at(self.numbers, rows)

    def begun_ms(self, rows: Rows) -> Rows:
        """When the first copies of some stories came."""
        return np.frombuffer(self.first_ms, np.int64)[rows]

    def next_older(self, entries: Entries) -> Entries:
        """The entries before these with the same keys."""
        return np.frombuffer(self.older, np.int32)[entries]


def in_groups(keys: Hashes) -> tuple[Rows, NDArray[np.bool_]]:
    """`[n * KEYS]` keys of n headlines -> `order [m]`, `follows [m]`: by key, then by place, equal ones together.

    `follows` is False at the first of each group. Of a key that a headline has twice only one place is kept.
    """
    order = np.argsort(keys, kind="stable")
    follows = np.zeros(len(order), np.bool_)
    follows[1:] = keys[order[1:]] == keys[order[:-1]]
    twice = np.flatnonzero(follows[1:] & (order[1:] // KEYS == order[:-1] // KEYS)) + 1
    return (np.delete(order, twice), np.delete(follows, twice)) if len(twice) else (order, follows)


def _at(column: array[int], rows: Rows) -> Hashes:
    return np.frombuffer(column, np.uint64)[rows]
