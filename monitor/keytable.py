"""A hash table on arrays: 64-bit keys -> rows, many at a time.

Open addressing with linear probing. A Python dictionary of as many keys takes several times the memory, and a look-up
in it waits for the memory key by key; here the look-ups of a batch overlap.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

Hashes = NDArray[np.uint64]
Rows = NDArray[np.int32]

EMPTY = -1


@dataclass(slots=True)
class KeyTable:
    """`keys [capacity]` and `rows [capacity]`, `EMPTY` where a place is free; at most half of the places are taken."""

    taken: int = 0
    keys: Hashes = field(default_factory=lambda: np.zeros(1_024, np.uint64))
    rows: Rows = field(default_factory=lambda: np.full(1_024, EMPTY, np.int32))

    def find(self, keys: Hashes) -> Rows:
        """`[m]` keys -> `[m]` rows, `EMPTY` where a key is not there."""
        found = np.full(len(keys), EMPTY, np.int32)
        places, asked = self._places(keys), np.arange(len(keys))
        while len(asked):
            rows = self.rows[places]
            same = self.keys[places] == keys[asked]
            found[asked[same]] = rows[same]  # a free place has a key too, and an empty row
            onward = ~same & (rows != EMPTY)
            asked, places = asked[onward], self._next(places[onward])
        return found

    def put(self, keys: Hashes, rows: Rows) -> Rows:
        """Let `[m]` keys that differ from one another lead to `[m]` rows; returns to which they led before."""
        self._make_room(len(keys))
        before = np.full(len(keys), EMPTY, np.int32)
        places, asked = self._places(keys), np.arange(len(keys))
        while len(asked):
            found = self.rows[places]
            free = found == EMPTY
            self.keys[places[free]] = keys[asked[free]]  # of several for one place the last takes it
            same = self.keys[places] == keys[asked]
            known = same & ~free
            before[asked[known]] = found[known]
            self.rows[places[same]] = rows[asked[same]]
            asked, places = asked[~same], self._next(places[~same])
        self.taken += int(np.count_nonzero(before == EMPTY))
        return before

    def _places(self, keys: Hashes) -> NDArray[np.int64]:
        return (keys & np.uint64(len(self.keys) - 1)).astype(np.int64)

    def _next(self, places: NDArray[np.int64]) -> NDArray[np.int64]:
        return (places + 1) & (len(self.keys) - 1)

    def _make_room(self, more: int) -> None:
        capacity = len(self.keys)
        while capacity < 2 * (self.taken + more):
            capacity *= 2
        if capacity > len(self.keys):
            kept = self.rows != EMPTY
            keys, rows = self.keys[kept], self.rows[kept]
            self.taken, self.keys = 0, np.zeros(capacity, np.uint64)
            self.rows = np.full(capacity, EMPTY, np.int32)
            self.put(keys, rows)
