"""The records of a headline's way through the system, in the order of the flow; all frozen.

Those made for every item and without work of their own are named tuples: a third of the time of a dataclass.

Times are integer milliseconds UTC and intervals are half open. Sums over probabilities are integers in
millionths, so that adding them in any grouping gives the same number.
"""

from __future__ import annotations

import hashlib
import math
from dataclasses import dataclass, field
from json.encoder import encode_basestring_ascii as quoted
from typing import NamedTuple

MILLION = 1_000_000
CONFIDENCE_Z = 1.959963984540054  # the two-sided 95 % quantile of the standard normal


class NewsItem(NamedTuple):
    """One headline as its source gave it, made by `news_item`; (`source`, `news_id`) is its identity.

    `content_hash` is of what a reader sees: 16 hex digits, equal for a duplicate, different for a revision.
    """

    news_id: str
    event_time_ms: int
    published_ms: int
    ingest_time_ms: int
    source: str
    headline: str
    body: str
    url: str
    lang: str
    tickers: tuple[str, ...]
    content_hash: str


def news_item(
    news_id: str,
    event_time_ms: int,
    published_ms: int,
    ingest_time_ms: int,
    source: str,
    headline: str,
    body: str = "",
    url: str = "",
    lang: str = "",
    tickers: tuple[str, ...] = (),
) -> NewsItem:
    """A news item, its content hashed."""
    listed = ", ".join([quoted(ticker) for ticker in tickers]) if tickers else ""
    texts = f"{quoted(headline)}, {quoted(body)}, {quoted(url)}, {quoted(lang)}"
    content = f"[{texts}, [{listed}]]"  # JSON, at a third of its time
    content_hash = hashlib.sha256(content.encode()).hexdigest()[:16]
    return NewsItem(
        news_id, event_time_ms, published_ms, ingest_time_ms, source, headline, body, url, lang, tickers, content_hash
    )


class Sentiment(NamedTuple):
    """Calibrated class probabilities of one text or one (text, target) pair; they sum to 1."""

    negative: float
    neutral: float
    positive: float

    @property
    def polarity(self) -> float:
        """p(positive) - p(negative), in [-1, 1]."""
        return self.positive - self.negative


class ScoredItem(NamedTuple):
    """A news item with its position in the log and what the model said of it."""

    news: NewsItem
    partition: str
    offset: int
    sentiment: Sentiment
    topics: tuple[tuple[str, float], ...]
    by_target: tuple[tuple[str, Sentiment], ...]
    decision: str
    value: float
    confidence: float
    depth: int
    model_version: str
    runtime_id: str


@dataclass(frozen=True, slots=True)
class WindowStat:
    """The sums of one watch key over `[start_ms, end_ms)`; each story counts once, by its first copy.

    `*_sum` fields are in millionths; `items` counts copies too. `late` is counted on reading and stays outside
    the digest.
    """

    key: str
    start_ms: int
    end_ms: int
    items: int
    stories: int
    negative_sum: int
    neutral_sum: int
    positive_sum: int
    polarity_sum: int
    polarity_sq_sum: int
    late: int = 0

    def mean(self, total: int) -> float:
        """A sum in millionths as the mean per story; 0 where there is no story."""
        return total / MILLION / self.stories if self.stories else 0.0

    @property
    def polarity(self) -> float:
        """Mean polarity per story, in [-1, 1]."""
        return self.mean(self.polarity_sum)

    @property
    def polarity_variance(self) -> float:
        """Unbiased sample variance of the polarity over stories; 0 below two stories."""
        if self.stories < 2:
            return 0.0
        squares = self.polarity_sq_sum / MILLION
        return max(0.0, (squares - self.stories * self.polarity**2) / (self.stories - 1))

    @property
    def confidence_interval(self) -> tuple[float, float]:
        """The 95 % normal interval of the mean polarity, within [-1, 1]; all of it below two stories."""
        if self.stories < 2:
            return -1.0, 1.0
        half = CONFIDENCE_Z * math.sqrt(self.polarity_variance / self.stories)
        return max(-1.0, self.polarity - half), min(1.0, self.polarity + half)


@dataclass(frozen=True, slots=True)
class Evidence:
    """One headline behind a number: enough to show it and to find it again."""

    source: str
    news_id: str
    event_time_ms: int
    headline: str
    polarity: float
    model_version: str


@dataclass(frozen=True, slots=True)
class AlertEvent:
    """One transition in an alert's life; the ledger of these is append-only.

    `alert_id` hashes the rule's version, the key and `started_ms`, the end of the first window for which the
    condition held: the same in every replay. `time_ms` is the event time of the pane close that moved it, and
    `value` the statistic over the `window_ms` before it.
    """

    alert_id: str
    rule: str
    rule_version: str
    key: str
    transition: str
    time_ms: int
    started_ms: int
    window_ms: int
    value: float
    reason: str = ""
    evidence: tuple[Evidence, ...] = ()


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """A record that could not become a scored item: its bytes (cut where over-large), and why.

    `length` and `sha256` are those of the whole payload; `tick_ms` is when the verdict was reached. `key` and
    `headers` are those of its Kafka record, where there was one.
    """

    partition: str
    offset: int
    reason: str
    detail: str
    payload: bytes = field(repr=False)
    length: int
    sha256: str
    tick_ms: int
    key: bytes | None = field(default=None, repr=False)
    headers: tuple[tuple[str, bytes], ...] = field(default=(), repr=False)
