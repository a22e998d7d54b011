"""How far event time has come: the watermark, and when a partition counts as idle (DESIGN: time moves only by the log).

The watermark is the smallest, over the partitions that are not idle, of the greatest event time seen, less the
out-of-orderness. It never goes back. An item counts with min(event time, tick), so a clock that runs ahead makes
nobody else late.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from monitor.journal import BEFORE_TIME_MS


@dataclass(frozen=True, slots=True)
class Watermark:
    """Where time stands.

    Attributes:
        time_ms: the watermark; `BEFORE_TIME_MS` until every active partition has spoken.
        maxima: partition -> greatest min(event time, tick) seen.
        walking_since_ms: the tick from which an all-idle watermark walks on, None while a partition is active.
    """

    time_ms: int = BEFORE_TIME_MS
    maxima: Mapping[str, int] = field(default_factory=dict)
    walking_since_ms: int | None = None


def observe(mark: Watermark, seen: Iterable[tuple[str, int]], tick_ms: int) -> Watermark:
    """Take the (partition, event time) of a batch's items into the maxima; the watermark itself stays."""
    newest: dict[str, int] = {}
    for partition, event_time_ms in seen:
        if event_time_ms > newest.get(partition, BEFORE_TIME_MS):
            newest[partition] = event_time_ms
    maxima = dict(mark.maxima)
    for partition, event_time_ms in newest.items():
        maxima[partition] = max(maxima.get(partition, BEFORE_TIME_MS), min(event_time_ms, tick_ms))
    return replace(mark, maxima=maxima)


def advance(
    mark: Watermark, partitions: Iterable[str], idle: frozenset[str], tick_ms: int, out_of_orderness_ms: int
) -> Watermark:
    """Move the watermark at a tick at which every leader answered.

    While a partition is active, the slowest active one decides. When the last one falls idle the watermark takes
    the greatest maximum, then walks on by the time that passes between ticks.
    """
    partitions = list(partitions)
    active = [partition for partition in partitions if partition not in idle]
    if active:
        slowest = min(mark.maxima.get(partition, BEFORE_TIME_MS) for partition in active)
        return replace(mark, time_ms=_forward(mark.time_ms, slowest, out_of_orderness_ms), walking_since_ms=None)
    if mark.walking_since_ms is None:
        greatest = max((mark.maxima.get(partition, BEFORE_TIME_MS) for partition in partitions), default=BEFORE_TIME_MS)
        return replace(mark, time_ms=_forward(mark.time_ms, greatest, out_of_orderness_ms), walking_since_ms=tick_ms)
    if mark.time_ms == BEFORE_TIME_MS:
        return replace(mark, walking_since_ms=tick_ms)
    walked = max(0, tick_ms - mark.walking_since_ms)
    return replace(mark, time_ms=mark.time_ms + walked, walking_since_ms=mark.walking_since_ms + walked)


def _forward(time_ms: int, maximum_ms: int, out_of_orderness_ms: int) -> int:
    if maximum_ms == BEFORE_TIME_MS:
        return time_ms
    return max(time_ms, maximum_ms - out_of_orderness_ms)


@dataclass(frozen=True, slots=True)
class IdleClock:
    """Since which tick each partition has, at every tick, been read to its end; not kept over a restart."""

    drained_since_ms: Mapping[str, int] = field(default_factory=dict)


def watch_idle(clock: IdleClock, at_end: frozenset[str], tick_ms: int) -> IdleClock:
    """Take one tick's answers; a partition that is not at its end, or did not answer, starts anew."""
    return IdleClock({partition: clock.drained_since_ms.get(partition, tick_ms) for partition in at_end})


def idle_partitions(clock: IdleClock, tick_ms: int, idle_after_ms: int) -> frozenset[str]:
    """Return the partitions that have been drained for `idle_after_ms`."""
    return frozenset(p for p, since_ms in clock.drained_since_ms.items() if tick_ms - since_ms >= idle_after_ms)


def ahead_partitions(
    mark: Watermark, partitions: Iterable[str], oldest_waiting_ms: int | None, max_drift_ms: int
) -> frozenset[str]:
    """Return the partitions to pause: more than `max_drift_ms` past the watermark (watermark alignment).

    Before there is a watermark (a partition has not spoken yet), the oldest item that waits for it stands for it.
    """
    floor_ms = mark.time_ms if mark.time_ms != BEFORE_TIME_MS else oldest_waiting_ms
    if floor_ms is None:
        return frozenset()
    return frozenset(p for p in partitions if mark.maxima.get(p, BEFORE_TIME_MS) > floor_ms + max_drift_ms)
