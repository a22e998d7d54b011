"""Records and batches for the tests of the store."""

from __future__ import annotations

import random
from collections.abc import Sequence

from monitor.journal import JournalEntry, KeyedItem
from monitor.store import Store
from streams.records import AlertEvent, DeadLetter, Evidence, ScoredItem, Sentiment, news_item

T0 = 1_312_500_000_000
MINUTE = 60_000
HOUR = 60 * MINUTE
ODD_KEY = "topic:M&A | Investments"


def keyed(
    offset: int,
    *,
    time_ms: int = T0,
    negative: float = 0.2,
    positive: float = 0.3,
    news_id: str = "",
    headline: str = "",
    keys: Sequence[str] = ("all",),
    late: bool = False,
    partition: str = "news-0",
    source: str = "wire",
) -> KeyedItem:
    """A scored item; what is not given is its own by `offset`."""
    news = news_item(
        news_id=news_id or f"n{offset}",
        event_time_ms=time_ms,
        published_ms=time_ms - 5,
        ingest_time_ms=time_ms + 7,
        source=source,
        headline=headline or f"Lender number {offset} warns on loan losses",
        body="It said so on Friday.",
        url="https://example.test/a?b=1&c=%20",
        lang="en",
        tickers=("BAC", "BRK.B"),
    )
    scored = ScoredItem(
        news=news,
        partition=partition,
        offset=offset,
        sentiment=Sentiment(negative, 1 - negative - positive, positive),
        topics=(("Macro", 0.1 + 0.2), ("M&A | Investments", 1 / 3)),
        by_target=(("BAC", Sentiment(0.1, 0.2, 0.7)),),
        decision="negative",
        value=2 / 3,
        confidence=0.7,
        depth=6,
        model_version="m1",
        runtime_id="r1",
    )
    return KeyedItem(scored, tuple(keys), late)


def wild(offset: int, seed: int) -> KeyedItem:
    """An item with random doubles in every place that holds one."""
    rng = random.Random(seed * 1_000 + offset)
    base = keyed(offset, negative=rng.random(), positive=rng.random() * 10.0 ** -rng.randrange(300))
    return base


def journaled(seq: int, next_offset: int = 1, **changes: object) -> JournalEntry:
    """A journal entry of one partition."""
    frame: dict[str, object] = {
        "tick_ms": T0 + seq,
        "moves": True,
        "ended": False,
        "idle": (),
        "positions": {"news-0": next_offset},
        "watermark_ms": T0,
        "config_version": "c1",
        "model_version": "m1",
        "runtime_id": "r1",
    }
    return JournalEntry(seq=seq, **{**frame, **changes})  # pyright: ignore[reportArgumentType]


def write(store: Store, seq: int, items: Sequence[KeyedItem]) -> None:
    """One batch of items in one transaction."""
    with store.begin() as tx:
        tx.add_items(items, seq)
        tx.add_entry(journaled(seq, max((item.scored.offset + 1 for item in items), default=0)), len(items))


def moved(
    transition: str, time_ms: int, alert_id: str = "a1", *, started_ms: int = T0, key: str = "all", value: float = -0.5
) -> AlertEvent:
    """An event of the ledger."""
    return AlertEvent(alert_id, "slump", "v1", key, transition, time_ms, started_ms, HOUR, value, "", (proof(),))


def proof(headline: str = "Bank's shares fall by a third") -> Evidence:
    """Evidence with a polarity that no decimal writes."""
    return Evidence("wire", "n1", T0, headline, -0.1 - 0.2, "m1")


def letter(offset: int, payload: bytes = b"\xff\x00{", detail: str = "not JSON") -> DeadLetter:
    """A dead letter."""
    return DeadLetter("news-0", offset, "not_json", detail, payload, len(payload), "ab" * 32, T0)
