from __future__ import annotations

import re
from collections import Counter
from itertools import islice

import pytest

from streams import headlines as words
from streams.codec import DecodeError, FeedFormat, decode
from streams.market import (
    EPISODE_MS,
    FIRST_EPISODE_MS,
    HOUR_MS,
    MINUTE_MS,
    STORIES,
    WATCH_LISTS,
    Episode,
    episode,
    episodes,
    minute,
    records,
)
from streams.records import NewsItem
from streams.simulate import DEFAULT_START_MS, PARTITION, SimulatedSource
from streams.source import Batch, PositionGone

SEED = 7
START_MS = DEFAULT_START_MS


class Clock:
    """Real time that passes only while somebody sleeps."""

    def __init__(self) -> None:
        self.now_ms = 1_700_000_000_000

    def __call__(self) -> int:
        return self.now_ms

    def sleep(self, seconds: float) -> None:
        assert seconds > 0
        self.now_ms += max(1, round(seconds * 1000))


def market(clock: Clock, minutes: int | None = None, speed: float = 60.0) -> SimulatedSource:
    end_ms = None if minutes is None else START_MS + minutes * MINUTE_MS
    return SimulatedSource(clock, seed=SEED, start_ms=START_MS, end_ms=end_ms, speed=speed, sleep=clock.sleep)


def play(source: SimulatedSource, max_items: int = 50, timeout_ms: int = 200) -> list[Batch]:
    batches = [source.poll(max_items, timeout_ms)]
    while not batches[-1].ended:
        batches.append(source.poll(max_items, timeout_ms))
        assert len(batches) < 100_000
    return batches


def items_between(start: int, end: int) -> list[NewsItem]:
    found = []
    for number in range(start, end):
        for told in minute(SEED, START_MS, number):
            try:
                found.append(decode(told.payload, FeedFormat(), 0))
            except DecodeError:
                continue
    return found


def test_the_log_is_the_same_every_time_and_another_with_another_seed() -> None:
    first = list(islice(records(SEED, START_MS), 2_000))
    assert first == list(islice(records(SEED, START_MS), 2_000))
    assert first != list(islice(records(SEED + 1, START_MS), 2_000))
    assert first[:3] == minute(SEED, START_MS, 0)[:3]


def test_times_never_go_back_and_are_those_in_the_records() -> None:
    log = list(islice(records(SEED, START_MS), 5_000))
    assert [told.time_ms for told in log] == sorted(told.time_ms for told in log)
    for told in log[:500]:
        try:
            assert decode(told.payload, FeedFormat(), 0).event_time_ms == told.time_ms
        except DecodeError:
            continue


def test_every_identity_is_there_once_and_some_headlines_twice() -> None:
    items = items_between(0, 600)
    assert len({(item.source, item.news_id) for item in items}) == len(items)
    by_headline = Counter(item.headline for item in items)
    copies = [item for item in items if by_headline[item.headline] > 1]
    assert len(items) * 0.01 < len(copies) < len(items) * 0.3
    assert len(by_headline) > len(items) * 0.8, "varied"


def test_some_records_are_broken_in_every_way() -> None:
    reasons = Counter[str]()
    total = 0
    for told in islice(records(SEED, START_MS), 20_000):
        total += 1
        try:
            decode(told.payload, FeedFormat(), 0)
        except DecodeError as error:
            reasons[error.reason] += 1
    assert total / 300 < sum(reasons.values()) < total / 60
    assert reasons.keys() == {"not_json", "no_headline", "no_time", "bad_time", "wrong_type", "control_characters"}


def test_a_day_brings_more_than_a_night() -> None:
    by_hour = Counter((item.event_time_ms // HOUR_MS) % 24 for item in items_between(0, 24 * 60))
    assert by_hour[15] > 3 * by_hour[2] > 0


def test_no_slot_is_left_and_no_name_is_forgotten() -> None:
    for item in items_between(0, 300):
        assert not re.search(r"[{}]|  |None", item.headline)
        assert item.headline == item.headline.strip()


def test_the_truth_names_the_watch_keys_and_the_default_market_opens_with_a_bank_run() -> None:
    truth = episodes(SEED, START_MS, START_MS + 5 * HOUR_MS)
    assert truth[0] == Episode("list:banks", START_MS + FIRST_EPISODE_MS, START_MS + FIRST_EPISODE_MS + EPISODE_MS)
    assert [found.key.split(":")[0] for found in truth] == ["list", "list", "ticker"]
    assert truth[1].key == "list:energy"
    assert episodes(SEED, START_MS, START_MS + FIRST_EPISODE_MS) == ()
    assert len(episodes(SEED, START_MS, START_MS + FIRST_EPISODE_MS + 1)) == 1


@pytest.mark.parametrize("number", range(3))
def test_an_episode_hits_its_watch_key_hard_and_nothing_else_does_before(number: int) -> None:
    truth, story, company = episode(SEED, START_MS, number)
    first = (truth.start_ms - START_MS) // MINUTE_MS
    during = items_between(first, first + EPISODE_MS // MINUTE_MS)
    told = [item for item in during if any(_fits(text, item.headline) for text in story.bad)]
    assert len(told) >= 110
    assert len({item.source for item in told}) >= 5
    assert len({item.headline for item in told}) >= 60, "most are stories of their own, not copies"
    if truth.key.startswith("list:"):
        named = re.compile(r"\b(" + "|".join(WATCH_LISTS[truth.key[5:]]) + r")\b", re.IGNORECASE)
        assert all(named.search(item.headline) for item in told)
    assert all(company.ticker in item.tickers for item in told if company.short in item.headline)
    before = items_between(first - 20, first)
    assert not any(_fits(text, item.headline) for item in before for text in story.bad)


def _fits(text: str, headline: str) -> bool:
    return re.fullmatch(re.sub(r"\\{\w+\\}", ".+", re.escape(text)), headline) is not None


def test_every_sentence_of_an_episode_names_its_company() -> None:
    assert all("{c}" in text for story in STORIES for text in (*story.bad, *story.relief))
    assert len({company.ticker for company in words.COMPANIES}) == 20


def test_a_minute_of_news_takes_a_second() -> None:
    clock = Clock()
    began_ms = clock.now_ms
    batches = play(market(clock, minutes=10))
    assert clock.now_ms - began_ms == pytest.approx(10_000, abs=300)
    assert batches[0].tick_ms >= START_MS
    for batch in batches:
        assert all(arrival.item.event_time_ms <= batch.tick_ms for arrival in batch.arrivals)
    assert sum(len(batch.arrivals) for batch in batches[:5]) > 0, "headlines at once"
    assert batches[-1].tick_ms == START_MS + 10 * MINUTE_MS


def test_speed_and_poll_sizes_change_nothing_but_the_batches() -> None:
    expected = [
        told.payload for told in islice(records(SEED, START_MS), 400) if told.time_ms < START_MS + 45 * MINUTE_MS
    ]
    for speed, max_items, timeout_ms in ((60.0, 50, 200), (3_600.0, 7, 50), (600.0, 1_000, 1_000)):
        batches = play(market(Clock(), minutes=45, speed=speed), max_items, timeout_ms)
        offsets = [arrival.offset for batch in batches for arrival in batch.arrivals]
        dead = {letter.offset: letter.payload for batch in batches for letter in batch.dead}
        assert sorted([*offsets, *dead]) == list(range(len(expected)))
        assert all(expected[offset] == payload for offset, payload in dead.items())
        assert batches[-1].positions == {PARTITION: len(expected)}


def test_drained_means_at_end_and_a_backlog_is_not() -> None:
    clock = Clock()
    source = market(clock, minutes=30)
    source.poll(1, 0)
    clock.now_ms += 5_000
    assert source.poll(3, 0).at_end == frozenset()
    assert source.poll(1_000, 0).at_end == {PARTITION}


def test_a_restart_goes_on_where_it_stood() -> None:
    clock = Clock()
    whole = [arrival.item.news_id for batch in play(market(Clock(), minutes=20)) for arrival in batch.arrivals]
    source = market(clock, minutes=20)
    first = [source.poll(10, 200) for _ in range(20)]
    again = market(Clock(), minutes=20)
    again.seek(first[-1].positions)
    rest = play(again)
    assert rest[0].tick_ms >= first[-1].tick_ms
    assert [arrival.item.news_id for batch in first + rest for arrival in batch.arrivals] == whole
    with pytest.raises(PositionGone):
        again.seek({PARTITION: -1})


def test_a_paused_market_brings_nothing() -> None:
    clock = Clock()
    source = market(clock, minutes=20)
    source.pause(frozenset({PARTITION}))
    clock.now_ms += 3_000
    batch = source.poll(100, 100)
    assert (batch.arrivals, batch.at_end) == ((), frozenset())
    source.pause(frozenset())
    assert source.poll(100, 100).arrivals


def test_a_record_at_the_very_end_is_not_in_the_market() -> None:
    log = list(islice(records(SEED, START_MS), 200))
    end_ms = log[150].time_ms
    clock = Clock()
    source = SimulatedSource(clock, seed=SEED, start_ms=START_MS, end_ms=end_ms, sleep=clock.sleep)
    assert play(source)[-1].positions == {PARTITION: sum(told.time_ms < end_ms for told in log)}


def test_the_truth_ends_with_the_market() -> None:
    assert len(market(Clock(), minutes=90).episodes(START_MS + 10 * HOUR_MS)) == 1
    assert len(market(Clock()).episodes(START_MS + 3 * HOUR_MS)) == 2
