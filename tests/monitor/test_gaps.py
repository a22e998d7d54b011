"""What a log no longer had: written down with the batch that went on without it, and shown."""

from __future__ import annotations

import json
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from monitor.commands.errors import plain_errors
from monitor.commands.query import gaps
from monitor.queries import Reader
from monitor.replay import replay_journal
from monitor.store import Store
from monitor.summary import as_text, summarise
from streams.source import Batch, Gap, PositionGone
from tests.monitor.feeds import MemorySource, news
from tests.monitor.shelf import journaled
from tests.monitor.test_pipeline import runner, url

CUT = Gap("news/0", 5, 8, 20)
ANEW = Gap("news/1", 5, 0, 3, anew=True)


def test_the_store_keeps_gaps_and_the_ids_of_logs(store: Store, store_url: str) -> None:
    for seq, log_id in ((1, "first"), (2, "second")):
        with store.begin() as tx:
            tx.add_entry(journaled(seq))
            tx.add_gaps([CUT, ANEW] if seq == 2 else [], seq)
            tx.add_log_ids({"news": log_id})
    assert (store.gaps(1), store.gaps(2)) == ([], [CUT, ANEW])
    assert store.log_ids() == {"news": "second"}
    reader = Reader.open(store_url)
    assert (reader.status().gaps, reader.gaps()) == (2, [CUT, ANEW])
    reader.close()


def test_missing_is_known_only_where_the_log_is_the_same() -> None:
    assert (CUT.missing, ANEW.missing, Gap("news/0", 30, 8, 20).missing) == (3, None, None)


def test_a_gap_alone_is_worth_a_batch_and_its_log_is_known_at_the_next_start(tmp_path: Path) -> None:
    one = runner(url(tmp_path), MemorySource({}))
    one.handle(Batch((), (), {"a": 0}, frozenset("a"), frozenset(), 1_000, log_ids={"news": "x"}))
    one.handle(Batch((), (), {"a": 0}, frozenset("a"), frozenset(), 1_001, log_ids={"news": "x"}, gaps=(CUT,)))
    assert one.writer.store.gaps(2) == [CUT]
    one.writer.store.close()
    again = MemorySource({})
    runner(url(tmp_path), again).writer.store.close()
    assert again.known_ids == {"news": "x"}


def test_a_gap_is_counted_listed_and_in_a_replay_of_the_journal(tmp_path: Path) -> None:
    source = MemorySource({"a": [news(1, "Oil slips")]})
    source.gaps = (CUT, ANEW)
    one = runner(url(tmp_path), source)
    list(one.run())
    with_gaps = summarise(url(tmp_path), 1.0)
    assert with_gaps["gaps"] == 2 and "2 gaps in the log" in as_text(with_gaps)
    target = Store.open(url(tmp_path, "again"))
    replay_journal(one.writer.store, target, lambda _: None)
    assert target.gaps(1) == [CUT, ANEW]
    target.close()
    one.writer.store.close()
    said = CliRunner().invoke(gaps, ["--store", url(tmp_path), "--json"])
    assert json.loads(said.output.splitlines()[0]) == {
        **{"partition": "news/0", "position": 5, "begin": 8, "end": 20, "anew": False},
        "missing": 3,
    }


def test_a_replay_knows_its_logs_with_the_last_batch_and_not_before(tmp_path: Path) -> None:
    source = MemorySource({"a": [news(n, f"Oil slips {n}") for n in range(30)]})
    source.log_ids = {"news": "x"}
    one = runner(url(tmp_path), source)
    batches = len(list(one.run()))
    for until_seq, ids in ((None, {"news": "x"}), (batches, {"news": "x"}), (batches - 1, {})):
        target, known = Store.open(url(tmp_path, f"until {until_seq}")), list[dict[str, str]]()
        replay_journal(one.writer.store, target, lambda _, of=target, to=known: to.append(of.log_ids()), until_seq)
        target.close()
        assert known.pop() == ids and len(known) > 2 and not any(known)
    one.writer.store.close()


def test_a_gap_stops_a_command_with_the_range_and_the_way_on() -> None:
    @plain_errors
    def command() -> None:
        msg = "gone:"
        raise PositionGone(msg, (CUT,))

    with pytest.raises(click.ClickException, match=r"(?s)offsets 5 to 7 \(3 offsets\) are gone.*--accept-gap"):
        command()
