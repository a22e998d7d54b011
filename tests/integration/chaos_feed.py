"""What the chaos run reads, and what must come of it: computed from the input alone, by pandas."""

from __future__ import annotations

import hashlib
import json
import random
import sqlite3
from collections import Counter
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

START_MS = 1_700_000_000_000
GAP_MS = 8_000
JUMBLE_MS = 600_000
HOP_MS, SIZE_MS = 300_000, 3_600_000
MILLION = 1_000_000
TOPICS = ("Alpha", "Beta", "Gamma", "Delta")
SUMS = ["items", "stories", "negative_sum", "neutral_sum", "positive_sum", "polarity_sum", "polarity_sq_sum"]
SETTINGS = """
[source]
bootstrap = "BOOTSTRAP"
topics = ["TOPIC"]
group = "TOPIC"
out_of_orderness = "30m"
idle_after = "10s"
max_drift = "12h"
[model]
scorer = "stub"
batch = 500
[windows]
hop = "5m"
sizes = ["1h"]
[[watch]]
name = "odd"
tickers = ["T1", "T3"]
[[rule]]
name = "bad"
watch = "topic:*"
below = -0.03
window = "1h"
min_stories = 3
for = "10m"
keep_firing_for = "10m"
[store]
snapshot_every = 40
"""
CHANNEL = "desk"
NOTIFYING = f"""
[[channel]]
name = "{CHANNEL}"
url = "URL"
[notify]
max_age = "36500d"
max_attempts = 1000
"""
ENDS = ("resolved", "lapsed")


@dataclass(frozen=True, slots=True)
class Sent:
    """One record as a producer would send it."""

    source: str
    news_id: str
    time_ms: int
    headline: str
    tickers: tuple[str, ...]

    @property
    def payload(self) -> bytes:
        """Its JSON."""
        named = {"source": self.source, "id": self.news_id, "ts": self.time_ms, "title": self.headline}
        return json.dumps({**named, "tickers": self.tickers}).encode()


def make_feed(items: int, seed: int) -> list[Sent]:
    """`items` of news, jumbled within `JUMBLE_MS`; one in 50 reprints another, one in 100 is sent twice."""
    rng = random.Random(seed)
    sent: list[tuple[float, Sent]] = []
    time_ms = START_MS
    headline = ""
    for number in range(items):
        time_ms += rng.randrange(2 * GAP_MS)
        if number % 50 or not headline:
            headline = " ".join(f"{rng.getrandbits(40):010x}" for _ in range(7))
        tickers = tuple(rng.sample(["T1", "T2", "T3", "T4"], k=rng.choice([0, 0, 1])))
        one = Sent(rng.choice(["wire", "desk", "post"]), f"n{number}", time_ms, headline, tickers)
        sent += [(time_ms + rng.random() * JUMBLE_MS, one) for _ in range(1 if number % 100 else 2)]
    return [one for _, one in sorted(sent, key=lambda pair: pair[0])]


def _judged(headline: str) -> tuple[str, float, float, float]:
    """What the stub scorer says: the first bytes of a hash."""
    digest = hashlib.blake2b(headline.encode(), digest_size=4).digest()
    negative, positive = digest[0] / 512, digest[1] / 512
    return f"topic:{TOPICS[digest[2] % 4]}", negative, 1 - negative - positive, positive


def expected_windows(feed: Sequence[Sent]) -> pd.DataFrame:
    """Every window that holds an item: key, end_ms and the sums."""
    frame = pd.DataFrame(feed).drop_duplicates(["source", "news_id"]).sort_values(["time_ms", "source", "news_id"])
    judged = [_judged(headline) for headline in frame["headline"]]
    topics, probs = [topic for topic, *_ in judged], np.array([probs for _, *probs in judged])
    polarity = probs[:, 2] - probs[:, 0]
    addends = np.column_stack([probs, polarity, polarity * polarity])
    frame[SUMS[2:]] = np.rint(addends * MILLION).astype(np.int64)
    frame["key"] = [
        ["all", f"source:{source}", topic, *(f"ticker:{one}" for one in tickers)]
        + ["list:odd"] * bool({"T1", "T3"} & set(tickers))
        for source, topic, tickers in zip(frame["source"], topics, frame["tickers"], strict=True)
    ]
    counted = frame.explode("key", ignore_index=True)
    first = ~counted.duplicated(["key", "headline"])
    counted["items"], counted["stories"] = 1, first.astype(np.int64)
    counted[SUMS[2:]] = counted[SUMS[2:]].where(first, 0)
    counted["pane"] = counted["time_ms"] // HOP_MS
    return _hopping(counted.groupby(["key", "pane"])[SUMS].sum())


def _hopping(panes: pd.DataFrame) -> pd.DataFrame:
    """Sums by (key, pane) -> sums over the `SIZE_MS / HOP_MS` panes before each end, where they hold an item."""
    span = SIZE_MS // HOP_MS
    numbers = panes.index.get_level_values("pane")
    every = range(numbers.min(), numbers.max() + span)
    frames = []
    for key, own in panes.groupby("key"):
        total = own.droplevel("key").reindex(every, fill_value=0).cumsum()
        window = total - total.shift(span, fill_value=0)
        frames.append(window.assign(key=key, end_ms=(window.index + 1) * HOP_MS))
    windows = pd.concat(frames, ignore_index=True)
    return windows[windows["items"] > 0][["key", "end_ms", *SUMS]]


def judge(store: Path, undisturbed: Path, feed: Sequence[Sent]) -> dict[str, int]:
    """Counts of what was sent, stored and concluded; every `*_wrong` must be 0."""
    with closing(sqlite3.connect(store)) as here, closing(sqlite3.connect(undisturbed)) as there:
        rows = here.execute("SELECT source, news_id FROM items").fetchall()
        windows = pd.read_sql(f"SELECT key, end_ms, {', '.join(SUMS)} FROM windows", here)
        events, others = (
            [*one.execute("SELECT alert_id, time_ms, transition FROM alert_events")] for one in (here, there)
        )
        late = here.execute("SELECT count(*) FROM items WHERE late").fetchone()[0]
    sent = Counter((one.source, one.news_id) for one in feed)
    stored = Counter(rows)
    return {
        "records_sent": len(feed),
        "records_stored": len(rows),
        "items": len(sent),
        "late": late,
        "missing_wrong": (sent - stored).total(),
        "doubled_wrong": (stored - sent).total(),
        "windows": len(windows),
        "windows_wrong": _differing(windows, expected_windows(feed)),
        "alert_events": len(events),
        "alert_events_wrong": len(set(events) ^ set(others)),
        "alert_lives_wrong": _wrong_lives(events),
    }


def _wrong_lives(events: Sequence[tuple[str, int, str]]) -> int:
    """Alerts that did not begin once, as pending, and end at most once, as the last that they did."""
    lives: dict[str, list[str]] = {}
    for alert_id, _, transition in sorted(events, key=lambda event: event[1]):
        lives.setdefault(alert_id, []).append(transition)
    begun_once = [life[0] == "pending" and life.count("pending") == 1 for life in lives.values()]
    ended_last = [not set(ENDS) & set(life[:-1]) for life in lives.values()]
    return sum(not (begun and ended) for begun, ended in zip(begun_once, ended_last, strict=True))


def _differing(found: pd.DataFrame, wanted: pd.DataFrame) -> int:
    """Rows that stand on one side only, or differ."""
    both = pd.concat([found.astype({"end_ms": np.int64}), wanted])
    return len(both.drop_duplicates(keep=False))
