"""KafkaSource's bookkeeping over a log that is a dictionary."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from streams.codec import FeedFormat
from streams.kafka_source import KafkaSource
from streams.source import Gap, PositionGone
from tests.streams.paper_log import GOOD, PaperLog


def open_source(log: PaperLog, clock: Iterable[int] = range(1_000, 10_000), **flags: bool) -> KafkaSource:
    ticks = iter(clock)
    return KafkaSource(log, ("news",), FeedFormat(), lambda: next(ticks), **flags)


def test_first_start_reads_from_the_first_record() -> None:
    log = PaperLog(news_0=[GOOD] * 3)
    log.first["news/0"] = 1
    batch = open_source(log).poll(10, 0)
    assert [arrival.offset for arrival in batch.arrivals] == [1, 2]
    assert batch.positions == {"news/0": 3}
    assert batch.at_end == batch.silent == frozenset()


def test_at_end_needs_an_answer_at_this_tick() -> None:
    log = PaperLog(news_0=[GOOD], news_1=[])
    source = open_source(log)
    source.poll(10, 0)
    assert source.poll(10, 0).at_end == {"news/0", "news/1"}
    log.away = True
    away = source.poll(10, 0)
    assert (away.at_end, away.silent) == (frozenset(), {"news/0", "news/1"})
    log.away = False
    assert source.poll(10, 0).silent == frozenset()


def test_only_partitions_that_look_drained_are_asked_while_others_bring_records() -> None:
    log = PaperLog(news_0=[GOOD] * 4, news_1=[], news_2=[GOOD] * 4)
    source = open_source(log)
    source.poll(2, 0)
    log.asked.clear()
    assert source.poll(2, 0).at_end == {"news/1"}
    assert log.asked == [("news/1",)], "0 brought records, and 2 has some that we know of"


def test_records_of_an_open_transaction_are_unread_news() -> None:
    log = PaperLog(news_0=[GOOD, GOOD])
    log.hidden["news/0"] = 1
    source = open_source(log)
    batches = [source.poll(10, 0) for _ in range(3)]
    assert batches[-1].positions == {"news/0": 1}
    assert not any(batch.at_end or batch.silent for batch in batches)
    log.hidden.clear()
    assert len(source.poll(10, 0).arrivals) == 1


def test_offsets_without_a_record_are_stepped_over() -> None:
    log = PaperLog(news_0=[GOOD, None, None])
    source = open_source(log)
    source.poll(10, 0)
    batch = source.poll(10, 0)
    assert (batch.positions, batch.at_end) == ({"news/0": 3}, {"news/0"})


def test_until_end_reads_nothing_beyond_the_ends_taken_at_the_start() -> None:
    log = PaperLog(news_0=[GOOD] * 2, news_1=[GOOD, None])
    source = open_source(log, until_end=True)
    source.seek({})
    log.logs["news/0"] += [GOOD] * 2
    log.logs["news/2"] = [GOOD]
    first, second = source.poll(10, 0), source.poll(10, 0)
    assert len(first.arrivals) == 3
    assert not second.arrivals
    assert (second.positions, second.ended) == ({"news/0": 2, "news/1": 2}, True)


def test_a_new_partition_is_taken_up_when_its_leader_answers() -> None:
    log = PaperLog(news_0=[GOOD])
    source = open_source(log)
    source.poll(10, 0)
    log.logs["news/1"] = [GOOD]
    log.away = True
    assert source.poll(10, 0).positions.keys() == {"news/0"}
    log.away = False
    assert [arrival.partition for arrival in source.poll(10, 0).arrivals] == ["news/1"]


@pytest.mark.parametrize(
    ("positions", "gap"),
    [
        ({"news/0": 1}, Gap("news/0", 1, 2, 5)),
        ({"news/0": 6}, Gap("news/0", 6, 2, 5)),
        ({"news/1": 3}, Gap("news/1", 3, 0, 0)),
    ],
)
def test_a_position_that_the_log_does_not_have_is_refused(positions: dict[str, int], gap: Gap) -> None:
    log = PaperLog(news_0=[GOOD] * 5)
    log.first["news/0"] = 2
    with pytest.raises(PositionGone) as caught:
        open_source(log).seek(positions)
    assert caught.value.gaps == (gap,)
    assert str(gap) in str(caught.value)


@pytest.mark.parametrize("position", [2, 5])
def test_both_ends_of_the_log_are_positions(position: int) -> None:
    log = PaperLog(news_0=[GOOD] * 5)
    log.first["news/0"] = 2
    source = open_source(log)
    source.seek({"news/0": position, "other/7": 9})
    assert len(source.poll(10, 0).arrivals) == 5 - position


def test_what_is_deleted_under_a_reader_is_named() -> None:
    log = PaperLog(news_0=[GOOD] * 5)
    source = open_source(log)
    source.poll(1, 0)
    log.first["news/0"] = 4
    with pytest.raises(PositionGone) as caught:
        source.poll(1, 0)
    assert caught.value.gaps == (Gap("news/0", 1, 4, 5),)
    assert "offsets 1 to 3 (3 offsets) are gone" in str(caught.value)


def test_another_topic_of_the_same_name_is_refused() -> None:
    log = PaperLog(news_0=[GOOD])
    source = open_source(log)
    source.poll(1, 0)
    log.ids.clear()
    source.poll(1, 0)
    log.ids["news"] = "id-2"
    with pytest.raises(PositionGone, match="made anew"):
        source.poll(1, 0)


def test_a_topic_made_anew_between_two_runs_is_refused() -> None:
    log = PaperLog(news_0=[GOOD] * 9, news_1=[GOOD])
    batch = open_source(log).poll(10, 0)
    assert batch.log_ids == {"news": "id-1"}
    log.ids["news"] = "id-2"
    with pytest.raises(PositionGone, match="position 4 is of another log") as caught:
        open_source(log).seek({"news/0": 4, "news/1": 1}, batch.log_ids)
    assert [(gap.partition, gap.anew, gap.missing) for gap in caught.value.gaps] == [
        ("news/0", True, None),
        ("news/1", True, None),
    ]


@pytest.mark.parametrize(("before", "now"), [({}, "id-1"), ({"news": "id-1"}, "")])
def test_an_unknown_id_accuses_nobody(before: dict[str, str], now: str) -> None:
    log = PaperLog(news_0=[GOOD] * 3)
    log.ids["news"] = now
    source = open_source(log)
    source.seek({"news/0": 2}, before)
    assert len(source.poll(10, 0).arrivals) == 1


def test_an_accepted_gap_is_said_once_and_the_rest_is_read() -> None:
    log = PaperLog(news_0=[GOOD] * 5, news_1=[GOOD] * 2)
    log.first["news/0"] = 3
    source = open_source(log, accept_gaps=True)
    source.seek({"news/0": 1, "news/1": 1})
    first, second = source.poll(10, 0), source.poll(10, 0)
    assert [(arrival.partition, arrival.offset) for arrival in first.arrivals] == [
        *(("news/0", 3), ("news/0", 4)),
        ("news/1", 1),
    ]
    assert first.gaps == (Gap("news/0", 1, 3, 5),) and first.gaps[0].missing == 2
    assert second.gaps == ()


def test_a_log_made_anew_is_read_from_its_start_under_another_name() -> None:
    log = PaperLog(news_0=[GOOD] * 3)
    log.ids["news"] = "id-2"
    source = open_source(log, accept_gaps=True)
    source.seek({"news/0": 2, "news/1": 7}, {"news": "id-1"})
    batch = source.poll(10, 0)
    assert [(arrival.partition, arrival.offset) for arrival in batch.arrivals] == [("news/0~2", n) for n in range(3)]
    assert (batch.positions, batch.log_ids) == ({"news/0~2": 3}, {"news": "id-2"})
    assert [gap.partition for gap in batch.gaps] == ["news/0", "news/1"]
    assert source.poll(10, 0).at_end == {"news/0~2"}
    source.pause(frozenset({"news/0~2"}))
    source.commit({"news/0": 2, "news/0~2": 3})
    assert (log.paused, log.committed) == ({"news/0"}, {"news/0": 3})

    log.paused = frozenset()
    log.logs["news/0"].append(GOOD)
    again = open_source(log)
    again.seek({"news/0": 2, "news/1": 7, "news/0~2": 3}, batch.log_ids)
    assert [(arrival.partition, arrival.offset) for arrival in again.poll(10, 0).arrivals] == [("news/0~2", 3)]


def test_a_log_that_was_cut_is_gone_on_with_at_its_end_under_another_name() -> None:
    log = PaperLog(news_0=[GOOD] * 3)
    source = open_source(log, accept_gaps=True)
    source.seek({"news/0": 5}, {"news": "id-1"})
    assert source.poll(10, 0).positions == {"news/0~2": 3}
    log.logs["news/0"].append(GOOD)
    assert [(arrival.partition, arrival.offset) for arrival in source.poll(10, 0).arrivals] == [("news/0~2", 3)]


def test_a_bad_record_is_a_dead_letter_at_its_offset() -> None:
    log = PaperLog(news_0=[GOOD, b"no", GOOD])
    batch = open_source(log).poll(10, 0)
    assert [arrival.offset for arrival in batch.arrivals] == [0, 2]
    assert [(letter.partition, letter.offset, letter.reason) for letter in batch.dead] == [("news/0", 1, "not_json")]


def test_the_tick_never_goes_back_and_stamps_what_arrived() -> None:
    log = PaperLog(news_0=[GOOD] * 3)
    source = open_source(log, clock=[5_000, 4_000, 6_000])
    batches = [source.poll(1, 0) for _ in range(3)]
    assert [batch.tick_ms for batch in batches] == [5_000, 5_000, 6_000]
    assert [batch.arrivals[0].item.ingest_time_ms for batch in batches] == [5_000, 5_000, 6_000]


def test_only_our_partitions_are_committed_and_closing_twice_is_harmless() -> None:
    log = PaperLog(news_0=[GOOD])
    source = open_source(log)
    source.poll(1, 0)
    source.commit({"news/0": 1, "other/0": 4})
    source.close()
    source.close()
    assert (log.committed, log.closed) == ({"news/0": 1}, 1)
