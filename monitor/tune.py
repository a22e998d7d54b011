"""Which compute type scores faster on this machine: measured once, then pinned in the settings."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from statistics import median

from monitor.scoring import Scorer

COMPUTE_TYPES = ("float32", "bfloat16")
HEADLINES = 512
ROUNDS = 7
WORTH = 1.1  # a change of type changes every score a little, so it must buy something


def sample_headlines(count: int = HEADLINES) -> list[str]:
    """Headlines of the simulated market: of the length that wires have, the same on every machine."""
    from streams.codec import DecodeError, FeedFormat, decode
    from streams.market import records
    from streams.simulate import DEFAULT_SEED, DEFAULT_START_MS

    found: list[str] = []
    for told in records(DEFAULT_SEED, DEFAULT_START_MS):
        with suppress(DecodeError):  # the market has a few records that are no news
            found.append(decode(told.payload, FeedFormat(), DEFAULT_START_MS).headline)
        if len(found) == count:
            break
    return found


def measure(
    load: Callable[[str], Scorer], texts: Sequence[str], clock: Callable[[], float] = time.perf_counter
) -> dict[str, float]:
    """Compute type -> median headlines a second over ROUNDS; the types take turns, so that both meet the same load."""
    scorers = {compute: load(compute) for compute in COMPUTE_TYPES}
    for scorer in scorers.values():
        scorer.score(texts)  # compiles
    seconds: dict[str, list[float]] = {compute: [] for compute in COMPUTE_TYPES}
    for _ in range(ROUNDS):
        for compute, scorer in scorers.items():
            started = clock()
            scorer.score(texts)
            seconds[compute].append(clock() - started)
    return {compute: len(texts) / median(taken) for compute, taken in seconds.items()}


def choose(rates: dict[str, float]) -> str:
    """The type to pin: float32 unless the other is faster by a tenth."""
    return "bfloat16" if rates["bfloat16"] >= WORTH * rates["float32"] else "float32"
