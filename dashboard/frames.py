"""Frames of the store -> frames of the charts. Pure; times become UTC timestamps and every tooltip is text."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from dashboard.rules import Rule
from dashboard.views import OPEN_STATES
from dashboard.wording import count, date_time, kind_and_name, short_time, signed
from monitor.queries import AlertSummary
from monitor.surge import slot_of
from monitor.usual import Usual

Integers = npt.NDArray[np.int64]
TEXTS = ("window", "interval", "classes", "polarity_text", "stories_text", "items_text", "late_text")
LABEL_LEVELS = (0.94, 0.82, 0.70)


def utc(times_ms: Iterable[int]) -> pd.DatetimeIndex:
    """Integer milliseconds as UTC timestamps."""
    return pd.DatetimeIndex(pd.to_datetime(np.fromiter(times_ms, np.int64), unit="ms", utc=True))


def _integers(frame: pd.DataFrame, name: str) -> Integers:
    return frame[name].to_numpy(np.int64)


def heat_cells(thinned: pd.DataFrame) -> pd.DataFrame:
    """One row per topic and step of time."""
    kept = _described(thinned)
    return kept.assign(
        topic=[kind_and_name(key)[1] for key in kept["key"]],
        left=utc(_integers(kept, "left_ms")),
        right=utc(_integers(kept, "right_ms")),
    )


def latest_cells(cells: pd.DataFrame) -> pd.DataFrame:
    """The newest row of each topic; its text is empty where the topic is silent in the newest step of all."""
    newest = cells.drop_duplicates("topic", keep="last")
    end_ms = cells["right_ms"].max()
    texts = zip(newest["right_ms"].tolist(), newest["polarity_text"].tolist(), strict=True)
    return pd.DataFrame(
        {"topic": newest["topic"], "polarity_text": [text if at == end_ms else "" for at, text in texts]}
    )


def series(thinned: pd.DataFrame) -> pd.DataFrame:
    """One key's windows in the order of time, with an empty row in every gap, so that no line crosses one.

    `low` and `high` are the interval, empty below two stories, where it says nothing.
    """
    kept = _described(thinned)
    known = kept["stories"] >= 2
    kept = kept.assign(low=kept["ci_low"].where(known), high=kept["ci_high"].where(known))
    rows = pd.concat([kept, _gaps(kept)], ignore_index=True).sort_values("right_ms", kind="stable", ignore_index=True)
    return rows.assign(left=utc(_integers(rows, "left_ms")), time=utc(_integers(rows, "right_ms")), zero=0)


def _gaps(kept: pd.DataFrame) -> pd.DataFrame:
    """An empty row right after each window that the next one does not follow at once."""
    lefts, rights = _integers(kept, "left_ms"), _integers(kept, "right_ms")
    ends = rights[:-1][lefts[1:] > rights[:-1]]
    return pd.DataFrame({"left_ms": ends, "right_ms": ends + 1})


def _described(rows: pd.DataFrame) -> pd.DataFrame:
    """Add the texts of the tooltips."""
    texts = [_texts(row) for row in rows.to_dict("records")]
    return rows.assign(**{name: [text[name] for text in texts] for name in TEXTS})


def _texts(row: dict[Any, Any]) -> dict[str, str]:
    start_ms, stories = row["start_ms"], row["stories"]
    return {
        "window": f"{date_time(start_ms)[:-3]} to {short_time(row['end_ms'], start_ms)} UTC",
        "interval": f"{signed(row['ci_low'])} to {signed(row['ci_high'])}" if stories >= 2 else "none for one story",
        "classes": f"{row['negative']:.0%} negative, {row['neutral']:.0%} neutral, {row['positive']:.0%} positive",
        "polarity_text": signed(row["polarity"]),
        "stories_text": count(stories),
        "items_text": count(row["items"]),
        "late_text": count(row["late"]),
    }


def bounds(since_ms: int, until_ms: int) -> pd.DataFrame:
    """The two ends of the time axis."""
    return pd.DataFrame({"time": utc([since_ms, until_ms]), "zero": [0, 0]})


def markers(alerts: Sequence[AlertSummary], key: str, since_ms: int, until_ms: int) -> pd.DataFrame:
    """The transitions of a key's alerts within `[since_ms, until_ms]`, labels at staggered heights."""
    rows = [
        {"time_ms": time_ms, "state": state, "rule": alert.rule, "value_text": signed(alert.value)}
        for alert in alerts
        if alert.key == key
        for state, time_ms in transitions(alert)
        if since_ms <= time_ms <= until_ms
    ]
    frame = pd.DataFrame(rows, columns=["time_ms", "state", "rule", "value_text"]).sort_values(
        "time_ms", kind="stable", ignore_index=True
    )
    levels = [LABEL_LEVELS[place % len(LABEL_LEVELS)] for place in range(len(frame))]
    when = [f"{date_time(time)} UTC" for time in frame["time_ms"]]
    return frame.assign(time=utc(_integers(frame, "time_ms")), when=when, level=levels)


def transitions(alert: AlertSummary) -> list[tuple[str, int]]:
    """The states that an alert went through, with their times."""
    ended = "lapsed" if alert.state == "lapsed" else "resolved"
    steps = (("pending", alert.pending_ms), ("firing", alert.firing_ms), (ended, alert.resolved_ms))
    return [(state, time_ms) for state, time_ms in steps if time_ms is not None]


def spans(alerts: Sequence[AlertSummary], key: str, since_ms: int, until_ms: int) -> pd.DataFrame:
    """The stretches within `[since_ms, until_ms]` over which a key's alerts fired."""
    rows: list[tuple[int, int]] = []
    for alert in alerts:
        if alert.key != key or alert.firing_ms is None:
            continue
        end = until_ms if alert.state in OPEN_STATES or alert.resolved_ms is None else alert.resolved_ms
        if alert.firing_ms <= until_ms and end >= since_ms:
            rows.append((max(alert.firing_ms, since_ms), min(end, until_ms)))
    return _stretches(rows)


def picked(window: tuple[int, int] | None) -> pd.DataFrame:
    """The window that a click chose, as one row; none where there is none."""
    return _stretches([window] if window else [])


def _stretches(rows: Sequence[tuple[int, int]]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["left_ms", "right_ms"])
    return frame.assign(left=utc(_integers(frame, "left_ms")), right=utc(_integers(frame, "right_ms")))


def thresholds(rules: Iterable[Rule], key: str, size_ms: int, since_ms: int, until_ms: int) -> pd.DataFrame:
    """The bounds on the mean polarity of this key and window that rules watch, each as a line across the range."""
    rows = [
        {"time_ms": time_ms, "bound": rule.bound, "rule": rule.name, "words": rule.words}
        for rule in rules
        if rule.statistic == "polarity" and rule.bound is not None
        if rule.window_ms == size_ms and rule.watches(key)
        for time_ms in (since_ms, until_ms)
    ]
    frame = pd.DataFrame(rows, columns=["time_ms", "bound", "rule", "words"])
    return frame.assign(time=utc(_integers(frame, "time_ms")))


def usual_lines(
    usual: Iterable[Usual], rules: Mapping[str, Rule], key: str, size_ms: int, line: pd.DataFrame
) -> pd.DataFrame:
    """The polarity below which a window of `line` (a `series`) is more negative than is usual to a surge rule.

    It is p(positive) of that very window, less what is usual of p(negative) at its hour, so it moves with both.
    """
    parts = [pd.DataFrame(columns=["time_ms", "time", "bound", "rule", "words"])]
    for one in usual:
        rule = rules.get(one.rule)
        if rule is None or rule.window_ms != size_ms or not rule.watches(key) or line.empty:
            continue
        levels = np.array(one.bounds)[[slot_of(end_ms - 1) for end_ms in _integers(line, "right_ms")]]
        words = [f"{rule.words} of {rule.number(level)}" for level in levels]
        part = line[["time"]].assign(time_ms=line["right_ms"], bound=line["positive"] - levels)
        parts.append(part.assign(rule=rule.name, words=words))
    return pd.concat(parts, ignore_index=True) if len(parts) > 1 else parts[0]
