"""One transaction a batch: items, windows, alert events and their evidence, notices, dead letters, the journal row."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from monitor import snapshot
from monitor.clock import wall_clock_ms
from monitor.config import Config
from monitor.deadfeed import dead_topics
from monitor.engine import StoreError
from monitor.fold import Effects, FoldState, rests_on_ms
from monitor.journal import JournalEntry, KeyedItem
from monitor.notify import Notice, notices_for
from monitor.retention import Keeper
from monitor.store import Store, Transaction
from streams.records import AlertEvent, DeadLetter
from streams.source import NOTHING, Gap

RETRY_SECONDS = (0.1, 0.5, 2.0, 2.0, *[5.0] * 11)
PATIENCE_SECONDS = 60.0  # a server that moves to another machine is back
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Writer:
    """Writes the batches of one run.

    Attributes:
        store: where to.
        config: the settings that the batches name.
        deliver: whether this is live: alert events call for notices, dead letters for their topic, and what the
            settings no longer keep is removed. A replay does none of it.
        clock: the wall clock in milliseconds, which the lease on the store lives by.
        sleep: waits between two tries at a busy store.
        elapsed_s: a clock in seconds that nobody sets; no try begins `PATIENCE_SECONDS` after the first one.
        keeper: removes what is too old.
    """

    store: Store
    config: Config
    deliver: bool = True
    clock: Callable[[], int] = wall_clock_ms
    sleep: Callable[[float], None] = time.sleep
    elapsed_s: Callable[[], float] = time.monotonic
    keeper: Keeper = field(default_factory=Keeper)

    def write(
        self,
        entry: JournalEntry,
        items: Sequence[KeyedItem],
        dead: Sequence[DeadLetter],
        effects: Effects,
        state: FoldState,
        gaps: Sequence[Gap] = (),
        log_ids: Mapping[str, str] = NOTHING,
    ) -> None:
        """Store a batch; a busy store is tried again, and nothing is read on meanwhile.

        A connection may break after the server was told to commit and before it answered. So another try first looks
        whether the batch is there: it began by waiting for the old transaction's lock and by seeing that the lease is
        still of our epoch, so nobody else can have written that row.

        Args:
            entry: the frame of the batch.
            items: its items.
            dead: its dead letters.
            effects: what the fold said.
            state: the fold's state after it.
            gaps: what was gone on without before it.
            log_ids: which logs its positions are positions in.

        Raises:
            StoreError: it stays busy, or cannot be written.
        """
        late = set(effects.late)
        items = [item if item.late == (n in late) else item._replace(late=n in late) for n, item in enumerate(items)]
        due = entry.ended or entry.seq % self.config.store.snapshot_every == 0
        dumped = snapshot.dump(state) if due else None
        until_s = self.elapsed_s() + PATIENCE_SECONDS
        for attempt, seconds in enumerate((*RETRY_SECONDS, None)):
            try:
                with self.store.begin(self.clock()) as tx:
                    if attempt and tx.holds(entry):
                        log.warning("batch %d was stored, though the answer did not come: going on", entry.seq)
                        return
                    self._add(tx, entry, items, dead, effects)
                    tx.add_gaps(gaps, entry.seq)
                    tx.add_log_ids(log_ids)
                    if self.deliver:
                        tx.trim(self.keeper, self.config.retention, entry, rests_on_ms(state))
                    if dumped is not None:
                        tx.add_snapshot(entry.seq, dumped)
                return
            except StoreError as error:
                if not error.retriable or seconds is None or self.elapsed_s() + seconds > until_s:
                    raise
                log.warning("batch %d waits %.1f s: %s", entry.seq, seconds, error)
                self.sleep(seconds)

    def _add(
        self,
        tx: Transaction,
        entry: JournalEntry,
        items: Sequence[KeyedItem],
        dead: Sequence[DeadLetter],
        effects: Effects,
    ) -> None:
        tx.add_settings(self.config.version, self.config.kept, entry.seq)
        tx.add_items(items, entry.seq)
        tx.add_windows(effects.windows)
        tx.add_dead(dead, entry.seq, dead_topics(self.config, entry.positions) if self.deliver else None)
        events = tx.add_events([self._with_evidence(tx, event) for event in effects.events], entry.seq)
        if self.deliver:
            tx.add_notices([notice for event in events for notice in self._notices(event, entry.tick_ms)])
        tx.add_entry(entry, effects.items)

    def _with_evidence(self, tx: Transaction, event: AlertEvent) -> AlertEvent:
        rule = self.config.rule_by_version(event.rule_version)
        if rule is None:
            return event
        order = rule.statistic if rule.statistic not in ("items", "stories") else "recent"
        start_ms = event.time_ms - event.window_ms
        dedup_ms = self.config.source.dedup
        found = tx.evidence(event.key, start_ms, event.time_ms, order, rule.is_above, dedup_ms)
        return replace(event, evidence=found)

    def _notices(self, event: AlertEvent, tick_ms: int) -> list[Notice]:
        rule = self.config.rule_by_version(event.rule_version)
        channels = [channel.name for channel in self.config.channel]
        return notices_for(event, rule, channels, tick_ms, self.config.notify.max_age)
