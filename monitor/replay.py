"""Folding the journal again: to stand where a killed runner stood, or to replay a whole store into a new one."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from monitor import snapshot
from monitor.config import Config, parse_config
from monitor.fold import Effects, FoldState, new_state, reconfigure, step
from monitor.journal import JournalEntry, KeyedItem
from monitor.store import Store
from monitor.writer import Writer
from streams.records import AlertEvent

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Refolded:
    """One batch of the journal, folded again: the settings it names, and what it says."""

    config: Config
    entry: JournalEntry
    items: Sequence[KeyedItem]
    effects: Effects
    state: FoldState


def refold(store: Store, state: FoldState | None, after_seq: int) -> Iterator[Refolded]:
    """Fold the stored batches after `after_seq` into `state` (None: from the first), each under its own settings."""
    config: Config | None = None
    for entry, items in store.entries(after_seq):
        if config is None or config.version != entry.config_version:
            config = stored_config(store, entry.config_version)
        removed = []
        if state is None:
            state = new_state(config)
        elif state.config_version != config.version:
            removed = take_up(store, state, config)
        effects = step(state, entry, items)
        effects.events[:0] = removed
        yield Refolded(config, entry, items, effects, state)


def restore(store: Store, config: Config) -> FoldState:
    """Return the state as of the last stored batch: the newest snapshot, and every batch since folded again."""
    newest = store.newest_snapshot()
    if newest:
        seq, state = newest[0], snapshot.load(newest[1])
    else:
        (seq, _), state = store.replayable(), None
        if seq:
            log.warning("no snapshot, and the journal begins at batch %d: the state is folded from there", seq + 1)
    for batch in refold(store, state, seq):
        state = batch.state
    return new_state(config) if state is None else state


def take_up(store: Store, state: FoldState, config: Config) -> list[AlertEvent]:
    """Let `state`, as of some batch of `store`, take up new settings; returns the alerts that they close."""
    return reconfigure(state, config, stored_config(store, state.config_version))


def stored_config(store: Store, version: str) -> Config:
    """Return the settings that a journal entry names."""
    return parse_config(json.loads(store.settings(version)), f"settings {version} in the store")


def replay_journal(store: Store, target: Store, report: Callable[[int], None]) -> None:
    """Fold everything in `store` again, from its stored scores, into the empty `target`.

    Where retention has removed the oldest batches it begins after them, from nothing: what looks back beyond (the first
    windows, copies and repeats of what is gone, alerts that were open) is not what it was.

    Args:
        store: the one whose journal is replayed.
        target: the one that is filled.
        report: told after each batch how many records it had.
    """
    after_seq, _ = store.replayable()
    for batch in refold(store, None, after_seq):
        dead, gaps = store.dead_letters(batch.entry.seq), store.gaps(batch.entry.seq)
        entry = replace(batch.entry, watermark_ms=batch.state.mark.time_ms)
        writer = Writer(target, batch.config, deliver=False)
        writer.write(entry, batch.items, dead, batch.effects, batch.state, gaps)
        report(len(batch.items) + len(dead))
