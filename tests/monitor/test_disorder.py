"""Disorder within `out_of_orderness` changes nothing: neither windows nor alerts, nor what a restart finds."""

from __future__ import annotations

import random

from hypothesis import given, settings
from hypothesis import strategies as st

from monitor import snapshot
from monitor.fold import Effects, new_state, step
from monitor.journal import KeyedItem
from tests.monitor.test_fold import RULES, said, stream
from tests.monitor.world import HOUR, MINUTE, config, entry, fold, item


def disordered(items: list[KeyedItem], bound_ms: int, partitions: str, rng: random.Random) -> list[list[KeyedItem]]:
    """Deal the items out, delay each by up to the bound, and read the partitions in batches, drifting freely."""
    queues: dict[str, list[KeyedItem]] = {p: [] for p in partitions}
    for one in sorted(items, key=lambda i: i.scored.news.event_time_ms + rng.randint(0, bound_ms)):
        partition = rng.choice(partitions)
        queues[partition].append(one._replace(scored=one.scored._replace(partition=partition)))
    batches: list[list[KeyedItem]] = []
    while any(queues.values()):
        sizes = {p: rng.randrange(0, 12) for p in partitions}
        batches.append([one for p, queue in queues.items() for one in queue[: sizes[p]]])
        queues = {p: queue[sizes[p] :] for p, queue in queues.items()}
    return batches


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000), st.integers(1, 20 * MINUTE), st.sampled_from(["p", "pq", "pqrs"]))
def test_disorder_within_the_bound_changes_nothing(seed: int, bound_ms: int, partitions: str) -> None:
    world = config(rule=RULES, source={"out_of_orderness": bound_ms, "max_drift": "1h"})
    items, rng = stream(seed), random.Random(seed)
    batches = disordered(items, bound_ms, partitions, rng)
    half, whole = rng.randrange(len(batches)), Effects()
    undisturbed, killed = new_state(world), new_state(world)
    for seq, batch in enumerate(batches):
        if seq == half:
            killed = snapshot.load(snapshot.dump(killed))
        frame = entry(seq + 1, partitions=tuple(partitions), ended=seq == len(batches) - 1)
        effects = step(undisturbed, frame, batch)
        again = step(killed, frame, batch)
        assert (sorted(again.windows), again.events) == (sorted(effects.windows), effects.events)
        assert again.late == []
        whole.windows += effects.windows
        whole.events += effects.events
    assert snapshot.state_hash(killed) == snapshot.state_hash(undisturbed)
    assert (sorted(whole.windows), whole.events, 0) == said(new_state(world), [items])


def test_silence_is_judged_up_to_the_last_item_whatever_the_partitions_are() -> None:
    """A partition that stopped early holds the watermark back; the end of the feed still judges what came after it."""
    world = config(rule=[{**RULES[0], "no_data_after": "30m"}])
    items = [item(n * MINUTE, -0.9, keys=("all",)) for n in range(20)] + [item(3 * HOUR, 0.0, keys=("list:b",))]
    apart = [one._replace(scored=one.scored._replace(partition="q")) if n == 3 else one for n, one in enumerate(items)]
    one, two = fold(new_state(world), [items]), fold(new_state(world), [apart], partitions=("p", "q"))
    assert [event.reason for event in one.events][-1] == "no_data"
    assert (sorted(two.windows), two.events) == (sorted(one.windows), one.events)
