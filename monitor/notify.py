"""Which notices an alert event calls for, and when a failed one is tried again: pure; monitor/delivery.py sends."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from monitor.durations import UNITS_MS
from monitor.rule_settings import RuleSettings
from streams.records import AlertEvent

QUIET_MS = 30_000  # how long summed notices wait for more of their kind
FIRST_RETRY_MS = 5_000
LONGEST_RETRY_MS = 3_600_000
NOTIFIED = ("firing", "resolved")


@dataclass(frozen=True, slots=True)
class Notice:
    """One message for one channel.

    `notice_id` is the same however often it is sent, so that a receiver can drop a repeat. `summed` marks a
    transition that was old when it was found: such notices of a channel go out together, in one message, once no
    more of them come. None is sent before `due_ms`.
    """

    notice_id: str
    channel: str
    alert_id: str
    transition: str
    time_ms: int
    title: str
    body: str
    severity: str
    summed: bool = False
    due_ms: int = 0


def notices_for(
    event: AlertEvent, rule: RuleSettings | None, channels: Sequence[str], now_ms: int, max_age_ms: int
) -> list[Notice]:
    """What to send for one event of the ledger: firing and resolved are told, to the channels of the rule.

    Args:
        event: as the ledger holds it, with its evidence.
        rule: its settings; None for one that was removed, which every channel is told.
        channels: the names of all channels.
        now_ms: the clock reading of the batch.
        max_age_ms: a transition whose event time is further back is summed up.
    """
    if event.transition not in NOTIFIED:
        return []
    named = channels if rule is None or rule.channels is None else rule.channels
    summed = event.time_ms < now_ms - max_age_ms
    return [
        Notice(
            notice_id=hash_id(event.alert_id, event.transition, event.time_ms, channel),
            channel=channel,
            alert_id=event.alert_id,
            transition=event.transition,
            time_ms=event.time_ms,
            title=title(event, rule),
            body=body(event, rule),
            severity=rule.severity if rule else "info",
            summed=summed,
            due_ms=now_ms + QUIET_MS if summed else now_ms,
        )
        for channel in named
    ]


def hash_id(*parts: str | int) -> str:
    """24 hex digits over the parts."""
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:24]


def title(event: AlertEvent, rule: RuleSettings | None) -> str:
    """One line: what happened to which key, and the number."""
    if event.transition == "resolved":
        return f"RESOLVED {event.key} ({event.rule}) after {duration(event.time_ms - event.started_ms)}"
    severity = f"{rule.severity} " if rule else ""
    return f"FIRING {severity}{event.key} ({event.rule}): {_statistic(rule)} {event.value:.3f}{_bound(rule)}"


def body(event: AlertEvent, rule: RuleSettings | None) -> str:
    """The rule, the key, the number, its window, how long it has lasted, and the headlines behind it."""
    lasted = duration(event.time_ms - event.started_ms)
    lines = [
        f"Rule {event.rule} watches {event.key}: {_statistic(rule)} {event.value:.3f}{_bound(rule)}",
        f"Window: the {duration(event.window_ms)} to {utc(event.time_ms)}",
        f"Resolved {utc(event.time_ms)}, lasted {lasted}, since {utc(event.started_ms)}"
        if event.transition == "resolved"
        else f"Since {utc(event.started_ms)}",
    ]
    if event.reason:
        lines.append(f"Reason: {event.reason}")
    if event.evidence:
        lines.append("Headlines:")
    lines += [
        f"- {utc(one.event_time_ms)} [{one.polarity:+.2f}] {one.headline} ({one.source})" for one in event.evidence
    ]
    return "\n".join([*lines, f"Alert {event.alert_id}, rule version {event.rule_version}"])


def next_attempt_ms(attempts: int, now_ms: int) -> int:
    """When to try again after `attempts` failures: 5 s, 10 s, 20 s, ... at most an hour later."""
    return now_ms + min(FIRST_RETRY_MS * 2 ** min(attempts - 1, 30), LONGEST_RETRY_MS)


def duration(length_ms: int) -> str:
    """Its two largest units: '1 d 2 h', '1 h 25 m', '40 s', '0 s'."""
    parts: list[str] = []
    rest_ms = length_ms
    for unit in ("d", "h", "m", "s"):
        count, rest_ms = divmod(rest_ms, UNITS_MS[unit])
        if count:
            parts.append(f"{count} {unit}")
    return " ".join(parts[:2]) or "0 s"


def utc(time_ms: int) -> str:
    """'2011-08-05 14:00 UTC'."""
    return datetime.fromtimestamp(time_ms / 1000, UTC).strftime("%Y-%m-%d %H:%M UTC")


def _statistic(rule: RuleSettings | None) -> str:
    return rule.statistic if rule else "value"


def _bound(rule: RuleSettings | None) -> str:
    if rule is None:
        return ""
    if rule.detector == "surge":
        return " (a surge over its own baseline)"
    return f" ({'above' if rule.is_above else 'below'} {rule.bound:g})"
