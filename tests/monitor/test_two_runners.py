"""Two real runner processes on one store: one writes, one is refused, one stands by and takes over after a kill."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from monitor.lease import NAME
from monitor.store import Store
from monitor.tables import lease

PATIENCE_S = 120
SETTINGS = """
[source]
kind = "simulate"
[model]
scorer = "stub"
[windows]
hop = "5m"
sizes = ["1h"]
"""

pytestmark = pytest.mark.timeout(400)


def start(folder: Path, store_url: str, *more: str) -> subprocess.Popen[str]:
    (folder / "two.toml").write_text(SETTINGS)
    command = [sys.executable, "-m", "monitor", "run", "--config", "two.toml", "--store", store_url, *more]
    return subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)


def wait_for(done: Callable[[], bool], *processes: subprocess.Popen[str]) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not done():
        assert time.monotonic() < deadline, "not in time"
        assert all(process.poll() is None for process in processes), "a runner ended"
        time.sleep(0.05)


def last_seq(store: Store) -> int:
    entry = store.last_entry()
    return entry.seq if entry else 0


def held_by(store: Store) -> tuple[str, int]:
    """(process id, epoch) of the lease."""
    with store._reading.connect() as connection:  # pyright: ignore[reportPrivateUsage]
        row = connection.execute(lease.select().where(lease.c.name == NAME)).mappings().one()
    return row["holder"].split(":")[1], row["epoch"]


def test_one_writes_one_is_refused_one_takes_over(store: Store, store_url: str, tmp_path: Path) -> None:
    first = start(tmp_path, store_url)
    running = [first]
    try:
        wait_for(lambda: last_seq(store) >= 3, first)
        assert held_by(store) == (str(first.pid), 1)
        refused = start(tmp_path, store_url)
        running.append(refused)
        _, said = refused.communicate(timeout=PATIENCE_S)
        assert refused.returncode == 1 and "Traceback" not in said
        assert f":{first.pid}:" in said and "writes to this store" in said and "--standby" in said
        standby = start(tmp_path, store_url, "--standby")
        running.append(standby)
        before = last_seq(store)
        wait_for(lambda: last_seq(store) >= before + 3, first, standby)
        assert held_by(store) == (str(first.pid), 1)
        first.kill()
        first.wait()
        at_kill = last_seq(store)
        wait_for(lambda: last_seq(store) >= at_kill + 3, standby)
        assert held_by(store) == (str(standby.pid), 2)
        standby.send_signal(signal.SIGTERM)
        assert standby.wait(PATIENCE_S) == 0
        seqs = [entry.seq for entry, _ in store.entries(0)]
        assert seqs == list(range(1, len(seqs) + 1))
        store.acquire("there:1:next", 0)
        assert held_by(store) == ("1", 3)
    finally:
        for process in running:
            process.kill()
            process.communicate()
