"""A run from start to stop: progress, and what has to be closed whatever happens."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from contextlib import closing
from typing import TypeVar

from monitor.clock import wall_clock_ms
from monitor.config import Config
from monitor.engine import LeaseError, StoreError
from monitor.lease import own_name
from monitor.pace import collecting_seldom
from monitor.pipeline import Progress, Runner
from monitor.scoring import Scorer
from monitor.shutdown import Overdue
from monitor.store import Store
from monitor.writer import PATIENCE_SECONDS, RETRY_SECONDS, Writer
from streams.source import Source

STANDBY_SECONDS = 1.0
T = TypeVar("T")
log = logging.getLogger(__name__)


def drive(
    config: Config,
    source: Source,
    scorer: Scorer,
    store: Store,
    stop: threading.Event,
    report: Callable[[Progress], None],
    *,
    deliver: bool,
    standby: bool = False,
    begun: Callable[[], None] = lambda: None,
    waits: Callable[[str], None] = lambda _: None,
) -> None:
    """Run until a finite feed has ended or `stop` is set. Closes the source.

    Args:
        config: the settings.
        source: where the news comes from.
        scorer: what judges it.
        store: where everything goes.
        stop: set from outside to end after the batch in hand.
        report: told of every poll.
        deliver: whether alerts call for notices.
        standby: wait while another runner writes to the store; the scorer warms up meanwhile.
        begun: called once the store is ours alone.
        waits: told why, once, where a standby waits.

    Raises:
        LeaseError: another runner writes to the store.
    """
    with closing(source), collecting_seldom():

        def wait(why: str) -> None:  # so that a first batch need not compile
            waits(why)
            scorer.warm_up()

        if not become_writer(store, stop, standby=standby, waits=wait):
            return
        begun()
        try:
            runner = Runner(config, source, scorer, Writer(store, config, deliver))
            store.renew(wall_clock_ms())  # the source may have waited for its topics
            for progress in runner.run():
                report(progress)
                if stop.is_set():
                    break
        except Overdue:
            store.release()
            raise
        patiently(store.release, stop)


def patiently(act: Callable[[], T], stop: threading.Event) -> T:
    """Do what ends a run; a store that is away or locked is waited for as by a batch, but not once `stop` is set.

    Args:
        act: may be done again where it failed.
        stop: set from outside to wait no longer.

    Raises:
        StoreError: the store stays away, or refuses.
    """
    until_s = time.monotonic() + PATIENCE_SECONDS
    for seconds in RETRY_SECONDS:
        try:
            return act()
        except StoreError as error:
            if not error.retriable or stop.is_set() or time.monotonic() + seconds > until_s:
                raise
            log.warning("the end of the run waits %.1f s: %s", seconds, error)
        stop.wait(seconds)
    return act()


def become_writer(
    store: Store, stop: threading.Event, *, standby: bool, waits: Callable[[str], None] = lambda _: None
) -> bool:
    """Take the lease on the store; `drive` gives it back at a good end, and after a crash it lapses.

    Returns:
        False where `stop` was set while we waited in `standby` for another runner to end.

    Raises:
        LeaseError: another runner has it, and we are no standby.
    """
    told = False
    while not stop.is_set():
        try:
            store.acquire(own_name(), wall_clock_ms())
            return True
        except StoreError as error:
            if not standby or not (isinstance(error, LeaseError) or error.retriable):
                raise
            if not told:
                log.info("standing by: %s", error)
                waits(str(error))
            told = True
            stop.wait(STANDBY_SECONDS)
    return False
