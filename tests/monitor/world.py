"""Small worlds for the tests of the fold: items and journal entries, built by hand."""

from __future__ import annotations

from collections.abc import Sequence

from monitor.config import Config, parse_config
from monitor.fold import Effects, FoldState, step
from monitor.journal import JournalEntry, KeyedItem
from streams.records import ScoredItem, Sentiment, news_item

MINUTE = 60_000
HOUR = 60 * MINUTE
FAR_TICK_MS = 10**15


def config(**changes: object) -> Config:
    """A config with ten-minute windows that hop every five minutes, unless changed."""
    raw: dict[str, object] = {"windows": {"hop": "5m", "sizes": ["10m"]}, **changes}
    return parse_config(raw, "test")


def item(
    time_ms: int,
    polarity: float = 0.0,
    news_id: str = "",
    keys: Sequence[str] = ("all",),
    headline: str = "",
    partition: str = "p",
    source: str = "wire",
) -> KeyedItem:
    """An item with the given polarity; id and headline default to something of its own."""
    own = news_id or f"{time_ms}-{polarity}-{headline}"
    news = news_item(own, time_ms, time_ms, time_ms, source, headline or f"Report {own}")
    half = (1 - abs(polarity)) / 2
    sentiment = Sentiment(max(0.0, -polarity) + half / 2, half, max(0.0, polarity) + half / 2)
    scored = ScoredItem(news, partition, 0, sentiment, (), (), "neutral", 0.5, 0.5, 6, "m", "r")
    return KeyedItem(scored, tuple(keys))


def entry(
    seq: int = 1,
    tick_ms: int = FAR_TICK_MS,
    partitions: Sequence[str] = ("p",),
    idle: Sequence[str] = (),
    moves: bool = True,
    ended: bool = False,
) -> JournalEntry:
    """A journal entry; the positions only name the partitions."""
    return JournalEntry(seq, tick_ms, moves, ended, tuple(idle), dict.fromkeys(partitions, 0), 0, "c", "m", "r")


def fold(state: FoldState, batches: Sequence[Sequence[KeyedItem]], ended: bool = True, **frame: object) -> Effects:
    """Fold the batches one after the other and join what they say."""
    whole = Effects()
    for number, batch in enumerate(batches):
        last = ended and number == len(batches) - 1
        effects = step(state, entry(number + 1, ended=last, **frame), batch)  # pyright: ignore[reportArgumentType]
        whole.windows += effects.windows
        whole.events += effects.events
        whole.late += effects.late
        whole.items += effects.items
    return whole
