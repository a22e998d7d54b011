"""Digests up to a watermark: of a journaled range against its run, and of two runs against each other."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import event

from monitor.engine import open_engine
from monitor.journal import JournalEntry
from monitor.queries import Reader
from monitor.replay import replay_journal
from monitor.store import Store, StoreError
from monitor.summary import summarise
from streams.records import NewsItem
from tests.monitor.feeds import MemorySource
from tests.monitor.shelf import journaled, moved
from tests.monitor.test_cli import SUMMARY, groundswell, objects
from tests.monitor.test_pipeline import feed, run, runner, url
from tests.monitor.world import HOUR, config


def entries(store_url: str) -> list[JournalEntry]:
    with closing(Store.open(store_url)) as store:
        return [entry for entry, _ in store.entries(0)]


def digest(store_url: str, until_ms: int | None = None) -> str:
    with closing(Reader.open(store_url)) as reader:
        return reader.digest(until_ms)


def replay_until(folder: Path, name: str, seq: int) -> str:
    """Replay the journal of a store up to a batch into a new store; returns its URL."""
    part = url(folder, f"{name}-{seq}")
    with closing(Store.open(url(folder, name))) as old, closing(Store.open(part)) as new:
        replay_journal(old, new, lambda records: None, seq)
    return part


def test_up_to_a_watermark_it_is_the_sha256_of_these_very_bytes(store: Store, reader: Reader) -> None:
    with store.begin() as tx:
        tx.add_windows([("all", 0, 10, 1, 1, 0, 0, 0, 0, 0), ("all", 5, 15, 2, 2, 0, 0, 0, 0, 0)])
        tx.add_events([moved("firing", 10, "a"), moved("resolved", 11, "a"), moved("firing", 9, "b")], 1)
        tx.add_events([replace(moved("resolved", 10, "b"), reason="rule_removed")], 2)
    until = {
        9: b'["alert","b","firing",9]\n',
        10: b'["window","all",0,10,1,1,0,0,0,0,0]\n["alert","a","firing",10]\n["alert","b","firing",9]\n',
        11: (
            b'["window","all",0,10,1,1,0,0,0,0,0]\n'
            b'["alert","a","firing",10]\n["alert","a","resolved",11]\n'
            b'["alert","b","firing",9]\n["alert","b","resolved",10]\n'
        ),
    }
    assert {ms: reader.digest(ms) for ms in until} == {
        ms: hashlib.sha256(text).hexdigest() for ms, text in until.items()
    }
    assert reader.digest(15) == reader.digest() != reader.digest(14) == reader.digest(11)


def test_it_is_of_the_batch_that_is_named_with_it_whatever_is_written_meanwhile(store: Store, store_url: str) -> None:
    def write(seq: int) -> None:
        with store.begin() as tx:
            tx.add_windows([("all", 0, seq, 1, 1, 0, 0, 0, 0, 0)])
            tx.add_entry(journaled(seq, 0, watermark_ms=seq))

    write(1)
    before, engine, later = digest(store_url), open_engine(store_url, writable=False), [2]

    @event.listens_for(engine, "before_cursor_execute")
    def write_meanwhile(*said: object) -> None:  # pyright: ignore[reportUnusedFunction]
        if later and "FROM windows" in str(said[2]):
            write(later.pop())

    with closing(Reader(engine)) as reader:
        status, found = reader.status_and_digest()
        assert (status.seq, status.watermark_ms, found) == (1, 1, before)
        assert reader.status_and_digest()[0].seq == 2 and reader.digest() != before


def test_a_journaled_range_ends_where_its_last_batch_ended_and_has_the_digest_of_the_run(tmp_path: Path) -> None:
    run(url(tmp_path, "live"), feed())
    journal = entries(url(tmp_path, "live"))
    assert len(journal) > 15 and [entry.ended for entry in journal[-2:]] == [False, True]
    found: list[str] = []
    for entry in [*journal[3::5], journal[-1]]:
        part = replay_until(tmp_path, "live", entry.seq)
        assert entries(part) == journal[: entry.seq], "no batch more, and no walk to the end of the open windows"
        found.append(digest(part))
        assert found[-1] == digest(url(tmp_path, "live"), entry.watermark_ms) == digest(part, entry.watermark_ms)
    assert found[-1] == digest(url(tmp_path, "live")) and len(set(found)) == len(found) == 5
    assert summarise(url(tmp_path, f"live-{len(journal)}"), 1.0) == summarise(url(tmp_path, "live"), 1.0)


def test_a_range_that_ends_before_new_settings_knows_nothing_of_what_they_close(tmp_path: Path) -> None:
    live, last = url(tmp_path, "live"), 12
    run(live, feed(), polls=last)
    source = MemorySource(feed(), ends=False)
    two = runner(live, source, config(watch=[{"name": "odd", "any": ["1", "3", "5"]}]))
    for silent in ("a", "", ""):
        source.silent = frozenset(silent)
        two.handle(source.poll(100, 0))
    two.writer.store.close()
    journal = {entry.seq: entry for entry in entries(live)}
    assert journal[last].config_version != journal[last + 1].config_version
    stood_ms = journal[last].watermark_ms
    assert stood_ms == journal[last + 1].watermark_ms < journal[last + 2].watermark_ms
    closed = [(alert["state"], alert["resolved_ms"]) for alert in summarise(live, 1.0)["alerts"]]
    assert ("resolved", stood_ms) in closed, "an alert that the new settings closed"
    for seq in (last, last + 1, last + 2):
        part = replay_until(tmp_path, "live", seq)
        assert summarise(part, 1.0, to_watermark=True)["digest"] == digest(live, journal[seq].watermark_ms)
    assert digest(url(tmp_path, f"live-{last + 1}")) != digest(live, stood_ms), "it is in the ledger by then"


def stopped(store_url: str, partitions: Mapping[str, Sequence[NewsItem]], slice_: int, polls: int) -> int:
    """Run for some polls; returns the watermark at which the store stands."""
    run(store_url, partitions, slice_, polls)
    return entries(store_url)[-1].watermark_ms


def test_two_runs_have_one_digest_up_to_a_watermark_that_both_have_reached(tmp_path: Path) -> None:
    slow = stopped(url(tmp_path, "slow"), feed(), slice_=3, polls=30)
    quick = stopped(url(tmp_path, "quick"), feed(), slice_=20, polls=6)
    assert HOUR < slow < quick < 6 * HOUR
    assert digest(url(tmp_path, "quick"), slow) == digest(url(tmp_path, "slow")) != digest(url(tmp_path, "quick"))
    assert summarise(url(tmp_path, "slow"), 1.0)["alerts"]


def test_a_batch_that_the_journal_has_not_is_named_with_those_that_it_has(tmp_path: Path) -> None:
    run(url(tmp_path, "live"), feed(), polls=4)
    for seq in (-1, 0, 5):
        with pytest.raises(StoreError, match=rf"no batch {seq} to end at; it holds batches 1 to 4: name one"):
            replay_until(tmp_path, "live", seq)
    Store.open(url(tmp_path, "empty")).close()
    with pytest.raises(StoreError, match=r"no batch 1 to end at; it holds no batch"):
        replay_until(tmp_path, "empty", 1)


def test_the_commands_compare_a_range_with_its_run(tmp_path: Path) -> None:
    run(url(tmp_path, "live"), feed())
    command = ("replay", "--from-journal", "--store", "sqlite:///live.db", "--until-seq", "9")
    done = groundswell(*command, "--into", "sqlite:///part.db", "--json", cwd=tmp_path)
    (summary,) = objects(done)
    (part,) = objects(groundswell("digest", "--store", "sqlite:///part.db", "--json", cwd=tmp_path))
    watermark_ms = entries(url(tmp_path, "live"))[8].watermark_ms
    assert part == {"digest": summary["digest"], "until_ms": None, "watermark_ms": watermark_ms, "seq": 9}
    assert set(summary) == SUMMARY and f"--until-ms {watermark_ms}" in done.stderr and "126/126" in done.stderr
    until = ("digest", "--store", "sqlite:///live.db", "--until-ms", str(watermark_ms))
    assert groundswell(*until, cwd=tmp_path).stdout == f"{part['digest']}\n"
    (whole,) = objects(groundswell("digest", "--store", "sqlite:///live.db", "--json", cwd=tmp_path))
    assert whole["digest"] == digest(url(tmp_path, "live")) != part["digest"]


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("digest", "--store", "sqlite:///part.db", "--until-ms", "1_000_000_000_000"), "the store stands at"),
        (("digest", "--store", "sqlite:///empty.db", "--until-ms", "1"), "the store has no watermark yet"),
        (("digest", "--store", "sqlite:///missing.db"), "missing.db"),
        (("replay", "news.jsonl", "--until-seq", "3"), "--until-seq is for --from-journal"),
        (("replay", "--from-journal", "--store", "sqlite:///part.db", "--until-seq", "99"), "batches 1 to 4"),
    ],
)
def test_a_mistake_gets_one_clear_message(tmp_path: Path, arguments: tuple[str, ...], says: str) -> None:
    run(url(tmp_path, "part"), feed(), polls=4)
    Store.open(url(tmp_path, "empty")).close()
    done = groundswell(*arguments, cwd=tmp_path)
    assert done.returncode != 0 and done.stdout == ""
    assert says in done.stderr and "Traceback" not in done.stderr
