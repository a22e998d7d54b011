"""Killed at any statement that it sends to its store, and started again, a runner ends as an undisturbed one.

The kills are real (SIGKILL), each in a fork of a small process of its own: no sign of life, no rollback by us. Between
the polls the runner delivers its notices to a receiver in the test's own process, which outlives every kill.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, event

from monitor.config import Config
from monitor.delivery import Notifier
from monitor.engine import open_engine
from monitor.summary import summarise
from monitor.tables import dead_letters, outbox, windows
from streams.records import NewsItem
from tests.monitor.feeds import MemorySource, news
from tests.monitor.test_pipeline import feed, runner, url, world
from tests.notices import judge_notices
from tests.receiver import Receiver, listening

# Apprise imports the standard library's imghdr, which Python 3.11 announces the end of.
pytestmark = pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning")

STATEMENTS = ("before_cursor_execute", "commit")
FUTURE_MS = 10**14  # beyond every tick, so that what is dated so is a dead letter
KEPT = {
    windows: ("key", "start_ms", "end_ms"),
    dead_letters: ("partition", "offset", "seq", "reason", "payload"),
    outbox: ("notice_id", "title", "body"),
}


class Fuse:
    """Counts commits and the statements that change something, and kills the process before one of them.

    A kill before a question leaves what a kill before the next change leaves.
    """

    def __init__(self, at: int | None = None) -> None:
        self.count = 0
        self._at = at

    def __call__(self, _: Any, *more: Any) -> None:
        if len(more) > 1 and more[1].startswith("SELECT"):
            return
        self.count += 1
        if self.count == self._at:
            os.kill(os.getpid(), signal.SIGKILL)


def settings(address: str) -> Config:
    """With notices that are told at once, and windows that go after four hours of the log's six."""
    return world(
        store={"snapshot_every": 2},
        channel=[{"name": "desk", "url": address}],
        notify={"max_age": "200000d"},
        retention={"windows": "4h"},
    )


def records() -> dict[str, list[NewsItem]]:
    """80 items, and one from the future in the second batch."""
    partitions = feed(count=80)
    partitions["a"].insert(30, news(FUTURE_MS, "From the future"))
    return partitions


def run(store_url: str, address: str, fuse: Fuse) -> None:
    config = settings(address)
    one = runner(store_url, MemorySource(records(), slice_=27), config)
    notifier = Notifier(store_url, config.channel, config.notify)
    for name in STATEMENTS:
        event.listen(Engine, name, fuse)
    for _ in one.run():
        notifier.deliver_due(FUTURE_MS)
    one.writer.store.close()
    notifier.stop(0.0)
    for name in STATEMENTS:
        event.remove(Engine, name, fuse)


def run_killed(store_url: str, address: str, at: int) -> None:
    child = os.fork()
    if not child:
        run(store_url, address, Fuse(at))
        os._exit(0)
    _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status), "it did not come to that statement"


def kept(store_url: str) -> list[list[Any]]:
    """What no summary shows: which windows retention has left, what is dead, what was to be told."""
    engine = open_engine(store_url, writable=False)
    with engine.connect() as connection:
        found = [
            sorted(tuple(row[name] for name in columns) for row in connection.execute(table.select()).mappings())
            for table, columns in KEPT.items()
        ]
    engine.dispose()
    return found


def kill_at_every_statement(folder: Path, address: str) -> int:
    whole, fuse = url(folder, "whole"), Fuse()
    run(whole, f"{address}/whole", fuse)
    undisturbed, rows = summarise(whole, 1.0), kept(whole)
    assert undisturbed["items"] == 80 and undisturbed["windows"] and undisturbed["alerts"], "too little to prove much"
    assert undisturbed["dead"] == 1 and 0 < len(rows[0]) < undisturbed["windows"], "too little to prove much"
    for at in range(1, fuse.count + 1):
        killed, mine = url(folder, f"killed-{at}"), f"{address}/killed-{at}"
        run_killed(killed, mine, at)
        run(killed, mine, Fuse())
        assert summarise(killed, 1.0) == undisturbed, f"killed before statement {at} of {fuse.count}"
        assert kept(killed) == rows, f"killed before statement {at} of {fuse.count}"
    return fuse.count


def test_killed_at_any_statement(tmp_path: Path) -> None:
    with listening(Receiver()) as receiver:
        command = [sys.executable, "-m", __name__, str(tmp_path), receiver.url]
        done = subprocess.run(command, capture_output=True, text=True, timeout=240, check=False)
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) > 50
    told = {
        name: _told(tmp_path, name, receiver)
        for name in ("whole", *(f"killed-{n + 1}" for n in range(int(done.stdout))))
    }
    assert all(not found[name] for found in told.values() for name in found if name.endswith("_wrong")), told
    assert told["whole"]["notices"] > 3
    assert any(found["messages_repeated"] for found in told.values()), "no kill fell between a message and its mark"


def _told(folder: Path, name: str, receiver: Receiver) -> dict[str, int]:
    posts = [post for path, post in zip(receiver.paths, receiver.posts, strict=True) if path == f"/{name}"]
    return judge_notices(folder / f"{name}.db", "desk", posts, ends=int(name != "whole"))


if __name__ == "__main__":
    print(kill_at_every_statement(Path(sys.argv[1]), sys.argv[2]))
