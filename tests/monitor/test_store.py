"""The store: what goes in comes out, and a batch is in it wholly or not at all."""

from __future__ import annotations

import signal
import sqlite3
import subprocess
import sys
import threading
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from monitor.engine import SnapshotError, StoreBusyError, StoreError, open_engine
from monitor.evidence import texts_of
from monitor.journal import KeyedItem
from monitor.rows import item_row, keyed_item
from monitor.store import Store
from monitor.tables import items as items_table
from streams.records import Sentiment
from tests.monitor.postgresql import Cluster
from tests.monitor.shelf import HOUR, MINUTE, ODD_KEY, T0, journaled, keyed, letter, moved, write


def test_items_and_entries_come_back_equal_and_in_order(store: Store) -> None:
    first = [keyed(3), keyed(1, late=True, keys=("all", ODD_KEY)), keyed(0, partition="news-1")]
    write(store, 1, first)
    write(store, 2, [])
    write(store, 3, [keyed(4, headline="Öl: 'größte' Förderung \U0001f6e2 seit \"1970\" \\ %_")])
    entries = list(store.entries(0))
    assert [entry.seq for entry, _ in entries] == [1, 2, 3]
    assert [items for _, items in entries] == [
        [first[1], first[0], first[2]],
        [],
        [keyed(4, headline="Öl: 'größte' Förderung \U0001f6e2 seit \"1970\" \\ %_")],
    ]
    assert list(store.entries(2)) == entries[2:]
    assert list(store.entries(3)) == []


FINITE = st.floats(allow_nan=False, allow_infinity=False).map(lambda double: double + 0.0)  # SQLite has no -0.0


@given(doubles=st.lists(FINITE, min_size=8, max_size=8))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=30, deadline=None)
def test_every_double_comes_back_to_the_bit(store_url: str, doubles: list[float]) -> None:
    a, b, c, d, e, f, g, h = doubles
    base = keyed(1).scored
    scored = base._replace(
        sentiment=Sentiment(a, b, c),
        topics=(("Macro", d),),
        by_target=(("BAC", Sentiment(e, f, 5e-324)),),
        value=g,
        confidence=h,
    )
    store = Store.open(store_url)
    seq = (last.seq if (last := store.last_entry()) else 0) + 1
    item = KeyedItem(scored._replace(offset=seq), ("all",))
    write(store, seq, [item])
    [(_, [back])] = list(store.entries(seq - 1))
    store.close()
    assert back == item  # equal doubles have the same bits, but for the sign of a zero, which SQLite drops


def test_a_row_is_the_columns_of_the_table() -> None:
    item = keyed(1, late=True)
    row = dict(zip(items_table.columns.keys(), item_row(item, 5), strict=True))
    assert row["seq"] == 5
    assert keyed_item(row) == item  # pyright: ignore[reportArgumentType]


def test_a_new_store_is_empty(store: Store) -> None:
    assert store.last_entry() is None
    assert store.positions() == {}
    assert store.whole_snapshots() == []
    assert list(store.entries(0)) == []


def test_entry_and_positions(store: Store) -> None:
    entry = journaled(7, idle=("news-1",), positions={"news-1": 4, "news-0": 9}, ended=True, watermark_ms=-(2**62))
    with store.begin() as tx:
        tx.add_entry(entry)
    assert store.last_entry() == entry
    with store.begin() as tx:
        tx.add_entry(journaled(8, positions={"news-0": 11}))
    assert store.positions() == {"news-0": 11, "news-1": 4}


def test_nothing_of_a_failed_batch_stays(store: Store) -> None:
    write(store, 1, [keyed(0)])
    with pytest.raises(ZeroDivisionError), store.begin() as tx:
        tx.add_items([keyed(1)], 2)
        tx.add_windows([("all", 0, 1, 1, 1, 0, 0, 0, 0, 0)])
        tx.add_events([moved("firing", T0)], 2)
        tx.add_dead([letter(2)], 2)
        tx.add_snapshot(2, b"state")
        tx.add_settings("c2", "{}", 2)
        tx.add_entry(journaled(2, 3))
        _ = 1 / 0
    assert [entry.seq for entry, _ in store.entries(0)] == [1]
    assert store.positions() == {"news-0": 1}
    assert store.whole_snapshots() == []
    with store.begin() as tx:
        assert tx.add_events([moved("firing", T0)], 2)
        tx.add_dead([letter(2)], 2)
        tx.add_windows([("all", 0, 1, 1, 1, 0, 0, 0, 0, 0)])


def test_a_batch_that_is_there_already_is_refused(store: Store) -> None:
    write(store, 1, [keyed(0)])
    with pytest.raises(StoreError, match=r"two runners write, or a batch was written twice") as raised:
        write(store, 2, [keyed(0)])
    assert not raised.value.retriable
    with pytest.raises(StoreError, match="two runners"):
        write(store, 1, [])
    assert [len(items) for _, items in store.entries(0)] == [1]


def test_an_event_is_added_once(store: Store) -> None:
    firing, resolved = moved("firing", T0), moved("resolved", T0 + HOUR)
    with store.begin() as tx:
        assert tx.add_events([firing], 1) == [firing]
        assert tx.add_events([firing], 1) == []
    with store.begin() as tx:
        assert tx.add_events([firing, resolved], 2) == [resolved]


def test_two_snapshots_are_kept_and_a_damaged_one_is_passed_over(store: Store, store_url: str) -> None:
    for seq in (10, 20, 30):
        with store.begin() as tx:
            tx.add_snapshot(seq, bytes([seq]) * 1000)
    assert store.whole_snapshots() == [(seq, bytes([seq]) * 1000) for seq in (30, 20)]
    engine = open_engine(store_url, writable=True)
    with engine.begin() as connection:
        assert connection.exec_driver_sql("SELECT seq FROM snapshots ORDER BY seq").scalars().all() == [20, 30]
        connection.exec_driver_sql("UPDATE snapshots SET sha256 = 'x' WHERE seq = 30")
    assert store.whole_snapshots() == [(20, bytes([20]) * 1000)]
    with engine.begin() as connection:
        connection.exec_driver_sql("UPDATE snapshots SET sha256 = 'x'")
    engine.dispose()
    with pytest.raises(SnapshotError, match="all 2 snapshots in the store are damaged"):
        store.whole_snapshots()
    with store.begin() as tx:
        tx.drop_snapshots()
    assert store.whole_snapshots() == []


def test_settings_keep_their_first_seq(store: Store) -> None:
    with store.begin() as tx:
        tx.add_settings("c1", '{"a":1}', 1)
    with store.begin() as tx:
        tx.add_settings("c1", '{"a":2}', 2)
    assert store.settings("c1") == '{"a":1}'
    with pytest.raises(StoreError, match="no settings of version 'c9'"):
        store.settings("c9")


def test_dead_letters_take_any_bytes_and_any_text(store: Store) -> None:
    with store.begin() as tx:
        tx.add_dead([letter(1, bytes(range(256))), letter(2, b"", "null \0 and lone \ud800 in the detail")], 1)
    whole, empty = store.dead_letters(1)
    assert (whole.payload, whole.offset) == (bytes(range(256)), 1)
    assert (empty.payload, empty.detail) == (b"", "null \N{SYMBOL FOR NULL} and lone \\ud800 in the detail")


def test_a_dead_letter_comes_back_with_its_key_and_its_headers(store: Store) -> None:
    own = (("trace", bytes(range(256))), ("n\0ll \N{SNOWMAN}", b""))
    kept = [letter(1), replace(letter(2), key=b""), replace(letter(3), key=b"\0\xff", headers=own)]
    with store.begin() as tx:
        tx.add_dead(kept, 1)
    assert store.dead_letters(1) == kept


class TestEvidence:
    def test_order_limit_and_ties(self, store: Store) -> None:
        items = [
            keyed(0, negative=0.5, time_ms=T0 + 3, news_id="b"),
            keyed(1, negative=0.5, time_ms=T0 + 3, news_id="a"),
            keyed(2, negative=0.9, time_ms=T0 + 9),
            keyed(3, negative=0.1, positive=0.8, time_ms=T0),
        ]
        with store.begin() as tx:
            tx.add_items(items, 1)
            worst = tx.evidence("all", T0, T0 + HOUR, "negative", True, HOUR, 3)
            assert [one.news_id for one in worst] == ["n2", "a", "b"]
            assert [one.news_id for one in tx.evidence("all", T0, T0 + HOUR, "polarity", False, HOUR, 1)] == ["n2"]
            assert [one.news_id for one in tx.evidence("all", T0, T0 + HOUR, "positive", True, HOUR, 1)] == ["n3"]
            assert [one.news_id for one in tx.evidence("all", T0, T0 + HOUR, "recent", True, HOUR, 2)] == ["n2", "a"]
            assert worst[0].polarity == 0.3 - 0.9
            assert worst[0].headline == items[2].scored.news.headline

    def test_only_on_time_items_of_the_key_in_the_half_open_window(self, store: Store) -> None:
        items = [
            keyed(0, time_ms=T0 - 1),
            keyed(1, time_ms=T0),
            keyed(2, time_ms=T0 + 9),
            keyed(3, time_ms=T0 + 10),
            keyed(4, time_ms=T0 + 5, late=True),
            keyed(5, time_ms=T0 + 5, keys=(ODD_KEY,)),
        ]
        with store.begin() as tx:
            tx.add_items(items, 1)
            assert [one.news_id for one in tx.evidence("all", T0, T0 + 10, "recent", False, HOUR)] == ["n1", "n2"]
            assert [one.news_id for one in tx.evidence(ODD_KEY, T0, T0 + 10, "recent", False, HOUR)] == ["n5"]

    def test_a_headline_once_and_of_a_revision_the_first_text(self, store: Store) -> None:
        items = [
            keyed(0, time_ms=T0 + 1, negative=0.4, headline="Bank fails"),
            keyed(1, time_ms=T0 + 2, negative=0.4, headline="BANK  fails"),
            keyed(2, time_ms=T0 + 3, negative=0.2, headline="Bank in trouble", news_id="x"),
            keyed(3, time_ms=T0 + 4, negative=0.9, headline="Bank is bankrupt", news_id="x"),
            keyed(4, time_ms=T0 + 2, negative=0.9, headline="Bank, told late", news_id="x", late=True),
        ]
        with store.begin() as tx:
            tx.add_items(items, 1)
            found = tx.evidence("all", T0, T0 + HOUR, "negative", True, HOUR)
        assert [(one.news_id, one.headline) for one in found] == [("n0", "Bank fails"), ("x", "Bank in trouble")]

    def test_an_identity_that_comes_back_after_dedup_is_evidence_as_it_is_an_item(self, store: Store) -> None:
        texts = ["First", "Revised", "Back", "Back, revised"]
        minutes = (0, 40, 80, 140)
        write(
            store,
            1,
            [
                keyed(n, time_ms=T0 + at * MINUTE, negative=0.2 + n / 10, headline=text, news_id="x")
                for n, (at, text) in enumerate(zip(minutes, texts, strict=True))
            ],
        )
        with store.begin() as tx:
            found = tx.evidence("all", T0, T0 + 3 * HOUR, "negative", True, HOUR)
            assert [one.headline for one in found] == ["Back", "First"]
            found = tx.evidence("all", T0, T0 + 3 * HOUR, "negative", True, 140 * MINUTE)
            assert [one.headline for one in found] == ["First"]

    def test_the_texts_of_an_identity_are_read_by_their_index(self, tmp_path: Path) -> None:
        url = f"sqlite:///{tmp_path / 'x.db'}"
        Store.open(url).close()
        engine = open_engine(url, writable=False)
        told = texts_of(("wire", "x")).compile(engine, compile_kwargs={"literal_binds": True})
        with engine.connect() as connection:
            plan = [row.detail for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {told}")]
        engine.dispose()
        assert plan[0].startswith("SEARCH items USING INDEX ix_items_source_news_id_seq (source=? AND news_id=?")


class TestRefusals:
    @pytest.mark.parametrize(
        ("url", "says"),
        [
            ("groundswell.db", "is not a database URL: write sqlite:///"),
            ("sqlite://", "a store in memory can be read by nobody else"),
            ("sqlite:///:memory:", "a store in memory can be read by nobody else"),
            ("mysql://me:geheim@host/db", "mysql is not supported"),
            ("sqlite:////no/such/folder/x.db", "the folder /no/such/folder does not exist"),
        ],
    )
    def test_says_what_is_wrong_and_no_password(self, url: str, says: str) -> None:
        with pytest.raises(StoreError, match=says) as raised:
            Store.open(url)
        assert "geheim" not in str(raised.value)

    def test_a_folder(self, tmp_path: Path) -> None:
        with pytest.raises(StoreError, match="is a folder: name a file in it"):
            Store.open(f"sqlite:///{tmp_path}")

    def test_another_kind_of_file(self, tmp_path: Path) -> None:
        (tmp_path / "x.db").write_bytes(b"these are not the pages of a database" * 100)
        with pytest.raises(StoreError, match=r"x\.db: is not a SQLite database"):
            Store.open(f"sqlite:///{tmp_path / 'x.db'}")

    def test_a_damaged_store(self, tmp_path: Path) -> None:
        path = tmp_path / "x.db"
        store = Store.open(f"sqlite:///{path}")
        write(store, 1, [keyed(offset) for offset in range(200)])
        store.close()
        content = bytearray(path.read_bytes())
        content[4096:] = b"\x5a" * (len(content) - 4096)
        path.write_bytes(content)
        with pytest.raises(StoreError, match=r"is damaged: move it away.*replay the log"):
            Store.open(f"sqlite:///{path}").last_entry()

    def test_a_locked_store_is_busy_and_writes_once_free(self, tmp_path: Path) -> None:
        path = tmp_path / "x.db"
        Store.open(f"sqlite:///{path}").close()
        engine = open_engine(f"sqlite:///{path}", writable=True, wait_ms=50)
        store = Store(engine)
        other = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreBusyError, match="is locked by another process") as raised:
            write(store, 1, [keyed(0)])
        assert raised.value.retriable
        other.execute("COMMIT")
        write(store, 1, [keyed(0)])
        store.close()
        other.close()

    def test_a_full_disk_is_busy_and_leaves_nothing(self, tmp_path: Path) -> None:
        store = Store.open(f"sqlite:///{tmp_path / 'x.db'}")
        with pytest.raises(StoreBusyError, match="the disk is full"), store.begin() as tx:
            tx._connection.exec_driver_sql("PRAGMA max_page_count=60")  # pyright: ignore[reportPrivateUsage]
            tx.add_items([keyed(offset) for offset in range(2_000)], 1)
        assert list(store.entries(0)) == []
        store.close()


class TestPostgresqlRefusals:
    def test_no_such_database(self, cluster: Cluster) -> None:
        with pytest.raises(StoreError, match="there is no such database: create it") as raised:
            Store.open(f"postgresql://tester:geheim@/nothing?host={cluster.folder}")
        assert "geheim" not in str(raised.value)
        assert not raised.value.retriable

    def test_no_server(self, tmp_path: Path) -> None:
        with pytest.raises(StoreBusyError, match="the connection broke: check the server"):
            Store.open(f"postgresql://tester@/nothing?host={tmp_path}")

    def test_a_lock_that_is_not_given_back(self, cluster: Cluster) -> None:
        url = cluster.new_url()
        first = Store.open(url)
        second = Store(open_engine(url, writable=True, wait_ms=50))
        with first.begin() as tx:
            tx.add_entry(journaled(1))
            with pytest.raises(StoreBusyError, match="is locked by another process"):
                write(second, 2, [keyed(0)])
        first.close()
        second.close()


def test_a_reading_iterator_does_not_hold_up_the_writer(store: Store) -> None:
    write(store, 1, [keyed(0)])
    write(store, 2, [keyed(1)])
    reading = store.entries(0)
    assert next(reading)[0].seq == 1
    write(store, 3, [keyed(2)])
    assert [entry.seq for entry, _ in reading] == [2]


def test_reads_see_one_state_of_the_store(store: Store) -> None:
    with store._reading.connect() as connection:  # pyright: ignore[reportPrivateUsage]
        count = connection.exec_driver_sql("SELECT count(*) FROM journal")
        assert count.scalar() == 0
        write(store, 1, [keyed(0)])
        assert connection.exec_driver_sql("SELECT count(*) FROM journal").scalar() == 0
    assert store.last_entry() is not None


def test_two_openers_of_a_new_store(store_url: str) -> None:
    failures: list[BaseException] = []

    def open_it() -> None:
        try:
            Store.open(store_url).close()
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=open_it) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []


KILLED = """
import os, signal, sys
from monitor.store import Store
from tests.monitor.shelf import journaled, keyed, letter, moved
store = Store.open(sys.argv[1])
with store.begin() as tx:
    tx.add_items([keyed(offset) for offset in range(10, 4_000)], 2)
    tx.add_windows([("all", n, n + 5, 1, 1, 0, 0, 0, 0, 0) for n in range(10_000)])
    tx.add_events([moved("firing", 5)], 2)
    tx.add_dead([letter(9)], 2)
    tx.add_entry(journaled(2, 4_000))
    tx.finish()
    os.kill(os.getpid(), signal.SIGKILL)
"""


def test_kill_9_in_a_transaction_leaves_nothing(store: Store, store_url: str) -> None:
    write(store, 1, [keyed(offset) for offset in range(10)])
    root = Path(__file__).parents[2]
    done = subprocess.run([sys.executable, "-c", KILLED, store_url], cwd=root, check=False)
    assert done.returncode == -signal.SIGKILL
    assert [(entry.seq, len(items)) for entry, items in store.entries(0)] == [(1, 10)]
    assert store.positions() == {"news-0": 10}
    with store.begin() as tx:
        assert tx.add_events([moved("firing", 5)], 2) == [moved("firing", 5)]
        tx.add_windows([("all", 0, 5, 1, 1, 0, 0, 0, 0, 0)])
        tx.add_dead([letter(9)], 2)


def test_kill_9_after_the_commit_loses_nothing(store: Store, store_url: str) -> None:
    write(store, 1, [keyed(0)])
    committing = KILLED.replace("    tx.finish()\n    os.kill", "os.kill")
    root = Path(__file__).parents[2]
    done = subprocess.run([sys.executable, "-c", committing, store_url], cwd=root, check=False)
    assert done.returncode == -signal.SIGKILL
    assert [(entry.seq, len(items)) for entry, items in store.entries(0)] == [(1, 1), (2, 3_990)]


def test_a_commit_is_on_the_disk(tmp_path: Path) -> None:
    engine = open_engine(f"sqlite:///{tmp_path / 'x.db'}", writable=True)
    with engine.begin() as connection:
        pragmas = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "page_size")
        }
    engine.dispose()
    assert pragmas == {"journal_mode": "wal", "synchronous": 2, "page_size": 8192}
