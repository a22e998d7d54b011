"""`groundswell deadletters list | show | redrive`: the records that could not become scored items."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from monitor.commands.errors import plain_errors
from monitor.commands.options import STORE
from monitor.commands.query import AS_JSON, frame_rows, printable, show

if TYPE_CHECKING:
    from monitor.config import Config
    from monitor.letters import KeptLetter, Letters
    from monitor.redrive import Target

LISTED = (
    *("partition", "offset", "reason", "detail", "length", "kept", "tick_ms", "published_ms", "redriven_ms"),
    "preview",
)


@click.group()
def deadletters() -> None:
    """Look at the records that could not become scored items, and put them back."""


@deadletters.command("list")
@STORE
@AS_JSON
@click.option("--reason", help="Only letters of this reason: not_json, oversized, ...")
@click.option("--limit", default=200, show_default=True)
@plain_errors
def list_dead(store: str, as_json: bool, reason: str | None, limit: int) -> None:
    """List dead letters, the newest first; `kept` is how many bytes of `length` the store has."""
    from monitor.queries import Reader

    with closing(Reader.open(store)) as reader:
        rows = frame_rows(reader.dead_letters(limit, reason), LISTED)
    if not as_json:
        rows = [{name: printable(str(value)) for name, value in row.items()} for row in rows]
    show(rows, as_json, LISTED if as_json else (*LISTED[:6], "preview"))


@deadletters.command("show")
@click.argument("place")
@STORE
@click.option("--json", "as_json", is_flag=True, help="One JSON object, the bytes in base64.")
@click.option("--raw", is_flag=True, help="The bytes alone, as they came.")
@plain_errors
def show_dead(place: str, store: str, as_json: bool, raw: bool) -> None:
    """Show the dead letter at PLACE (PARTITION:OFFSET, as `list` has them)."""
    from monitor.letters import Letters

    with closing(Letters(store)) as letters:
        kept = letters.find(place)
    if raw:
        click.echo(kept.letter.payload, nl=False)
        return
    facts = _facts(kept)
    if as_json:
        payload = base64.b64encode(kept.letter.payload).decode()
        key = None if kept.letter.key is None else base64.b64encode(kept.letter.key).decode()
        headers = [[name, base64.b64encode(value).decode()] for name, value in kept.letter.headers]
        told = {**facts, "payload_base64": payload, "key_base64": key, "headers_base64": headers}
        click.echo(json.dumps(told))
        return
    facts["key"] = _text(kept.letter.key or b"")
    facts |= {f"header {name}": _text(value) for name, value in kept.letter.headers}
    for name, fact in facts.items():
        click.echo(f"{name:12} {printable(str('' if fact is None else fact))}")
    click.echo("\n" + printable(_text(kept.letter.payload)))


@deadletters.command("redrive")
@click.argument("places", nargs=-1)
@click.option("--config", "config_file", type=click.Path(path_type=Path), help="Settings that name the topics.")
@click.option("--store", help="URL of the store; else the settings'.")
@click.option("--reason", help="Every letter of this reason.")
@click.option("--all", "every", is_flag=True, help="Every letter.")
@click.option("--to", type=click.Path(path_type=Path), help="A new file of JSON lines, instead of the topics.")
@click.option("--again", is_flag=True, help="Those that were put back before, too.")
@click.option("--json", "as_json", is_flag=True, help="Print the outcome as one JSON object.")
@plain_errors
def redrive_dead(
    places: tuple[str, ...],
    config_file: Path | None,
    store: str | None,
    reason: str | None,
    every: bool,
    to: Path | None,
    again: bool,
    as_json: bool,
) -> None:
    """Put dead letters back on the topic they came from, or into a file, each once.

    Name them by PLACES (PARTITION:OFFSET), by --reason, or take --all. The records are those that came: change what
    made them dead first (fields, max_record_bytes, max_ahead), or they die again. The runner goes on meanwhile.
    """
    from monitor.clock import wall_clock_ms
    from monitor.config import Config, load_config
    from monitor.letters import Letters
    from monitor.redrive import redrive

    if sum((bool(places), reason is not None, every)) != 1:
        msg = "name PLACES, or --reason, or --all: one of the three"
        raise click.UsageError(msg)
    config = load_config(config_file) if config_file else Config()
    target = _target(config if config_file else None, to)
    with closing(Letters(store or config.store.url)) as letters, closing(target):
        chosen = _chosen(letters, places, reason)
        outcome = redrive(chosen, target, lambda some, name: letters.mark(some, name, wall_clock_ms()), again=again)
    if as_json:
        refused = [{"place": place, "why": why} for place, why in outcome.refused]
        click.echo(json.dumps({"redriven": outcome.redriven, "already": outcome.already, "refused": refused}))
    else:
        click.echo(f"{outcome.redriven} put back, {outcome.already} were before, {len(outcome.refused)} cannot be")
    if outcome.refused:
        lines = [f"{place}: {why}" for place, why in outcome.refused]
        raise click.ClickException("not put back:\n  " + "\n  ".join(lines))


def _chosen(letters: Letters, places: tuple[str, ...], reason: str | None) -> Iterable[KeptLetter]:
    return [letters.find(place) for place in dict.fromkeys(places)] if places else letters.matching(reason)


def _target(config: Config | None, to: Path | None) -> Target:
    from monitor.parts import open_sink
    from monitor.redrive import FileTarget, TopicTarget

    if to is not None:
        return FileTarget(to)
    if config is None or config.source.kind != "kafka":
        msg = 'letters go back to a topic of --config with kind = "kafka"; those of files go --to a new file'
        raise click.UsageError(msg)
    source = config.source
    return TopicTarget(source.topics, lambda topic: open_sink(source, topic))


def _facts(kept: KeptLetter) -> dict[str, Any]:
    from streams.deadletters import letter_id

    letter = kept.letter
    return {
        "id": letter_id(letter),
        "partition": letter.partition,
        "offset": letter.offset,
        "reason": letter.reason,
        "detail": letter.detail,
        "length": letter.length,
        "kept": len(letter.payload),
        "sha256": letter.sha256,
        "tick_ms": letter.tick_ms,
        "topic": kept.topic or None,
        "published_ms": kept.published_ms,
        "redriven_ms": kept.redriven_ms,
        "target": kept.target or None,
    }


def _text(data: bytes) -> str:
    return data.decode("utf-8", "backslashreplace")
