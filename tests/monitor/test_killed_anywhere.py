"""Killed at any statement that it sends to its store, and started again, a runner ends as an undisturbed one.

The kills are real (SIGKILL), each in a fork of a small process of its own: no sign of life, no rollback by us.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, event

from monitor.summary import summarise
from tests.monitor.feeds import MemorySource
from tests.monitor.test_pipeline import feed, runner, url, world

SETTINGS = world(store={"snapshot_every": 2})
STATEMENTS = ("before_cursor_execute", "commit")


class Fuse:
    """Counts statements and commits, and kills the process before one of them."""

    def __init__(self, at: int | None = None) -> None:
        self.count = 0
        self._at = at

    def __call__(self, *_: Any) -> None:
        self.count += 1
        if self.count == self._at:
            os.kill(os.getpid(), signal.SIGKILL)


def run(store_url: str, fuse: Fuse) -> None:
    one = runner(store_url, MemorySource(feed(count=80), slice_=27), SETTINGS)
    for name in STATEMENTS:
        event.listen(Engine, name, fuse)
    list(one.run())
    one.writer.store.close()
    for name in STATEMENTS:
        event.remove(Engine, name, fuse)


def run_killed(store_url: str, at: int) -> None:
    child = os.fork()
    if not child:
        run(store_url, Fuse(at))
        os._exit(0)
    _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status), "it did not come to that statement"


def kill_at_every_statement(folder: Path) -> int:
    whole, fuse = url(folder, "whole"), Fuse()
    run(whole, fuse)
    undisturbed = summarise(whole, 1.0)
    assert undisturbed["items"] == 80 and undisturbed["windows"] and undisturbed["alerts"], "too little to prove much"
    for at in range(1, fuse.count + 1):
        killed = url(folder, f"killed-{at}")
        run_killed(killed, at)
        run(killed, Fuse())
        assert summarise(killed, 1.0) == undisturbed, f"killed before statement {at} of {fuse.count}"
    return fuse.count


def test_killed_at_any_statement(tmp_path: Path) -> None:
    command = [sys.executable, "-m", __name__, str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=240, check=False)
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) > 30


if __name__ == "__main__":
    print(kill_at_every_statement(Path(sys.argv[1])))
