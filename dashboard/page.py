"""What one refresh of the page reads from the store, and nothing of how it looks."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from dashboard.frames import heat_cells, series
from dashboard.rules import Rule, read_rules
from dashboard.views import Choice, anchor_ms, chosen_key, chosen_window, since_ms
from dashboard.wording import DAY_MS
from monitor.queries import AlertSummary, Reader, Status
from monitor.usual import Usual

HEADLINES_SHOWN = 120
HEAT_COLUMNS, LINE_COLUMNS = 160, 720
HISTORY_MS = 7 * DAY_MS  # alerts are listed for at least as long


@dataclass(frozen=True)
class Menu:
    """The status of the store, and what there is to choose from."""

    status: Status
    keys: list[str]
    sizes_ms: list[int]


@dataclass(frozen=True)
class Page:
    """What is on show: `[since_ms, until_ms]` of event time, for `key` and windows of `size_ms`.

    `picked` is the window that the headlines are narrowed to; `cells` and `series` are those of `frames`.
    """

    status: Status
    choice: Choice
    alerts: list[AlertSummary]
    rules: dict[str, Rule]
    key: str
    size_ms: int
    since_ms: int
    until_ms: int
    picked: tuple[int, int] | None
    cells: pd.DataFrame
    series: pd.DataFrame
    items: pd.DataFrame
    usual: tuple[Usual, ...]


def load_menu(reader: Reader, status: Status) -> Menu:
    """Read the keys, the busiest first, and the sizes of windows, the smallest first."""
    return Menu(status, [str(key) for key in reader.keys()["key"]], reader.window_sizes())


def load_page(reader: Reader, status: Status, choice: Choice, before: Page | None = None) -> Page:
    """Read all that the page shows for a choice; `status` was read a moment before.

    Args:
        reader: the store.
        status: its status.
        choice: the viewer's.
        before: the page that is on show, whose windows are taken over where none has closed since.
    """
    size_ms = choice.size_ms or 0
    until = anchor_ms(status, size_ms) or 0
    since = since_ms(choice, until, status.first_event_ms)
    alerts = reader.alerts(since_ms=min(since, until - HISTORY_MS))
    key = chosen_key(choice, alerts)
    picked = chosen_window(choice, key)
    first, last = picked or (since, None)
    cells, line = _old_windows(before, status, choice, key) if before else (None, None)
    if cells is None:
        cells = heat_cells(reader.thinned_windows("topic:*", size_ms, since, until, HEAT_COLUMNS))
    if line is None:
        line = series(reader.thinned_windows(key, size_ms, since, until, LINE_COLUMNS))
    return Page(
        status=status,
        choice=choice,
        alerts=alerts,
        rules=read_rules(reader, status.config_version),
        key=key,
        size_ms=size_ms,
        since_ms=since,
        until_ms=until,
        picked=picked,
        cells=cells,
        series=line,
        items=reader.items(key, first, last, limit=HEADLINES_SHOWN),
        usual=reader.usual(key),
    )


def _old_windows(
    before: Page, status: Status, choice: Choice, key: str
) -> tuple[pd.DataFrame | None, pd.DataFrame | None]:
    """A page's cells and series where they are still all there is: late items count for windows long closed."""
    then = before.status
    same_store = (then.windows, then.late, then.ended) == (status.windows, status.late, status.ended)
    same_choice = (before.choice.size_ms, before.choice.span_ms) == (choice.size_ms, choice.span_ms)
    if not (same_store and same_choice):
        return None, None
    return before.cells, before.series if before.key == key else None
