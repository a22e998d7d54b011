"""The Reader: what a user sees is what was written, by hand-made numbers."""

from __future__ import annotations

import hashlib
import random
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import select

from monitor.engine import StoreError, open_engine
from monitor.frames import between
from monitor.history import summaries
from monitor.listing import newest_first
from monitor.notify import Notice
from monitor.queries import Reader
from monitor.store import Store, WindowRow
from monitor.tables import IS_LATE, item_keys
from monitor.watches import key_pattern
from streams.records import WindowStat
from tests.monitor.shelf import HOUR, MINUTE, ODD_KEY, T0, journaled, keyed, letter, moved, proof, write
from tests.monitor.world import config


class TestStatus:
    def test_of_a_new_store(self, reader: Reader) -> None:
        status = reader.status()
        assert (status.items, status.records, status.late, status.dead, status.windows, status.seq) == (0,) * 6
        assert (status.watermark_ms, status.tick_ms, status.first_event_ms, status.last_event_ms) == (None,) * 4
        assert (status.ended, status.model_version, status.outbox_pending) == (False, "", 0)

    def test_sums_what_the_batches_say(self, store: Store, reader: Reader) -> None:
        write(store, 1, [keyed(0, news_id="a"), keyed(1, news_id="a"), keyed(2, news_id="b", time_ms=T0 - 9)])
        with store.begin() as tx:
            tx.add_items([keyed(3, news_id="a"), keyed(4, news_id="a", source="blog"), keyed(5, late=True)], 2)
            tx.add_items([keyed(6, news_id="b", time_ms=T0 + 9)], 2)
            tx.add_dead([letter(7), letter(8)], 2)
            tx.add_windows([("all", T0, T0 + HOUR, 1, 1, 0, 0, 0, 0, 0)])
            tx.add_notices([Notice("i1", "desk", "a1", "firing", T0, "t", "b", "info")])
            entry = journaled(2, 9, watermark_ms=T0 + 3, ended=True, model_version="m2", config_version="c2")
            tx.add_entry(entry, -1)  # two of four repeat one, as do all three of the batch before
        status = reader.status()
        assert status.items == 2
        assert (status.records, status.late, status.dead, status.windows) == (7, 1, 2, 1)
        assert (status.watermark_ms, status.tick_ms, status.seq, status.ended) == (T0 + 3, T0 + 2, 2, True)
        assert (status.first_event_ms, status.last_event_ms) == (T0 - 9, T0 + 9)
        assert (status.model_version, status.runtime_id, status.config_version) == ("m2", "r1", "c2")
        assert (status.outbox_pending, status.outbox_failed) == (1, 0)


def test_keys_by_number_of_records(store: Store, reader: Reader) -> None:
    assert list(reader.keys().columns) == ["key", "items"]
    assert reader.keys().empty
    write(
        store, 1, [keyed(0, keys=("all", ODD_KEY)), keyed(1, time_ms=T0 + 10), keyed(2, keys=("ticker:BRK.B", "all"))]
    )
    assert reader.keys().to_numpy().tolist() == [["all", 3], ["ticker:BRK.B", 1], [ODD_KEY, 1]]
    assert reader.keys(since_ms=T0 + 1).to_numpy().tolist() == [["all", 1]]
    assert reader.keys(until_ms=T0 + 10).to_numpy().tolist() == [["all", 2], ["ticker:BRK.B", 1], [ODD_KEY, 1]]
    assert reader.keys(since_ms=T0 + 11).empty


def stat_row(key: str, start_ms: int, end_ms: int, rng: random.Random, stories: int) -> WindowRow:
    """Sums of `stories` random items, as the fold would have them."""
    negative, neutral, positive, polarity, squares = 0, 0, 0, 0, 0
    for _ in range(stories):
        p, q = sorted((rng.randrange(1_000_001), rng.randrange(1_000_001)))
        negative, neutral, positive = negative + p, neutral + q - p, positive + 1_000_000 - q
        one = 1_000_000 - q - p
        polarity, squares = polarity + one, squares + round(one * one / 1_000_000)
    return key, start_ms, end_ms, stories + 1, stories, negative, neutral, positive, polarity, squares


class TestWindows:
    def test_means_are_those_of_window_stat(self, store: Store, reader: Reader) -> None:
        rng = random.Random(7)
        rows = [stat_row("all", T0 + n * HOUR, T0 + (n + 1) * HOUR, rng, n) for n in range(40)]
        with store.begin() as tx:
            tx.add_windows(rows)
        frame = reader.windows()
        stats = [WindowStat(*row) for row in rows]
        for name in ("key", "start_ms", "end_ms", "items", "stories"):
            assert frame[name].tolist() == [getattr(stat, name) for stat in stats]
        for name in ("negative", "neutral", "positive"):
            means = [stat.mean(getattr(stat, f"{name}_sum")) for stat in stats]
            assert frame[name].tolist() == pytest.approx(means, abs=1e-15)
        assert frame["polarity"].tolist() == pytest.approx([stat.polarity for stat in stats], abs=1e-15)
        assert frame["ci_low"].tolist() == pytest.approx([stat.confidence_interval[0] for stat in stats], abs=1e-12)
        assert frame["ci_high"].tolist() == pytest.approx([stat.confidence_interval[1] for stat in stats], abs=1e-12)
        assert (frame["ci_low"][1], frame["ci_high"][1]) == (-1.0, 1.0)
        assert frame["ci_low"][39] > -1.0

    @pytest.fixture
    def shelf(self, store: Store) -> list[WindowRow]:
        rng = random.Random(1)
        keys = ["all", "list:50%_off", "list:50xyoff", ODD_KEY, "topic:M&A", "topic:m&a", "ticker:A*B", "ticker:AxB"]
        rows = [
            stat_row(key, T0 + n * MINUTE - size, T0 + n * MINUTE, rng, 3)
            for n in range(3)
            for key in keys
            for size in (5 * MINUTE, HOUR)
        ]
        with store.begin() as tx:
            tx.add_windows(rows)
        return rows

    @pytest.mark.parametrize(
        ("pattern", "keys"),
        [
            ("all", ["all"]),
            ("topic:*", [ODD_KEY, "topic:M&A", "topic:m&a"]),
            ("topic:M&A*", [ODD_KEY, "topic:M&A"]),
            ("topic:M&A", ["topic:M&A"]),
            (ODD_KEY, [ODD_KEY]),
            ("*| Inv*", [ODD_KEY]),
            ("list:50%_off", ["list:50%_off"]),
            ("list:50%_of*", ["list:50%_off"]),
            ("list:50?yoff*", []),
            ("ticker:A*B", ["ticker:A*B", "ticker:AxB"]),
            ("ticker:[AB]*", []),
            ("*a*", ["all", "topic:m&a"]),
            (
                "*",
                ["all", "list:50%_off", "list:50xyoff", "ticker:A*B", "ticker:AxB", ODD_KEY, "topic:M&A", "topic:m&a"],
            ),
            ("nothing", []),
        ],
    )
    def test_pattern(self, shelf: list[WindowRow], reader: Reader, pattern: str, keys: list[str]) -> None:
        assert shelf
        found = reader.windows(pattern)
        assert list(dict.fromkeys(found["key"])) == sorted(keys, key=str.encode)
        assert len(found) == 6 * len(keys)

    def test_sizes_and_times(self, shelf: list[WindowRow], reader: Reader) -> None:
        assert reader.window_sizes() == [5 * MINUTE, HOUR]
        hours = reader.windows("all", size_ms=HOUR)
        assert hours["end_ms"].tolist() == [T0, T0 + MINUTE, T0 + 2 * MINUTE]
        assert reader.windows("all", HOUR, T0, T0 + MINUTE)["end_ms"].tolist() == [T0 + MINUTE]
        assert len(reader.windows()) == len(shelf)
        assert reader.windows(size_ms=HOUR + 1).empty
        assert list(reader.windows(size_ms=1).columns) == list(hours.columns)

    def test_late_is_counted_by_key_in_the_half_open_window(self, store: Store, reader: Reader) -> None:
        with store.begin() as tx:
            tx.add_windows(
                [(key, T0 + a, T0 + b, 1, 1, 0, 0, 0, 0, 0) for key in ("all", ODD_KEY) for a, b in ((0, 10), (5, 15))]
            )
        late = [(0, -1, "all"), (1, 0, "all"), (2, 9, "all"), (3, 10, "all"), (4, 7, ODD_KEY), (5, 15, ODD_KEY)]
        write(store, 1, [keyed(n, time_ms=T0 + at, keys=(key,), late=True) for n, at, key in late])
        write(store, 2, [keyed(9, time_ms=T0 + 6)])
        frame = reader.windows()
        assert frame[["key", "end_ms", "late"]].to_numpy().tolist() == [
            ["all", T0 + 10, 2],
            ["all", T0 + 15, 2],
            [ODD_KEY, T0 + 10, 1],
            [ODD_KEY, T0 + 15, 1],
        ]

    def test_more_keys_than_fit_one_query(self, store: Store, reader: Reader) -> None:
        keys = sorted((f"ticker:{n}" for n in range(1_203)), key=str.encode)
        with store.begin() as tx:
            tx.add_windows([(key, 0, 1, 1, 1, 0, 0, 0, 0, 0) for key in keys])
        assert reader.windows()["key"].tolist() == keys


def test_key_pattern_takes_every_other_character_as_itself() -> None:
    assert key_pattern("a.*|b").fullmatch("a.xyz\n|b")
    assert not key_pattern("a.*|b").fullmatch("axyz|b")


class TestItems:
    def test_newest_first_with_lists_and_floats(self, store: Store, reader: Reader) -> None:
        write(store, 1, [keyed(0), keyed(1, time_ms=T0 + 5, late=True, keys=("all", ODD_KEY))])
        frame = reader.items()
        assert frame["news_id"].tolist() == ["n1", "n0"]
        top = frame.iloc[0]
        assert (top["tickers"], top["keys"]) == (["BAC", "BRK.B"], ["all", ODD_KEY])
        assert top["topics"] == [["Macro", 0.1 + 0.2], ["M&A | Investments", 1 / 3]]
        assert (top["value"], top["polarity"], bool(top["late"]), top["depth"]) == (2 / 3, 0.3 - 0.2, True, 6)
        assert (top["model_version"], top["runtime_id"], top["url"]) == ("m1", "r1", "https://example.test/a?b=1&c=%20")

    def test_key_time_and_limit(self, store: Store, reader: Reader) -> None:
        write(store, 1, [keyed(n, time_ms=T0 + n, keys=("all", ODD_KEY) if n % 2 else ("all",)) for n in range(10)])
        assert reader.items(ODD_KEY)["news_id"].tolist() == ["n9", "n7", "n5", "n3", "n1"]
        assert reader.items(ODD_KEY, T0 + 3, T0 + 7)["news_id"].tolist() == ["n5", "n3"]
        assert reader.items(since_ms=T0 + 3, until_ms=T0 + 7, limit=2)["news_id"].tolist() == ["n6", "n5"]
        assert reader.items("topic:nothing").empty

    def test_a_revision_shows_its_newest_text_and_an_item_once(self, store: Store, reader: Reader) -> None:
        write(store, 1, [keyed(0, news_id="x", headline="Bank in trouble"), keyed(1, news_id="x", source="blog")])
        newest = keyed(2, news_id="x", headline="Bank is bankrupt", partition="a-partition-that-sorts-first")
        write(store, 2, [newest, keyed(3, news_id="y", time_ms=T0 - 1)])
        frame = reader.items(limit=3)
        assert frame[["source", "news_id"]].to_numpy().tolist() == [["wire", "x"], ["blog", "x"], ["wire", "y"]]
        assert frame["headline"][0] == "Bank is bankrupt"

    def test_an_identity_that_comes_back_after_dedup_is_another_item(self, store: Store, reader: Reader) -> None:
        times = (T0, T0 + 30 * MINUTE, T0 + HOUR, T0 + 2 * HOUR + 1)
        write(store, 1, [keyed(n, news_id="x", time_ms=time_ms) for n, time_ms in enumerate(times)])
        assert reader.items()["event_time_ms"].tolist() == [times[-1]], "seven days are the default"
        with store.begin() as tx:
            tx.add_settings("c2", config(source={"dedup": "1h"}).kept, 2)
            tx.add_entry(journaled(2, 4, config_version="c2"))
        assert reader.items()["event_time_ms"].tolist() == [times[3], times[2]]
        assert reader.items(until_ms=times[2])["event_time_ms"].tolist() == [times[1]]
        assert reader.items(limit=1)["event_time_ms"].tolist() == [times[3]]

    def test_late_ones_alone_by_key_and_time(self, store: Store, reader: Reader) -> None:
        both = ("all", ODD_KEY)
        write(store, 1, [keyed(n, time_ms=T0 + n, late=n % 3 == 0, keys=both if n % 2 else ("all",)) for n in range(9)])
        assert reader.items(late_only=True)["news_id"].tolist() == ["n6", "n3", "n0"]
        assert reader.items(late_only=True)["late"].tolist() == [True] * 3
        assert reader.items(ODD_KEY, late_only=True)["news_id"].tolist() == ["n3"]
        assert reader.items(None, T0 + 1, T0 + 6, late_only=True)["news_id"].tolist() == ["n3"]
        assert reader.items(limit=2, late_only=True)["news_id"].tolist() == ["n6", "n3"]

    def test_as_many_late_ones_are_listed_as_are_counted(self, store: Store, reader: Reader) -> None:
        write(store, 1, [keyed(0, news_id="x", late=True, headline="As it came")])
        write(store, 2, [keyed(1, news_id="x", headline="Revised"), keyed(2, news_id="x", late=True, time_ms=T0 + 9)])
        frame = reader.items(late_only=True)
        assert frame["event_time_ms"].tolist() == [T0 + 9, T0] and len(frame) == reader.status().late
        assert frame["headline"][1] == "As it came"
        assert len(reader.items()) == 1


@pytest.mark.parametrize("times", [(None, None), (T0, None), (T0, T0 + HOUR)])
def test_late_items_are_read_by_their_index(tmp_path: Path, times: tuple[int | None, int | None]) -> None:
    url = f"sqlite:///{tmp_path / 'x.db'}"
    Store.open(url).close()
    engine, plans = open_engine(url, writable=False), []
    counted = select(item_keys.c.key, item_keys.c.event_time_ms).where(item_keys.c.key.in_(["all", ODD_KEY]), IS_LATE)
    for query in (
        newest_first(None, *times, late_only=True),
        counted.where(*between(item_keys.c.event_time_ms, *times)),
    ):
        told = query.compile(engine, compile_kwargs={"literal_binds": True})
        with engine.connect() as connection:
            plans.append([row.detail for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {told}")])
    engine.dispose()
    assert all(plan[0].startswith("SEARCH item_keys USING COVERING INDEX ix_item_keys_late (key=?") for plan in plans)
    assert all(("event_time_ms>?" in plan[0]) == (times[0] is not None) for plan in plans)


class TestAlerts:
    def test_the_states_of_a_life(self, store: Store, reader: Reader) -> None:
        life = ["pending", "firing", "recovering", "firing", "recovering", "resolved"]
        for number, transition in enumerate(life):
            value = {"firing": -0.4 - number / 10}.get(transition, -0.1)
            event = replace(moved(transition, T0 + number * MINUTE, value=value), reason=f"r{number}")
            with store.begin() as tx:
                tx.add_events([replace(event, evidence=(proof(f"Proof {number}"),))], number)
            [alert] = reader.alerts()
            assert (alert.state, alert.time_ms, alert.reason) == (transition, T0 + number * MINUTE, f"r{number}")
        assert (alert.pending_ms, alert.firing_ms, alert.resolved_ms) == (T0, T0 + MINUTE, T0 + 5 * MINUTE)
        assert (alert.rule, alert.rule_version, alert.key, alert.window_ms) == ("slump", "v1", "all", HOUR)
        assert (alert.value, alert.evidence) == (-0.7, (proof("Proof 3"),))
        assert not alert.is_open

    def test_transitions_at_one_time_are_read_in_the_order_of_life(self) -> None:
        for life in (["pending", "firing"], ["recovering", "resolved"], ["firing", "resolved"]):
            [alert] = summaries([moved(transition, T0) for transition in reversed(life)])
            assert alert.state == life[-1]

    def test_lapsed_on_request_and_by_state(self, store: Store, reader: Reader) -> None:
        with store.begin() as tx:
            tx.add_events([moved("pending", T0, "a1"), moved("lapsed", T0 + 5, "a1")], 1)
            tx.add_events([moved("pending", T0 + 1, "a2", started_ms=T0 + 1), moved("firing", T0 + 9, "a2")], 1)
            tx.add_events([moved("pending", T0 + 2, "a3", started_ms=T0 + 2)], 1)
        assert [alert.alert_id for alert in reader.alerts()] == ["a3", "a2"]
        assert [alert.alert_id for alert in reader.alerts(state="lapsed")] == ["a1"]
        assert [alert.alert_id for alert in reader.alerts(state="firing")] == ["a2"]
        assert reader.alerts(state="resolved") == []

    def test_open_at_some_time_in_the_interval(self, store: Store, reader: Reader) -> None:
        with store.begin() as tx:
            tx.add_events([moved("firing", T0 + 10, "closed"), moved("resolved", T0 + 20, "closed")], 1)
            tx.add_events([moved("firing", T0 + 15, "open", started_ms=T0 + 15)], 1)
        assert [alert.alert_id for alert in reader.alerts(since_ms=T0 + 20)] == ["open", "closed"]
        assert [alert.alert_id for alert in reader.alerts(since_ms=T0 + 21)] == ["open"]
        assert [alert.alert_id for alert in reader.alerts(until_ms=T0 + 15)] == ["closed"]
        assert reader.alerts(until_ms=T0) == []


def test_dead_letters_newest_first(store: Store, reader: Reader) -> None:
    for seq in (1, 2):
        with store.begin() as tx:
            tx.add_dead([letter(seq, b"\xff{\x00" + b"a" * 500), letter(seq + 10, b"", "lone \ud800, null \0")], seq)
    frame = reader.dead_letters()
    assert frame["offset"].tolist() == [12, 2, 11, 1]
    assert frame["detail"][0] == "lone \\ud800, null \N{SYMBOL FOR NULL}"
    assert frame["preview"][1] == "\ufffd{\0" + "a" * 197
    assert frame["length"].tolist() == [0, 503, 0, 503]
    assert reader.dead_letters(limit=1)["offset"].tolist() == [12]


class TestDigest:
    def test_is_the_sha256_of_these_very_bytes(self, store: Store, reader: Reader) -> None:
        assert reader.digest() == hashlib.sha256(b"").hexdigest()
        with store.begin() as tx:
            tx.add_windows([("list:ö", 0, 10, 1, 1, 2, 3, 4, -5, 6), ('list:"z', -10, 5, 9, 8, 7, 6, 5, 4, 3)])
            tx.add_windows([("all", 5, 10, 1, 1, 0, 0, 0, 0, 0), ("all", 0, 10, 2, 2, 0, 0, 0, 0, 0)])
            tx.add_windows([("all", 1, 9, 3, 3, 0, 0, 0, 0, 0), ("Zinc", 0, 10, 4, 4, 0, 0, 0, 0, 0)])
            tx.add_events([moved("resolved", 20, "b"), moved("firing", 10, "b"), moved("pending", 10, "b")], 1)
            tx.add_events([moved("firing", 9, "a"), moved("acknowledged", 30, "a")], 1)
        by_hand = (
            b'["window","Zinc",0,10,4,4,0,0,0,0,0]\n'
            b'["window","all",1,9,3,3,0,0,0,0,0]\n'
            b'["window","all",0,10,2,2,0,0,0,0,0]\n'
            b'["window","all",5,10,1,1,0,0,0,0,0]\n'
            b'["window","list:\\"z",-10,5,9,8,7,6,5,4,3]\n'
            b'["window","list:\\u00f6",0,10,1,1,2,3,4,-5,6]\n'
            b'["alert","a","firing",9]\n'
            b'["alert","a","acknowledged",30]\n'
            b'["alert","b","firing",10]\n'
            b'["alert","b","pending",10]\n'
            b'["alert","b","resolved",20]\n'
        )
        assert reader.digest() == hashlib.sha256(by_hand).hexdigest()

    def test_leaves_out_what_may_differ(self, store: Store, reader: Reader) -> None:
        with store.begin() as tx:
            tx.add_windows([("all", 0, 10, 1, 1, 0, 0, 0, 0, 0)])
        before = reader.digest()
        write(store, 1, [keyed(0, late=True)])
        with store.begin() as tx:
            tx.add_dead([letter(5)], 2)
        assert reader.digest() == before


class TestReading:
    def test_does_not_create_a_store(self, tmp_path: Path) -> None:
        with pytest.raises(StoreError, match=r"no such file: `groundswell run`"):
            Reader.open(f"sqlite:///{tmp_path / 'x.db'}")
        assert not list(tmp_path.iterdir())

    def test_sees_whole_batches_while_one_is_written(self, store: Store, reader: Reader) -> None:
        write(store, 1, [keyed(0)])
        with store.begin() as tx:
            tx.add_items([keyed(1)], 2)
            tx.add_entry(journaled(2, 2))
            assert reader.items()["news_id"].tolist() == ["n0"]
        assert reader.items()["news_id"].tolist() == ["n1", "n0"]

    def test_cannot_write(self, store: Store, store_url: str) -> None:
        write(store, 1, [keyed(0)])
        engine = open_engine(store_url, writable=False)
        with pytest.raises(StoreError, match="cannot be written"), engine.begin() as connection:
            connection.exec_driver_sql("DELETE FROM items")
        engine.dispose()

    def test_opens_what_a_killed_writer_left(self, store_url: str) -> None:
        script = (
            "import os, sys\n"
            "from monitor.store import Store\n"
            "from tests.monitor.shelf import keyed, write\n"
            "store = Store.open(sys.argv[1])\n"
            "write(store, 1, [keyed(n) for n in range(50)])\n"
            "os.kill(os.getpid(), 9)\n"
        )
        root = Path(__file__).parents[2]
        subprocess.run([sys.executable, "-c", script, store_url], cwd=root, check=False)
        reader = Reader.open(store_url)
        assert reader.status().records == 50
        reader.close()


def test_the_digest_crosses_the_chunks_of_the_stream(store: Store, reader: Reader) -> None:
    with store.begin() as tx:
        tx.add_windows([("all", n, n + 1, 1, 1, 0, 0, 0, 0, 0) for n in range(20_000)])
    lines = "".join(f'["window","all",{n},{n + 1},1,1,0,0,0,0,0]\n' for n in range(20_000))
    assert reader.digest() == hashlib.sha256(lines.encode()).hexdigest()
