"""The page: widgets and layout only. `dashboard.page` reads, `views`, `cards` and `frames` decide what it says.

Run by `groundswell dashboard`, or `streamlit run dashboard/app.py -- --store sqlite:///groundswell.db`.
"""

from __future__ import annotations

import argparse
import os
import time
from collections.abc import Callable
from contextlib import closing
from functools import partial
from typing import TypeVar

import streamlit as st

from dashboard import cards, charts, frames, markup, views
from dashboard.controls import clear_window, draw_controls, generation, pick_cell, pick_moment
from dashboard.page import HEADLINES_SHOWN, Menu, Page, load_menu, load_page
from dashboard.serve import STORE_VARIABLE
from dashboard.style import style_sheet
from dashboard.theme import Palette, palette
from dashboard.wording import date_time, duration, kind_and_name, short_time
from monitor.engine import StoreError
from monitor.queries import AlertSummary, Reader, Status

T = TypeVar("T")
TABLE_PX = 470
ICON = (  # drawn here, since Streamlit fetches its own symbols from the network
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="6" fill="#0d1117"/>'
    '<path d="M3 22c5 0 5-12 10-12s5 8 9 8 4-5 7-5" fill="none" stroke="#4ba3f5" stroke-width="4"/></svg>'
)


def main() -> None:
    """Lay out the page once; its content refreshes on its own."""
    st.set_page_config(page_title="Groundswell", page_icon=ICON, layout="wide")
    arguments = _arguments()
    st.html(style_sheet(palette(st.context.theme.type)))
    st.fragment(refresh, run_every=arguments.refresh)(arguments.store)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(allow_abbrev=False, add_help=False)
    parser.add_argument("--store", default=os.environ.get(STORE_VARIABLE, "sqlite:///groundswell.db"))
    parser.add_argument("--refresh", type=float, default=2.0)
    return parser.parse_known_args()[0]


def refresh(url: str) -> None:
    """Read the store and draw; where it cannot be read, say so and keep what was drawn before."""
    now_ms = time.time_ns() // 1_000_000
    colours = palette(st.context.theme.type)
    head = st.container()
    menu, problem = _tried(lambda: _read_menu(url), "menu")
    if menu is None or menu.status.seq == 0:
        _draw_nothing(problem)
        return
    choice = draw_controls(menu)
    page, later_problem = _tried(lambda: _read_page(url, menu.status, choice), "page")
    if page is None:
        _draw_nothing(later_problem)
        return
    with head:
        _draw_head(page, problem or later_problem, now_ms)
    _draw_body(page, colours)


def _tried(read: Callable[[], T], name: str) -> tuple[T | None, str]:
    """What `read` gives, or else what it gave last time, with the reason."""
    try:
        st.session_state[name] = read()
    except StoreError as error:
        return st.session_state.get(name), str(error)
    return st.session_state[name], ""


def _read_menu(url: str) -> Menu:
    """The status, and what there is to choose from; read anew when the status has changed."""
    with closing(Reader.open(url)) as reader:
        status = reader.status()
        before: Menu | None = st.session_state.get("menu")
        return before if before is not None and before.status == status else load_menu(reader, status)


def _read_page(url: str, status: Status, choice: views.Choice) -> Page:
    """The content; read anew when the status or the choice has changed."""
    before: Page | None = st.session_state.get("page")
    if before is not None and (before.status, before.choice) == (status, choice):
        return before
    with closing(Reader.open(url)) as reader:
        return load_page(reader, status, choice, before)


def _draw_nothing(problem: str) -> None:
    if problem:
        st.html(markup.notice("There is no store to show", [problem, *markup.FIRST_STEPS]))
    else:
        st.html(markup.notice("The store is empty so far", ["No batch was written yet.", *markup.FIRST_STEPS]))


def _draw_head(page: Page, problem: str, now_ms: int) -> None:
    alive = views.liveness(page.status, _watched(page.status.seq, now_ms), now_ms)
    st.html(markup.status_line(cards.status_facts(page.status, alive)))
    if problem:
        st.html(markup.warning(f"The store cannot be read, and what follows is old. {problem}"))
    elif alive.state == "stale":
        st.html(markup.warning(f"What follows is old: {alive.words}. Start one with: groundswell run --config FILE"))
    _draw_alerts(page, alive)


def _watched(seq: int, now_ms: int) -> views.Watched:
    before = st.session_state.get("watched") or views.Watched(seq, now_ms)
    st.session_state["watched"] = before.look(seq, now_ms)
    return st.session_state["watched"]


def _draw_alerts(page: Page, alive: views.Liveness) -> None:
    firing = [_card(page, alert) for alert in views.open_alerts(page.alerts)]
    pending = [_card(page, alert) for alert in views.pending_alerts(page.alerts)]
    if firing:
        st.html(markup.firing(cards.worst_first(firing)))
    else:
        st.html(markup.quiet(*cards.quiet_words(alive, page.alerts, page.until_ms)))
    if pending:
        st.html(markup.pending(pending))


def _card(page: Page, alert: AlertSummary) -> cards.AlertCard:
    return cards.alert_card(alert, page.rules.get(alert.rule), page.until_ms)


def _draw_body(page: Page, colours: Palette) -> None:
    left, right = st.columns([6, 7], gap="medium")
    with left:
        _draw_heat_map(page, colours)
    with right:
        _draw_timeline(page, colours)
    left, right = st.columns([9, 5], gap="medium")
    with left:
        _draw_headlines(page)
    with right:
        _draw_history(page)


def _draw_heat_map(page: Page, colours: Palette) -> None:
    st.html(markup.heading("Sentiment by topic", f"mean polarity over {duration(page.size_ms)}, UTC"))
    if page.cells.empty:
        st.html(markup.nothing("No topic has a closed window in this range yet."))
        return
    cells, latest = page.cells, frames.latest_cells(page.cells)
    spec = charts.with_data(
        charts.heat_map(len(latest), colours),
        cells=cells,
        latest=latest,
        bounds=frames.bounds(page.since_ms, page.until_ms),
    )
    pick = partial(pick_cell, generation())
    st.vega_lite_chart(spec=spec, key=f"heat-{generation()}", theme=None, width="stretch", on_select=pick)


def _draw_timeline(page: Page, colours: Palette) -> None:
    kind, name = kind_and_name(page.key)
    st.html(markup.heading(f"{kind} {name}".strip(), f"polarity with its 95 % interval over {duration(page.size_ms)}"))
    if page.series.empty:
        st.html(markup.nothing("This watch has no closed window in this range yet."))
        return
    start_end = page.since_ms, page.until_ms
    data = {"series": page.series, "bounds": frames.bounds(*start_end)}
    marks = {
        "spans": frames.spans(page.alerts, page.key, *start_end),
        "markers": frames.markers(page.alerts, page.key, *start_end),
        "picked": frames.picked(page.picked),
        "thresholds": frames.thresholds(page.rules.values(), page.key, page.size_ms, *start_end),
        "usual": frames.usual_lines(page.usual, page.rules, page.key, page.size_ms, page.series),
    }
    marks = {name: frame for name, frame in marks.items() if not frame.empty}
    spec = charts.with_data(charts.timeline(frozenset(marks), colours), **data, **marks)
    pick = partial(pick_moment, generation(), page.key)
    st.vega_lite_chart(spec=spec, key=f"line-{generation()}", theme=None, width="stretch", on_select=pick)
    st.vega_lite_chart(
        spec=charts.with_data(charts.stories(colours), **data), key="stories", theme=None, width="stretch"
    )


def _draw_headlines(page: Page) -> None:
    words = f"the newest {len(page.items)} of the range" if len(page.items) == HEADLINES_SHOWN else "of the range"
    if page.picked:
        start_ms, end_ms = page.picked
        words = f"{date_time(start_ms)[:-3]} to {short_time(end_ms, start_ms)} UTC"
    head, clear = st.columns([5, 1], vertical_alignment="center")
    head.html(markup.heading(f"Headlines: {kind_and_name(page.key)[1]}", words))
    if page.picked:
        clear.button("Whole range", on_click=clear_window, key="clear")
    with st.container(height=TABLE_PX, border=False, key="headlines"):
        rows = cards.headline_rows(page.items, page.until_ms)
        st.html(markup.headline_table(rows) if rows else markup.nothing("No headline for this watch in this range."))


def _draw_history(page: Page) -> None:
    st.html(markup.heading("Alerts", "the last 7 days, or the range where it is longer"))
    with st.container(height=TABLE_PX, border=False, key="alerts"):
        rows = cards.history_rows(page.alerts, page.rules, page.until_ms)
        st.html(markup.history_table(rows) if rows else markup.nothing("No alert yet."))


main()
