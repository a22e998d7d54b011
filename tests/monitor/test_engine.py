"""What is raised inside a statement, or while the lock is waited for, and is no error of the store stays what it is."""

from __future__ import annotations

import os
import signal
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event

from monitor.engine import StoreBusyError, StoreError, open_engine


@pytest.mark.parametrize(("raised", "seen"), [(KeyboardInterrupt, KeyboardInterrupt), (ValueError, StoreError)])
def test_a_ctrl_c_inside_a_statement_is_no_store_error(
    tmp_path: Path, raised: type[BaseException], seen: type[BaseException]
) -> None:
    engine = open_engine(f"sqlite:///{tmp_path}/a.db", writable=True)

    def interrupt(*_: Any) -> None:
        raise raised

    with engine.connect() as connection:
        event.listen(engine, "before_cursor_execute", interrupt)
        with pytest.raises(seen):
            connection.exec_driver_sql("SELECT 1")
    engine.dispose()


class TestALockedStore:
    @pytest.fixture
    def path(self, tmp_path: Path) -> Path:
        return tmp_path / "a.db"

    @pytest.fixture
    def other(self, path: Path) -> Iterator[sqlite3.Connection]:
        with closing(sqlite3.connect(path, isolation_level=None, check_same_thread=False)) as other:
            other.execute("PRAGMA journal_mode=WAL")
            other.execute("BEGIN IMMEDIATE")
            yield other

    def test_a_signal_gets_through_to_a_writer_that_waits(self, path: Path, other: sqlite3.Connection) -> None:
        engine = open_engine(f"sqlite:///{path}", writable=True)

        def interrupt(*_: Any) -> None:
            raise KeyboardInterrupt

        before = signal.signal(signal.SIGUSR1, interrupt)
        timer = threading.Timer(0.3, os.kill, (os.getpid(), signal.SIGUSR1))
        started = time.monotonic()
        try:
            timer.start()
            with pytest.raises(KeyboardInterrupt), engine.begin():
                pass
        finally:
            timer.join()
            signal.signal(signal.SIGUSR1, before)
        assert time.monotonic() - started < 5
        other.execute("ROLLBACK")
        with engine.begin() as connection:
            connection.exec_driver_sql("CREATE TABLE t (x)")
        engine.dispose()

    def test_a_writer_goes_on_once_the_lock_is_free(self, path: Path, other: sqlite3.Connection) -> None:
        engine = open_engine(f"sqlite:///{path}", writable=True)
        timer = threading.Timer(0.5, other.execute, ("ROLLBACK",))
        timer.start()
        with engine.begin() as connection:
            connection.exec_driver_sql("CREATE TABLE t (x)")
            assert connection.exec_driver_sql("PRAGMA busy_timeout").scalar() == 30_000
        timer.join()
        engine.dispose()

    def test_a_writer_waits_no_longer_than_it_was_told(self, path: Path, other: sqlite3.Connection) -> None:
        assert other.in_transaction
        engine = open_engine(f"sqlite:///{path}", writable=True, wait_ms=250)
        started = time.monotonic()
        with pytest.raises(StoreBusyError, match="locked by another process"), engine.begin():
            pass
        assert 0.2 < time.monotonic() - started < 5
        engine.dispose()
