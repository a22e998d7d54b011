"""A source in memory, for tests of the runner: partitions of items, read in slices."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from streams.records import NewsItem
from streams.source import NOTHING, Arrival, Batch, Gap


def news(
    time_ms: int, headline: str, news_id: str = "", source: str = "wire", tickers: tuple[str, ...] = ()
) -> NewsItem:
    """A news item; its id defaults to its time and headline."""
    return NewsItem(news_id or f"{time_ms} {headline}", time_ms, time_ms, time_ms, source, headline, tickers=tickers)


class MemorySource:
    """Reads lists of items, `slice_` of each partition a poll; the clock moves a second a poll."""

    def __init__(self, partitions: Mapping[str, Sequence[NewsItem]], slice_: int = 7, tick_ms: int = 10**13) -> None:
        self.partitions = partitions
        self.positions = dict.fromkeys(partitions, 0)
        self.committed: dict[str, int] = {}
        self.known_ids: dict[str, str] = {}
        self.paused: frozenset[str] = frozenset()
        self.slice = slice_
        self.log_ids: dict[str, str] = {}
        self.gaps: tuple[Gap, ...] = ()
        self.tick_ms = tick_ms

    def seek(self, positions: Mapping[str, int], log_ids: Mapping[str, str] = NOTHING) -> None:
        self.known_ids = dict(log_ids)
        self.positions.update(positions)

    def poll(self, max_items: int, timeout_ms: int) -> Batch:
        del max_items, timeout_ms
        self.tick_ms += 1_000
        arrivals: list[Arrival] = []
        for partition, items in self.partitions.items():
            start = self.positions[partition]
            for offset, item in enumerate(items[start : start + self.slice], start):
                arrivals.append(Arrival(partition, offset, item))
                self.positions[partition] = offset + 1
        at_end = frozenset(p for p, items in self.partitions.items() if self.positions[p] == len(items))
        ended = len(at_end) == len(self.partitions)
        gaps, self.gaps = self.gaps, ()
        return Batch(
            *(tuple(arrivals), (), dict(self.positions), at_end, frozenset(), self.tick_ms, ended),
            log_ids=dict(self.log_ids),
            gaps=gaps,
        )

    def pause(self, partitions: frozenset[str]) -> None:
        self.paused = partitions

    def commit(self, positions: Mapping[str, int]) -> None:
        self.committed = dict(positions)

    def close(self) -> None:
        pass
