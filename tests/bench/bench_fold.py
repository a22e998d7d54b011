"""How fast the fold is: `python -m tests.bench.bench_fold` prints one JSON object.

Scored items go through watches, stories, panes, windows and a threshold rule, in batches of 5,000, on one core. The
peer is the machine itself: the same numbers summed per (pane, key) by pandas in one group-by, measured in the same run.
Medians of five.
"""

from __future__ import annotations

import json
import platform
import random
import statistics
import time
from collections.abc import Callable, Sequence

import pandas as pd

from monitor.config import Config, parse_config
from monitor.fold import new_state, step
from monitor.journal import JournalEntry, KeyedItem
from monitor.watches import NamedList, compile_lists, watch_keys
from streams.records import NewsItem, ScoredItem, Sentiment

ITEMS, BATCH, RUNS = 100_000, 5_000, 5
HOP_MS = 300_000
GAP_MS = 500
WORDS = ["shares", "of", "the", "bank", "rise", "fall", "after", "profit", "loss", "deal", "court", "oil", "rates"]


def config(window: str) -> Config:
    rule = {"name": "bad", "watch": "topic:*", "below": -0.4, "window": window}
    return parse_config({"windows": {"hop": "5m", "sizes": [window]}, "rule": [rule]}, "bench")


def scored(extra_keys: int) -> list[ScoredItem]:
    """Items half a second apart that count for `2 + extra_keys` keys."""
    rng = random.Random(0)
    items: list[ScoredItem] = []
    for n in range(ITEMS):
        time_ms = n * GAP_MS
        headline = f"{' '.join(rng.choices(WORDS, k=8))} {n}"
        tickers = tuple(f"T{rng.randrange(200)}" for _ in range(max(0, extra_keys - 1)))
        topics = ((f"Topic {rng.randrange(20)}", 0.9),) if extra_keys else ()
        news = NewsItem(str(n), time_ms, time_ms, time_ms, "wire", headline, tickers=tickers)
        negative, positive = rng.random() / 2, rng.random() / 2
        sentiment = Sentiment(negative, 1 - negative - positive, positive)
        items.append(ScoredItem(news, "p", n, sentiment, topics, (), "neutral", 0.5, 0.5, 6, "m", "r"))
    return items


def key(items: Sequence[ScoredItem], lists: Sequence[NamedList]) -> list[KeyedItem]:
    return [KeyedItem(item, watch_keys(item.news, item.topics, lists)) for item in items]


def fold(items: Sequence[KeyedItem], settings: Config) -> None:
    state = new_state(settings)
    for seq, first in enumerate(range(0, len(items), BATCH), 1):
        entry = JournalEntry(seq, 10**14, True, False, (), {"p": first}, 0, "c", "m", "r")
        step(state, entry, items[first : first + BATCH])


def pandas_sums(items: Sequence[KeyedItem]) -> None:
    rows = [
        (item.scored.news.event_time_ms // HOP_MS, key, item.scored.sentiment.polarity)
        for item in items
        for key in item.keys
    ]
    frame = pd.DataFrame(rows, columns=["pane", "key", "polarity"])
    frame.groupby(["pane", "key"])["polarity"].agg(["count", "sum"])


def seconds(work: Callable[[], object]) -> float:
    times: list[float] = []
    for _ in range(RUNS):
        started = time.process_time()
        work()
        times.append(time.process_time() - started)
    return statistics.median(times)


def measure(extra_keys: int) -> dict[str, float]:
    items = scored(extra_keys)
    lists = compile_lists([])
    keyed = key(items, lists)
    watching, folding = seconds(lambda: key(items, lists)), seconds(lambda: fold(keyed, config("1h")))
    long = seconds(lambda: fold(keyed, config("24h")))
    peer = seconds(lambda: pandas_sums(keyed))
    return {
        "keys_per_item": sum(len(item.keys) for item in keyed) / len(keyed),
        "items_per_second": round(ITEMS / (watching + folding)),
        "fold_items_per_second": round(ITEMS / folding),
        "day_windows_over_hour_windows": round(long / folding, 3),
        "pandas_group_by_seconds_over_ours": round(peer / (watching + folding), 3),
    }


def main() -> None:
    machine = f"{platform.machine()}, {platform.processor() or 'unknown processor'}, Python {platform.python_version()}"
    result = {"machine": machine, "items": ITEMS, "two_keys": measure(0), "ten_keys": measure(8)}
    print(json.dumps(result))


if __name__ == "__main__":
    main()
