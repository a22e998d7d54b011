"""How a run keeps its pace: how many records a batch takes, and how seldom garbage is looked for."""

from __future__ import annotations

import gc
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass

BATCH_SECONDS = 3.0  # what a full batch should take: the lease is renewed by it, and a stop may give it up
LEAST_FULL = 512  # below this a batch gets no quicker: the model runs whole buckets, however few rows are in them
SELDOM = (100_000, 50, 1_000)


@dataclass(slots=True)
class Pace:
    """The most records that the next batch may take.

    On a quiet feed a poll brings what is there at once, so batches are small by themselves and nothing waits. Where
    full batches show a backlog, the limit grows, or shrinks, towards what takes `BATCH_SECONDS`, but never below
    `LEAST_FULL`: big batches fill the model's buckets and share the price of a transaction.
    """

    most: int
    limit: int = LEAST_FULL

    def __post_init__(self) -> None:
        """Never begin above what is allowed."""
        self.limit = min(self.limit, self.most)

    def took(self, records: int, seconds: float) -> None:
        """Learn from a batch; one that was not full says nothing of a backlog."""
        if records < self.limit:
            return
        fits = int(records * BATCH_SECONDS / max(seconds, 1e-6))
        self.limit = min(self.most, max(LEAST_FULL, min(fits, 2 * self.limit)))


@contextmanager
def collecting_seldom() -> Generator[None]:
    """Look for garbage cycles seldom: what a batch makes by the ten thousand lives for that batch and holds no cycle.

    At Python's own thresholds a quarter of the run's time went into walking through it (docs/decisions.md).
    """
    before = gc.get_threshold()
    gc.set_threshold(*SELDOM)
    try:
        yield
    finally:
        gc.set_threshold(*before)
