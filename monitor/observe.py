"""The eyes of a run: every poll, score and stored batch passes here, and becomes metrics, health and log lines.

The pipeline knows nothing of it: source and scorer are wrapped, and the runner's reports are taken.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from monitor.config import Config
from monitor.journal import BEFORE_TIME_MS
from monitor.logs import run_logger
from monitor.metrics import Metrics
from monitor.pipeline import Progress
from monitor.scoring import Judgement, Scorer
from monitor.vitals import STANDBY, Vitals
from streams.records import DeadLetter
from streams.source import NOTHING, Batch, Source

STATUS_SECONDS = 30.0
PARTITIONS_NAMED = 64
log = run_logger()


@dataclass(slots=True)
class Observer:
    """Sees one run; call it with each Progress."""

    metrics: Metrics
    vitals: Vitals
    polled_s: float = 0.0
    _polled: Batch | None = None
    _records: int = 0
    _told_s: float = field(default_factory=time.monotonic)

    def source(self, source: Source) -> Source:
        """The same source, seen."""
        return _SeenSource(source, self)

    def scorer(self, scorer: Scorer) -> Scorer:
        """The same scorer, seen."""
        return _SeenScorer(scorer, self)

    def started(self, config: Config, place: str, scorer: Scorer, version: str) -> None:
        """Tell what runs."""
        names = {
            "version": version,
            "settings_version": config.version,
            "model_version": scorer.model_version,
            "runtime_id": scorer.runtime_id,
        }
        self.metrics.run.info(names)
        log.info("start", source=config.source.kind, store=place, **names)

    def standing_by(self, why: str) -> None:
        """Another runner has the store."""
        self.vitals.now(STANDBY)
        log.info("standing by", why=why)

    def begun(self, epoch: int) -> None:
        """The store is ours; what it holds is folded next."""
        self.vitals.now("restoring what the store holds")
        log.info("lease taken", epoch=epoch)

    def polled(self, batch: Batch) -> None:
        """Take a poll before its batch is worked on."""
        self.vitals.silent(batch.silent)
        for gap in batch.gaps:
            log.warning("gap accepted", partition=gap.partition, why=str(gap))
        self.metrics.set_lag(batch.unread)
        self.vitals.now("folding and storing")
        self._polled, self.polled_s = batch, time.monotonic()

    def in_hand(self, stored: Mapping[str, int]) -> int:
        """How many records of the last poll are not in the store, whose positions these are."""
        batch = self._polled
        if batch is None or all(stored.get(name) == position for name, position in batch.positions.items()):
            return 0
        return len(batch.arrivals) + len(batch.dead)

    def __call__(self, progress: Progress) -> None:
        """Take a batch that is in the store."""
        self.vitals.finished()
        metrics = self.metrics
        if progress.records:
            metrics.batch_seconds.observe(time.monotonic() - self.polled_s)
        metrics.items.inc(progress.records - len(progress.dead))
        metrics.late.inc(progress.late)
        if progress.watermark_ms != BEFORE_TIME_MS:
            metrics.set_watermark(progress.watermark_ms)
        for event in progress.events:
            metrics.alerts.labels(event.transition).inc()
            names = {"alert_id": event.alert_id, "rule": event.rule, "key": event.key, "time_ms": event.time_ms}
            log.info("alert", transition=event.transition, **names)
        if progress.dead:
            self._tell_dead(progress.dead)
        self._tell_status(progress)

    def _tell_dead(self, dead: Sequence[DeadLetter]) -> None:
        """One line a batch: a feed that broke must not fill the disk with its lines."""
        reasons = Counter(letter.reason for letter in dead)
        for reason, count in reasons.items():
            self.metrics.dead.labels(reason).inc(count)
        first = f"{dead[0].partition}:{dead[0].offset}"
        log.warning("dead letters", count=len(dead), **reasons, first=first, detail=dead[0].detail[:200])

    def _tell_status(self, progress: Progress) -> None:
        self._records += progress.records
        now_s = time.monotonic()
        if now_s - self._told_s >= STATUS_SECONDS or progress.ended:
            rate = round(self._records / max(now_s - self._told_s, 1e-9), 1)
            log.info("status", records=self._records, per_second=rate, watermark_ms=progress.watermark_ms)
            self._records, self._told_s = 0, now_s


class _SeenSource:
    def __init__(self, source: Source, observer: Observer) -> None:
        self._source = source
        self._observer = observer

    def seek(self, positions: Mapping[str, int], log_ids: Mapping[str, str] = NOTHING) -> None:
        named = dict(sorted(positions.items())[:PARTITIONS_NAMED])
        log.info("positions", stored=len(positions), first=named or "a new store")
        self._source.seek(positions, log_ids)

    def poll(self, max_items: int, timeout_ms: int) -> Batch:
        self._observer.vitals.now("reading")
        batch = self._source.poll(max_items, timeout_ms)
        self._observer.polled(batch)
        return batch

    def pause(self, partitions: frozenset[str]) -> None:
        self._source.pause(partitions)

    def commit(self, positions: Mapping[str, int]) -> None:
        self._source.commit(positions)

    def close(self) -> None:
        self._source.close()


class _SeenScorer:
    def __init__(self, scorer: Scorer, observer: Observer) -> None:
        self._scorer = scorer
        self._observer = observer

    @property
    def model_version(self) -> str:
        return self._scorer.model_version

    @property
    def runtime_id(self) -> str:
        return self._scorer.runtime_id

    def score(self, texts: Sequence[str], targets: Sequence[str | None] | None = None) -> Sequence[Judgement]:
        vitals = self._observer.vitals
        vitals.now("scoring")
        with self._observer.metrics.model_seconds.time():
            judged = self._scorer.score(texts, targets)
        vitals.now("folding and storing")
        return judged

    def warm_up(self) -> None:
        self._scorer.warm_up()
