"""Clock changes, leap seconds, far years, partitions that fall silent or come one after another."""

from __future__ import annotations

import random

import pytest

from monitor.fold import Effects, FoldState, new_state, step
from monitor.journal import KeyedItem
from monitor.watermark import IdleClock, ahead_partitions, idle_partitions, watch_idle
from streams.times import read_time_ms
from tests.monitor.world import FAR_TICK_MS, HOUR, MINUTE, config, entry, fold, item

DAY = 24 * HOUR


def times_of(*texts: str) -> list[int]:
    return [read_time_ms(text) for text in texts]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("2014-10-26T02:59:00+02:00", "2014-10-26T02:01:00+01:00"),  # 02:xx comes twice in Berlin
        ("2014-03-30T01:59:00+01:00", "2014-03-30T03:01:00+02:00"),  # 02:xx does not come
        ("2016-12-31T23:59:59Z", "2017-01-01T00:01:00Z"),
    ],
)
def test_two_minutes_over_a_clock_change_are_two_minutes(before: str, after: str) -> None:
    first, second = times_of(before, after)
    assert 0 < second - first <= 2 * MINUTE
    effects = fold(new_state(config()), [[item(first, headline="Tin"), item(second, headline="Zinc")]])
    assert effects.late == []
    assert {end - start for _, start, end, *_ in effects.windows} == {10 * MINUTE}
    assert max(row[3] for row in effects.windows) == 2, "one window holds both"


def test_a_leap_second_falls_into_the_next_day_s_first_window() -> None:
    leap, midnight = times_of("2016-12-31T23:59:60Z", "2017-01-01T00:00:00Z")
    assert leap == midnight
    rows = fold(new_state(config()), [[item(leap, headline="Tin"), item(midnight, headline="Zinc")]]).windows
    assert [(start, items) for _, start, _, items, *_ in rows] == [(leap - 5 * MINUTE, 2), (leap, 2)]


@pytest.mark.parametrize("year", ["1970", "2100"])
def test_the_ends_of_the_calendar_give_the_windows_of_any_other_year(year: str) -> None:
    (start,), (usual,) = times_of(f"{year}-01-01T00:00:00Z"), times_of("2014-01-01T00:00:00Z")
    offsets = [0, 1, 5 * MINUTE - 1, 5 * MINUTE, HOUR]

    def windows(zero_ms: int) -> list[tuple[object, ...]]:
        items = [item(zero_ms + n, 0.5, str(n), headline=f"Report {n}") for n in offsets]
        rows = fold(new_state(config()), [items]).windows
        return [(key, begin - zero_ms, end - zero_ms, *sums) for key, begin, end, *sums in rows]

    assert windows(start) == windows(usual)


def test_a_century_without_news_is_stepped_over_at_once() -> None:
    first, last = times_of("1970-01-01T00:00:00Z", "2100-01-01T00:00:00Z")
    state = new_state(config())
    rows = fold(state, [[item(first, headline="Tin")], [item(last, headline="Zinc")]]).windows
    assert len(rows) == 4 and len(state.windows.panes) <= 3


def test_before_the_epoch_a_pane_still_begins_on_the_hop() -> None:
    rows = fold(new_state(config()), [[item(-1)]]).windows
    assert [(start, end) for _, start, end, *_ in rows] == [(-10 * MINUTE, 0), (-5 * MINUTE, 5 * MINUTE)]


def test_a_partition_that_falls_silent_holds_nobody_up_and_may_come_back() -> None:
    state, clock = new_state(config()), IdleClock()
    late, ends = [], []
    tick_ms, idle_after_ms = FAR_TICK_MS, 10_000
    for second in range(60):
        tick_ms += 1_000
        speaks_q = second < 10 or second >= 40
        batch = [item(second * MINUTE, headline=f"Tin {second}", partition="p")]
        if speaks_q:
            batch.append(item(second * MINUTE, headline=f"Zinc {second}", partition="q"))
        clock = watch_idle(clock, frozenset() if speaks_q else frozenset("q"), tick_ms)
        idle = sorted(idle_partitions(clock, tick_ms, idle_after_ms))
        effects = step(state, entry(second + 1, tick_ms, ("p", "q"), idle), batch)
        late += effects.late
        ends.append(state.mark.time_ms // MINUTE)
    assert ends[15] == 9, "not idle yet, so p waits for q"
    assert ends[30] == 30, "idle: p goes on alone"
    assert ends[59] == 59 and late == [], "what q brings from then on is in time"


def backlog(rng: random.Random, partitions: str = "pqr") -> dict[str, list[KeyedItem]]:
    """Six hours of three partitions, each in its own order."""
    return {
        p: [item(t, rng.choice([-0.5, 0.5]), headline=f"{p} {t}", partition=p) for t in range(0, 6 * HOUR, 2 * MINUTE)]
        for p in partitions
    }


def read_with_pauses(
    queues: dict[str, list[KeyedItem]], order: random.Random | None, max_drift_ms: int
) -> tuple[Effects, int]:
    """Read as a runner does, the partitions that ran ahead paused; `order` None drains one after another.

    Returns:
        What the fold says, and the most items that it ever held back.
    """
    queues = {partition: list(queue) for partition, queue in queues.items()}
    state, whole, held = new_state(config()), Effects(), 0
    paused: frozenset[str] = frozenset()
    for seq in range(1, 10_000):
        ready = [p for p, queue in queues.items() if queue and p not in paused]
        if not ready:
            break
        partition = order.choice(ready) if order else ready[0]
        batch, queues[partition] = queues[partition][:7], queues[partition][7:]
        effects = step(state, entry(seq, partitions=tuple(queues)), batch)
        held = max(held, len(state.buffer))
        oldest_ms = state.buffer[0].event_time_ms if state.buffer else None
        paused = ahead_partitions(state.mark, tuple(queues), oldest_ms, max_drift_ms)
        _join(whole, effects)
    assert not any(queues.values()), "nobody is paused for ever"
    _join(whole, step(state, entry(10_000, partitions=tuple(queues), ended=True), []))
    return whole, held


def _join(whole: Effects, effects: Effects) -> None:
    whole.windows += effects.windows
    whole.late += effects.late


@pytest.mark.parametrize("seed", range(5))
def test_a_backlog_partition_after_partition_gives_what_a_mixed_one_gives_in_bounded_memory(seed: int) -> None:
    queues = backlog(random.Random(seed))
    one_by_one, held = read_with_pauses(queues, None, 30 * MINUTE)
    mixed, _ = read_with_pauses(queues, random.Random(seed), 30 * MINUTE)
    at_once = fold(
        new_state(config()), [[one for queue in queues.values() for one in queue]], partitions=("p", "q", "r")
    )
    assert one_by_one.late == mixed.late == []
    assert sorted(one_by_one.windows) == sorted(mixed.windows) == sorted(at_once.windows)
    per_drift = 30 * MINUTE // (2 * MINUTE)
    assert held <= 3 * (per_drift + 7 + 1), "what lies within max_drift, and a batch, of each partition"


def state_size(state: FoldState) -> int:
    return len(state.buffer) + len(state.seen) + len(state.windows.panes) + len(list(state.stories.open(0)))


def test_the_state_is_as_large_after_ten_weeks_as_after_two() -> None:
    state, sizes = new_state(config(source={"dedup": "1d"})), []
    for day in range(70):
        step(state, entry(day + 1), [item(day * DAY + n * MINUTE * 10, headline=f"Tin {day} {n}") for n in range(144)])
        sizes.append(state_size(state))
    assert max(sizes[14:]) <= max(sizes[:14])
