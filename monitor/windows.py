"""Panes and hopping windows over event time: a pure fold on integer arrays.

"Hopping" is Kafka Streams' word (Flink and Bytewax call it sliding). A pane is `[k * hop_ms, (k + 1) * hop_ms)`, and
a window of `size_ms` is the running sum of its last `size_ms / hop_ms` panes, so an item costs the same whatever the
window's length and a close the same whatever its number of items. Sums are integers in millionths: adding panes in
and taking them out again is exact.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

FIELDS = ("items", "stories", "negative_sum", "neutral_sum", "positive_sum", "polarity_sum", "polarity_sq_sum")
ITEMS, STORIES, NEGATIVE, NEUTRAL, POSITIVE, POLARITY, POLARITY_SQ = range(len(FIELDS))

Sums = NDArray[np.int64]
Ids = NDArray[np.int64]


class Pane(NamedTuple):
    """The sums of one pane: `ids [n]` of the keys that hold an item, `sums [n, 7]`."""

    number: int
    ids: Ids
    sums: Sums


class Closed(NamedTuple):
    """The windows of one size that end at `end_ms`: `ids [n]` of the keys that hold an item, `sums [n, 7]`."""

    end_ms: int
    size_ms: int
    ids: Ids
    sums: Sums


class KeyIds(dict[str, int]):
    """Key -> its row; a key gets the next row, and a place in `keys`, on first sight."""

    def __init__(self, keys: list[str]) -> None:
        super().__init__({key: row for row, key in enumerate(keys)})
        self.keys_in_order = keys

    def __missing__(self, key: str) -> int:
        """Take in a new key."""
        self[key] = row = len(self.keys_in_order)
        self.keys_in_order.append(key)
        return row


@dataclass(slots=True)
class Windows:
    """Panes that some window still needs, oldest first, and the running sums: `running[size_ms]` is `[capacity, 7]`."""

    hop_ms: int
    sizes_ms: tuple[int, ...]
    keys: list[str] = field(default_factory=list)
    ids: KeyIds = field(init=False)
    panes: dict[int, Pane] = field(default_factory=dict)
    running: dict[int, Sums] = field(default_factory=dict)
    next_close_ms: int | None = None

    def __post_init__(self) -> None:
        """Know the keys given, and make room for the first ones."""
        self.ids = KeyIds(self.keys)
        for size_ms in self.sizes_ms:
            self.running[size_ms] = np.zeros((max(64, len(self.keys)), len(FIELDS)), np.int64)

    def add(self, times_ms: Ids, ids: Ids, sums: Sums) -> None:
        """Add contributions in the order of time, none in a closed pane: `times_ms [n]`, `ids [n]`, `sums [n, 7]`."""
        self._grow()
        code = times_ms // self.hop_ms * len(self.keys) + ids
        order = np.argsort(code, kind="stable")
        code = code[order]
        starts = np.flatnonzero(np.r_[True, code[1:] != code[:-1]])
        totals = np.add.reduceat(sums[order], starts, axis=0)
        panes, pane_ids = np.divmod(code[starts], len(self.keys))
        bounds = np.flatnonzero(np.r_[True, panes[1:] != panes[:-1], True])
        for first, last in pairwise(bounds):
            self._merge(Pane(int(panes[first]), pane_ids[first:last], totals[first:last]))
        if self.next_close_ms is None:
            self.next_close_ms = (int(panes[0]) + 1) * self.hop_ms

    def _grow(self) -> None:
        """Make room for every key seen."""
        for size_ms, sums in self.running.items():
            if len(sums) < len(self.keys):
                room = np.zeros((2 * len(self.keys) - len(sums), len(FIELDS)), np.int64)
                self.running[size_ms] = np.concatenate([sums, room])

    def _merge(self, pane: Pane) -> None:
        """Put a pane in, or into the one that is open already."""
        known = self.panes.get(pane.number)
        if known is not None:
            ids, inverse = np.unique(np.concatenate([known.ids, pane.ids]), return_inverse=True)
            sums = np.zeros((len(ids), len(FIELDS)), np.int64)
            np.add.at(sums, inverse, np.concatenate([known.sums, pane.sums]))
            pane = Pane(pane.number, ids, sums)
        self.panes[pane.number] = pane

    def drop(self, ids: Ids) -> None:
        """Take some keys `[n]` out of every pane and sum, as if no item had counted for them."""
        for number, pane in self.panes.items():
            kept = ~np.isin(pane.ids, ids)
            self.panes[number] = Pane(number, pane.ids[kept], pane.sums[kept])
        for sums in self.running.values():
            sums[ids] = 0

    def due(self, watermark_ms: int, every_close: bool) -> int | None:
        """Return the next pane close at or before the watermark, or None.

        Runs of closes with nothing in any window are stepped over at once, unless `every_close` (an open alert
        wants to see them).
        """
        if self.next_close_ms is None:
            return None
        if not every_close and self.next_close_ms <= watermark_ms:
            oldest = next(iter(self.panes), None)
            if oldest is None:
                self.next_close_ms = watermark_ms // self.hop_ms * self.hop_ms + self.hop_ms
            else:
                self.next_close_ms = max(self.next_close_ms, (oldest + 1) * self.hop_ms)
        return self.next_close_ms if self.next_close_ms <= watermark_ms else None

    def pane(self, close_ms: int) -> Pane:
        """Return the pane that ends at `close_ms`, empty where nothing was in it."""
        number = close_ms // self.hop_ms - 1
        empty = Pane(number, np.zeros(0, np.int64), np.zeros((0, len(FIELDS)), np.int64))
        return self.panes.get(number, empty)

    def close(self, close_ms: int) -> list[Closed]:
        """Close the pane that ends at `close_ms`, the next one due; one entry a window size, in the order of sizes."""
        index = close_ms // self.hop_ms - 1
        closed = [self._slide(size_ms, index) for size_ms in self.sizes_ms]
        self.panes.pop(index - max(self.sizes_ms) // self.hop_ms, None)
        self.next_close_ms = close_ms + self.hop_ms
        return closed

    def _slide(self, size_ms: int, index: int) -> Closed:
        running = self.running[size_ms]
        entering = self.panes.get(index)
        if entering is not None:
            running[entering.ids] += entering.sums
        leaving = self.panes.get(index - size_ms // self.hop_ms)
        if leaving is not None:
            running[leaving.ids] -= leaving.sums
        ids = np.flatnonzero(running[: len(self.keys), ITEMS])
        return Closed((index + 1) * self.hop_ms, size_ms, ids, running[ids])

    def rebuild_running(self) -> None:
        """Compute the running sums from the closed panes, once a snapshot was loaded."""
        if self.next_close_ms is None:
            return
        last = self.next_close_ms // self.hop_ms - 1
        for size_ms in self.sizes_ms:
            running = self.running[size_ms]
            for pane in self.panes.values():
                if last - size_ms // self.hop_ms <= pane.number < last:
                    running[pane.ids] += pane.sums
