"""What Prometheus scrapes of a run: one registry a run, so that two in a process do not mix."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, Info, ProcessCollector

from monitor.clock import wall_clock_ms

SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0)
OUTBOXES = ("notices", "dead_letters")


class Metrics:
    """The counters and gauges of one run.

    Args:
        waiting: how many rows wait in each of OUTBOXES, asked at each scrape; NaN where that cannot be told.
        clock: milliseconds since 1970, for how far the watermark is behind.
    """

    def __init__(
        self, waiting: Callable[[str], float] = lambda _: 0.0, clock: Callable[[], int] = wall_clock_ms
    ) -> None:
        self.registry = CollectorRegistry()
        self._clock = clock
        self._watermark_ms: int | None = None
        ProcessCollector(registry=self.registry)
        self.run = Info(
            "groundswell_run", "Versions of the program, the settings and the model.", registry=self.registry
        )
        self.items = self._counter("items", "Items scored and stored.")
        self.late = self._counter("late_items", "Items that came behind the watermark.")
        self.dead = self._counter("dead_letters", "Records that could not become scored items.", "reason")
        self.alerts = self._counter("alert_transitions", "Transitions of alerts.", "transition")
        self.batch_seconds = self._histogram("batch_seconds", "From the end of a poll to its batch in the store.")
        self.model_seconds = self._histogram("model_seconds", "Scoring of one batch.")
        self._lag = self._gauge("consumer_lag_records", "Records of a partition that were not read yet.", "partition")
        self._gauge("watermark_lag_seconds", "Clock less watermark; NaN before there is one.").set_function(
            self._watermark_lag_s
        )
        depth = self._gauge("outbox_depth", "Notices and dead letters that wait to be delivered.", "outbox")
        for name in OUTBOXES:
            depth.labels(name).set_function(lambda name=name: waiting(name))

    def set_lag(self, unread: Mapping[str, int]) -> None:
        """Take how many records each partition still holds."""
        for partition, records in unread.items():
            self._lag.labels(partition).set(records)

    def set_watermark(self, watermark_ms: int) -> None:
        """Take where event time stands."""
        self._watermark_ms = watermark_ms

    def _watermark_lag_s(self) -> float:
        return float("nan") if self._watermark_ms is None else (self._clock() - self._watermark_ms) / 1000

    def _counter(self, name: str, text: str, *labels: str) -> Counter:
        return Counter(f"groundswell_{name}", text, labels, registry=self.registry)

    def _gauge(self, name: str, text: str, *labels: str) -> Gauge:
        return Gauge(f"groundswell_{name}", text, labels, registry=self.registry)

    def _histogram(self, name: str, text: str) -> Histogram:
        return Histogram(f"groundswell_{name}", text, buckets=SECONDS, registry=self.registry)
