"""A connection to PostgreSQL that breaks while a COMMIT is on its way: the batch is stored once, and a run goes on."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from monitor.clock import wall_clock_ms
from monitor.engine import StoreError
from monitor.fold import Effects, new_state
from monitor.pipeline import Runner
from monitor.scoring import StubScorer
from monitor.store import Store
from monitor.summary import summarise
from monitor.writer import Writer
from tests.monitor.cutting import Way, way_to
from tests.monitor.feeds import MemorySource
from tests.monitor.postgresql import Cluster
from tests.monitor.shelf import journaled
from tests.monitor.test_pipeline import feed, run, url, world


@pytest.fixture
def way(cluster: Cluster) -> Iterator[tuple[Way, Path]]:
    with tempfile.TemporaryDirectory(prefix="gw-way-") as folder, way_to(cluster.folder, Path(folder)) as way:
        yield way, Path(folder)


@pytest.mark.parametrize("heard", [True, False])
def test_a_commit_without_an_answer(
    cluster: Cluster, way: tuple[Way, Path], tmp_path: Path, caplog: pytest.LogCaptureFixture, heard: bool
) -> None:
    cut, folder = way
    direct = cluster.new_url()
    store = Store.open(direct.replace(str(cluster.folder), str(folder)))
    store.acquire("here:1:a", wall_clock_ms())
    cut.heard, waits = heard, list[float]()
    one = Runner(world(), MemorySource(feed()), StubScorer(), Writer(store, world(), sleep=waits.append))
    for poll, _ in enumerate(one.run()):
        cut.cut_at = int(poll % 5 == 1)  # the next batch meets it
    store.close()
    assert cut.cuts >= 3 and waits == [0.1] * cut.cuts
    told = [record.message for record in caplog.records if "the answer did not come" in record.message]
    assert len(told) == (cut.cuts if heard else 0)
    run(url(tmp_path), feed())
    assert summarise(direct, 1.0) == summarise(url(tmp_path), 1.0)


def test_the_batch_of_another_runner_is_not_taken_for_ours(cluster: Cluster, way: tuple[Way, Path]) -> None:
    cut, folder = way
    direct = cluster.new_url()
    with_way = Store.open(direct.replace(str(cluster.folder), str(folder)))
    other = Store.open(direct)

    def meanwhile(_: float) -> None:
        write(other, 2_000)

    def write(store: Store, tick_ms: int) -> None:
        entry = replace(journaled(1), tick_ms=tick_ms)
        Writer(store, world(), sleep=meanwhile).write(entry, [], [], Effects(), new_state(world()))

    cut.heard, cut.cut_at = False, 1
    with pytest.raises(StoreError, match="two runners write"):
        write(with_way, 1_000)
    assert cut.cuts == 1
    with_way.close()
    other.close()
