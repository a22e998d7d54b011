"""A runner that is started again whenever it has ended, and a look at its store that leaves no trace."""

from __future__ import annotations

import json
import os
import random
import signal
import sqlite3
import subprocess
import time
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

HUNT_SECONDS = 3.0
PATIENCE_SECONDS = 90.0


class Failed(Exception):
    """What was waited for did not happen."""


class StoreView:
    """What a test may know of the runner's SQLite store while it is written."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def read(self, query: str) -> list[tuple[Any, ...]]:
        """Rows; none while the store is not there."""
        if not self.path.exists():
            return []
        with closing(sqlite3.connect(f"{self.path.as_uri()}?mode=ro", uri=True, timeout=60)) as connection:
            try:
                return connection.execute(query).fetchall()
            except sqlite3.OperationalError as error:
                if "no such table" in str(error):
                    return []
                raise

    def last_seq(self) -> int:
        """The last batch."""
        return next((seq or 0 for (seq,) in self.read("SELECT max(seq) FROM journal")), 0)

    def positions(self) -> dict[str, int]:
        """The next offset of each partition."""
        return dict(self.read("SELECT partition, next_offset FROM positions"))  # pyright: ignore[reportArgumentType]

    def waiting_notices(self) -> int:
        """How many notices are to be sent yet."""
        query = "SELECT count(*) FROM outbox WHERE next_attempt_ms IS NOT NULL"
        return next((count for (count,) in self.read(query)), 0)

    def lease_holder(self) -> str:
        """Who writes."""
        return next((holder for (holder,) in self.read("SELECT holder FROM lease")), "")

    def is_locked(self) -> bool:
        """Whether somebody is inside a write transaction."""
        with closing(sqlite3.connect(self.path, timeout=0, isolation_level=None)) as connection:
            try:
                connection.execute("BEGIN IMMEDIATE")
            except sqlite3.OperationalError:
                return True
            connection.rollback()
            return False


class Supervisor:
    """Keeps one `groundswell run` alive.

    Attributes:
        runner: the process that should be alive.
        counts: runners started, kills, kills inside a transaction.
        ends: what runners said that ended by themselves, with their exit code.
    """

    def __init__(self, command: list[str], store: Path, logs: Path, rng: random.Random) -> None:
        self._command = command
        self._logs = logs
        self._rng = rng
        self.store = StoreView(store)
        self.counts: Counter[str] = Counter()
        self.ends: list[str] = []
        self.runner = self.start()

    def start(self, *flags: str) -> subprocess.Popen[bytes]:
        """Start a runner with a log of its own."""
        self.counts["runners"] += 1
        path = self._logs / f"runner-{self.counts['runners']}.log"
        command = [*self._command, "--store", f"sqlite:///{self.store.path}", *flags]
        with path.open("wb") as log:
            process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=log)
        (self._logs / f"{process.pid}.log").symlink_to(path)
        return process

    def log_of(self, process: subprocess.Popen[bytes]) -> str:
        """What it wrote so far."""
        return (self._logs / f"{process.pid}.log").read_text(encoding="utf-8")

    def unmarked_at_most(self) -> int:
        """How many messages may have been sent and not been marked: one a kill, and those that a runner names."""
        logs = [path.read_text(encoding="utf-8") for path in self._logs.glob("runner-*.log")]
        return self.counts["kills"] + sum(said.count(" is out and could not be marked") for said in logs)

    def keep_alive(self) -> None:
        """Start a runner again that ended by itself, and note what it said."""
        if self.runner.poll() is None:
            return
        said = self.log_of(self.runner).strip()
        crash = "Traceback: " if "Traceback" in said else ""
        self.ends.append(f"{self.runner.returncode}: {crash}{said.rpartition(chr(10))[2]}")
        self.runner = self.start()

    def kill(self, *, hunt: bool = False) -> None:
        """SIGKILL; the runner is frozen first to see whether a transaction is open, with `hunt` until one is."""
        until = time.monotonic() + HUNT_SECONDS
        self.keep_alive()
        while True:
            self.runner.send_signal(signal.SIGSTOP)
            os.waitid(os.P_PID, self.runner.pid, os.WSTOPPED | os.WEXITED | os.WNOWAIT)
            inside = self.store.is_locked()
            if inside or not hunt or time.monotonic() > until:
                break
            self.runner.send_signal(signal.SIGCONT)
            time.sleep(0.02 * self._rng.random())
        self.runner.kill()
        self.runner.wait()
        self.counts["kills"] += 1
        self.counts["kills_inside_a_transaction"] += inside

    def stop(self) -> int:
        """SIGTERM, and the exit status."""
        self.keep_alive()
        self.runner.terminate()
        return self.runner.wait(30)

    def close(self) -> None:
        """Leave no process behind."""
        self.runner.kill()
        self.runner.wait()

    def progress(self, since: int) -> None:
        """Wait until a batch after `since` is in the store."""
        self.wait_until(lambda: self.store.last_seq() > since, "the runner to store a batch")

    def wait_until(self, done: Callable[[], bool], what: str, seconds: float = PATIENCE_SECONDS) -> None:
        """Look again and again, and keep a runner alive meanwhile.

        Raises:
            Failed: not within so many seconds.
        """
        until = time.monotonic() + seconds
        while not done():
            if time.monotonic() > until:
                msg = f"waited in vain for {what}; the runner says:\n{self.log_of(self.runner)[-2000:]}"
                raise Failed(msg)
            self.keep_alive()
            time.sleep(0.02)


def until_end(command: list[str], store: Path) -> dict[str, Any]:
    """Run to the end of the log and return the summary.

    Raises:
        Failed: the command failed.
    """
    whole = [*command, "--store", f"sqlite:///{store}", "--until-end", "--json"]
    done = subprocess.run(whole, capture_output=True, text=True, timeout=600, check=False)
    if done.returncode:
        msg = f"{' '.join(whole)} failed:\n{done.stderr[-3000:]}"
        raise Failed(msg)
    return json.loads(done.stdout)
