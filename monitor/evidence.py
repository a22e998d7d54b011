"""The headlines behind a number: which items of a key stand out in a window."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Literal

from sqlalchemy import ColumnElement, RowMapping, Select, and_, func, select
from sqlalchemy.engine import Connection

from monitor.journal import BEFORE_TIME_MS
from monitor.tables import item_keys, items, journal
from streams.records import Evidence

Identity = tuple[str, str]  # source, news_id
Text = tuple[int, str]  # event_time_ms, content_hash
Order = Literal["negative", "positive", "neutral", "polarity", "recent"]
POLARITY = items.c.positive - items.c.negative
RANKS: dict[Order, ColumnElement[Any]] = {
    "negative": items.c.negative,
    "positive": items.c.positive,
    "neutral": items.c.neutral,
    "polarity": POLARITY,
    "recent": items.c.event_time_ms,
}
BEFORE_MS = select(journal.c.watermark_ms).where(journal.c.seq == items.c.seq - 1).scalar_subquery()
# A late copy of what was counted is not marked as late. What came before the oldest entry of the journal is on time.
ON_TIME = and_(items.c.late.is_(False), items.c.event_time_ms >= func.coalesce(BEFORE_MS, BEFORE_TIME_MS))
FOLD_ORDER = (items.c.event_time_ms, items.c.source, items.c.news_id, items.c.content_hash)


def find_evidence(
    connection: Connection,
    key: str,
    start_ms: int,
    end_ms: int,
    order: Order,
    *,
    descending: bool,
    dedup_ms: int,
    limit: int,
) -> tuple[Evidence, ...]:
    """The first `limit` items of `key` that count in `[start_ms, end_ms)` by `order`, each headline once.

    They are those of the fold: on time, and of a revised item the first text alone, also where that one came before
    the window; one that comes back after `dedup_ms` is another item. Ties go by event time, source and id, so the
    answer depends on nothing but the items.
    """
    window = and_(
        item_keys.c.key == key,
        item_keys.c.event_time_ms >= start_ms,
        item_keys.c.event_time_ms < end_ms,
        item_keys.c.late.is_(False),
    )
    rank = RANKS[order].desc() if descending else RANKS[order].asc()
    here = and_(items.c.partition == item_keys.c.partition, items.c.offset == item_keys.c.offset)
    columns = (*FOLD_ORDER, items.c.headline, POLARITY.label("polarity"), items.c.model_version)
    query = select(*columns).select_from(item_keys.join(items, here)).where(window).order_by(rank, *FOLD_ORDER)
    found: dict[str, Evidence] = {}
    kept: dict[Identity, set[Text]] = {}
    with connection.execute(query.execution_options(yield_per=50)) as rows:
        for row in rows.mappings():
            title = " ".join(row["headline"].casefold().split())
            if title in found:
                continue
            identity = row["source"], row["news_id"]
            if identity not in kept:
                texts = connection.execute(texts_of(identity))
                kept[identity] = _kept(((time_ms, content) for time_ms, content in texts), dedup_ms)
            if (row["event_time_ms"], row["content_hash"]) in kept[identity]:
                found[title] = _evidence(row)
            if len(found) >= limit:
                break
    return tuple(found.values())


def texts_of(identity: Identity) -> Select[int, str]:
    """The on-time texts of one identity, in the order of the fold."""
    source, news_id = identity
    time_ms, content_hash = items.c.event_time_ms, items.c.content_hash
    same = and_(items.c.source == source, items.c.news_id == news_id)
    return select(time_ms, content_hash).where(same, ON_TIME).order_by(time_ms, content_hash)


def _kept(texts: Iterable[Text], dedup_ms: int) -> set[Text]:
    """Those that the fold counts: each that comes more than `dedup_ms` after the one that was counted before it."""
    kept: set[Text] = set()
    last_ms: int | None = None
    for time_ms, content_hash in texts:
        if last_ms is None or time_ms - last_ms > dedup_ms:
            last_ms = time_ms
            kept.add((time_ms, content_hash))
    return kept


def _evidence(row: RowMapping) -> Evidence:
    return Evidence(
        source=row["source"],
        news_id=row["news_id"],
        event_time_ms=row["event_time_ms"],
        headline=row["headline"],
        polarity=row["polarity"],
        model_version=row["model_version"],
    )
