"""What the viewer chooses: the three controls, the clicks on the charts, and how they are remembered.

The choices are kept in the page's address, so that a reload or a shared link shows the same; a picked window is not.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, TypeVar

import streamlit as st

from dashboard import charts, markup, views
from dashboard.page import Menu
from dashboard.wording import duration, key_label

T = TypeVar("T")
FOLLOW = ""  # the watch that stands for "what is firing"
ECHO_S = 3.0  # for so long after a click a refresh, sent before the browser heard of it, may still tell the old watch


def draw_controls(menu: Menu) -> views.Choice:
    """Draw the controls and say what they stand at."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="controls"):
        key = _draw_watch(menu)
        size_ms = menu.sizes_ms[0] if menu.sizes_ms else 0
        if len(menu.sizes_ms) > 1:
            size_ms = _draw_segments("window", "Window", menu.sizes_ms, size_ms, duration)
        span = _draw_segments("range", "Range, event time", list(views.SPANS_MS), views.DEFAULT_SPAN, str)
    return views.Choice(key or None, size_ms, views.SPANS_MS[span], st.session_state.get("picked"))


def _draw_watch(menu: Menu) -> str:
    st.html(markup.label("Watch"), width="content")
    st.selectbox(
        "Watch",
        list(dict.fromkeys([FOLLOW, *sorted(menu.keys, key=views.key_order), _standing_watch()])),
        key="watch",
        bind="query-params",
        format_func=lambda key: key_label(key) if key else "Follow what is firing",
        on_change=_leave_window,
        label_visibility="collapsed",
        width=360,
    )
    return _standing_watch()


def _standing_watch() -> str:
    """The watch that the list shows, or the one that a click has led to since."""
    shown: str = st.session_state.get("watch") or FOLLOW
    jump: views.Jump | None = st.session_state.get("jump")
    return shown if jump is None else jump.watch(shown, time.monotonic())


def _leave_window() -> None:
    """Another watch was chosen: unless it is what a click has led to, show its whole range."""
    jump: views.Jump | None = st.session_state.get("jump")
    if jump is None or _standing_watch() != jump.after:
        clear_window()


def _draw_segments(key: str, label: str, options: list[T], default: T, words: Callable[[T], str]) -> T:
    st.html(markup.label(label), width="content")
    chosen = st.segmented_control(
        label,
        options,
        key=key,
        bind="query-params",
        default=default,
        required=True,
        format_func=words,
        label_visibility="collapsed",
    )
    return default if chosen is None else chosen


def generation() -> int:
    """Counts the clears: a chart under a new name forgets what was selected in the old one."""
    return st.session_state.get("generation", 0)


def _selected(chart: str, chart_generation: int, selection: str) -> dict[str, Any] | None:
    """The row that was clicked; a chart of an earlier generation is on its way out and says nothing more."""
    state = st.session_state.get(f"{chart}-{chart_generation}")
    chosen = state.selection[selection] if state is not None and chart_generation == generation() else []
    return chosen[0] if chosen else None


def pick_cell(chart_generation: int) -> None:
    """Show the topic whose cell was clicked, and the headlines of that window."""
    row = _selected("heat", chart_generation, charts.CELL)
    if row is not None:
        st.session_state["jump"] = views.Jump(_standing_watch(), row["key"], time.monotonic() + ECHO_S)
        st.session_state["watch"] = row["key"]
        st.session_state["picked"] = views.Picked(row["key"], row["start_ms"], row["end_ms"])


def pick_moment(chart_generation: int, key: str) -> None:
    """Narrow the headlines to the window that was clicked on the timeline."""
    row = _selected("line", chart_generation, charts.MOMENT)
    if row is not None:
        st.session_state["picked"] = views.Picked(key, row["start_ms"], row["end_ms"])


def clear_window() -> None:
    """Show the headlines of the whole range again."""
    st.session_state["picked"] = None
    st.session_state["generation"] = generation() + 1
