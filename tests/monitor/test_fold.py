"""One order: no batching, interleaving or restart changes what the fold says."""

from __future__ import annotations

import random

from hypothesis import given, settings
from hypothesis import strategies as st

from monitor import snapshot
from monitor.config import Config
from monitor.fold import FoldState, new_state, reconfigure, step
from monitor.journal import KeyedItem
from tests.monitor.world import FAR_TICK_MS, HOUR, MINUTE, config, entry, fold, item

RULES = [
    {
        "name": "bad",
        "watch": "*",
        "below": -0.2,
        "window": "10m",
        "min_stories": 1,
        "for": "5m",
        "keep_firing_for": "5m",
    },
    {"name": "busy", "watch": "all", "statistic": "items", "above": 3, "window": "10m", "min_stories": 0},
]


def ruled() -> Config:
    return config(rule=RULES)


def stream(seed: int, count: int = 80) -> list[KeyedItem]:
    """Items with repeats of ids and of headlines, in the order of time, on two partitions."""
    rng = random.Random(seed)
    items = [
        item(
            rng.randrange(0, 4 * HOUR, 30_000),
            rng.choice([-0.9, -0.4, 0.0, 0.5]),
            news_id=str(rng.randrange(70)),
            keys=rng.choice([("all",), ("all", "topic:a"), ("all", "topic:a", "list:b")]),
            headline=f"Report {rng.randrange(60)}",
            partition=rng.choice("pq"),
        )
        for _ in range(count)
    ]
    return sorted(items, key=lambda i: i.scored.news.event_time_ms)


def interleave(items: list[KeyedItem], rng: random.Random) -> list[list[KeyedItem]]:
    """Cut into batches, each partition in its own order, the partitions drifting freely."""
    queues = {p: [i for i in items if i.scored.partition == p] for p in "pq"}
    batches: list[list[KeyedItem]] = []
    while any(queues.values()):
        batch = []
        for queue in queues.values():
            take = rng.randrange(0, 8)
            batch += queue[:take]
            del queue[:take]
        batches.append(batch)
    return batches


def said(state: FoldState, batches: list[list[KeyedItem]]) -> tuple[list[object], list[object], int]:
    effects = fold(state, batches, partitions=("p", "q"))
    return sorted(effects.windows), list(effects.events), len(effects.late)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000))
def test_batches_and_interleaving_change_nothing(seed: int) -> None:
    items = stream(seed)
    whole = said(new_state(ruled()), [items])
    pieces = said(new_state(ruled()), interleave(items, random.Random(seed)))
    assert whole[2] == 0
    assert pieces == whole
    assert whole[1], "a world without a single alert proves nothing"


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000))
def test_a_snapshot_half_way_changes_nothing(seed: int) -> None:
    batches = interleave(stream(seed), random.Random(seed))
    undisturbed, killed = new_state(ruled()), new_state(ruled())
    for seq, batch in enumerate(batches, 1):
        frame = entry(seq, partitions=("p", "q"), ended=seq == len(batches))
        first, second = step(undisturbed, frame, batch), step(killed, frame, batch)
        assert (sorted(first.windows), first.events) == (sorted(second.windows), second.events)
        killed = snapshot.load(snapshot.dump(killed))
        assert snapshot.state_hash(killed) == snapshot.state_hash(undisturbed)


def test_disorder_within_the_bound_changes_nothing() -> None:
    items = stream(3)
    world = config(rule=RULES, source={"out_of_orderness": "10m", "max_drift": "1h"})
    rng = random.Random(1)
    shuffled = sorted(items, key=lambda i: i.scored.news.event_time_ms + rng.randrange(0, 10 * MINUTE))
    pieces = [shuffled[i : i + 5] for i in range(0, len(shuffled), 5)]
    assert said(new_state(world), pieces) == said(new_state(world), [items])


def test_an_item_at_the_watermark_waits_for_others_of_its_time() -> None:
    """The first copy of a story is the first in the fold's order, whichever batch brought it."""
    second, first = (
        item(MINUTE, 0.5, "2", source="b", headline="Same"),
        item(MINUTE, -0.5, "1", source="a", headline="Same"),
    )
    apart = fold(new_state(config()), [[second], [first]]).windows
    assert sorted(apart) == sorted(fold(new_state(config()), [[first, second]]).windows)
    assert apart[0][8] == -500_000


def test_a_snapshot_keeps_the_walk_of_an_idle_watermark() -> None:
    state = new_state(config())
    step(state, entry(1, tick_ms=FAR_TICK_MS), [item(MINUTE)])
    step(state, entry(2, tick_ms=FAR_TICK_MS + 1_000, idle=("p",)), [])
    again = snapshot.load(snapshot.dump(state))
    for one in (state, again):
        step(one, entry(3, tick_ms=FAR_TICK_MS + 8_000, idle=("p",)), [])
    assert again.mark.time_ms == state.mark.time_ms == MINUTE + 7_000


def test_late_items_are_counted_and_move_no_window() -> None:
    on_time = [item(0), item(30 * MINUTE)]
    late = item(MINUTE, -1.0, "late one")
    plain = fold(new_state(config()), [on_time])
    again = fold(new_state(config()), [on_time, [late]])
    assert again.late == [0]
    assert again.windows == plain.windows


def test_a_repeat_that_comes_late_is_a_duplicate_not_late() -> None:
    first = item(0, news_id="7", headline="One")
    assert fold(new_state(config()), [[first, item(HOUR)], [first]]).late == []


def test_a_late_item_counts_once_however_often_it_comes() -> None:
    late = item(MINUTE, news_id="late one")
    assert fold(new_state(config()), [[item(HOUR)], [late], [late]]).late == [0]


def test_the_same_identity_beyond_the_dedup_time_is_a_new_item() -> None:
    world = config(source={"dedup": "1h"})
    items = [item(0, news_id="7", headline="One"), item(2 * HOUR, news_id="7", headline="Two")]
    assert len(fold(new_state(world), [items]).windows) == 4


def by_hand(items: list[KeyedItem], dedup_ms: int) -> int:
    """Items in the order of time, each identity once within the dedup time of where it counted last."""
    counted: dict[str, int] = {}
    count = 0
    for one in items:
        news = one.scored.news
        if news.event_time_ms - counted.get(news.news_id, -dedup_ms - 1) > dedup_ms:
            counted[news.news_id] = news.event_time_ms
            count += 1
    return count


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10_000))
def test_as_many_items_are_counted_as_the_windows_count_whatever_the_batches(seed: int) -> None:
    world, items = config(source={"dedup": "40m"}, windows={"hop": "5m", "sizes": ["5m"]}), stream(seed, 250)
    expected = by_hand(items, 40 * MINUTE)
    assert len({one.scored.news.news_id for one in items}) < expected < len(items), "both happen"
    for batches in ([items], interleave(items, random.Random(seed))):
        whole = fold(new_state(world), batches, partitions=("p", "q"))
        assert whole.items == expected == sum(row[3] for row in whole.windows if row[0] == "all")


def test_an_item_counts_as_it_comes_and_a_repeat_until_the_watermark_passes_it() -> None:
    state = new_state(config())
    said = [
        step(state, entry(seq), batch).items
        for seq, batch in enumerate(
            ([item(MINUTE, news_id="1")], [item(2 * MINUTE, news_id="1")], [item(3 * MINUTE, news_id="2")], []), 1
        )
    ]
    assert said == [1, 1, 0, 0], "the third brought one, and passed the repeat"


def test_an_item_that_came_late_and_again_in_time_counts_once() -> None:
    late, again = item(MINUTE, news_id="1"), item(2 * HOUR, news_id="1")
    whole = fold(new_state(config()), [[item(HOUR)], [late], [again], [item(MINUTE, news_id="3")]])
    assert (whole.items, len(whole.late)) == (3, 2)
    assert fold(new_state(config(source={"dedup": "1h"})), [[item(HOUR)], [late], [again]]).items == 3


def test_memory_of_the_past_is_bounded() -> None:
    state = new_state(config(source={"dedup": "1h"}))
    for hour in range(200):
        step(state, entry(hour + 1), [item(hour * HOUR + n, headline=f"{hour} {n}") for n in range(10)])
    assert len(state.seen) <= 30 and len(list(state.stories.open(0))) <= 2 * 24 * 10 and len(state.windows.panes) <= 3


def test_a_removed_rule_closes_its_alerts_and_another_keeps_its_own() -> None:
    state = new_state(ruled())
    step(state, entry(1), [item(n * MINUTE, -0.9) for n in range(30)])
    events = reconfigure(state, config(rule=[{**RULES[0], "severity": "critical"}]), ruled())
    assert [(e.rule, e.transition, e.reason) for e in events] == [("busy", "resolved", "rule_removed")]
    assert [rule.rule.severity for rule in state.rules] == ["critical"]
    assert [alert.state for alert in state.rules[0].open.values()] == ["firing"]
