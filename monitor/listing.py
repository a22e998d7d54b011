"""The items in a store, the newest first: the headlines of the page, and what `groundswell items` lists."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

import pandas as pd
from sqlalchemy import Row, Select, and_, select
from sqlalchemy.engine import Connection

from monitor.frames import between
from monitor.settings import SourceSettings
from monitor.tables import IS_LATE, item_keys, items, journal, settings
from monitor.watches import ALL

ITEM_COLUMNS = (
    items.c.event_time_ms,
    items.c.source,
    items.c.news_id,
    items.c.headline,
    items.c.url,
    items.c.tickers,
    items.c["keys"],
    items.c.negative,
    items.c.neutral,
    items.c.positive,
    (items.c.positive - items.c.negative).label("polarity"),
    items.c.topics,
    items.c.decision,
    items.c["value"],
    items.c.confidence,
    items.c.depth,
    items.c.late,
    items.c.model_version,
    items.c.runtime_id,
)


def list_items(
    connection: Connection,
    key: str | None,
    since_ms: int | None,
    until_ms: int | None,
    limit: int,
    *,
    late_only: bool = False,
) -> pd.DataFrame:
    """Items with event times in `[since_ms, until_ms)`, the newest first, each identity once within `dedup`.

    A revised item shows its newest text; one that comes back after `dedup` is another item. `tickers`, `keys` and
    `topics` (name, probability) are lists.

    Repeats are grouped from the newest back, so that a page reads no more than it shows. The fold groups from the
    first on: of a chain of repeats longer than `dedup` the texts shown, and how many, may be others than it counts.
    At a `dedup` of 60 min, of one that came at 0, 40 and 80 min, 80 and 0 are shown; the fold's first item is 0 and 40.

    Args:
        connection: to the store.
        key: only items that count for this watch key; None for all.
        since_ms: None for the first.
        until_ms: None for the last.
        limit: how many at most.
        late_only: only the items that are counted as late, with the text that came first.
    """
    query = newest_first(key, since_ms, until_ms, late_only=late_only)
    with connection.execute(query.execution_options(yield_per=500)) as rows:
        listed = list(islice(rows if late_only else _each_once(rows, _dedup_ms(connection)), limit))
    frame = pd.DataFrame(listed, columns=[one.name for one in ITEM_COLUMNS])
    for name in ("tickers", "keys", "topics"):
        frame[name] = frame[name].map(json.loads)
    return frame


def _each_once(rows: Iterable[Row[Any]], dedup_ms: int) -> Iterator[Row[Any]]:
    """Of an identity the newest row, and none within `dedup_ms` before it; late ones come once as they are."""
    shown_ms: dict[tuple[str, str], int] = {}
    for row in rows:
        identity = (row.source, row.news_id)
        if identity not in shown_ms or shown_ms[identity] - row.event_time_ms > dedup_ms:
            shown_ms[identity] = row.event_time_ms
            yield row


def _dedup_ms(connection: Connection) -> int:
    """`dedup` in the settings of the last batch."""
    last = select(journal.c.config_version).order_by(journal.c.seq.desc()).limit(1).scalar_subquery()
    content = connection.scalar(select(settings.c.content).where(settings.c.version == last))
    return json.loads(content)["source"]["dedup"] if content else SourceSettings().dedup


def newest_first(
    key: str | None, since_ms: int | None, until_ms: int | None, *, late_only: bool
) -> Select[*tuple[Any, ...]]:
    """The records of `list_items`, repeats and revisions too; of late ones no other record is read."""
    query, time = select(*ITEM_COLUMNS), items.c.event_time_ms
    if late_only or key is not None:
        here = and_(items.c.partition == item_keys.c.partition, items.c.offset == item_keys.c.offset)
        query = query.select_from(item_keys.join(items, here)).where(item_keys.c.key == (key or ALL))
        time = item_keys.c.event_time_ms
    if late_only:
        query = query.where(IS_LATE)
    newest = (time.desc(), items.c.seq.desc(), items.c.partition.desc(), items.c.offset.desc())
    return query.where(*between(time, since_ms, until_ms)).order_by(*newest)
