"""SimulatedSource: a synthetic market (market.py) played by an accelerated clock; deterministic given its arguments."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from itertools import islice

from streams.codec import DecodeError, FeedFormat, dead_letter, decode
from streams.market import Episode, Told, episodes, records
from streams.records import DeadLetter
from streams.source import NOTHING, Arrival, Batch, PositionGone

PARTITION = "simulated/0"
DEFAULT_SEED = 7
DEFAULT_START_MS = 1_767_618_000_000  # Monday 2026-01-05T13:00:00Z, a busy hour
DEFAULT_SPEED = 60.0  # a simulated minute a second: the first episode begins half a minute in


class SimulatedSource:
    """News from an invented market, with scripted episodes whose ground truth is known.

    Args:
        clock: milliseconds since 1970, by which real time passes.
        seed: tells one market from another.
        start_ms: where simulated time begins; the tick is the simulated time.
        speed: simulated seconds a second.
        end_ms: where the market closes for good and the feed ends; None: never.
        sleep: how a poll waits, in seconds.
    """

    def __init__(
        self,
        clock: Callable[[], int],
        *,
        seed: int = DEFAULT_SEED,
        start_ms: int = DEFAULT_START_MS,
        speed: float = DEFAULT_SPEED,
        end_ms: int | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._clock = clock
        self._seed = seed
        self._start_ms = start_ms
        self._speed = speed
        self._end_ms = end_ms
        self._sleep = sleep
        self._feed = FeedFormat(name="simulated")
        self._paused = False
        self.seek({})

    def seek(self, positions: Mapping[str, int], log_ids: Mapping[str, str] = NOTHING) -> None:
        """Go on at this record of the same market; simulated time goes on from there as well.

        Raises:
            PositionGone: there is no such position.
        """
        del log_ids  # there is one such market
        self._next = positions.get(PARTITION, 0)
        if self._next < 0:
            msg = f"{PARTITION}: position {self._next} is before the first record"
            raise PositionGone(msg)
        self._log: Iterator[Told] = islice(records(self._seed, self._start_ms), self._next, None)
        self._ahead = next(self._log)
        self._tick_ms = self._ahead.time_ms if self._next else self._start_ms
        self._began: tuple[int, int] | None = None

    def episodes(self, until_ms: int) -> tuple[Episode, ...]:
        """The ground truth: all episodes that begin before `until_ms`, or before the market's end."""
        return episodes(self._seed, self._start_ms, until_ms if self._end_ms is None else min(until_ms, self._end_ms))

    def poll(self, max_items: int, timeout_ms: int) -> Batch:
        """The records published by now in simulated time, at most `max_items`; waits for one up to `timeout_ms`."""
        self._wait(timeout_ms)
        self._tick_ms = max(self._tick_ms, self._simulated_ms())
        arrivals: list[Arrival] = []
        dead: list[DeadLetter] = []
        for offset, told in self._due(max_items):
            try:
                arrivals.append(Arrival(PARTITION, offset, decode(told.payload, self._feed, self._tick_ms)))
            except DecodeError as error:
                dead.append(dead_letter(PARTITION, offset, told.payload, error, self._tick_ms))
        drained = not self._paused and self._until_next_ms() > 0
        return Batch(
            arrivals=tuple(arrivals),
            dead=tuple(dead),
            positions={PARTITION: self._next},
            at_end=frozenset({PARTITION} if drained else ()),
            silent=frozenset(),
            tick_ms=self._tick_ms,
            ended=drained and self._tick_ms == self._end_ms,
        )

    def _due(self, max_items: int) -> Iterator[tuple[int, Told]]:
        while max_items > 0 and not self._paused and self._until_next_ms() <= 0:
            yield self._next, self._ahead
            self._next += 1
            self._ahead = next(self._log)
            max_items -= 1

    def _until_next_ms(self) -> int:
        """Simulated time from the tick to the next record; a record at the market's end or later never comes."""
        if self._end_ms is not None and self._ahead.time_ms >= self._end_ms:
            return max(1, self._end_ms - self._tick_ms)
        return self._ahead.time_ms - self._tick_ms

    def _simulated_ms(self) -> int:
        now_ms = self._clock()
        self._began = self._began or (now_ms, self._tick_ms)
        began_ms, first_ms = self._began
        simulated_ms = first_ms + int((now_ms - began_ms) * self._speed)
        return simulated_ms if self._end_ms is None else min(simulated_ms, self._end_ms)

    def _wait(self, timeout_ms: int) -> None:
        self._tick_ms = max(self._tick_ms, self._simulated_ms())
        wait_ms = timeout_ms if self._paused else min(timeout_ms, self._until_next_ms() / self._speed)
        if wait_ms > 0 and self._tick_ms != self._end_ms:
            self._sleep(wait_ms / 1000)

    def pause(self, partitions: frozenset[str]) -> None:
        """Bring nothing while the one partition is among these."""
        self._paused = PARTITION in partitions

    def commit(self, positions: Mapping[str, int]) -> None:
        """Nothing to tell: the market keeps no positions."""
        del positions

    def close(self) -> None:
        """Nothing is held open; calling it twice is harmless."""
