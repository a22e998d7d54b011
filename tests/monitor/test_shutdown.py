"""Asked, then given up, then ended: the three steps of a stop."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from monitor import shutdown
from monitor.engine import WRITER_WAIT_MS
from monitor.shutdown import Overdue, stop_on_signals
from monitor.writer import PATIENCE_SECONDS


def ask() -> None:
    os.kill(os.getpid(), signal.SIGTERM)


def test_a_block_that_ends_by_itself_is_left_alone() -> None:
    before = signal.getsignal(signal.SIGTERM)
    with stop_on_signals() as stop:
        assert not stop.is_set()
        ask()
        assert stop.wait(5)
    assert signal.getsignal(signal.SIGTERM) is before


def test_what_goes_on_too_long_is_given_up_and_cleans_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutdown, "GRACE_SECONDS", 0.1)
    cleaned: list[str] = []
    started = time.monotonic()
    with stop_on_signals() as stop:
        ask()
        try:
            time.sleep(60)
        except Overdue:
            cleaned.append("lease")
            raise
        finally:
            cleaned.append("source")
    assert cleaned == ["lease", "source"] and stop.is_set() and time.monotonic() - started < 10


def test_no_signal_comes_after_the_block(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutdown, "GRACE_SECONDS", 0.05)
    for _ in range(20):
        with stop_on_signals():
            ask()
            time.sleep(0.045)
    time.sleep(0.2)


def test_a_second_signal_interrupts() -> None:
    with pytest.raises(KeyboardInterrupt), stop_on_signals() as stop:
        ask()
        assert stop.wait(5)
        ask()
        time.sleep(5)


def test_what_lets_nothing_in_is_ended_by_force(tmp_path: Path) -> None:
    script = f"""
import os, signal, sqlite3, threading
from monitor import shutdown
shutdown.GRACE_SECONDS, shutdown.LIMIT_SECONDS = 0.1, 0.5
one, other = (sqlite3.connect("{tmp_path}/news.db", timeout=60, isolation_level=None) for _ in range(2))
one.execute("BEGIN IMMEDIATE")
threading.Timer(0.2, os.kill, (os.getpid(), signal.SIGTERM)).start()
with shutdown.stop_on_signals():
    other.execute("BEGIN IMMEDIATE")  # SQLite waits in C for its lock
"""
    started = time.monotonic()
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 1 and time.monotonic() - started < 40


def operations() -> str:
    return " ".join((Path(__file__).parents[2] / "docs" / "operations.md").read_text(encoding="utf-8").split())


def test_the_documents_name_the_limits() -> None:
    text = operations()
    assert f"One that takes longer than {shutdown.GRACE_SECONDS:g} s is given up" in text
    assert f"the run ends after {shutdown.LETTING_GO_SECONDS:g} s with exit code 1" in text
    assert f"has not let go after {shutdown.LIMIT_SECONDS:g} s" in text


def test_the_documents_say_how_long_a_locked_store_is_waited_for() -> None:
    text = operations()
    assert f"up to {WRITER_WAIT_MS // 1000} s for a lock" in text
    assert PATIENCE_SECONDS == 60 and "is tried again for a minute, then the run stops" in text
    assert PATIENCE_SECONDS + WRITER_WAIT_MS / 1000 == 90 and "stops after a minute and a half at most" in text
