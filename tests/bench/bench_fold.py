"""How fast the fold is, and how much memory it holds: `python -m tests.bench.bench_fold [--memory MILLIONS]`.

Scored items go through watches, panes, windows, a threshold rule and a surge rule, in batches of 5,000, with stories
found and without: each headline then counts as a story of its own. All is CPU time of one core. The headlines are made
of 20,000 invented words, the n-th as often as 1 / (n + 10), a third of them names; one in twenty is a reprint, one in
twenty comes again under another tag. The peer is the machine itself: the same numbers summed per (pane, key) by pandas
in one group-by, measured in the same run. Medians of five rounds, in each of which every case runs once; one JSON
object.

With `--memory`, that many million items are made on the way, one a second of event time, and the resident memory is
printed at each million: flat once the week of `dedup` is full, at 604,800 items.
"""

from __future__ import annotations

import argparse
import json
import platform
import random
import resource
import statistics
import time
from collections import deque
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path

import pandas as pd

from monitor.config import Config, parse_config
from monitor.fold import FoldState, new_state, step
from monitor.journal import JournalEntry, KeyedItem
from monitor.pace import collecting_seldom
from monitor.stories import Keys, Stories
from monitor.watches import NamedList, compile_lists, watch_keys
from streams.records import ScoredItem, Sentiment, news_item

ITEMS, BATCH, RUNS = 100_000, 5_000, 5
HOP_MS = 300_000
GAP_MS, MEMORY_GAP_MS = 500, 1_000
ONE_IN_COPY, RECENT = 20, 2_000


def config(window: str) -> Config:
    threshold = {"name": "bad", "watch": "*", "below": -0.4, "window": window}
    surge = {"name": "surge", "watch": "*", "detector": "surge", "window": window}
    return parse_config({"windows": {"hop": "5m", "sizes": [window]}, "rule": [threshold, surge]}, "bench")


def vocabulary(rng: random.Random) -> tuple[list[str], list[float]]:
    """Invented words, one in three of them a name, and how often each occurs (cumulative): the n-th as 1 / n."""
    syllables = [a + b for a in "bdfgklmnprstvz" for b in "aeiou"]
    words = sorted({"".join(rng.choices(syllables, k=rng.choice((2, 2, 3, 4)))) for _ in range(25_000)})[:20_000]
    rng.shuffle(words)
    words = [word.capitalize() if rng.random() < 1 / 3 else word for word in words]
    total, cumulative = 0.0, []
    for rank in range(len(words)):
        total += 1 / (rank + 10)
        cumulative.append(total)
    return words, cumulative


def headlines(rng: random.Random) -> Iterator[str]:
    words, cumulative = vocabulary(rng)
    recent: deque[str] = deque(maxlen=RECENT)
    while True:
        kind = rng.randrange(ONE_IN_COPY) if recent else ONE_IN_COPY
        if kind < 2:
            text = rng.choice(recent)
            yield text if kind else f"UPDATE {rng.randrange(1, 4)}-{text}"
            continue
        text = " ".join(rng.choices(words, cum_weights=cumulative, k=rng.randrange(7, 12)))
        recent.append(f"{text} {rng.randrange(1, 100)} pct" if kind % 3 == 0 else text)
        yield recent[-1]


def scored(extra_keys: int, gap_ms: int) -> Iterator[ScoredItem]:
    """Items that count for `2 + extra_keys` keys."""
    rng = random.Random(0)
    for n, headline in enumerate(headlines(rng)):
        time_ms = n * gap_ms
        tickers = tuple(f"T{rng.randrange(200)}" for _ in range(max(0, extra_keys - 1)))
        topics = ((f"Topic {rng.randrange(20)}", 0.9),) if extra_keys else ()
        news = news_item(str(n), time_ms, time_ms, time_ms, "wire", headline, tickers=tickers)
        negative, positive = rng.random() / 2, rng.random() / 2
        sentiment = Sentiment(negative, 1 - negative - positive, positive)
        yield ScoredItem(news, "p", n, sentiment, topics, (), "neutral", 0.5, 0.5, 6, "m", "r")


def key(items: Sequence[ScoredItem], lists: Sequence[NamedList]) -> list[KeyedItem]:
    return [KeyedItem(item, watch_keys(item.news, item.topics, lists)) for item in items]


class EachItsOwn(Stories):
    """No copies are looked for: what the fold costs without stories."""

    def count(self, times_ms: Sequence[int], headlines: Sequence[str], keys: Sequence[Keys]) -> list[Keys]:
        del times_ms, headlines  # each is the first of its story
        return list(keys)


def fold(items: Sequence[KeyedItem], settings: Config, *, stories: bool) -> None:
    state = new_state(settings)
    if not stories:
        state.stories = EachItsOwn()
    for first in range(0, len(items), BATCH):
        fold_batch(state, first, items[first : first + BATCH])


def fold_batch(state: FoldState, first: int, items: Sequence[KeyedItem]) -> None:
    step(state, JournalEntry(first // BATCH + 1, 10**14, True, False, (), {"p": first}, 0, "c", "m", "r"), items)


def pandas_sums(items: Sequence[KeyedItem]) -> None:
    rows = [
        (item.scored.news.event_time_ms // HOP_MS, key, item.scored.sentiment.polarity)
        for item in items
        for key in item.keys
    ]
    frame = pd.DataFrame(rows, columns=["pane", "key", "polarity"])
    frame.groupby(["pane", "key"])["polarity"].agg(["count", "sum"])


def measure(extra_keys: int) -> dict[str, float]:
    items = list(islice(scored(extra_keys, GAP_MS), ITEMS))
    lists = compile_lists([])
    keyed = key(items, lists)
    hour, day = config("1h"), config("24h")
    cases = {
        "watching": lambda: key(items, lists),
        "hour": lambda: fold(keyed, hour, stories=False),
        "day": lambda: fold(keyed, day, stories=False),
        "hour_stories": lambda: fold(keyed, hour, stories=True),
        "day_stories": lambda: fold(keyed, day, stories=True),
        "pandas": lambda: pandas_sums(keyed),
    }
    times: dict[str, list[float]] = {name: [] for name in cases}
    for _ in range(RUNS):
        for name, work in cases.items():
            started = time.process_time()
            work()
            times[name].append(time.process_time() - started)
    seconds = {name: statistics.median(taken) for name, taken in times.items()}
    plain, whole = (seconds["watching"] + seconds[name] for name in ("hour", "hour_stories"))
    return {
        "keys_per_item": sum(len(item.keys) for item in keyed) / len(keyed),
        "items_per_second": round(ITEMS / plain),
        "items_per_second_with_stories": round(ITEMS / whole),
        "microseconds_watching": round(1e6 * seconds["watching"] / ITEMS, 2),
        "microseconds_folding": round(1e6 * seconds["hour"] / ITEMS, 2),
        "microseconds_stories": round(1e6 * (seconds["hour_stories"] - seconds["hour"]) / ITEMS, 2),
        "day_windows_over_hour_windows": round(seconds["day"] / seconds["hour"], 3),
        "day_windows_over_hour_windows_with_stories": round(seconds["day_stories"] / seconds["hour_stories"], 3),
        "pandas_group_by_seconds_over_ours": round(seconds["pandas"] / plain, 3),
    }


def resident_mb() -> float:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() / 1e6


def memory(items: int, report_every: int, gap_ms: int = MEMORY_GAP_MS) -> list[float]:
    """Resident megabytes after every `report_every` of so many items."""
    state, source, lists = new_state(config("24h")), scored(1, gap_ms), compile_lists([])
    resident: list[float] = []
    for first in range(0, items, BATCH):
        fold_batch(state, first, key(list(islice(source, BATCH)), lists))
        if (first + BATCH) % report_every == 0:
            resident.append(round(resident_mb(), 1))
    return resident


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--memory", type=int, metavar="MILLIONS")
    millions = parser.parse_args().memory
    machine = f"{platform.machine()}, {platform.processor() or 'unknown processor'}, Python {platform.python_version()}"
    if millions is not None:
        megabytes = memory(millions * 1_000_000, 1_000_000)
        print(json.dumps({"machine": machine, "resident_mb_at_each_million": megabytes}))
        return
    with collecting_seldom():  # as a run does
        result = {"machine": machine, "items": ITEMS, "two_keys": measure(0), "ten_keys": measure(8)}
    print(json.dumps(result, indent=1))


if __name__ == "__main__":
    main()
