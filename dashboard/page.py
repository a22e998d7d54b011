"""What one refresh of the page reads from the store, and nothing of how it looks."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from dashboard.rules import Rule, RuleReader
from dashboard.views import Choice, anchor_ms, chosen_key, since_ms
from dashboard.wording import DAY_MS
from monitor.queries import AlertSummary, Reader, Status

HEADLINES_SHOWN = 120
HISTORY_MS = 7 * DAY_MS  # alerts are listed for at least as long


@dataclass(frozen=True)
class Menu:
    """The status of the store, and what there is to choose from."""

    status: Status
    keys: list[str]
    sizes_ms: list[int]


@dataclass(frozen=True)
class Page:
    """What is on show: `[since_ms, until_ms]` of event time, for `key` and windows of `size_ms`."""

    status: Status
    choice: Choice
    alerts: list[AlertSummary]
    rules: dict[str, Rule]
    key: str
    size_ms: int
    since_ms: int
    until_ms: int
    topics: pd.DataFrame
    windows: pd.DataFrame
    items: pd.DataFrame


def load_menu(reader: Reader, status: Status) -> Menu:
    """Read the keys, the busiest first, and the sizes of windows, the smallest first."""
    return Menu(status, [str(key) for key in reader.keys()["key"]], reader.window_sizes())


def load_page(reader: RuleReader, status: Status, choice: Choice) -> Page:
    """Read all that the page shows for a choice; `status` was read a moment before."""
    size_ms = choice.size_ms or 0
    until = anchor_ms(status, size_ms) or 0
    since = since_ms(choice, until, status.first_event_ms)
    alerts = reader.alerts(since_ms=min(since, until - HISTORY_MS))
    key = chosen_key(choice, alerts)
    first, last = choice.window or (since, None)
    return Page(
        status=status,
        choice=choice,
        alerts=alerts,
        rules=reader.rules(status.config_version),
        key=key,
        size_ms=size_ms,
        since_ms=since,
        until_ms=until,
        topics=reader.windows("topic:*", size_ms, since, until),
        windows=reader.windows(key, size_ms, since, until),
        items=reader.items(key, first, last, limit=HEADLINES_SHOWN),
    )
