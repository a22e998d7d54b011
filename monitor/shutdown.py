"""SIGTERM and Ctrl-C: the batch in hand is finished if that is quick, given up if not, and five seconds are the limit.

A batch is in the store wholly or not at all, so giving one up loses nothing: it is read again at the next start.
"""

from __future__ import annotations

import logging
import os
import signal
import threading
from collections.abc import Generator
from contextlib import contextmanager
from types import FrameType

from monitor.logs import run_logger

GRACE_SECONDS = 2.0  # for the batch in hand
LIMIT_SECONDS = 4.5  # for everything
log = run_logger()


class Overdue(BaseException):
    """Raised in the main thread, wherever it is, when the batch in hand took longer than GRACE_SECONDS to finish."""


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
        if self._done.wait(GRACE_SECONDS):
            return
        with self._lock:
            if self._done.is_set():
                return
            self._overdue = True
            signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGTERM)
        if not self._done.wait(LIMIT_SECONDS - GRACE_SECONDS):
            log.error("stopped by force", why=f"the store or the model did not let go in {LIMIT_SECONDS} s", lost=0)
            logging.shutdown()
            os._exit(1)

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
        yield stopping.asked
    except Overdue:
        log.warning("the batch in hand was given up", why="it took too long; it is read again at the next start")
    finally:
        stopping.finish()
        signal.set_wakeup_fd(heard_before)
        for number, handler in before.items():
            signal.signal(number, handler)
        stopping.close()
