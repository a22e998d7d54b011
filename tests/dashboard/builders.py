"""Small records to work on by hand; everything happens around noon of 2 March 2026."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from monitor.history import AlertSummary
from monitor.queries import Status

MINUTE_MS, HOUR_MS, DAY_MS = 60_000, 3_600_000, 86_400_000
NOON_MS = 1_772_452_800_000  # 2026-03-02 12:00:00 UTC


def status(**changes: Any) -> Status:
    base = Status(
        items=12_345,
        records=12_400,
        late=3,
        dead=0,
        windows=10,
        watermark_ms=NOON_MS,
        tick_ms=NOON_MS + 75_000,
        seq=7,
        first_event_ms=NOON_MS - 10 * HOUR_MS,
        last_event_ms=NOON_MS - MINUTE_MS,
        ended=False,
        model_version="m1",
        runtime_id="r",
        config_version="c",
        outbox_pending=0,
        outbox_failed=0,
        gaps=0,
    )
    return replace(base, **changes)


def alert(
    key: str = "topic:Macro", state: str = "firing", firing_ms: int | None = NOON_MS, **changes: Any
) -> AlertSummary:
    base = AlertSummary(
        alert_id=f"{key}-{firing_ms}",
        rule="slump",
        rule_version="v",
        key=key,
        state=state,
        pending_ms=NOON_MS,
        firing_ms=firing_ms,
        resolved_ms=None,
        value=-0.456,
        reason="",
        window_ms=HOUR_MS,
        evidence=(),
        time_ms=NOON_MS,
    )
    return replace(base, **changes)


def window(
    end_ms: int, key: str = "topic:Macro", size_ms: int = HOUR_MS, stories: int = 4, polarity: float = 0.25
) -> dict[str, Any]:
    """A window of a thinned frame, one hop of 5 min wide."""
    return {
        "key": key,
        "start_ms": end_ms - size_ms,
        "end_ms": end_ms,
        "left_ms": end_ms - 5 * MINUTE_MS,
        "right_ms": end_ms,
        "items": stories + 1,
        "stories": stories,
        "negative": 0.25,
        "neutral": 0.25,
        "positive": 0.5,
        "polarity": polarity,
        "ci_low": polarity - 0.5,
        "ci_high": polarity + 0.5,
        "late": 0,
    }
