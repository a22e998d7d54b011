"""A PostgreSQL server that restarts, is away, or ends connections: the same runner goes on, and nothing is changed."""

from __future__ import annotations

import json
import signal
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from pkgutil import resolve_name
from typing import Any

import pytest

from monitor.clock import wall_clock_ms
from monitor.commands.replay import tell
from monitor.delivery import Notifier
from monitor.engine import LeaseError, StoreBusyError
from monitor.lease import LEASE_MS
from monitor.live import watch
from monitor.notify import notices_for
from monitor.pipeline import Runner
from monitor.queries import Reader
from monitor.scoring import StubScorer
from monitor.session import patiently
from monitor.settings import ChannelSettings, NotifySettings
from monitor.store import Store
from monitor.summary import summarise
from monitor.writer import PATIENCE_SECONDS, RETRY_SECONDS, Writer
from streams.records import NewsItem, news_item
from tests.monitor.cutting import Way, way_to
from tests.monitor.feeds import MemorySource
from tests.monitor.postgresql import Cluster, running_cluster
from tests.monitor.shelf import HOUR, MINUTE, T0, moved
from tests.monitor.test_pipeline import feed, run, url, world
from tests.monitor.test_two_runners import PATIENCE_S, held_by, last_seq, start, wait_for
from tests.monitor.world import config
from tests.receiver import Receiver, listening

HOLDER, PID = "here:1:a", "1"
SLICE = 40  # 800 kB a batch: psycopg sends the rows in many pieces


@pytest.fixture(scope="module")
def own_cluster() -> Iterator[Cluster]:
    """A cluster of this file's, for the others' must not restart."""
    with running_cluster() as running:
        yield running


@pytest.fixture
def server(own_cluster: Cluster) -> Iterator[Cluster]:
    yield own_cluster
    if not own_cluster.is_up:
        own_cluster.start()


@pytest.fixture
def way(server: Cluster) -> Iterator[tuple[Way, Path]]:
    with tempfile.TemporaryDirectory(prefix="gw-way-") as folder, way_to(server.folder, Path(folder)) as way:
        yield way, Path(folder)


def restart(server: Cluster) -> None:
    server.stop()
    server.start()


def crash(server: Cluster) -> None:
    server.stop("immediate")
    server.start()


def heavy_feed() -> dict[str, list[NewsItem]]:
    def heavy(item: NewsItem) -> NewsItem:
        return news_item(*item[:6], item.headline * 1_000, *item[7:10])

    return {name: [*map(heavy, items)] for name, items in feed().items()}


def runner(store: Store, sleep: Callable[[float], None]) -> Runner:
    store.acquire(HOLDER, wall_clock_ms())
    return Runner(world(), MemorySource(heavy_feed(), SLICE), StubScorer(), Writer(store, world(), sleep=sleep))


def assert_undisturbed(store_url: str, folder: Path) -> None:
    run(url(folder), heavy_feed(), SLICE)
    assert summarise(store_url, 1.0) == summarise(url(folder), 1.0)
    with closing(Store.open(store_url)) as store:
        seqs = [entry.seq for entry, _ in store.entries(0)]
        assert seqs == list(range(1, len(seqs) + 1))


@pytest.mark.parametrize("happens", [Cluster.end_connections, restart, crash])
def test_between_two_batches(server: Cluster, tmp_path: Path, happens: Callable[[Cluster], None]) -> None:
    store_url, waits = server.new_url(), list[float]()
    with closing(Store.open(store_url)) as store, closing(Reader.open(store_url)) as reader:
        for poll, _ in enumerate(runner(store, waits.append).run(), 1):
            before = reader.status().records
            if poll in (1, 3):
                happens(server)
                assert reader.status().records == before
        assert held_by(store) == (PID, 1)
        happens(server)
        store.release()
    assert waits == [], "a connection that is found dead is made anew"
    assert_undisturbed(store_url, tmp_path)


@pytest.mark.parametrize("happens", [Cluster.end_connections, restart, crash])
def test_in_the_midst_of_a_copy(
    server: Cluster, way: tuple[Way, Path], tmp_path: Path, happens: Callable[[Cluster], None]
) -> None:
    passing, folder = way
    store_url, waits, happened = server.new_url(), list[float](), list[float]()

    def now() -> None:
        happens(server)
        happened.append(len(waits))

    with closing(Store.open(store_url.replace(str(server.folder), str(folder)))) as store:
        for poll, _ in enumerate(runner(store, waits.append).run(), 1):
            passing.amid_copy = now if poll in (1, 3) else None
        assert held_by(store) == (PID, 1)
    assert happened == [0, 1] and waits == [0.1, 0.1], "each time the batch was tried once more"
    assert_undisturbed(store_url, tmp_path)


def test_away_for_some_seconds(server: Cluster, tmp_path: Path) -> None:
    store_url, waits = server.new_url(), list[float]()

    def wait(seconds: float) -> None:
        waits.append(seconds)
        if len(waits) == 4:
            server.start()

    with closing(Store.open(store_url)) as store:
        for poll, _ in enumerate(runner(store, wait).run(), 1):
            if poll == 2:
                server.stop()
        assert held_by(store) == (PID, 1)
    assert waits == list(RETRY_SECONDS[:4])
    assert_undisturbed(store_url, tmp_path)


def test_away_for_longer_than_a_runner_waits(server: Cluster, tmp_path: Path) -> None:
    store_url, waits = server.new_url(), list[float]()
    with closing(Store.open(store_url)) as store:
        polls = runner(store, waits.append).run()
        next(polls)
        server.stop()
        with pytest.raises(StoreBusyError, match="check the server, and try again"):
            next(polls)
    assert waits == list(RETRY_SECONDS) and PATIENCE_SECONDS - 5 < sum(waits) <= PATIENCE_SECONDS, "as long as it may"
    server.start()
    with closing(Store.open(store_url)) as store:
        list(runner(store, waits.append).run())
        assert held_by(store) == (PID, 2)
    assert_undisturbed(store_url, tmp_path)


def test_one_that_was_replaced_while_the_server_was_away(server: Cluster) -> None:
    store_url = server.new_url()

    def wait(seconds: float) -> None:
        del seconds
        server.start()
        with closing(Store.open(store_url)) as other:
            other.acquire("there:2:b", wall_clock_ms() + LEASE_MS)

    with closing(Store.open(store_url)) as store:
        polls = runner(store, wait).run()
        next(polls)
        server.stop()
        with pytest.raises(LeaseError, match="another runner has taken over the store since epoch 1: this one stops"):
            next(polls)
        assert last_seq(store) == 1 and held_by(store) == ("2", 2)


@pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning")  # Apprise imports it
def test_notices_go_out_before_and_after(server: Cluster) -> None:
    store_url = server.new_url()
    with closing(Store.open(store_url)) as store, listening(Receiver()) as receiver:
        notifier = Notifier(store_url, [ChannelSettings(name="desk", url=receiver.url)], NotifySettings())
        for alert_id in ("a1", "a2", "a3"):
            with store.begin() as tx:
                tx.add_notices(notices_for(moved("firing", T0, alert_id), None, ["desk"], T0, HOUR))
            assert notifier.deliver_due(T0) == 1
            restart(server)
        assert notifier.deliver_due(T0) == 0 and len(receiver.posts) == 3
        assert notifier.stop(1.0)


@pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning")
@pytest.mark.parametrize(
    ("last", "call"),
    [
        ("monitor.store.Store.release", 1),
        ("monitor.delivery.Notifier.wait_for_due", 1),
        ("monitor.deadfeed.DeadFeed.wait_until_published", 1),
        ("monitor.store.Store.positions", 2),
        ("monitor.summary.summarise", 1),
    ],
)
def test_away_at_the_end_of_a_finite_run(
    server: Cluster,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    last: str,
    call: int,
) -> None:
    lines = [json.dumps({"ts": T0 + n * MINUTE, "title": f"Report number {n}"}) for n in range(200)]
    (tmp_path / "feed.jsonl").write_text("\n".join(lines))
    settings = config(source={"kind": "files", "files": [str(tmp_path / "feed.jsonl")]}, model={"scorer": "stub"})
    store_url = server.new_url()
    calls = away_before(last, call, server, monkeypatch)
    watch(settings, store_url, threading.Event(), until_end=True, standby=False, accept_gaps=False, metrics_port=None)
    tell(store_url, 1.0, as_json=True)
    assert len(calls) > call, "it was tried again"
    assert json.loads(capsys.readouterr().out)["items"] == 200
    with closing(Store.open(store_url)) as store:
        store.acquire("there:2:b", wall_clock_ms())


def test_a_run_that_is_told_to_stop_waits_for_no_server(server: Cluster) -> None:
    stop, tries = threading.Event(), list[float]()
    with closing(Store.open(server.new_url())) as store:
        store.acquire(HOLDER, wall_clock_ms())
        server.stop()

        def give_back() -> None:
            tries.append(time.monotonic())
            stop.set()
            store.release()

        with pytest.raises(StoreBusyError, match="check the server"):
            patiently(give_back, stop)
    assert len(tries) == 1


def away_before(name: str, call: int, server: Cluster, monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Let the server go away for a second before a call of a function; returns when it was called."""
    calls, act = list[float](), resolve_name(name)

    def after(*arguments: Any, **more: Any) -> Any:
        calls.append(time.monotonic())
        if len(calls) == call:
            server.stop()
            threading.Timer(1.0, server.start).start()
        return act(*arguments, **more)

    monkeypatch.setattr(name, after)
    return calls


def test_a_process_goes_on_when_the_server_is_back(server: Cluster, tmp_path: Path) -> None:
    store_url = server.new_url()
    with closing(Store.open(store_url)) as store:
        process = start(tmp_path, store_url)
        try:
            for happens in (server.end_connections, server.stop):
                before = last_seq(store)
                wait_for(lambda before=before: last_seq(store) >= before + 3, process)
                happens()
            time.sleep(2)
            server.start()
            before = last_seq(store)
            wait_for(lambda: last_seq(store) >= before + 3, process)
            assert held_by(store) == (str(process.pid), 1)
            process.send_signal(signal.SIGTERM)
            _, said = process.communicate(timeout=PATIENCE_S)
            assert process.returncode == 0 and "Traceback" not in said and "waits 2.0 s: store" in said, said
        finally:
            process.kill()
            process.communicate()
