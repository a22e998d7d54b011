"""A live run: source, scorer, store, senders and metrics, opened in order, closed in reverse, and told in the log."""

from __future__ import annotations

import threading
import time
from collections.abc import Generator
from contextlib import closing, contextmanager
from importlib.metadata import version

from monitor.config import Config, ConfigError
from monitor.deadfeed import DeadFeed
from monitor.delivery import Notifier
from monitor.depth import Depth
from monitor.engine import LeaseError, SnapshotError, StoreBusyError, StoreError, place_of_url
from monitor.exporter import Exporter
from monitor.logs import run_logger
from monitor.metrics import Metrics
from monitor.observe import PARTITIONS_NAMED, Observer
from monitor.parts import open_scorer, open_sink, open_source
from monitor.scoring import ScorerDown
from monitor.session import drive, patiently
from monitor.settings import MetricsSettings
from monitor.shutdown import Overdue
from monitor.store import Store
from monitor.vitals import Vitals
from streams.source import PositionGone, StreamError

STOP_SECONDS = 1.0  # for the two threads that send
DELIVER_SECONDS = 30.0  # what a finite feed gives its last notices; the rest waits for the next run
EVENTS: tuple[tuple[type[Exception], str], ...] = ((PositionGone, "gap"), (LeaseError, "lease refused"))
FAILURES = (ConfigError, StreamError, StoreError, ScorerDown, SnapshotError)
log = run_logger()


def watch(
    config: Config,
    url: str,
    stop: threading.Event,
    *,
    until_end: bool,
    standby: bool,
    accept_gaps: bool,
    metrics_port: int | None,
) -> None:
    """Watch what `config` names, into the store at `url`, until a finite feed has ended or `stop` is set.

    Raises:
        FAILURES: what keeps it from going on; logged before.
    """
    started_s = time.monotonic()
    try:
        with _observing(config.metrics, url, metrics_port) as observer, closing(Store.open(url)) as store:
            try:
                _watch(
                    *(config, url, store, observer, stop),
                    until_end=until_end,
                    standby=standby,
                    accept_gaps=accept_gaps,
                )
            except Overdue:
                _tell_given_up(store, observer, place_of_url(url))
                raise
            told = dict(sorted(patiently(store.positions, stop).items())[:PARTITIONS_NAMED])
    except FAILURES as error:
        log.error(next((name for kind, name in EVENTS if isinstance(error, kind)), "failed"), why=str(error))
        raise
    why = "signal" if stop.is_set() else "end of the feed"
    log.info("stopped", by=why, seconds=round(time.monotonic() - started_s, 1), positions=told)


def _tell_given_up(store: Store, observer: Observer, place: str) -> None:
    """Say what is in the store and what is not, at a stop that could not wait.

    Raises:
        StoreBusyError: the lease could not be given back, for another program has locked the store.
    """
    positions = store.positions()
    told = dict(sorted(positions.items())[:PARTITIONS_NAMED])
    records = observer.in_hand(positions)
    if store.epoch:
        msg = (
            f"store {place}: stopped while another program has it locked. In it: all before the positions {told}. "
            f"Not in it: {records} records read after that; they are read again at the next start"
        )
        raise StoreBusyError(msg) from None
    why = "it took too long; it is read again at the next start"
    log.warning("the batch in hand was given up", why=why, records=records, positions=told)


def _watch(
    config: Config,
    url: str,
    store: Store,
    observer: Observer,
    stop: threading.Event,
    *,
    until_end: bool,
    standby: bool,
    accept_gaps: bool,
) -> None:
    with _senders(config, url) as (notifier, dead):

        def begin() -> None:  # not before the store is ours: a standby must not send what the runner sends
            observer.begun(store.epoch)
            notifier.start()
            dead.start()

        source = observer.source(open_source(config, until_end=until_end, accept_gaps=accept_gaps))
        with closing(source):
            scorer = observer.scorer(open_scorer(config))
            observer.started(config, place_of_url(url), scorer, version("groundswell"))
            drive(
                *(config, source, scorer, store, stop, observer),
                deliver=True,
                standby=standby,
                begun=begin,
                waits=observer.standing_by,
            )
        if not stop.is_set():
            patiently(lambda: notifier.wait_for_due(DELIVER_SECONDS), stop)
            patiently(lambda: dead.wait_until_published(DELIVER_SECONDS), stop)


@contextmanager
def _observing(settings: MetricsSettings, url: str, port: int | None) -> Generator[Observer]:
    """An observer, its metrics served where a port is named."""
    with closing(Depth(url)) as depth:
        metrics, vitals = Metrics(depth), Vitals(settings.stale_after / 1000)
        port = settings.port if port is None else port
        if port is None:
            yield Observer(metrics, vitals)
            return
        exporter = Exporter(metrics, vitals, settings.address, port)
        exporter.start()
        log.info("metrics", url=f"http://{settings.address}:{exporter.port}/metrics")
        try:
            yield Observer(metrics, vitals)
        finally:
            exporter.stop()


@contextmanager
def _senders(config: Config, url: str) -> Generator[tuple[Notifier, DeadFeed]]:
    """What sends notices and dead letters; asked to stop together, and waited for together."""
    senders = (
        Notifier(url, config.channel, config.notify),
        DeadFeed(url, lambda topic: open_sink(config.source, topic, create=True)),
    )
    try:
        yield senders
    finally:
        end_s = time.monotonic() + STOP_SECONDS
        for sender in senders:
            sender.stop(0.0)
        for sender in senders:
            sender.stop(max(0.0, end_s - time.monotonic()))
