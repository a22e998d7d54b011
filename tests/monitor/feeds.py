"""A source in memory, for tests of the runner: partitions of items, read in slices."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from streams.records import NewsItem, news_item
from streams.source import NOTHING, Arrival, Batch, Gap


def news(
    time_ms: int, headline: str, news_id: str = "", source: str = "wire", tickers: tuple[str, ...] = ()
) -> NewsItem:
    """A news item; its id defaults to its time and headline."""
    return news_item(news_id or f"{time_ms} {headline}", time_ms, time_ms, time_ms, source, headline, tickers=tickers)


class MemorySource:
    """Reads lists of items; the clock moves a second a poll.

    A poll takes up to `slice_` of each partition that is neither paused nor silent, the first ones first, and
    `max_items` in all. A test may set `silent` (partitions whose leader does not answer) and `tick_ms`.
    """

    def __init__(
        self, partitions: Mapping[str, Sequence[NewsItem]], slice_: int = 7, tick_ms: int = 10**13, *, ends: bool = True
    ) -> None:
        self.partitions = partitions
        self.positions = dict.fromkeys(partitions, 0)
        self.committed: dict[str, int] = {}
        self.known_ids: dict[str, str] = {}
        self.asked: list[int] = []
        self.paused: frozenset[str] = frozenset()
        self.silent: frozenset[str] = frozenset()
        self.slice = slice_
        self.ends = ends
        self.log_ids: dict[str, str] = {}
        self.gaps: tuple[Gap, ...] = ()
        self.tick_ms = tick_ms

    def seek(self, positions: Mapping[str, int], log_ids: Mapping[str, str] = NOTHING) -> None:
        self.known_ids = dict(log_ids)
        self.positions.update(positions)

    def poll(self, max_items: int, timeout_ms: int) -> Batch:
        del timeout_ms
        self.asked.append(max_items)
        self.tick_ms += 1_000
        arrivals: list[Arrival] = []
        for partition, items in self.partitions.items():
            if partition not in self.paused | self.silent:
                start = self.positions[partition]
                end = start + min(self.slice, max_items - len(arrivals))
                arrivals += [Arrival(partition, n, item) for n, item in enumerate(items[start:end], start)]
                self.positions[partition] = min(end, len(items))
        at_end = frozenset(p for p, items in self.partitions.items() if self.positions[p] == len(items)) - self.silent
        ended = self.ends and len(at_end) == len(self.partitions)
        gaps, self.gaps = self.gaps, ()
        return Batch(
            *(tuple(arrivals), (), dict(self.positions), at_end, self.silent, self.tick_ms, ended),
            log_ids=dict(self.log_ids),
            gaps=gaps,
        )

    def pause(self, partitions: frozenset[str]) -> None:
        self.paused = partitions

    def commit(self, positions: Mapping[str, int]) -> None:
        self.committed = dict(positions)

    def close(self) -> None:
        pass
