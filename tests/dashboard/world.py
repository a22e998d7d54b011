"""A little market written into a real store: six quiet hours, an oil scare that passed, and a run on a bank.

Every name and headline here is invented.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Sequence

from monitor.config import parse_config
from monitor.journal import JournalEntry, KeyedItem
from monitor.store import Store, WindowRow
from streams.records import MILLION, AlertEvent, Evidence, ScoredItem, Sentiment, news_item

MINUTE_MS, HOUR_MS = 60_000, 3_600_000
HOP_MS, SIZES_MS = 5 * MINUTE_MS, (HOUR_MS, 24 * HOUR_MS)
END_MS = 1_772_460_000_000  # 2026-03-02 14:00:00 UTC, a whole hour
MODEL = "finance-en@1f2e3d4c"
BANKS = "topic:Financials"

QUIET: dict[str, tuple[tuple[str, float], ...]] = {
    "Earnings": (("Harrow lifts full-year profit guidance", 0.7), ("Tessaly first-quarter sales slip 4%", -0.6)),
    "Macro": (("Factory orders rise for a third month", 0.6), ("Jobless claims little changed", 0.0)),
    "Energy | Oil": (("Pipeline maintenance ends ahead of plan", 0.4), ("Refiner Oakmere cuts runs", -0.4)),
    "Fed | Central Banks": (("Central bank holds its rate, as expected", 0.0), ("Governor sees inflation easing", 0.5)),
    "Financials": (("Northmere Bank opens a branch in Selby", 0.0), ("Insurer Calder raises dividend", 0.7)),
    "Legal | Regulation": (
        ("Regulator clears Pellmont of wrongdoing", 0.6),
        ("Watchdog opens probe into Vantor", -0.7),
    ),
    "M&A | Investments": (("Quill agrees to buy Aster at a premium", 0.7), ("Talks between Brant and Lowe end", -0.4)),
    "Stock Movement": (("Shares in Tessaly climb 3%", 0.6), ("Miners slide as copper falls", -0.6)),
    "Markets": (("Stocks end the morning little changed", 0.0), ("Spreads tighten across the board", 0.4)),
}
OIL_SCARE = (
    "Storm shuts the Halden export terminal",
    "Crude jumps as Halden stays shut",
    "Tankers turn back at Halden",
)
BANK_RUN = (
    "Northmere Bank halts withdrawals at three branches",
    "Depositors queue outside Northmere Bank as shares plunge",
    "Northmere Bank seeks emergency loan from the central bank",
    "Northmere outlook cut to negative by its rating agency",
    "Calder says its exposure to Northmere Bank is larger than reported",
)


def scored(
    number: int, time_ms: int, headline: str, polarity: float, topic: str, url: str = "", source: str = "wire"
) -> ScoredItem:
    neutral = round(0.9 * (1 - abs(polarity)), 4)
    positive = round((1 - neutral + polarity) / 2, 4)
    news = news_item(f"n{number}", time_ms, time_ms, time_ms, source, headline, url=url, tickers=("NMB",))
    return ScoredItem(
        news=news,
        partition="news-0",
        offset=number,
        sentiment=Sentiment(round(1 - neutral - positive, 4), neutral, positive),
        topics=((topic, 0.86),),
        by_target=(),
        decision="negative" if polarity < -0.3 else "positive" if polarity > 0.3 else "neutral",
        value=0.8,
        confidence=max(neutral, positive, round(1 - neutral - positive, 4)),
        depth=6,
        model_version=MODEL,
        runtime_id="cpu-test",
    )


def keyed(item: ScoredItem, late: bool = False) -> KeyedItem:
    keys = ["all", f"source:{item.news.source}", *(f"topic:{name}" for name, _ in item.topics)]
    if "Northmere" in item.news.headline:
        keys += ["list:banks", "ticker:NMB"]
    return KeyedItem(item, tuple(keys), late)


def market(end_ms: int, seed: int = 11) -> list[KeyedItem]:
    """Six hours up to `end_ms`: about forty headlines an hour, in the order of time."""
    draw = random.Random(seed)
    rows: list[tuple[int, str, float, str]] = []
    for minute in range(0, 360, 2):
        topic = draw.choice(list(QUIET))
        headline, polarity = draw.choice(QUIET[topic])
        rows.append((minute, headline, polarity + draw.uniform(-0.15, 0.15), topic))
    rows += [(120 + 5 * n, OIL_SCARE[n % 3], draw.uniform(-0.9, -0.6), "Energy | Oil") for n in range(8)]
    rows += [(282 + 4 * n, BANK_RUN[n % 5], draw.uniform(-0.95, -0.7), "Financials") for n in range(19)]
    start_ms = end_ms - 6 * HOUR_MS
    items: list[KeyedItem] = []
    for number, (minute, headline, polarity, topic) in enumerate(sorted(rows)):
        time_ms = start_ms + minute * MINUTE_MS + draw.randrange(MINUTE_MS)
        url = f"https://news.example/{number}" if number % 3 else ""
        source = draw.choice(("wire", "wire", "ledger-daily", "city-desk"))
        items.append(keyed(scored(number, time_ms, headline, polarity, topic, url, source), late=number in (20, 341)))
    return sorted(items, key=lambda item: item.scored.news.event_time_ms)


def windows(items: Sequence[KeyedItem], watermark_ms: int, sizes_ms: Sequence[int] = SIZES_MS) -> list[WindowRow]:
    """Every window that closed by the watermark; here each item is a story of its own."""
    sums: dict[tuple[str, int, int], list[int]] = defaultdict(lambda: [0] * 7)
    for item in items:
        if item.late:
            continue
        mood, time_ms = item.scored.sentiment, item.scored.news.event_time_ms
        shares = [round(share * MILLION) for share in (mood.negative, mood.neutral, mood.positive, mood.polarity)]
        addends = [1, 1, *shares, round(mood.polarity**2 * MILLION)]
        for size_ms in sizes_ms:
            first_ms = time_ms // HOP_MS * HOP_MS + HOP_MS
            for end in range(first_ms, min(first_ms + size_ms, watermark_ms + 1), HOP_MS):
                for key in item.keys:
                    row = sums[key, end - size_ms, end]
                    for place, addend in enumerate(addends):
                        row[place] += addend
    return [(*place, *row) for place, row in sums.items()]  # type: ignore[misc]


def event(
    items: Sequence[KeyedItem], rule: str, key: str, transition: str, time_ms: int, started_ms: int, value: float
) -> AlertEvent:
    """A transition with the most negative headlines of the hour before it as evidence."""
    behind = [i.scored for i in items if key in i.keys and time_ms - HOUR_MS <= i.scored.news.event_time_ms < time_ms]
    worst = sorted(behind, key=lambda one: one.sentiment.polarity)[:5]
    evidence = tuple(
        Evidence(
            one.news.source,
            one.news.news_id,
            one.news.event_time_ms,
            one.news.headline,
            one.sentiment.polarity,
            one.model_version,
        )
        for one in worst
    )
    return AlertEvent(
        f"{rule}-{started_ms}", rule, "0f0f0f0f0f0f", key, transition, time_ms, started_ms, HOUR_MS, value, "", evidence
    )


def oil_alert(items: Sequence[KeyedItem], end_ms: int) -> list[AlertEvent]:
    """Fired and resolved, hours ago."""
    start = end_ms - 215 * MINUTE_MS
    place = items, "oil-slump", "topic:Energy | Oil"
    return [
        event(*place, "pending", start, start, -0.52),
        event(*place, "firing", start + 10 * MINUTE_MS, start, -0.61),
        event(*place, "resolved", start + 70 * MINUTE_MS, start, -0.18),
    ]


def bank_alert(items: Sequence[KeyedItem], end_ms: int) -> list[AlertEvent]:
    """Fires since 40 minutes."""
    start = end_ms - 50 * MINUTE_MS
    place = items, "bank-run", BANKS
    return [
        event(*place, "pending", start, start, -0.44),
        event(*place, "firing", start + 10 * MINUTE_MS, start, -0.58),
    ]


SETTINGS = parse_config(
    {
        "rule": [
            {"name": "bank-run", "watch": BANKS, "below": -0.4, "for": "10m", "severity": "critical"},
            {"name": "oil-slump", "watch": "topic:Energy*", "below": -0.5, "for": "10m"},
            {"name": "flood", "watch": "*", "statistic": "items", "above": 5000, "severity": "info"},
        ]
    },
    "the test's world",
)


def entry(seq: int, watermark_ms: int, tick_ms: int, *, ended: bool = False, offset: int = 0) -> JournalEntry:
    return JournalEntry(
        seq, tick_ms, True, ended, (), {"news-0": offset}, watermark_ms, SETTINGS.version, MODEL, "cpu-test"
    )


def fill(
    url: str, end_ms: int = END_MS, tick_ms: int | None = None, *, firing: bool = True, ended: bool = False
) -> None:
    """Write the market as one batch; the watermark stands at `end_ms`."""
    items = market(end_ms)
    events = oil_alert(items, end_ms) + (bank_alert(items, end_ms) if firing else [])
    store = Store.open(url)
    with store.begin() as tx:
        tx.add_settings(SETTINGS.version, SETTINGS.kept, 1)
        tx.add_items(items, 1)
        tx.add_windows(windows(items, end_ms))
        tx.add_events(events, 1)
        tx.add_entry(
            entry(1, end_ms, end_ms + 4_000 if tick_ms is None else tick_ms, ended=ended, offset=len(items)), len(items)
        )
    store.close()


def append(
    url: str, seq: int, items: Sequence[KeyedItem], watermark_ms: int, tick_ms: int, closed: Sequence[WindowRow] = ()
) -> None:
    """Write a later batch, with the windows that it closed."""
    store = Store.open(url)
    with store.begin() as tx:
        tx.add_items(items, seq)
        tx.add_windows(closed)
        tx.add_entry(entry(seq, watermark_ms, tick_ms, offset=1_000 + seq), len(items))
    store.close()
