"""SIGTERM and Ctrl-C: the batch in hand is finished if that is quick, given up if not, and five seconds are the limit.

Whoever gives a batch up lets its store go; a store that is locked is not waited for.

A batch is in the store wholly or not at all, so giving one up loses nothing: it is read again at the next start.
"""

from __future__ import annotations

import logging
import os
import signal
import threading
import time
from collections.abc import Generator
from contextlib import contextmanager, suppress
from types import FrameType

from monitor.logs import run_logger

GRACE_SECONDS = 1.5  # for the batch in hand
LETTING_GO_SECONDS = 2.5  # for that, and for giving the lease back
LIMIT_SECONDS = 4.0  # for everything but the end of the interpreter, which takes its time on a busy machine
log = run_logger()


class Overdue(BaseException):
    """Raised in the main thread, wherever it is, after GRACE_SECONDS, and once more after LETTING_GO_SECONDS."""


class _Stopping:
    """One request to stop, from the signal to the end of the process."""

    def __init__(self) -> None:
        self.asked = threading.Event()
        self._heard = self._overdue = False
        self._done = threading.Event()
        self._lock = threading.Lock()
        self._read, self.wakeup = os.pipe()
        os.set_blocking(self.wakeup, False)
        # A thread hears of a signal when it comes; a handler waits until the main thread is back from its C call.
        self._thread = threading.Thread(target=self._watch, name="signals", daemon=True)
        self._thread.start()

    def on_signal(self, number: int, frame: FrameType | None) -> None:
        """Ask at the first signal, interrupt at a later one, give up the batch at our own."""
        del number, frame  # which it was is logged elsewhere, where we were does not matter
        if self._done.is_set():
            return
        if self._overdue:
            raise Overdue
        if self._heard:
            raise KeyboardInterrupt
        self._heard = True
        self.asked.set()

    def _watch(self) -> None:
        number = os.read(self._read, 1)[0]
        if number == 0:
            return
        self.asked.set()
        log.info("stopping", signal=signal.Signals(number).name)
        started_s = time.monotonic()
        for seconds in (GRACE_SECONDS, LETTING_GO_SECONDS):
            if self._done.wait(max(0.0, started_s + seconds - time.monotonic())):
                return
            self._interrupt()
        if not self._done.wait(max(0.0, started_s + LIMIT_SECONDS - time.monotonic())):
            log.error("stopped by force", why=f"the store or the model did not let go in {LIMIT_SECONDS} s", lost=0)
            logging.shutdown()
            os._exit(1)

    def _interrupt(self) -> None:
        with self._lock:
            if not self._done.is_set():
                self._overdue = True
                signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGTERM)

    def finish(self) -> None:
        """Be over: no signal of ours comes any more."""
        with self._lock:
            self._done.set()
        os.write(self.wakeup, b"\0")
        self._thread.join()

    def close(self) -> None:
        """Give the pipe back, once nothing writes to it."""
        os.close(self._read)
        os.close(self.wakeup)


@contextmanager
def stop_on_signals() -> Generator[threading.Event]:
    """Yield an event that SIGTERM and Ctrl-C set; the block is to end soon after, and is ended if it does not."""
    stopping = _Stopping()
    numbers = (signal.SIGTERM, signal.SIGINT)
    before = {number: signal.signal(number, stopping.on_signal) for number in numbers}
    heard_before = signal.set_wakeup_fd(stopping.wakeup, warn_on_full_buffer=False)
    try:
        with suppress(Overdue):
            try:
                yield stopping.asked
            finally:
                stopping.finish()
    finally:
        stopping.finish()  # again where our own signal came in the midst of the first
        signal.set_wakeup_fd(heard_before)
        for number, handler in before.items():
            signal.signal(number, handler)
        stopping.close()
