"""A start without a snapshot that can be read: the state is folded anew where the journal is whole, and only there."""

from __future__ import annotations

import hashlib
import json
import logging
import zlib
from collections.abc import Callable
from contextlib import closing
from itertools import count as count_up
from pathlib import Path

import pytest
from sqlalchemy import select

from monitor import tables
from monitor.engine import LeaseError, SnapshotError, open_engine
from monitor.lease import LEASE_MS
from monitor.pipeline import Runner
from monitor.queries import Reader
from monitor.replay import replay_journal, restore
from monitor.snapshot import state_hash
from monitor.store import Store
from tests.monitor.test_retention import DAY, KEPT, count, run, world

Spoil = Callable[[bytes], tuple[bytes, str]]


def older(state: bytes) -> tuple[bytes, str]:
    """As a version with another format wrote it."""
    state = zlib.compress(json.dumps({**json.loads(zlib.decompress(state)), "format": 2}).encode())
    return state, hashlib.sha256(state).hexdigest()


def damaged(state: bytes) -> tuple[bytes, str]:
    return state, "not its hash"


def spoil(url: str, how: Spoil, most: int = 2) -> None:
    """Make the newest `most` snapshots such that none of them can be read."""
    column, engine = tables.snapshots.c, open_engine(url, writable=True)
    with engine.begin() as connection:
        newest = select(column.seq, column.state).order_by(column.seq.desc()).limit(most)
        for seq, state in connection.execute(newest).all():
            written, sha256 = how(bytes(state))
            changed = tables.snapshots.update().where(column.seq == seq)
            connection.execute(changed.values(state=written, sha256=sha256))
    engine.dispose()


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Runner]:
    """A run that keeps everything, to its end."""
    url = f"sqlite:///{tmp_path_factory.mktemp('whole')}/whole.db"
    return url, run(url, world())


@pytest.mark.parametrize(
    ("how", "says"), [(older, "has format 2, this version of the program reads"), (damaged, "all 2 snapshots")]
)
def test_a_whole_journal_is_folded_anew(
    tmp_path: Path, whole: tuple[str, Runner], caplog: pytest.LogCaptureFixture, how: Spoil, says: str
) -> None:
    url = f"sqlite:///{tmp_path}/x.db"
    killed = run(url, world(), polls=40)
    spoil(url, how)
    with closing(Store.open(url)) as store, caplog.at_level(logging.WARNING):
        _, records = store.replayable()
        assert state_hash(restore(store, world())) == state_hash(killed.state)
        assert f"all {records} records are folded anew, from the first batch" in caplog.text and says in caplog.text
        caplog.clear()
        assert count(url, tables.snapshots) == 1 and state_hash(restore(store, world())) == state_hash(killed.state)
        assert caplog.text == "", "the next start need not fold it all again"
    assert state_hash(run(url, world()).state) == state_hash(whole[1].state)


@pytest.mark.parametrize("how", [older, damaged])
@pytest.mark.parametrize("kept", [{}, {"items": KEPT["items"]}])
def test_an_older_snapshot_serves_where_the_newest_cannot_be_read(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, how: Spoil, kept: dict[str, str]
) -> None:
    url = f"sqlite:///{tmp_path}/x.db"
    killed = run(url, world(kept), polls=70 if kept else 41)
    spoil(url, how, most=1)
    with closing(Store.open(url)) as store, caplog.at_level(logging.WARNING):
        assert state_hash(restore(store, world(kept))) == state_hash(killed.state)
    assert caplog.text == "" and count(url, tables.snapshots) == 2


def test_a_young_store_without_a_snapshot_is_no_warning(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    url = f"sqlite:///{tmp_path}/x.db"
    killed = run(url, world(), polls=1)
    assert count(url, tables.snapshots) == 0
    with closing(Store.open(url)) as store, caplog.at_level(logging.WARNING):
        assert state_hash(restore(store, world())) == state_hash(killed.state)
    assert caplog.text == ""


def test_no_standby_takes_over_while_the_state_is_folded_anew(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/x.db"
    killed = run(url, world(), polls=40)
    spoil(url, older)
    times_ms = count_up(0, 2_000)  # at each look at the clock the standby tries, too

    def clock() -> int:
        now_ms = next(times_ms)
        with pytest.raises(LeaseError, match="writes to this store"):
            standby.acquire("there:2:b", now_ms)
        return now_ms

    with closing(Store.open(url)) as store, closing(Store.open(url)) as standby:
        store.acquire("here:1:a", 0)
        assert state_hash(restore(store, world(), clock)) == state_hash(killed.state)
    assert next(times_ms) > 4 * LEASE_MS


def test_one_that_was_replaced_drops_no_snapshot_and_folds_nothing(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/x.db"
    run(url, world(), polls=41)  # a snapshot, and a batch since
    with closing(Store.open(url)) as store, closing(Store.open(url)) as other:
        store.acquire("here:1:a", 0)
        other.acquire("there:2:b", LEASE_MS)
        with pytest.raises(LeaseError, match="another runner has taken over"):  # it slept amid the folding
            restore(store, world(), count_up(LEASE_MS, LEASE_MS).__next__)
        spoil(url, older)
        with pytest.raises(LeaseError, match="another runner has taken over"):
            restore(store, world(), lambda: LEASE_MS)
    assert count(url, tables.snapshots) == 2


@pytest.mark.parametrize("kept", [{"items": KEPT["items"]}, {"journal": KEPT["journal"]}])
def test_a_journal_whose_beginning_is_gone_is_not(
    tmp_path: Path, whole: tuple[str, Runner], kept: dict[str, str]
) -> None:
    url, new_url = f"sqlite:///{tmp_path}/old.db", f"sqlite:///{tmp_path}/new.db"
    run(url, world(kept), polls=70)
    kept_snapshots = count(url, tables.snapshots)
    with closing(Store.open(url)) as store:
        first = store.replayable()[0] + 1
        gone = rf"the journal begins at batch {first}, \[retention\] has removed what was before\."
        says = rf"{gone} Fold what is left into a new store .*--from-journal"
        for how in (older, damaged):
            spoil(url, how)
            with pytest.raises(SnapshotError, match=says):
                restore(store, world(kept))
        assert count(url, tables.snapshots) == kept_snapshots == 2
        with store.begin() as tx:
            tx.drop_snapshots()
        with pytest.raises(SnapshotError, match=rf"has no snapshot, and .*{says}"):
            restore(store, world(kept))
        assert first > 20
        with closing(Store.open(new_url)) as new:  # what the error tells to do
            replay_journal(store, new, lambda _: None)
    end_ms = run(new_url, world(kept)).state.mark.time_ms
    frames = []
    for each in (new_url, whole[0]):
        with closing(Reader.open(each)) as reader:
            frames.append(reader.windows(since_ms=end_ms - 2 * DAY))
    assert len(frames[0]) > 500 and frames[0].equals(frames[1])
