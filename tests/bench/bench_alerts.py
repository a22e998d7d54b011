"""How often the rules of a settings file alert in quiet weeks, and whether they find the days on which the market fell.

    python -m tests.bench.bench_alerts [--config FILE] [--scores FOLDER]

Three feeds of six to nine weeks (press releases left out) go through the shipped model once, into FOLDER, then through
the rules (default: those of the example). Of the quiet feed the first half is for choosing settings, the second for
reporting; of the eventful ones, 2011 and 2008 in the same way. A day on which the S&P 500 closed 2 % lower or more
counts as found when an alert of the rule was firing within it (UTC).
"""

import argparse
import csv
import gzip
import json
import pickle
import time
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from pathlib import Path

from monitor.clock import wall_clock_ms
from monitor.config import Config, load_config, packaged_config
from monitor.durations import UNITS_MS
from monitor.fold import new_state, step
from monitor.journal import JournalEntry, KeyedItem
from monitor.parts import feed_format, open_scorer
from monitor.scoring import Scorer, Unscorable, score_arrivals
from monitor.watches import compile_lists, watch_keys
from streams.files import FileSource
from streams.records import AlertEvent, ScoredItem

SHARED = Path(__file__).resolve().parents[3] / "shared" / "data"
QUIET, EVENTFUL = "reuters_calm_2014", ("reuters_us_downgrade_2011", "reuters_lehman_2008")
FALL = -0.02
EACH = 4_096


@dataclass(frozen=True)
class Episode:
    """When an alert was firing, in the first instance; `end_ms` is None where the feed ended before."""

    rule: str
    key: str
    start_ms: int
    end_ms: int | None


def scored(name: str, folder: Path, config: Config, scorer: list[Scorer]) -> list[ScoredItem]:
    """The feed's items with their scores: from `folder`, or scored now and kept there; `scorer` is loaded once."""
    kept = folder / f"{name}.pickle"
    if not kept.exists():
        if not scorer:
            scorer.append(open_scorer(config))
        kept.write_bytes(pickle.dumps(score(news_of(name, folder), config, scorer[0])))
    return pickle.loads(kept.read_bytes())


def news_of(name: str, folder: Path) -> Path:
    """The feed without its press releases, as JSON lines in `folder`."""
    news = folder / f"{name}.jsonl"
    with gzip.open(SHARED / "replay" / f"{name}.jsonl.gz", "rt", encoding="utf-8") as lines:
        news.write_text("".join(line for line in lines if not json.loads(line)["press_release"]), encoding="utf-8")
    return news


def score(news: Path, config: Config, scorer: Scorer) -> list[ScoredItem]:
    source, items, ended = FileSource([news], feed_format(config.source), wall_clock_ms), list[ScoredItem](), False
    while not ended:
        batch = source.poll(EACH, 0)
        items += [one for one in score_arrivals(scorer, batch.arrivals) if not isinstance(one, Unscorable)]
        ended = batch.ended
    return items


def fold(items: list[ScoredItem], config: Config) -> list[AlertEvent]:
    """All transitions of a whole feed."""
    lists, state, events = compile_lists(config.watch), new_state(config), list[AlertEvent]()
    keyed = [KeyedItem(item, watch_keys(item.news, item.topics, lists)) for item in items]
    positions = dict.fromkeys({item.partition for item in items}, 0)
    for seq, at in enumerate(range(0, len(keyed), EACH), 1):
        entry = JournalEntry(seq, wall_clock_ms(), True, at + EACH >= len(keyed), (), positions, 0, "c", "m", "r")
        events += step(state, entry, keyed[at : at + EACH]).events
    return events


def episodes(events: list[AlertEvent]) -> list[Episode]:
    """The alerts that fired, each from its first firing to its end."""
    first = {event.alert_id: event for event in reversed(events) if event.transition == "firing"}
    ends = {event.alert_id: event.time_ms for event in events if event.transition == "resolved"}
    return [Episode(one.rule, one.key, one.time_ms, ends.get(alert_id)) for alert_id, one in first.items()]


def falls(first_ms: int, last_ms: int) -> list[date]:
    """The days between two times on which the index closed lower by `FALL` or more."""
    with (SHARED / "prices" / "sp500_arch_1999_2018.csv").open(encoding="utf-8") as lines:
        rows = list(csv.DictReader(lines))
    days = [date(*[int(row["Date"].split("/")[place]) for place in (2, 0, 1)]) for row in rows]
    closes = [float(row["Close"]) for row in rows]
    fell = [day for day, (before, after) in zip(days[1:], pairwise(closes), strict=True) if after / before - 1 <= FALL]
    return [day for day in fell if first_ms <= midnight_ms(day) <= last_ms]


def midnight_ms(day: date) -> int:
    return int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp() * 1000)


def is_found(day: date, alerts: list[Episode]) -> bool:
    start_ms, end_ms = midnight_ms(day), midnight_ms(day + timedelta(days=1))
    return any(one.start_ms < end_ms and (one.end_ms is None or one.end_ms > start_ms) for one in alerts)


def quiet_line(alerts: list[Episode], first_ms: int, last_ms: int) -> str:
    middle_ms, days = (first_ms + last_ms) // 2, (last_ms - first_ms) / UNITS_MS["d"] / 2
    early = sum(one.start_ms < middle_ms for one in alerts)
    keys = ", ".join(f"{key} {n}" for key, n in Counter(one.key for one in alerts).most_common(3))
    return f"{early / days:.2f} a day, then {(len(alerts) - early) / days:.2f} a day ({keys or 'none'})"


def eventful_line(alerts: list[Episode], first_ms: int, last_ms: int) -> str:
    fell, first = falls(first_ms, last_ms), datetime.fromtimestamp(first_ms / 1000, UTC).date()
    every = [first + timedelta(days=n) for n in range((last_ms - midnight_ms(first)) // UNITS_MS["d"] + 1)]
    others = [day for day in every if day not in fell]
    found, beside = (sum(is_found(day, alerts) for day in days) for days in (fell, others))
    return f"{found} of {len(fell)} days found, {beside} of {len(others)} others; {len(alerts)} alerts"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--config", type=Path)
    parser.add_argument("--scores", type=Path, default=Path(".cache/scores"))
    options = parser.parse_args()
    config = load_config(options.config) if options.config else packaged_config("example.toml")
    options.scores.mkdir(parents=True, exist_ok=True)
    scorer: list[Scorer] = []
    for name in (QUIET, *EVENTFUL):
        items = scored(name, options.scores, config, scorer)
        started = time.perf_counter()
        alerts = episodes(fold(items, config))
        first_ms, last_ms = (edge(item.news.event_time_ms for item in items) for edge in (min, max))
        print(f"{name}: {len(items):,} items, folded in {time.perf_counter() - started:.1f} s")
        for rule in config.rule:
            own = [one for one in alerts if one.rule == rule.name]
            if name == QUIET:
                print(f"  {rule.name}: {quiet_line(own, first_ms, last_ms)}")
            else:
                print(f"  {rule.name}: {eventful_line(own, first_ms, last_ms)}")


if __name__ == "__main__":
    main()
