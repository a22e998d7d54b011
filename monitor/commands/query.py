"""`groundswell alerts | windows | items | gaps`: what a store holds, as a table or one JSON object a line."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from contextlib import closing
from typing import TYPE_CHECKING, Any

import click

from monitor.commands.errors import plain_errors
from monitor.commands.options import STORE

if TYPE_CHECKING:
    import pandas as pd


AS_JSON = click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
WINDOW_FIELDS = (
    *("key", "start_ms", "end_ms", "items", "stories", "negative", "neutral", "positive", "polarity"),
    *("ci_low", "ci_high", "late"),
)
ITEM_TABLE = ("event_time_ms", "late", "polarity", "source", "news_id", "topics", "headline")


def show(rows: Iterable[Mapping[str, Any]], as_json: bool, columns: Iterable[str]) -> None:
    """Print rows on stdout, as JSON lines or as a table of the named columns."""
    if as_json:
        for row in rows:
            click.echo(json.dumps(row))
        return
    import pandas as pd

    frame = pd.DataFrame(list(rows), columns=list(columns))
    click.echo(frame.to_string(index=False, max_colwidth=60) if len(frame) else "none")


def frame_rows(frame: pd.DataFrame, columns: Iterable[str]) -> list[dict[str, Any]]:
    """Rows of a frame as plain Python values."""
    return json.loads(frame.loc[:, list(columns)].to_json(orient="records", double_precision=15))


@click.command()
@STORE
@AS_JSON
@click.option("--state", help="Only alerts in this state: pending, firing, recovering, resolved, lapsed.")
@plain_errors
def alerts(store: str, as_json: bool, state: str | None) -> None:
    """List the alerts in a store, the newest first."""
    from monitor.queries import Reader
    from monitor.summary import alert_object

    reader = Reader.open(store)
    rows = [alert_object(alert) for alert in reader.alerts(state=state)]
    reader.close()
    show(rows, as_json, ("alert_id", "rule", "key", "state", "firing_ms", "resolved_ms", "value"))


@click.command()
@STORE
@AS_JSON
@click.option("--key", help="A key, or a pattern with *: 'topic:*'.")
@click.option("--size", help="Only windows of this size: 1h, 24h.")
@click.option("--since-ms", type=int, help="Only windows that end after this time (ms UTC).")
@click.option("--until-ms", type=int, help="Only windows that end at or before this time (ms UTC).")
@plain_errors
def windows(
    store: str, as_json: bool, key: str | None, size: str | None, since_ms: int | None, until_ms: int | None
) -> None:
    """List the windows in a store."""
    from monitor.queries import Reader

    size_ms = duration(size) if size else None
    reader = Reader.open(store)
    frame = reader.windows(key, size_ms, since_ms, until_ms)
    reader.close()
    show(frame_rows(frame, WINDOW_FIELDS), as_json, WINDOW_FIELDS)


@click.command()
@STORE
@AS_JSON
@click.option(
    "--key", help="Only items that count for this key: all, topic:Macro, ticker:BAC, list:banks, source:wire."
)
@click.option("--late", "late_only", is_flag=True, help="Only items that came behind the watermark.")
@click.option("--since-ms", type=int, help="Only items of this time (ms UTC) or later.")
@click.option("--until-ms", type=int, help="Only items before this time (ms UTC).")
@click.option("--limit", type=click.IntRange(min=1), default=200, show_default=True)
@plain_errors
def items(
    store: str,
    as_json: bool,
    key: str | None,
    late_only: bool,
    since_ms: int | None,
    until_ms: int | None,
    limit: int,
) -> None:
    """List the scored items in a store, the newest first, each once with its newest text.

    A late item is listed with the text that came first, as often as it is counted.
    """
    from monitor.queries import Reader

    if key is not None and "*" in key:
        msg = f"--key {key!r}: items are listed for one key, without a pattern; `groundswell windows` has patterns"
        raise click.UsageError(msg)
    with closing(Reader.open(store)) as reader:
        frame = reader.items(key, since_ms, until_ms, limit, late_only=late_only)
    rows = [_item_object(row) for row in frame.to_dict("records")]
    show(rows if as_json else map(_item_line, rows), as_json, ITEM_TABLE)


def _item_object(row: Mapping[Any, Any]) -> dict[str, Any]:
    """The JSON contract of an item; the score has the form that `groundswell score` gives it."""
    return {
        **{name: row[name] for name in ("event_time_ms", "source", "news_id", "headline", "url", "tickers")},
        "sentiment": {name: row[name] for name in ("negative", "neutral", "positive")},
        "polarity": row["polarity"],
        "topics": [{"topic": topic, "probability": probability} for topic, probability in row["topics"]],
        **{name: row[name] for name in ("decision", "value", "confidence", "depth", "late", "keys")},
        **{name: row[name] for name in ("model_version", "runtime_id")},
    }


def _item_line(item: Mapping[str, Any]) -> dict[str, Any]:
    texts = {name: printable(item[name]) for name in ("source", "news_id", "headline")}
    topics = ", ".join(one["topic"] for one in item["topics"])
    return {**item, **texts, "topics": topics, "polarity": round(item["polarity"], 3)}


@click.command()
@STORE
@AS_JSON
@plain_errors
def gaps(store: str, as_json: bool) -> None:
    """List what a log no longer had when a runner went on without it (run --accept-gap)."""
    from dataclasses import asdict

    from monitor.queries import Reader

    reader = Reader.open(store)
    rows = [{**asdict(gap), "missing": gap.missing} for gap in reader.gaps()]
    reader.close()
    show(rows, as_json, ("partition", "position", "begin", "end", "anew", "missing"))


def duration(text: str) -> int:
    """Read "5m" as milliseconds, or say how a duration is written."""
    from monitor.durations import parse_duration_ms

    try:
        return parse_duration_ms(text)
    except ValueError as error:
        raise click.BadParameter(str(error)) from error


def printable(text: str) -> str:
    """What a record holds is not the terminal's to obey: control characters are written out."""
    return "".join(one if one.isprintable() or one == "\n" else ascii(one)[1:-1] for one in text)
