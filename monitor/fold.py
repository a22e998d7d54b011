"""The fold: (state, one batch) -> effects, in one order that no batching, interleaving or speed can change.

Per batch: lateness is judged against the watermark after the previous batch; items on time are buffered; the
watermark moves once; then one merged sequence of items (< watermark) and pane closes (<= watermark) is folded by
time, a close at t before the items at t. `step` consumes the state that it is given and moves it in place: keep a
snapshot (snapshot.py) where the old one is wanted.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import takewhile
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from monitor import watermark as marks
from monitor.alerts import RuleState, judge_close, judge_surge, remove_keys, remove_rule
from monitor.config import Config, ConfigError
from monitor.journal import BEFORE_TIME_MS, JournalEntry, KeyedItem, WindowRow
from monitor.rule_settings import RuleSettings
from monitor.stories import Stories
from monitor.watches import lost_keys
from monitor.watermark import Watermark
from monitor.windows import FIELDS, NEGATIVE, POLARITY, POLARITY_SQ, POSITIVE, STORIES, Closed, Pane, Windows
from streams.records import MILLION, AlertEvent


class FoldItem(NamedTuple):
    """What the fold needs of an item; tuples sort in the fold's order.

    `overrides` gives other probabilities to single keys (a ticker that the headline judges differently).
    """

    event_time_ms: int
    source: str
    news_id: str
    content_hash: str
    headline: str
    keys: tuple[str, ...]
    negative: float
    neutral: float
    positive: float
    overrides: tuple[tuple[str, float, float, float], ...]


@dataclass(slots=True)
class FoldState:
    """Everything that the past has to say about the future."""

    config_version: str
    windows: Windows
    rules: list[RuleState]
    dedup_ms: int
    out_of_orderness_ms: int
    mark: Watermark = field(default_factory=Watermark)
    buffer: list[FoldItem] = field(default_factory=list)
    stories: Stories = field(default_factory=Stories)
    seen: dict[tuple[str, str], int] = field(default_factory=dict)
    late_seen: dict[tuple[str, str], int] = field(default_factory=dict)
    last_item_ms: int = BEFORE_TIME_MS


@dataclass(slots=True)
class Effects:
    """What one step says to the store: closed windows, alert transitions, and which items came late.

    `items` is by how many there are more: one on time counts as it comes, and is taken off again where the fold finds
    that it repeats another. Summed up: what the windows counted, what came late, and what waits for the watermark.
    """

    windows: list[WindowRow] = field(default_factory=list)
    events: list[AlertEvent] = field(default_factory=list)
    late: list[int] = field(default_factory=list)
    items: int = 0


def new_state(config: Config) -> FoldState:
    """Return the state before the first batch."""
    return FoldState(
        config_version=config.version,
        windows=Windows(config.windows.hop, config.windows.sizes),
        rules=[RuleState(rule) for rule in _by_name(config)],
        dedup_ms=config.source.dedup,
        out_of_orderness_ms=config.source.out_of_orderness,
    )


def next_mark(state: FoldState, entry: JournalEntry, items: Sequence[KeyedItem]) -> Watermark:
    """Return the watermark after a batch, without moving the state: pure, and what `step` will use."""
    seen = ((item.scored.partition, item.scored.news.event_time_ms) for item in items)
    mark = marks.observe(state.mark, seen, entry.tick_ms)
    if not entry.moves:
        return mark
    return marks.advance(mark, entry.positions, frozenset(entry.idle), entry.tick_ms, state.out_of_orderness_ms)


def step(state: FoldState, entry: JournalEntry, items: Sequence[KeyedItem]) -> Effects:
    """Fold one batch; `items` in any order. The state given is the state after."""
    effects = Effects()
    mark = next_mark(state, entry, items)
    before_ms, waiting = state.mark.time_ms, len(state.buffer)
    for index, item in enumerate(items):
        if item.scored.news.event_time_ms >= before_ms:
            state.buffer.append(fold_item(item))
        else:
            _note_late(state, item, index, effects)
    effects.items = len(state.buffer) - waiting + len(effects.late)
    state.mark = mark
    _fold_until(state, mark.time_ms, effects, judge_silence=True)
    if entry.ended:
        _finish(state, effects)
    _forget(state)
    return effects


def _note_late(state: FoldState, item: KeyedItem, index: int, effects: Effects) -> None:
    """Note an item behind the watermark, unless it repeats one that we have."""
    news = item.scored.news
    identity = (news.source, news.news_id)
    if not any(_repeats(seen, identity, news.event_time_ms, state.dedup_ms) for seen in (state.seen, state.late_seen)):
        state.late_seen[identity] = news.event_time_ms
        effects.late.append(index)


def _repeats(seen: dict[tuple[str, str], int], identity: tuple[str, str], time_ms: int, dedup_ms: int) -> bool:
    known_ms = seen.get(identity)
    return known_ms is not None and abs(time_ms - known_ms) <= dedup_ms


def fold_item(item: KeyedItem) -> FoldItem:
    """Reduce a keyed item to what the fold needs."""
    scored, keys, _ = item
    news, sentiment, targets = scored.news, scored.sentiment, scored.by_target
    return FoldItem(
        news.event_time_ms,
        news.source,
        news.news_id,
        news.content_hash,
        news.headline,
        keys,
        sentiment.negative,
        sentiment.neutral,
        sentiment.positive,
        tuple([(key, s.negative, s.neutral, s.positive) for key, s in targets if key in keys]) if targets else (),
    )


def _fold_until(state: FoldState, watermark_ms: int, effects: Effects, judge_silence: bool) -> None:
    state.buffer.sort()
    cut = bisect_left(state.buffer, watermark_ms, key=lambda item: item.event_time_ms)
    ready, state.buffer = state.buffer[:cut], state.buffer[cut:]
    if ready:
        state.last_item_ms = ready[-1].event_time_ms
    effects.items -= _add_items(state, ready)
    windows = state.windows
    while (close_ms := windows.due(watermark_ms, any(rule.open for rule in state.rules))) is not None:
        pane, closed = windows.pane(close_ms), windows.close(close_ms)
        for one in closed:
            effects.windows += _rows(windows.keys, one)
        effects.events += _judge(state, pane, closed, judge_silence)


def _add_items(state: FoldState, ready: Sequence[FoldItem]) -> int:
    """Count each identity once, each story once a key, and add what remains to the panes; returns the repeats."""
    counted = [item for item in ready if _is_new(state, item)]
    repeats = len(ready) - len(counted)
    if not counted:
        return repeats
    times, _, _, _, headlines, keys, *probs, overrides = zip(*counted, strict=True)
    widths = np.fromiter(map(len, keys), np.int64, len(keys))
    starts = np.cumsum(widths) - widths
    sums = np.repeat(contributions(np.array(probs, np.float64).T), widths, axis=0)
    places = [(starts[n] + keys[n].index(key), *one) for n, own in enumerate(overrides) if own for key, *one in own]
    if places:
        table = np.array(places, np.float64)
        sums[table[:, 0].astype(np.int64)] = contributions(table[:, 1:])
    first_for = state.stories.count(times, headlines, keys)
    copies = [
        starts[n] + place
        for n, (own, first) in enumerate(zip(keys, first_for, strict=True))
        if first is not own
        for place, key in enumerate(own)
        if key not in first
    ]
    sums[np.array(copies, np.int64), STORIES:] = 0
    ids = state.windows.ids
    row_ids = np.fromiter([ids[key] for own in keys for key in own], np.int64, len(sums))
    state.windows.add(np.repeat(np.array(times, np.int64), widths), row_ids, sums)
    return repeats + (_came_late(state, counted) if state.late_seen else 0)


def _came_late(state: FoldState, counted: Sequence[FoldItem]) -> int:
    """How many are in the windows now and were counted as late before."""
    seen, dedup_ms = state.late_seen, state.dedup_ms
    return sum(_repeats(seen, (item.source, item.news_id), item.event_time_ms, dedup_ms) for item in counted)


def _is_new(state: FoldState, item: FoldItem) -> bool:
    """Whether the identity was not counted within `dedup_ms`; it is from now on."""
    identity = (item.source, item.news_id)
    if identity in state.seen:
        if item.event_time_ms - state.seen[identity] <= state.dedup_ms:
            return False
        del state.seen[identity]
    state.seen[identity] = item.event_time_ms
    return True


def contributions(probs: NDArray[np.float64]) -> NDArray[np.int64]:
    """`[n, 3]` class probabilities -> `[n, 7]`: what each item adds to its windows, each number in millionths."""
    polarity = probs[:, 2] - probs[:, 0]
    sums = np.ones((len(probs), len(FIELDS)), np.int64)
    sums[:, NEGATIVE : POSITIVE + 1] = np.rint(probs * MILLION)
    sums[:, POLARITY] = np.rint(polarity * MILLION)
    sums[:, POLARITY_SQ] = np.rint(polarity * polarity * MILLION)
    return sums


def _rows(keys: Sequence[str], closed: Closed) -> list[WindowRow]:
    start_ms, end_ms = closed.end_ms - closed.size_ms, closed.end_ms
    ids: list[int] = closed.ids.tolist()
    sums: list[list[int]] = closed.sums.tolist()
    return [(keys[key_id], start_ms, end_ms, *row) for key_id, row in zip(ids, sums, strict=True)]


def _judge(state: FoldState, pane: Pane, closed: Sequence[Closed], judge_silence: bool) -> list[AlertEvent]:
    by_size, keys = {one.size_ms: one for one in closed}, state.windows.keys
    events: list[AlertEvent] = []
    for rule in state.rules:
        if rule.rule.detector == "surge":
            events += judge_surge(rule, pane, state.windows.hop_ms, keys, judge_silence)
        else:
            events += judge_close(rule, by_size[rule.rule.window], keys, judge_silence)
    return sorted(events, key=lambda event: (event.key, event.rule))


def _finish(state: FoldState, effects: Effects) -> None:
    """A finite feed ends at the end of the last window that holds an item, and judges no silence beyond that item.

    Up to it silence is judged wherever the watermark stands: how far partitions lag behind each other decides nothing.
    """
    last_ms = state.buffer[-1].event_time_ms if state.buffer else state.last_item_ms
    if last_ms == BEFORE_TIME_MS:
        return
    _fold_until(state, last_ms, effects, judge_silence=True)
    hop_ms = state.windows.hop_ms
    end_ms = last_ms // hop_ms * hop_ms + max(state.windows.sizes_ms)
    if end_ms > state.mark.time_ms:
        state.mark = Watermark(end_ms, state.mark.maxima, state.mark.walking_since_ms)
        _fold_until(state, end_ms, effects, judge_silence=False)


def _forget(state: FoldState) -> None:
    """Drop what no item from the watermark on can meet; depends on the watermark alone, not on the batches."""
    now_ms = state.mark.time_ms
    state.stories.forget(now_ms)
    old = list(takewhile(lambda one: now_ms - one[1] > state.dedup_ms, state.seen.items()))
    for identity, _ in old:  # found in one walk: each look at a dictionary's front passes all that was deleted there
        del state.seen[identity]
    state.late_seen = {i: t for i, t in state.late_seen.items() if now_ms - t <= state.dedup_ms}


def rests_on_ms(state: FoldState) -> int | None:
    """Return where the earliest window begins that an open alert rests on; None where no alert is open."""
    begins = (alert.started_ms - rule.rule.window for rule in state.rules for alert in rule.open.values())
    return min(begins, default=None)


def reconfigure(state: FoldState, config: Config, before: Config) -> list[AlertEvent]:
    """Take up new settings at the current watermark: new rules and lists start empty, removed ones close their alerts.

    A rule is what it decides (`RuleSettings.version`), a list what it holds (`WatchSettings.version`): an edit
    elsewhere moves nothing.

    Args:
        state: moved in place.
        config: the new settings.
        before: those that `state.config_version` names.

    Raises:
        ConfigError: the windows differ; their sums cannot be made from what the state holds.
    """
    wanted = (config.windows.hop, config.windows.sizes)
    if wanted != (state.windows.hop_ms, state.windows.sizes_ms):
        msg = (
            f"windows: this store holds hop {state.windows.hop_ms} ms and sizes {list(state.windows.sizes_ms)}, "
            f"the settings say {wanted[0]} and {list(wanted[1])}: name a new store and replay into it"
        )
        raise ConfigError(msg)
    kept = {rule.rule.version: rule for rule in state.rules}
    versions = {rule.version for rule in config.rule}
    gone = [rule for version, rule in kept.items() if version not in versions]
    events = [event for rule in gone for event in remove_rule(rule, state.windows.keys, state.mark.time_ms)]
    state.rules = [
        replace(kept[rule.version], rule=rule) if rule.version in kept else RuleState(rule) for rule in _by_name(config)
    ]
    events += _drop_keys(state, lost_keys(before.watch, config.watch))
    state.dedup_ms, state.out_of_orderness_ms = config.source.dedup, config.source.out_of_orderness
    state.config_version = config.version
    return events


def _drop_keys(state: FoldState, lost: frozenset[str]) -> list[AlertEvent]:
    """Forget what was counted for some keys, and close their alerts.

    Items that wait for the watermark got their keys from the old list; they count neither for it nor for a new one.
    """
    windows = state.windows
    ids = np.array([windows.ids[key] for key in sorted(lost.intersection(windows.ids))], np.int64)
    windows.drop(ids)
    state.stories.drop(lost)
    state.buffer = [
        item._replace(keys=tuple([key for key in item.keys if key not in lost]))
        if not lost.isdisjoint(item.keys)
        else item
        for item in state.buffer
    ]
    return [event for rule in state.rules for event in remove_keys(rule, ids, windows.keys, state.mark.time_ms)]


def _by_name(config: Config) -> list[RuleSettings]:
    return sorted(config.rule, key=lambda rule: rule.name)
