"""A run from start to stop: signals, progress, and what has to be closed whatever happens."""

from __future__ import annotations

import logging
import signal
import threading
from collections.abc import Callable, Generator
from contextlib import closing, contextmanager
from types import FrameType

from monitor.clock import wall_clock_ms
from monitor.config import Config
from monitor.engine import LeaseError, StoreError
from monitor.lease import own_name
from monitor.pipeline import Progress, Runner
from monitor.scoring import Scorer
from monitor.store import Store
from monitor.writer import Writer
from streams.source import Source

STANDBY_SECONDS = 1.0
log = logging.getLogger(__name__)


@contextmanager
def stop_on_signals() -> Generator[threading.Event]:
    """Set the event at SIGTERM and Ctrl-C, so that the batch in hand is finished; a second one interrupts."""
    stop = threading.Event()
    before: dict[int, object] = {}

    def ask(number: int, frame: FrameType | None) -> None:
        del frame  # where we were does not matter
        if stop.is_set():
            raise KeyboardInterrupt
        stop.set()
        del number

    for number in (signal.SIGTERM, signal.SIGINT):
        before[number] = signal.signal(number, ask)
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)  # pyright: ignore[reportArgumentType]


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
        standby: wait while another runner writes to the store.
        begun: called once the store is ours alone.

    Raises:
        LeaseError: another runner writes to the store.
    """
    with closing(source):
        if not become_writer(store, stop, standby=standby):
            return
        begun()
        runner = Runner(config, source, scorer, Writer(store, config, deliver))
        for progress in runner.run():
            report(progress)
            if stop.is_set():
                break
        store.release()


def become_writer(store: Store, stop: threading.Event, *, standby: bool) -> bool:
    """Take the lease on the store; `drive` gives it back at a good end, and after a crash it lapses.

    Returns:
        False where `stop` was set while we waited in `standby` for another runner to end.

    Raises:
        LeaseError: another runner has it, and we are no standby.
    """
    waits = False
    while not stop.is_set():
        try:
            store.acquire(own_name(), wall_clock_ms())
            return True
        except StoreError as error:
            if not standby or not (isinstance(error, LeaseError) or error.retriable):
                raise
            if not waits:
                log.info("standing by: %s", error)
            waits = True
            stop.wait(STANDBY_SECONDS)
    return False
