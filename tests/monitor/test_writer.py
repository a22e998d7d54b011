"""How long a batch waits for a store that another program has locked."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from itertools import count
from pathlib import Path

import pytest

from monitor.engine import StoreBusyError
from monitor.fold import Effects, new_state
from monitor.store import Store
from monitor.writer import RETRY_SECONDS, Writer
from tests.monitor.shelf import journaled
from tests.monitor.world import config


@pytest.mark.parametrize(
    ("try_s", "waits"),
    [
        (30.0, [0.1]),
        (20.0, [0.1, 0.5]),
        (10.0, [0.1, 0.5, 2.0, 2.0, 5.0]),
        (0.0, list(RETRY_SECONDS)),
    ],
)
def test_a_locked_store_is_waited_for_by_the_clock(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, try_s: float, waits: list[float]
) -> None:
    """A clock that moves by `try_s` a try: the tries count, and not the pauses between them alone."""
    monkeypatch.setattr("monitor.engine.WRITER_WAIT_MS", 5)
    waited, looks = list[float](), count()
    with closing(Store.open(f"sqlite:///{tmp_path}/news.db")) as store:
        with closing(sqlite3.connect(tmp_path / "news.db", isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            writer = Writer(
                store, config(), sleep=waited.append, elapsed_s=lambda: 1e6 + try_s * next(looks) + sum(waited)
            )
            with pytest.raises(StoreBusyError):
                writer.write(journaled(1), [], [], Effects(), new_state(config()))
        assert waited == waits and store.last_entry() is None
