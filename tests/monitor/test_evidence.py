"""Evidence is what counts: the items behind a window are those that the fold counted in it, one for one."""

from __future__ import annotations

import random

import pytest

from monitor.pipeline import Runner
from monitor.queries import Reader
from monitor.scoring import StubScorer
from monitor.store import Store
from monitor.writer import Writer
from streams.records import NewsItem
from tests.monitor.feeds import MemorySource, news
from tests.monitor.world import HOUR, MINUTE, config

DEDUP_MS = 25 * MINUTE


def feed(seed: int) -> list[NewsItem]:
    """Few ids, so that most items are revisions, copies or come back; some out of order, so that many are late."""
    rng = random.Random(seed)
    items: list[NewsItem] = []
    for number in range(240):
        time_ms = 10 * HOUR + (number // 2 - rng.choice([0, 0, 0, rng.randrange(8)])) * 5 * MINUTE
        items.append(news(time_ms, f"Text {number}", str(rng.randrange(12))))
        if number % 10 == 9:
            items.append(items[-rng.randrange(2, 8)])
    return items


@pytest.mark.parametrize("seed", range(4))
def test_as_many_items_are_evidence_of_a_window_as_it_counted(store: Store, store_url: str, seed: int) -> None:
    settings = config(windows={"hop": "5m", "sizes": ["10m", "1h"]}, source={"dedup": "25m"})
    for _ in Runner(settings, MemorySource({"p": feed(seed)}), StubScorer(), Writer(store, settings)).run():
        pass
    reader = Reader.open(store_url)
    windows, status = reader.windows("all"), reader.status()
    reader.close()
    assert status.late > 10 and status.items < status.records - 50 and len(windows) > 100
    with store.begin() as tx:
        for start_ms, end_ms, counted in windows[["start_ms", "end_ms", "items"]].to_numpy().tolist():
            found = tx.evidence("all", start_ms, end_ms, "recent", True, DEDUP_MS, limit=1_000)
            assert len(found) == counted, (start_ms, end_ms)
