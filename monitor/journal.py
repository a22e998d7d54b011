"""What one batch leaves in the store: enough to fold it again, to the byte, without the source."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from streams.records import ScoredItem

BEFORE_TIME_MS = -(2**62)  # the watermark before anything was seen; far from overflow when a duration is added

WindowRow = tuple[str, int, int, *tuple[int, ...]]  # key, start_ms, end_ms, then the FIELDS of windows.py


class KeyedItem(NamedTuple):
    """A scored item with the watch keys it counts for, and whether it came behind the watermark."""

    scored: ScoredItem
    keys: tuple[str, ...]
    late: bool = False


@dataclass(frozen=True, slots=True)
class JournalEntry:
    """The frame of one batch.

    Attributes:
        seq: 1, 2, 3, ...: the order of the batches in this store.
        tick_ms: the clock reading of the batch.
        moves: whether time may move at this tick (every leader answered).
        ended: the feed is finite and this was its end: the watermark goes to the end of the last open window.
        idle: partitions that are idle at this tick, sorted.
        positions: next offset of every partition that is read.
        watermark_ms: the watermark after the batch.
        config_version: hash of the settings that move windows and alerts.
        model_version: the model behind the scores of this batch.
        runtime_id: the arithmetic behind them.
    """

    seq: int
    tick_ms: int
    moves: bool
    ended: bool
    idle: tuple[str, ...]
    positions: Mapping[str, int]
    watermark_ms: int
    config_version: str
    model_version: str
    runtime_id: str
