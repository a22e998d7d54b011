"""The log of a simulated market: minute by minute a pure function of the seed, with scripted episodes of bad news.

The hours of a day differ in how much they bring. Among a few hundred records there are exact reprints by another
source and records that are broken on purpose, as on a real wire.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from streams import headlines as words
from streams.headlines import COMPANIES, SOURCES, Company

MINUTE_MS = 60_000
HOUR_MS = 60 * MINUTE_MS
FIRST_EPISODE_MS = 30 * MINUTE_MS
EPISODE_EVERY_MS = 90 * MINUTE_MS
EPISODE_MS = 40 * MINUTE_MS
RELIEF_MS = 12 * MINUTE_MS
PER_MINUTE = (1,) * 6 + (2, 3, 4, 4, 4, 4, 4, 5, 6, 6, 5, 5, 5, 4, 3, 2, 2, 1)  # by the hour, UTC
ONE_IN_REPRINT = 30
ONE_IN_BROKEN = 120
WATCH_LISTS = {
    "banks": ("bank", "banks", "lender", "lenders", "banking"),
    "energy": ("oil", "crude", "OPEC", "gas", "refinery", "pipeline"),
}


@dataclass(frozen=True, slots=True)
class Episode:
    """What an alert should find: bad news for a watch key in `[start_ms, end_ms)`."""

    key: str
    start_ms: int
    end_ms: int


@dataclass(frozen=True, slots=True)
class Story:
    """An episode and how it is told; `key` is the watch it hits, `{ticker}` the company's."""

    key: str
    sector: str
    bad: Sequence[str]
    relief: Sequence[str]


STORIES = (
    Story("list:banks", "banks", words.BANK_RUN, words.BANK_RELIEF),
    Story("list:energy", "energy", words.OIL_SPILL, words.OIL_RELIEF),
    Story("ticker:{ticker}", "technology", words.FRAUD, words.FRAUD_RELIEF),
)
BROKEN = (
    b"<html>502 Bad Gateway</html>",
    b'{"title": "Record cut off half w',
    b'{"published": "2026-01-05T14:00:00Z", "source": "Open Outcry"}',
    b'{"title": "Report without a time", "source": "Metro Business"}',
    b'{"title": 404, "published": "2026-01-05T14:00:00Z"}',
    b'{"title": "Bell rings \\u0007 twice", "published": "2026-01-05T14:00:00Z"}',
    b'{"title": "Results due", "published": "next week"}',
)


@dataclass(frozen=True, slots=True)
class Told:
    """One record of the log: when it is published, and its bytes."""

    time_ms: int
    payload: bytes


@dataclass(frozen=True, slots=True)
class _Line:
    """A headline before it is a record."""

    time_ms: int
    source: str
    headline: str
    tickers: tuple[str, ...]


def episode(seed: int, start_ms: int, number: int) -> tuple[Episode, Story, Company]:
    """The `number`-th scripted episode of a market that begins at `start_ms`; stories and companies take turns."""
    story = STORIES[number % len(STORIES)]
    pick = random.Random(f"{seed}:episode:{number}")
    company = pick.choice([found for found in COMPANIES if found.sector == story.sector])
    first_ms = start_ms + FIRST_EPISODE_MS + number * EPISODE_EVERY_MS
    return Episode(story.key.format(ticker=company.ticker), first_ms, first_ms + EPISODE_MS), story, company


def episodes(seed: int, start_ms: int, until_ms: int) -> tuple[Episode, ...]:
    """The ground truth: all episodes that begin before `until_ms`."""
    count = max(0, -(-(until_ms - start_ms - FIRST_EPISODE_MS) // EPISODE_EVERY_MS))
    return tuple(episode(seed, start_ms, number)[0] for number in range(count))


def minute(seed: int, start_ms: int, number: int) -> list[Told]:
    """All records of one minute, in the order of time: a pure function of its arguments."""
    lines = _background(seed, start_ms, number) + _scripted(seed, start_ms, number) + _reprints(seed, start_ms, number)
    lines.sort(key=lambda line: (line.time_ms, line.source, line.headline))
    told = [Told(line.time_ms, _record(line, f"{number}-{index}")) for index, line in enumerate(lines)]
    pick = random.Random(f"{seed}:broken:{number}")
    if told and pick.random() < len(told) / ONE_IN_BROKEN:
        told.append(Told(told[-1].time_ms, pick.choice(BROKEN)))
    return told


def records(seed: int, start_ms: int) -> Iterator[Told]:
    """The whole log from its first minute, without end."""
    number = 0
    while True:
        yield from minute(seed, start_ms, number)
        number += 1


def _record(line: _Line, news_id: str) -> bytes:
    record = {
        "id": news_id,
        "published": datetime.fromtimestamp(line.time_ms / 1000, UTC).isoformat(timespec="seconds"),
        "source": line.source,
        "title": line.headline,
        "url": f"https://news.example/{news_id}",
        "tickers": line.tickers,
        "lang": "en",
    }
    return json.dumps(record).encode()


def _background(seed: int, start_ms: int, number: int) -> list[_Line]:
    pick = random.Random(f"{seed}:minute:{number}")
    begin_ms = start_ms + number * MINUTE_MS
    mean = PER_MINUTE[begin_ms // HOUR_MS % 24]
    return [_everyday(pick, begin_ms) for _ in range(pick.randint(mean // 2, mean + mean // 2))]


def _everyday(pick: random.Random, begin_ms: int) -> _Line:
    """Three in five say nothing either way; one in four is about the economy."""
    tone = pick.choices((0, 1, 2), (6, 2, 2))[0]
    if pick.random() < 0.25:
        choice = (words.MACRO_NEUTRAL, words.MACRO_POSITIVE, words.MACRO_NEGATIVE)[tone]
        return _line(pick, begin_ms, pick.choice(choice), None)
    company = pick.choice(COMPANIES)
    return _line(pick, begin_ms, pick.choice((words.NEUTRAL, words.POSITIVE, words.NEGATIVE)[tone]), company)


def _scripted(seed: int, start_ms: int, number: int) -> list[_Line]:
    """The bad news of an episode: two a minute at its edges, four in its middle; then some relief."""
    since_ms = number * MINUTE_MS - FIRST_EPISODE_MS
    if since_ms < 0:
        return []
    told, story, company = episode(seed, start_ms, since_ms // EPISODE_EVERY_MS)
    begin_ms = start_ms + number * MINUTE_MS
    pick = random.Random(f"{seed}:script:{number}")
    into_ms = begin_ms - told.start_ms
    if into_ms < EPISODE_MS:
        count = 4 if EPISODE_MS // 8 <= into_ms < EPISODE_MS * 3 // 4 else 2
        return [_line(pick, begin_ms, text, company) for text in pick.sample(story.bad, count)]
    if into_ms < EPISODE_MS + RELIEF_MS and number % 2:
        return [_line(pick, begin_ms, pick.choice(story.relief), company)]
    return []


def _reprints(seed: int, start_ms: int, number: int) -> list[_Line]:
    """Another source prints a headline of the last twenty minutes again, word for word."""
    pick = random.Random(f"{seed}:reprint:{number}")
    before = number - pick.randint(1, 20)
    lines = _background(seed, start_ms, before) + _scripted(seed, start_ms, before) if before >= 0 else []
    if pick.random() >= len(lines) / ONE_IN_REPRINT:
        return []
    line = pick.choice(lines)
    source = pick.choice([name for name in SOURCES if name != line.source])
    time_ms = start_ms + number * MINUTE_MS + pick.randrange(60) * 1000
    return [_Line(time_ms, source, line.headline, line.tickers)]


def _line(pick: random.Random, begin_ms: int, text: str, company: Company | None) -> _Line:
    """Fill a sentence's slots; a rival is of the same sector where there is one."""
    rivals = [found for found in COMPANIES if company and found.sector == company.sector and found != company]
    rival = pick.choice(rivals or [found for found in COMPANIES if found != company])
    headline = text.format(
        c=company.short if company else "",
        p=rival.short,
        n=pick.randint(2, 9),
        nth=pick.choice(words.NTH),
        small=pick.randint(2, 39) / 10,
        pct=pick.randint(8, 29) / 2,
        big=pick.randint(18, 62),
        m=pick.randint(12, 99) * 10,
        q=pick.choice(words.QUARTERS),
        place=pick.choice(words.PLACES),
        who=pick.choice(words.NAMES),
        day=pick.choice(words.DAYS),
    )
    named = ([company.ticker] if company else []) + ([rival.ticker] if "{p}" in text else [])
    return _Line(begin_ms + pick.randrange(60) * 1000, pick.choice(SOURCES), headline, tuple(sorted(named)))
