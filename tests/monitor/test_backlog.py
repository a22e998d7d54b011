"""A backlog: read in bounded memory however it comes, in batches that grow to what takes three seconds."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from monitor.config import Config
from monitor.scoring import StubJudgement, StubScorer
from monitor.summary import summarise
from streams.records import NewsItem
from tests.monitor.feeds import MemorySource, news
from tests.monitor.test_pipeline import runner, url, world
from tests.monitor.world import HOUR, MINUTE

BATCH, DRIFT, EVERY = 7, 20 * MINUTE, 2 * MINUTE


def backlog(partitions: str = "abc") -> dict[str, list[NewsItem]]:
    """Two hours of each partition, in its own order of time."""
    return {p: [news(t, f"Report {t} of {p}") for t in range(0, 2 * HOUR, EVERY)] for p in partitions}


def most_held(store_url: str, slice_: int, settings: Config) -> int:
    """Run over the backlog; the most items that ever waited for the watermark."""
    one = runner(store_url, MemorySource(backlog(), slice_), settings)
    held = max(len(one.state.buffer) for _ in one.run())
    one.writer.store.close()
    return held


def test_partition_after_partition_gives_what_a_mixed_backlog_gives_in_bounded_memory(tmp_path: Path) -> None:
    settings = world(model={"batch": BATCH}, source={"max_drift": DRIFT})
    in_turn = most_held(url(tmp_path, "turns"), BATCH, settings)  # a poll is full with the first that may be read
    most_held(url(tmp_path, "mixed"), 2, settings)
    assert in_turn <= 3 * (DRIFT // EVERY + BATCH + 1), "what lies within max_drift, and a batch, of each partition"
    summary = summarise(url(tmp_path, "turns"), 1.0)
    assert summary == summarise(url(tmp_path, "mixed"), 1.0)
    assert (summary["items"], summary["late"]) == (180, 0) and summary["alerts"]


class Laborious(StubScorer):
    """Takes three milliseconds a headline, on a clock of its own."""

    now_s = 0.0

    def score(self, texts: Sequence[str], targets: Sequence[str | None] | None = None) -> list[StubJudgement]:
        self.now_s += len(texts) * 3 / 1_000
        return super().score(texts, targets)

    def monotonic(self) -> float:
        return self.now_s


@pytest.mark.parametrize(
    ("at_hand", "brought", "asked"),
    [
        (10_000, [512, 1_000, 988], [512, 1_000, 1_000]),
        (500, [500] * 5, [512] * 5),
    ],
    ids=["backlog", "quiet"],
)
def test_the_batch_grows_on_a_backlog_to_what_takes_three_seconds_and_not_on_a_quiet_feed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, at_hand: int, brought: list[int], asked: list[int]
) -> None:
    scorer, source = Laborious(), MemorySource({"a": [news(n, f"Report {n}") for n in range(2_500)]}, at_hand)
    monkeypatch.setattr("monitor.pipeline.time", scorer)
    one = runner(url(tmp_path), source, scorer=scorer)
    assert [progress.records for progress in one.run()] == brought
    assert source.asked == asked
    one.writer.store.close()
