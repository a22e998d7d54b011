"""Folding the journal again: to stand where a killed runner stood, or to replay a whole store into a new one."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from monitor import snapshot
from monitor.clock import wall_clock_ms
from monitor.config import Config, parse_config
from monitor.engine import SnapshotError
from monitor.fold import Effects, FoldState, new_state, reconfigure, step
from monitor.journal import JournalEntry, KeyedItem
from monitor.lease import RENEW_MS
from monitor.store import Store
from monitor.writer import Writer
from streams.records import AlertEvent
from streams.source import NOTHING

NOT_WHOLE = (
    "{why}, and the state cannot be folded anew: the journal begins at batch {first}, [retention] has removed what was "
    "before. Fold what is left into a new store (`groundswell replay --from-journal --store OLD --into NEW`) and run "
    "with that; what differs then, and when the version that wrote the store still goes on with it: docs/operations.md"
)
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Refolded:
    """One batch of the journal, folded again: the settings it names, and what it says."""

    config: Config
    entry: JournalEntry
    items: Sequence[KeyedItem]
    effects: Effects
    state: FoldState


def refold(store: Store, state: FoldState | None, after_seq: int, until_seq: int | None = None) -> Iterator[Refolded]:
    """Fold the stored batches after `after_seq`, up to `until_seq` (None: the last), each under its own settings.

    They are folded into `state`, or from nothing where it is None.
    """
    config: Config | None = None
    for entry, items in store.entries(after_seq, until_seq):
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


def restore(store: Store, config: Config, clock: Callable[[], int] = wall_clock_ms) -> FoldState:
    """Return the state as of the last stored batch: the newest snapshot, and every batch since folded again.

    A lease on the store is kept meanwhile: a long journal takes longer than a lease lasts. Where no snapshot can be
    read one of that state takes their place, so that the next start need not fold it all again.

    Args:
        store: the one to go on with.
        config: the settings of a store that holds no batch yet.
        clock: the wall clock in milliseconds, which the lease lives by.

    Raises:
        SnapshotError: no snapshot can be read, and the journal is not whole, so that the state cannot be folded anew.
        LeaseError: another runner has taken over.
    """
    renewed_ms = clock()
    seq, state, unreadable = _newest_state(store)
    for batch in refold(store, state, seq):
        seq, state, now_ms = batch.entry.seq, batch.state, clock()
        if now_ms - renewed_ms >= RENEW_MS:
            store.renew(now_ms)
            renewed_ms = now_ms
    if state is None:
        return new_state(config)
    if unreadable:
        with store.begin(clock()) as tx:
            tx.drop_snapshots()
            tx.add_snapshot(seq, snapshot.dump(state))
    return state


def _newest_state(store: Store) -> tuple[int, FoldState | None, bool]:
    """Where folding begins: after the newest snapshot that can be read, or with nothing at the first batch, if held.

    The third says whether there are snapshots, and none can be read.
    """
    why = ""
    try:
        for seq, dumped in store.whole_snapshots():
            try:
                return seq, snapshot.load(dumped), False
            except SnapshotError as error:
                why = why or str(error)
    except SnapshotError as error:
        why = str(error)
    after_seq, records = store.replayable()
    if after_seq:
        msg = NOT_WHOLE.format(why=why or "the store has no snapshot", first=after_seq + 1)
        raise SnapshotError(msg)
    if why:
        log.warning("%s: all %d records are folded anew, from the first batch", why, records)
    return 0, None, bool(why)


def take_up(store: Store, state: FoldState, config: Config) -> list[AlertEvent]:
    """Let `state`, as of some batch of `store`, take up new settings; returns the alerts that they close."""
    return reconfigure(state, config, stored_config(store, state.config_version))


def stored_config(store: Store, version: str) -> Config:
    """Return the settings that a journal entry names."""
    return parse_config(json.loads(store.settings(version)), f"settings {version} in the store", stored=True)


def replay_journal(store: Store, target: Store, report: Callable[[int], None], until_seq: int | None = None) -> None:
    """Fold everything in `store` again, from its stored scores, into the empty `target`.

    It ends where its last batch ended: time goes no further than it went then. Where retention has removed the oldest
    batches it begins after them, from nothing: what looks back beyond (the first windows, copies and repeats of what is
    gone, alerts that were open) is not what it was. A whole replay knows which logs its positions are positions in, so
    that a run goes on from it and sees a topic that was made anew.

    Args:
        store: the one whose journal is replayed.
        target: the one that is filled.
        report: told after each batch how many records it had.
        until_seq: the last batch to fold; None: all.

    Raises:
        StoreError: the journal does not hold that batch.
    """
    after_seq, _ = store.replayable(until_seq)
    last = store.last_entry()
    for batch in refold(store, None, after_seq, until_seq):
        seq = batch.entry.seq
        dead, gaps = store.dead_letters(seq), store.gaps(seq)
        log_ids = store.log_ids() if last and seq == last.seq else NOTHING
        entry = replace(batch.entry, watermark_ms=batch.state.mark.time_ms)
        writer = Writer(target, batch.config, deliver=False)
        writer.write(entry, batch.items, dead, batch.effects, batch.state, gaps, log_ids)
        report(len(batch.items) + len(dead))
