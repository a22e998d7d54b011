"""A run from start to stop: signals, progress, and what has to be closed whatever happens."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Generator
from contextlib import closing, contextmanager
from types import FrameType

from monitor.clock import wall_clock_ms
from monitor.config import Config
from monitor.engine import LeaseError
from monitor.lease import own_name
from monitor.pipeline import Progress, Runner
from monitor.scoring import Scorer
from monitor.store import Store
from monitor.writer import Writer
from streams.source import Source

STANDBY_SECONDS = 1.0


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
) -> None:
    """Run until a finite feed has ended or `stop` is set; `report` is told of every poll. Closes the source.

    Raises:
        LeaseError: another runner writes to the store.
    """
    with closing(source), the_only_writer(store, stop, standby=standby):
        runner = Runner(config, source, scorer, Writer(store, config, deliver))
        for progress in runner.run():
            report(progress)
            if stop.is_set():
                return


@contextmanager
def the_only_writer(store: Store, stop: threading.Event, *, standby: bool) -> Generator[None]:
    """Hold the lease on the store, and give it back at the end; after a crash it lapses.

    With `standby` wait for it as long as another runner has it, or until `stop` is set.
    """
    while True:
        try:
            store.acquire(own_name(), wall_clock_ms())
            break
        except LeaseError:
            if not standby or stop.wait(STANDBY_SECONDS):
                raise
    yield
    store.release()
