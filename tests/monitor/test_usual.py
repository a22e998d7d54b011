"""What is usual to a surge rule, read back from the store."""

from __future__ import annotations

import zlib
from pathlib import Path

import pytest

from monitor import snapshot
from monitor.fold import new_state
from monitor.queries import Reader
from monitor.store import Store
from monitor.surge import baseline, slot_of
from tests.monitor.test_surge import RULE, news
from tests.monitor.world import HOUR, config, fold


def test_the_usual_is_the_baseline_of_the_newest_snapshot_hour_by_hour(tmp_path: Path) -> None:
    threshold = {"name": "t", "watch": "*", "below": -0.3, "window": "10m"}
    state = new_state(config(rule=[RULE, threshold]))
    fold(state, [news(5 * HOUR, 3 * HOUR)], ended=False)
    url = f"sqlite:///{tmp_path}/store.db"
    store, reader = Store.open(url), Reader.open(url)
    assert reader.usual("all") == ()
    with store.begin() as tx:
        tx.add_snapshot(1, snapshot.dump(state))
    (usual,) = reader.usual("all")
    assert usual.rule == RULE["name"] and reader.usual("topic:never seen") == ()
    surge = next(rule.surge for rule in state.rules if rule.rule.detector == "surge")
    for slot, bound in enumerate(usual.bounds):
        assert bound == baseline(surge.table[:1], surge.season[slot, :1], 0.05)[0]
    calm, bad = (usual.bounds[slot_of(hour * HOUR)] for hour in (1, 4))
    assert 0.2 < calm < bad - 0.05, "it was bad from the third hour on"
    store.close()
    reader.close()


@pytest.mark.parametrize("unreadable", [b"no snapshot", b"", zlib.compress(b'{"format":2}')])
def test_the_usual_is_that_of_the_newest_snapshot_that_can_be_read(
    store: Store, reader: Reader, unreadable: bytes
) -> None:
    state = new_state(config(rule=[RULE]))
    for seq in (1, 2):
        fold(state, [news(seq * 5 * HOUR, 3 * HOUR)], ended=False)
        with store.begin() as tx:
            tx.add_snapshot(seq, snapshot.dump(state))
        newest = reader.usual("all")
    with store.begin() as tx:
        tx.add_snapshot(3, unreadable)
    assert len(newest) == 1 and reader.usual("all") == newest
    with store.begin() as tx:
        tx.add_snapshot(4, unreadable)
    assert reader.usual("all") == ()


def test_each_snapshot_is_read_once_for_a_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    url, asked = f"sqlite:///{tmp_path}/store.db", list[str]()
    store, reader = Store.open(url), Reader.open(url)
    monkeypatch.setattr("monitor.queries.newest_usual", lambda _, key: (asked.append(key), ())[1])
    for seq, key in ((1, "a"), (1, "a"), (1, "b"), (2, "b")):
        if not asked or seq == 2:
            with store.begin() as tx:
                tx.add_snapshot(seq, b"state")
        reader.usual(key)
    assert asked == ["a", "b", "b"]
    store.close()
    reader.close()
