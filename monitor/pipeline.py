"""The one place where the parts are joined: source -> scores -> fold -> store, a transaction a batch.

A batch is in the store wholly or not at all, and nothing is committed to the source before that. A restart folds the
stored batches since the newest snapshot again (`restore`) and goes on from the stored positions.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from monitor.config import Config
from monitor.fold import FoldState, next_mark, step
from monitor.holding import holding
from monitor.journal import JournalEntry, KeyedItem
from monitor.pace import Pace
from monitor.replay import restore, take_up
from monitor.scoring import Scorer, Unscorable, score_arrivals
from monitor.settings import POLL_MS
from monitor.watches import NamedList, compile_lists, watch_keys
from monitor.watermark import IdleClock, ahead_partitions, idle_partitions, watch_idle
from monitor.writer import Writer
from streams.codec import DecodeError, Reason, dead_letter, encode
from streams.kafka_batches import read_headers
from streams.records import AlertEvent, DeadLetter
from streams.source import Arrival, Batch, Source

HEARTBEAT_MS = 5_000


@dataclass(frozen=True, slots=True)
class Progress:
    """What one poll came to."""

    records: int
    ended: bool
    watermark_ms: int
    late: int = 0
    dead: Sequence[DeadLetter] = ()
    events: Sequence[AlertEvent] = ()


@dataclass(slots=True)
class Runner:
    """Reads, scores, folds and stores, one batch after the other."""

    config: Config
    source: Source
    scorer: Scorer
    writer: Writer
    state: FoldState = field(init=False)
    _lists: tuple[NamedList, ...] = field(init=False)
    _last: JournalEntry | None = field(init=False)
    _idle_clock: IdleClock = field(default_factory=IdleClock)
    _removed: list[AlertEvent] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Stand where the store stands."""
        store = self.writer.store
        self.state = restore(store, self.config, self.writer.clock)
        self._last = store.last_entry()
        self._lists = compile_lists(self.config.watch)
        if self.state.config_version != self.config.version:
            self._removed = take_up(store, self.state, self.config)
        self.source.seek(store.positions(), store.log_ids())

    def run(self) -> Iterator[Progress]:
        """Poll until a finite feed has ended; the caller stops by not asking for the next."""
        ended, pace = False, Pace(self.config.model.batch)
        while not ended:
            batch = self.source.poll(pace.limit, POLL_MS)
            began_s = time.monotonic()
            progress = self.handle(batch)
            pace.took(progress.records, time.monotonic() - began_s)
            ended = batch.ended
            yield progress

    def handle(self, batch: Batch) -> Progress:
        """Take one batch through to the store and tell the source."""
        tick_ms = max(batch.tick_ms, self._last.tick_ms if self._last else batch.tick_ms)
        arrivals, future = self._split_future(batch.arrivals, tick_ms)
        with holding(self.writer.store, self.writer.clock):
            items, unscorable = self._score(arrivals, tick_ms)
        dead = [*batch.dead, *future, *unscorable]
        entry = self._entry(batch, tick_ms)
        if not items and not dead and not batch.gaps and not self._worth_writing(entry):
            return Progress(0, batch.ended, self.state.mark.time_ms)
        effects = step(self.state, entry, items)
        effects.events[:0] = self._removed
        entry = replace(entry, watermark_ms=self.state.mark.time_ms)
        self.writer.write(entry, items, dead, effects, self.state, batch.gaps, batch.log_ids)
        self._last, self._removed = entry, []
        self.source.commit(entry.positions)
        oldest_ms = self.state.buffer[0].event_time_ms if self.state.buffer else None
        drift_ms = self.config.source.max_drift
        self.source.pause(ahead_partitions(self.state.mark, entry.positions, oldest_ms, drift_ms))
        records = len(items) + len(dead)
        return Progress(records, batch.ended, entry.watermark_ms, len(effects.late), dead, effects.events)

    def _split_future(self, arrivals: Sequence[Arrival], tick_ms: int) -> tuple[list[Arrival], list[DeadLetter]]:
        limit_ms = tick_ms + self.config.source.max_ahead
        near = [arrival for arrival in arrivals if arrival.item.event_time_ms <= limit_ms]
        far = [arrival for arrival in arrivals if arrival.item.event_time_ms > limit_ms]
        detail = (
            f"event_time_ms lies more than max_ahead ({self.config.source.max_ahead} ms) past the clock's {tick_ms}"
        )
        return near, [_dead(arrival, Reason.FUTURE_EVENT_TIME, detail, tick_ms) for arrival in far]

    def _score(self, arrivals: Sequence[Arrival], tick_ms: int) -> tuple[list[KeyedItem], list[DeadLetter]]:
        items: list[KeyedItem] = []
        dead: list[DeadLetter] = []
        for arrival, scored in zip(arrivals, score_arrivals(self.scorer, arrivals), strict=True):
            if isinstance(scored, Unscorable):
                dead.append(_dead(arrival, Reason.UNSCORABLE, scored.detail, tick_ms))
            else:
                items.append(KeyedItem(scored, watch_keys(arrival.item, scored.topics, self._lists)))
        return items, dead

    def _entry(self, batch: Batch, tick_ms: int) -> JournalEntry:
        self._idle_clock = watch_idle(self._idle_clock, batch.at_end, tick_ms)
        return JournalEntry(
            seq=self._last.seq + 1 if self._last else 1,
            tick_ms=tick_ms,
            moves=not batch.silent,
            ended=batch.ended,
            idle=tuple(sorted(idle_partitions(self._idle_clock, tick_ms, self.config.source.idle_after))),
            positions=dict(batch.positions),
            watermark_ms=self.state.mark.time_ms,
            config_version=self.config.version,
            model_version=self.scorer.model_version,
            runtime_id=self.scorer.runtime_id,
        )

    def _worth_writing(self, entry: JournalEntry) -> bool:
        """Whether a poll that brought nothing still moves something, or is due as a sign of life."""
        last = self._last
        if last is None or entry.ended or self._removed:
            return True
        if (entry.idle, dict(entry.positions)) != (last.idle, dict(last.positions)):
            return True
        close_ms = self.state.windows.next_close_ms
        closes = close_ms is not None and next_mark(self.state, entry, []).time_ms >= close_ms
        return closes or entry.tick_ms - last.tick_ms >= HEARTBEAT_MS


def _dead(arrival: Arrival, reason: Reason, detail: str, tick_ms: int) -> DeadLetter:
    error = DecodeError(reason, detail)
    came = encode(arrival.item) if arrival.payload is None else arrival.payload
    beside = arrival.key, read_headers(arrival.headers)
    return dead_letter(arrival.partition, arrival.offset, came, error, tick_ms, *beside)
