"""The ledger of alert events, folded into one summary per alert: pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import groupby

from streams.records import AlertEvent, Evidence

# The order of transitions that share a time: the life cycle's own.
LIFE = ("pending", "firing", "recovering", "resolved", "lapsed")
CLOSED = ("resolved", "lapsed")


@dataclass(frozen=True, slots=True)
class AlertSummary:
    """One alert as its events leave it.

    `state` is the last transition and `time_ms` its time; `value`, `window_ms` and `evidence` are those at which it
    fired last, or of the pending that waits. `pending_ms` is the end of the first window for which its condition held.
    """

    alert_id: str
    rule: str
    rule_version: str
    key: str
    state: str
    pending_ms: int
    firing_ms: int | None
    resolved_ms: int | None
    value: float
    reason: str
    window_ms: int
    evidence: tuple[Evidence, ...]
    time_ms: int

    @property
    def is_open(self) -> bool:
        """Pending, firing or recovering."""
        return self.state not in CLOSED


def life_order(event: AlertEvent) -> tuple[str, int, int]:
    """Sorts events by alert, and each alert's in the order of its life."""
    rank = LIFE.index(event.transition) if event.transition in LIFE else len(LIFE)
    return event.alert_id, event.time_ms, rank


def summaries(events: Iterable[AlertEvent]) -> list[AlertSummary]:
    """One summary per alert, the newest first."""
    folded: list[AlertSummary] = []
    for _, life in groupby(sorted(events, key=life_order), key=lambda event: event.alert_id):
        summary: AlertSummary | None = None
        for event in life:
            summary = _step(summary or _born(event), event)
        if summary is not None:
            folded.append(summary)
    return sorted(folded, key=lambda summary: (-summary.pending_ms, summary.rule, summary.key, summary.alert_id))


def _born(event: AlertEvent) -> AlertSummary:
    return AlertSummary(
        alert_id=event.alert_id,
        rule=event.rule,
        rule_version=event.rule_version,
        key=event.key,
        state=event.transition,
        pending_ms=event.started_ms,
        firing_ms=None,
        resolved_ms=None,
        value=event.value,
        reason=event.reason,
        window_ms=event.window_ms,
        evidence=event.evidence,
        time_ms=event.time_ms,
    )


def _step(summary: AlertSummary, event: AlertEvent) -> AlertSummary:
    moved = replace(summary, state=event.transition, time_ms=event.time_ms, reason=event.reason)
    match event.transition:
        case "pending":
            return _with_number(moved, event)
        case "firing":
            first_ms = event.time_ms if summary.firing_ms is None else summary.firing_ms
            return replace(_with_number(moved, event), firing_ms=first_ms)
        case "resolved":
            return replace(moved, resolved_ms=event.time_ms)
        case _:
            return moved


def _with_number(summary: AlertSummary, event: AlertEvent) -> AlertSummary:
    return replace(summary, value=event.value, window_ms=event.window_ms, evidence=event.evidence or summary.evidence)
