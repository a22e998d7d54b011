"""`groundswell run`: live, from Kafka or files to windows, alerts and notifications."""

from __future__ import annotations

import logging
import time
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import click

from monitor.commands.errors import plain_errors

if TYPE_CHECKING:
    from monitor.pipeline import Progress

STATUS_SECONDS = 30.0
STOP_SECONDS = 2.0  # for each of the two threads that send
DELIVER_SECONDS = 30.0  # what a finite feed gives its last notices; the rest waits for the next run


@click.command()
@click.option("--config", "config_file", type=click.Path(path_type=Path), required=True, help="groundswell.toml")
@click.option("--store", help="URL of the store; else the settings'.")
@click.option(
    "--until-end",
    is_flag=True,
    help="Read to where the log ends now, close every window, print a summary; best into a store of its own.",
)
@click.option("--standby", is_flag=True, help="Wait while another runner writes to the store, and take over.")
@click.option("--json", "as_json", is_flag=True, help="Print the summary as one JSON object.")
@plain_errors
def run(config_file: Path, store: str | None, until_end: bool, standby: bool, as_json: bool) -> None:
    """Watch a feed until it ends, SIGTERM or Ctrl-C; nothing that was read is lost or counted twice."""
    from monitor.commands.replay import tell
    from monitor.config import load_config
    from monitor.deadfeed import DeadFeed
    from monitor.delivery import Notifier
    from monitor.parts import open_scorer, open_sink, open_source
    from monitor.session import drive, stop_on_signals
    from monitor.store import Store

    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    for library in ("jax", "kafka"):  # chatty, and kafka's DEBUG shows secrets
        logging.getLogger(library).setLevel(logging.WARNING)
    config = load_config(config_file)
    url = store or config.store.url
    started = time.monotonic()
    with stop_on_signals() as stop, closing(Store.open(url)) as opened:
        notifier = Notifier(url, config.channel, config.notify)
        dead = DeadFeed(url, lambda topic: open_sink(config.source, topic, create=True))

        def begin() -> None:  # not before the store is ours: a standby must not send what the runner sends
            notifier.start()
            dead.start()

        source, scorer = open_source(config, until_end=until_end), open_scorer(config)
        try:
            drive(
                *(config, source, scorer, opened, stop, StatusLog()),
                deliver=True,
                standby=standby,
                begun=begin,
            )
            if not stop.is_set():
                notifier.wait_for_due(DELIVER_SECONDS)
                dead.wait_until_published(DELIVER_SECONDS)
        finally:
            notifier.stop(STOP_SECONDS)
            dead.stop(STOP_SECONDS)
    if until_end and not stop.is_set():
        tell(url, time.monotonic() - started, as_json=as_json)


class StatusLog:
    """Log how far things are, at most every half minute."""

    def __init__(self) -> None:
        self._records = 0
        self._told = time.monotonic()

    def __call__(self, progress: Progress) -> None:
        """Take one poll's progress."""
        self._records += progress.records
        now = time.monotonic()
        if now - self._told >= STATUS_SECONDS or progress.ended:
            rate = self._records / max(now - self._told, 1e-9)
            logging.getLogger("groundswell").info(
                "%d records (%.1f/s), watermark_ms %d", self._records, rate, progress.watermark_ms
            )
            self._records, self._told = 0, now
