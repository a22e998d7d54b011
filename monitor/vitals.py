"""How a run is: what it does, since when, and whether that is well. Written by the runner, read by /healthz."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

BEGINNING = "starting"
STANDBY = "standing by"


@dataclass(slots=True)
class Vitals:
    """Each attribute is replaced whole, so that another thread reads no half of one.

    Attributes:
        stale_s: how long a batch, or a silence of the broker, may last before the run counts as ill.
        clock: seconds that never go back.
    """

    stale_s: float
    clock: Callable[[], float] = time.monotonic
    _doing: tuple[str, float] = field(init=False)
    _finished_s: float | None = None
    _silent: tuple[tuple[str, ...], float] | None = None

    def __post_init__(self) -> None:
        """Be starting, from now on."""
        self._doing = (BEGINNING, self.clock())

    def now(self, doing: str) -> None:
        """Say what is being done from now on."""
        self._doing = (doing, self.clock())

    def finished(self) -> None:
        """Note that a poll was taken through to the store."""
        self._finished_s = self.clock()

    def silent(self, partitions: Iterable[str]) -> None:
        """Note which partitions' leaders did not answer at this poll."""
        names = tuple(sorted(partitions))
        since_s = self._silent[1] if self._silent else self.clock()
        self._silent = (names, since_s) if names else None

    def complaint(self) -> str:
        """What is wrong, in words; empty while batches advance, the feed is idle, or another runner has the store."""
        now_s = self.clock()
        doing, since_s = self._doing
        if doing == STANDBY:
            return ""
        if self._finished_s is None:
            return f"{doing} for {now_s - since_s:.0f} s, no batch was finished yet"
        if now_s - self._finished_s > self.stale_s:
            return f"no batch was finished for {now_s - self._finished_s:.0f} s: {doing} for {now_s - since_s:.0f} s"
        silent = self._silent
        if silent and now_s - silent[1] > self.stale_s:
            return f"no answer for {now_s - silent[1]:.0f} s from the leaders of {', '.join(silent[0])}"
        return ""

    @property
    def doing(self) -> str:
        """What is being done now."""
        return self._doing[0]
