"""Alerts and headlines -> the texts of the page's cards and tables, before they are escaped."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import pandas as pd

from dashboard.rules import Rule
from dashboard.views import EVIDENCE_SHOWN, Liveness
from dashboard.wording import MINUS, count, date_time, duration, kind_and_name, short_time, signed
from monitor.queries import AlertSummary, Status

SEVERITIES = ("critical", "warning", "info")


@dataclass(frozen=True, slots=True)
class Fact:
    """One entry of the status line; `tone` is "", "good", "warn" or "bad"."""

    name: str
    text: str
    tone: str = ""


@dataclass(frozen=True, slots=True)
class AlertCard:
    """One alert in words; `severity` colours it."""

    severity: str
    state: str
    kind: str
    name: str
    rule: str
    condition: str
    value: str
    window: str
    since: str
    lasted: str
    evidence: tuple[tuple[str, float, str], ...]


@dataclass(frozen=True, slots=True)
class HistoryRow:
    """One line of the alerts' history."""

    state: str
    severity: str
    kind: str
    name: str
    rule: str
    began: str
    ended: str
    lasted: str
    value: str
    reason: str
    evidence: str


@dataclass(frozen=True, slots=True)
class HeadlineRow:
    """One line of the headlines; `link` is empty unless it is http or https."""

    time: str
    full_time: str
    source: str
    headline: str
    link: str
    negative: float
    neutral: float
    positive: float
    polarity: float
    polarity_text: str
    topics: str
    confidence: float
    late: bool


def status_facts(status: Status, alive: Liveness) -> list[Fact]:
    """The status line, from what matters most."""
    tones = {"live": "good", "ended": "good", "waiting": "warn", "stale": "bad"}
    facts = [Fact("runner", alive.words, tones[alive.state])]
    if status.watermark_ms is None or status.tick_ms is None:
        facts.append(Fact("watermark", "no time yet"))
    else:
        facts.append(Fact("watermark", f"{date_time(status.watermark_ms)} UTC"))
        facts.append(Fact("behind the clock", duration(max(0, status.tick_ms - status.watermark_ms))))
    return [
        *facts,
        Fact("items", count(status.items)),
        Fact("late", count(status.late), "warn" if status.late else ""),
        Fact("dead letters", count(status.dead), "warn" if status.dead else ""),
        *([Fact("gaps in the log", count(status.gaps), "bad")] if status.gaps else []),
        Fact("model", status.model_version or "none yet"),
    ]


def quiet_words(alive: Liveness, alerts: Sequence[AlertSummary], now_ms: int) -> tuple[str, str]:
    """What stands in the place of the firing alerts when there are none: a headline and a line below it."""
    closed = [alert for alert in alerts if alert.firing_ms is not None and alert.resolved_ms is not None]
    if not closed:
        last = "No alert has fired in the last 7 days."
    else:
        newest = max(closed, key=lambda alert: alert.resolved_ms or 0)
        _, name = kind_and_name(newest.key)
        last = f"The last alert was on {name}: resolved {short_time(newest.resolved_ms or 0, now_ms)} UTC."
    if alive.is_current:
        return "Nothing is firing", last
    return "Nothing was firing when the last batch was written", last


def alert_card(alert: AlertSummary, rule: Rule | None, until_ms: int) -> AlertCard:
    """An open alert; `until_ms` is the event time now, and `rule` is None where the settings no longer hold it."""
    kind, name = kind_and_name(alert.key)
    began_ms = began(alert)
    return AlertCard(
        severity=rule.severity if rule else "",
        state=alert.state,
        kind=kind,
        name=name,
        rule=alert.rule,
        condition=rule.words if rule else "",
        value=_value(alert, rule),
        window=duration(alert.window_ms),
        since=f"{short_time(began_ms, until_ms)} UTC",
        lasted=duration(max(0, until_ms - began_ms)),
        evidence=_evidence(alert),
    )


def worst_first(cards: Sequence[AlertCard]) -> list[AlertCard]:
    """By severity; within one, the order given."""
    return sorted(cards, key=lambda card: SEVERITIES.index(card.severity) if card.severity in SEVERITIES else 0)


def _value(alert: AlertSummary, rule: Rule | None) -> str:
    return rule.number(alert.value) if rule else f"{alert.value:.2f}".replace("-", MINUS)


def _evidence(alert: AlertSummary) -> tuple[tuple[str, float, str], ...]:
    """The first headlines behind an alert; copies of one report say it once."""
    once: dict[str, tuple[str, float, str]] = {}
    for one in alert.evidence:
        once.setdefault(one.headline, (signed(one.polarity), one.polarity, one.headline))
    return tuple(once.values())[:EVIDENCE_SHOWN]


def history_rows(alerts: Sequence[AlertSummary], rules: Mapping[str, Rule], until_ms: int) -> list[HistoryRow]:
    """All alerts, the latest first."""
    return [_history_row(alert, rules.get(alert.rule), until_ms) for alert in sorted(alerts, key=_newest_first)]


def _newest_first(alert: AlertSummary) -> tuple[int, str, str]:
    return -began(alert), alert.key, alert.rule


def began(alert: AlertSummary) -> int:
    """When it fired, or else when it became pending."""
    return alert.pending_ms if alert.firing_ms is None else alert.firing_ms


def _history_row(alert: AlertSummary, rule: Rule | None, until_ms: int) -> HistoryRow:
    """One alert as a line."""
    kind, name = kind_and_name(alert.key)
    start_ms, end_ms = began(alert), alert.resolved_ms
    return HistoryRow(
        state=alert.state,
        severity=rule.severity if rule else "",
        kind=kind,
        name=name,
        rule=alert.rule,
        began=short_time(start_ms, until_ms),
        ended="" if end_ms is None else short_time(end_ms, until_ms),
        lasted=duration((until_ms if end_ms is None else end_ms) - start_ms),
        value=_value(alert, rule),
        reason=alert.reason.replace("_", " "),
        evidence=alert.evidence[0].headline if alert.evidence else "",
    )


def safe_link(url: str) -> str:
    """The address if it is http or https with a host, else nothing: no other scheme may be clicked."""
    text = url.strip()
    if any(ord(character) < 33 for character in text):
        return ""
    try:
        parts = urlsplit(text)
    except ValueError:  # a malformed host, as in "http://[": not a link
        return ""
    return text if parts.scheme in ("http", "https") and parts.netloc else ""


def headline_rows(items: pd.DataFrame, near_ms: int) -> list[HeadlineRow]:
    """The items in the order given; times of the day of `near_ms` are short."""
    return [_headline_row(item, near_ms) for item in items.to_dict("records")]


def _headline_row(item: dict[Any, Any], near_ms: int) -> HeadlineRow:
    time_ms = int(item["event_time_ms"])
    return HeadlineRow(
        time=short_time(time_ms, near_ms),
        full_time=f"{date_time(time_ms)} UTC",
        source=item["source"],
        headline=item["headline"],
        link=safe_link(item["url"]),
        negative=float(item["negative"]),
        neutral=float(item["neutral"]),
        positive=float(item["positive"]),
        polarity=float(item["polarity"]),
        polarity_text=signed(item["polarity"]),
        topics=", ".join(name for name, _ in item["topics"]),
        confidence=float(item["confidence"]),
        late=bool(item["late"]),
    )
