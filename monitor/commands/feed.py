"""`groundswell feed`: files of news, or RSS and Atom feeds, into a Kafka topic or a file."""

from __future__ import annotations

from contextlib import closing
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import click

from monitor.commands.errors import plain_errors
from monitor.commands.options import PACE

if TYPE_CHECKING:
    from monitor.settings import SourceSettings
    from streams.files import FileSource
    from streams.filesink import FileSink
    from streams.kafka_sink import KafkaSink
    from streams.rss import Feed

LEAST_EVERY_MS = 60_000


@click.command()
@click.argument("files", nargs=-1, type=click.Path(path_type=Path))
@click.option(
    "--rss", "feeds", multiple=True, metavar="[NAME=]URL", help="An RSS or Atom feed; NAME is the source of its items."
)
@click.option(
    "--every", default="5m", show_default=True, help="The least time between two requests of a feed: 1m or more."
)
@click.option("--once", is_flag=True, help="Ask each feed that is due once, and end.")
@click.option(
    "--state",
    type=click.Path(path_type=Path),
    default=Path("groundswell-feeds.json"),
    show_default=True,
    help="Remembers what was seen.",
)
@click.option("--contact", default="", help="Where the feeds' owners can reach you; sent with each request.")
@click.option("--to", type=click.Path(path_type=Path), help="A file of JSON lines to append to, instead of a topic.")
@click.option(
    "--config", "config_file", type=click.Path(path_type=Path), help="Settings that say how to reach the broker."
)
@click.option("--bootstrap", help="host:port of the broker; else the settings', else localhost:9092.")
@click.option("--topic", help="Else the settings' first, else news.")
@click.option("--partitions", default=1, show_default=True, help="For a topic that does not exist yet.")
@click.option("--name", help="The source of items in FILES that name none; else the settings', else news.")
@PACE
@plain_errors
def feed(
    files: tuple[Path, ...],
    feeds: tuple[str, ...],
    every: str,
    once: bool,
    state: Path,
    contact: str,
    to: Path | None,
    config_file: Path | None,
    bootstrap: str | None,
    topic: str | None,
    partitions: int,
    name: str | None,
    pace: float | None,
) -> None:
    """Publish the news in FILES, in the order of their times, or what is new in --rss feeds until SIGTERM or Ctrl-C."""
    from monitor.clock import wall_clock_ms
    from monitor.config import Config, load_config
    from monitor.parts import feed_format
    from streams.files import FileSource

    if bool(files) == bool(feeds):
        msg = "name FILES, or --rss feeds: one of the two"
        raise click.UsageError(msg)
    source = (load_config(config_file) if config_file else Config()).source
    changed = {"bootstrap": bootstrap, "topics": (topic,) if topic else None, "name": name}
    source = source.model_copy(update={key: value for key, value in changed.items() if value})
    where = str(to or source.topics[0])
    if feeds:
        asked, every_ms = [_feed(each) for each in feeds], _every_ms(every)
        with closing(_sink(source, to, partitions)) as sink:
            _rss(asked, sink, where, every_ms, state, contact, once)
        return
    read = FileSource(list(files), feed_format(source), wall_clock_ms, pace=pace)
    with closing(_sink(source, to, partitions)) as sink:
        _files(read, sink, where)


def _sink(source: SourceSettings, to: Path | None, partitions: int) -> KafkaSink | FileSink:
    if to is not None:
        from streams.filesink import FileSink

        return FileSink(to)
    from monitor.parts import kafka_settings, open_sink
    from streams.kafka_admin import create_topic

    create_topic(kafka_settings(source), source.topics[0], partitions)
    return open_sink(source, source.topics[0])


def _files(source: FileSource, sink: KafkaSink | FileSink, where: str) -> None:
    from tqdm import tqdm

    from monitor.feeding import feed_files
    from streams.records import DeadLetter

    left_out = 0
    with tqdm(total=source.total, unit="item", mininterval=0.5) as bar:

        def report(count: int, dead: tuple[DeadLetter, ...]) -> None:
            nonlocal left_out
            for letter in dead:
                tqdm.write(f"left out: {letter.reason}: {letter.detail}")
            left_out += len(dead)
            bar.update(count + len(dead))

        feed_files(source, sink, report)
    click.echo(f"{source.total - left_out} items are in {where}, {left_out} records were left out", err=True)


def _feed(text: str) -> Feed:
    from streams.rss import Feed

    name, _, url = text.rpartition("=") if "=" in text.partition("://")[0] else ("", "", text)
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        msg = f"{text!r} is no feed: write --rss https://example.org/feed.xml, or --rss NAME=https://..."
        raise click.UsageError(msg)
    return Feed(name or parts.hostname, url)


def _every_ms(every: str) -> int:
    from monitor.commands.query import duration

    every_ms = duration(every)
    if every_ms < LEAST_EVERY_MS:
        msg = "--every: feeds are asked at most once a minute"
        raise click.UsageError(msg)
    return every_ms


def _rss(
    feeds: list[Feed], sink: KafkaSink | FileSink, where: str, every_ms: int, state: Path, contact: str, once: bool
) -> None:
    from importlib.metadata import version

    from monitor.clock import wall_clock_ms
    from monitor.feeding import feed_rss
    from monitor.logs import set_up
    from monitor.shutdown import stop_on_signals
    from streams.fetch import fetch, open_client
    from streams.poller import Poller

    set_up("text")
    with open_client(version("groundswell"), contact) as client, stop_on_signals() as stop:
        poller = Poller(feeds, state, partial(fetch, client), every_ms)
        total = feed_rss(poller, sink, wall_clock_ms, stop, once=once)
        click.echo(f"{total} items went to {where}", err=True)
