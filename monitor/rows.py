"""Records as rows of the tables, and back: every record comes back equal, its floats to the bit.

But for the sign of a zero, which SQLite drops from a column: nothing that is summed or compared sees it.
"""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import orjson
from sqlalchemy import RowMapping

from monitor.journal import JournalEntry, KeyedItem
from streams.records import AlertEvent, DeadLetter, Evidence, ScoredItem, Sentiment, news_item
from streams.source import Gap

Row = tuple[Any, ...]
dumps = json.JSONEncoder(separators=(",", ":"), allow_nan=False).encode


@lru_cache(maxsize=8_192)
def names(parts: tuple[str, ...]) -> str:
    """Tickers or keys as JSON text; the same few come again and again."""
    return dumps(parts)


@dataclass(frozen=True, slots=True)
class BatchCounts:
    """What one batch brought: records, by how many items there are more, late ones, dead letters, window rows."""

    records: int
    items: int
    late: int
    dead: int
    windows: int


def item_row(item: KeyedItem, seq: int) -> Row:
    """In the order of the columns of `items`."""
    scored = item.scored
    news, sentiment = scored.news, scored.sentiment
    return (
        scored.partition,
        scored.offset,
        seq,
        news.source,
        news.news_id,
        news.event_time_ms,
        news.published_ms,
        news.ingest_time_ms,
        news.content_hash,
        news.headline,
        news.body,
        news.url,
        news.lang,
        names(news.tickers),
        sentiment.negative,
        sentiment.neutral,
        sentiment.positive,
        orjson.dumps(scored.topics).decode(),
        dumps([(name, one.negative, one.neutral, one.positive) for name, one in scored.by_target])
        if scored.by_target
        else "[]",
        scored.decision,
        scored.value,
        scored.confidence,
        scored.depth,
        scored.model_version,
        scored.runtime_id,
        names(item.keys),
        int(item.late),  # for a bool, sqlite3 looks for an adapter each time
    )


def keyed_item(row: RowMapping) -> KeyedItem:
    """The record that `item_row` wrote."""
    news = news_item(
        news_id=row["news_id"],
        event_time_ms=row["event_time_ms"],
        published_ms=row["published_ms"],
        ingest_time_ms=row["ingest_time_ms"],
        source=row["source"],
        headline=row["headline"],
        body=row["body"],
        url=row["url"],
        lang=row["lang"],
        tickers=tuple(json.loads(row["tickers"])),
    )
    scored = ScoredItem(
        news=news,
        partition=row["partition"],
        offset=row["offset"],
        sentiment=Sentiment(row["negative"], row["neutral"], row["positive"]),
        topics=tuple((name, probability) for name, probability in json.loads(row["topics"])),
        by_target=tuple((name, Sentiment(*probs)) for name, *probs in json.loads(row["by_target"])),
        decision=row["decision"],
        value=row["value"],
        confidence=row["confidence"],
        depth=row["depth"],
        model_version=row["model_version"],
        runtime_id=row["runtime_id"],
    )
    return KeyedItem(scored, tuple(json.loads(row["keys"])), row["late"])


def item_key_rows(items: Iterable[KeyedItem]) -> list[Row]:
    """In the order of the columns of `item_keys`, sorted as its primary key is; one sort of the items serves all."""
    by_key: defaultdict[str, list[Row]] = defaultdict(list)
    places = sorted([(one.news.event_time_ms, one.partition, one.offset, int(late), keys) for one, keys, late in items])
    for event_ms, partition, offset, late, keys in places:
        for key in keys:
            by_key[key].append((key, event_ms, partition, offset, late))
    return [row for key in sorted(by_key) for row in by_key[key]]


def entry_row(entry: JournalEntry, counts: BatchCounts) -> Row:
    """In the order of the columns of `journal`."""
    return (
        entry.seq,
        entry.tick_ms,
        entry.moves,
        entry.ended,
        dumps(entry.idle),
        dumps(dict(sorted(entry.positions.items()))),
        entry.watermark_ms,
        entry.config_version,
        entry.model_version,
        entry.runtime_id,
        counts.records,
        counts.items,
        counts.late,
        counts.dead,
        counts.windows,
    )


def journal_entry(row: RowMapping) -> JournalEntry:
    """The entry that `entry_row` wrote."""
    return JournalEntry(
        seq=row["seq"],
        tick_ms=row["tick_ms"],
        moves=row["moves"],
        ended=row["ended"],
        idle=tuple(json.loads(row["idle"])),
        positions=json.loads(row["positions"]),
        watermark_ms=row["watermark_ms"],
        config_version=row["config_version"],
        model_version=row["model_version"],
        runtime_id=row["runtime_id"],
    )


def evidence_text(evidence: Sequence[Evidence]) -> str:
    """As JSON text."""
    return dumps(
        [
            (one.source, one.news_id, one.event_time_ms, one.headline, one.polarity, one.model_version)
            for one in evidence
        ]
    )


def read_evidence(text: str) -> tuple[Evidence, ...]:
    """The evidence that `evidence_text` wrote."""
    return tuple(Evidence(*fields) for fields in json.loads(text))


def event_row(event: AlertEvent, seq: int) -> Row:
    """In the order of the columns of `alert_events`."""
    return (
        event.alert_id,
        event.time_ms,
        event.transition,
        seq,
        event.rule,
        event.rule_version,
        event.key,
        event.started_ms,
        event.window_ms,
        event.value,
        event.reason,
        evidence_text(event.evidence),
    )


def alert_event(row: RowMapping) -> AlertEvent:
    """The event that `event_row` wrote."""
    return AlertEvent(
        alert_id=row["alert_id"],
        rule=row["rule"],
        rule_version=row["rule_version"],
        key=row["key"],
        transition=row["transition"],
        time_ms=row["time_ms"],
        started_ms=row["started_ms"],
        window_ms=row["window_ms"],
        value=row["value"],
        reason=row["reason"],
        evidence=read_evidence(row["evidence"]),
    )


def dead_row(letter: DeadLetter, seq: int, topic: str | None) -> Row:
    """In the order of the columns of `dead_letters`; text that no database takes is made readable."""
    return (
        letter.partition,
        letter.offset,
        seq,
        letter.reason,
        letter.detail.replace("\0", "\N{SYMBOL FOR NULL}").encode("utf-8", "backslashreplace").decode("utf-8"),
        letter.payload,
        letter.length,
        letter.sha256,
        letter.tick_ms,
        topic,
        None,
        letter.key,
        dumps([(name, b64encode(value).decode()) for name, value in letter.headers]) if letter.headers else None,
    )


def dead_letter(row: RowMapping) -> DeadLetter:
    """The dead letter in a row."""
    return DeadLetter(
        partition=row["partition"],
        offset=row["offset"],
        reason=row["reason"],
        detail=row["detail"],
        payload=bytes(row["payload"]),
        length=row["length"],
        sha256=row["sha256"],
        tick_ms=row["tick_ms"],
        key=None if row["key"] is None else bytes(row["key"]),
        headers=tuple((name, b64decode(value)) for name, value in json.loads(row["headers"] or "[]")),
    )


def gap_row(gap: Gap, seq: int) -> Row:
    """In the order of the columns of `gaps`."""
    return (seq, gap.partition, gap.position, gap.begin, gap.end, gap.anew)


def read_gap(row: RowMapping) -> Gap:
    """The gap that `gap_row` wrote."""
    return Gap(row["partition"], row["position"], row["first"], row["end"], row["anew"])
