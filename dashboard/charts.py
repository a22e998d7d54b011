"""The charts as Vega-Lite specifications, written with Altair. Pure, and without the data.

A specification depends on the colours, the number of rows and the layers alone, and names its data sets; `with_data`
puts the frames in. So it is made (and checked against the schema, which takes a tenth of a second) once, and at a
refresh the page only swaps the data: nothing is drawn anew, and a selection stays. The range of the time axis is
data too: two invisible marks.
"""

from __future__ import annotations

from copy import deepcopy
from functools import lru_cache
from typing import Any

import altair as alt
import pandas as pd

from dashboard.theme import Palette

Spec = dict[str, Any]
POLARITY_LIMIT = 0.75  # beyond it the colour is full: means over a window seldom reach it
CELL, MOMENT = "cell", "moment"  # the names of the two selections
MIN_ROW_PX, MAX_ROW_PX, HEAD_PX = 19, 38, 44
TIMELINE_PX, STORIES_PX = 270, 92
LEFT_PX = 190
AXIS_PX = 40  # fixed, so that the timeline and its stories line up
HOUR_MINUTE = "utcFormat(datum.value, '%H:%M')"
TIME_LABEL = f"{HOUR_MINUTE} == '00:00' ? utcFormat(datum.value, '%e %b') : {HOUR_MINUTE}"


def with_data(spec: Spec, **frames: pd.DataFrame) -> Spec:
    """A specification with its named data sets."""
    return {**deepcopy(spec), "datasets": frames}


@lru_cache(maxsize=64)
def heat_map(rows: int, colours: Palette) -> Spec:
    """Polarity by topic over time, fainter where few stories stand behind it.

    Data: `cells` (`frames.heat_cells`), `latest` (`frames.latest_cells`: as many as `rows`), `bounds`.
    """
    base = _over("cells").encode(y=alt.Y("topic:N", title=None, sort="ascending", axis=_topic_axis(colours)))
    squares = base.mark_rect(stroke=None).encode(
        x=_time("left", colours),
        x2="right:T",
        color=alt.Color("polarity:Q", scale=_diverging(colours), legend=_legend(colours)),
        opacity=alt.Opacity("stories:Q", scale=_solidity(), legend=None),
        tooltip=_tooltips("topic", "window", "polarity_text", "interval", "stories_text"),
    )
    picked = alt.selection_point(name=CELL, fields=["key", "start_ms", "end_ms"], on="click", toggle=False)
    now = _over("latest").mark_text(align="left", dx=8, color=colours.text, fontSize=12, fontWeight=600)
    now = now.encode(x=alt.value("width"), y=alt.Y("topic:N"), text="polarity_text:N")
    layers = alt.layer(squares.add_params(picked), now, _range(colours))
    height = HEAD_PX + rows * row_px(rows)
    return _finish(layers.properties(height=height, padding={"right": 52, "left": 4, "top": 4, "bottom": 4}))


@lru_cache(maxsize=64)
def timeline(marks: frozenset[str], colours: Palette) -> Spec:
    """Mean polarity with its 95 % interval, under its alerts, rules and the picked window.

    Data: `series`, `bounds`, and of `spans`, `markers`, `picked`, `thresholds` and `usual` those that `marks` names:
    each from the function of that name in `frames` (`usual_lines`).
    """
    layers = [
        *([_stretch("spans", colours.critical, 0.13, colours)] if "spans" in marks else []),
        *([_stretch("picked", colours.text, 0.12, colours)] if "picked" in marks else []),
        _zero(colours),
        *[_threshold(name, colours) for name in ("thresholds", "usual") if name in marks],
        _band(colours),
        _line(colours),
        _points(colours),
        *(_transitions(colours) if "markers" in marks else []),
        _range(colours, labels=False),
    ]
    return _finish(alt.layer(*layers).resolve_scale(color="independent").properties(height=TIMELINE_PX))


@lru_cache(maxsize=8)
def stories(colours: Palette) -> Spec:
    """The number of stories behind each point of the timeline, on the same time axis. Data: `series`, `bounds`."""
    return _finish(alt.layer(_stories(colours), _range(colours)).properties(height=STORIES_PX))


def row_px(rows: int) -> int:
    """The height of a topic's row: few topics fill the space beside the timeline, many stay readable."""
    return min(MAX_ROW_PX, max(MIN_ROW_PX, (TIMELINE_PX + STORIES_PX) // max(1, rows)))


def _solidity() -> alt.Scale:
    return alt.Scale(type="sqrt", domain=[1, 6], range=[0.4, 1], clamp=True)


def _over(name: str) -> alt.Chart:
    return alt.Chart(alt.NamedData(name))


def _finish(chart: Any) -> Spec:
    plain = chart.configure_view(stroke=None).configure(background="transparent", font="Source Sans, sans-serif")
    return plain.to_dict()


def _time(field: str, colours: Palette, *, labels: bool = True) -> alt.X:
    axis = alt.Axis(
        labelExpr=TIME_LABEL,
        labels=labels,
        ticks=labels,
        title=None,
        labelColor=colours.muted,
        domainColor=colours.line,
        tickColor=colours.line,
        grid=False,
        labelOverlap=True,
        tickCount=8,
    )
    return alt.X(f"{field}:T", scale=alt.Scale(type="utc", nice=False), axis=axis)


def _topic_axis(colours: Palette) -> alt.Axis:
    return alt.Axis(
        labelColor=colours.text, labelLimit=LEFT_PX, labelPadding=8, domain=False, ticks=False, labelFontSize=12.5
    )


def _value_axis(title: str, colours: Palette, **options: Any) -> alt.Axis:
    return alt.Axis(
        title=title,
        titleColor=colours.muted,
        titleFontWeight="normal",
        labelColor=colours.muted,
        gridColor=colours.line,
        gridOpacity=0.6,
        domain=False,
        ticks=False,
        minExtent=AXIS_PX,
        maxExtent=AXIS_PX,
        **options,
    )


def _diverging(colours: Palette) -> alt.Scale:
    return alt.Scale(
        domain=[-POLARITY_LIMIT, 0, POLARITY_LIMIT],
        range=[colours.negative, colours.middle, colours.positive],
        interpolate="lab",
        clamp=True,
    )


def _legend(colours: Palette) -> alt.Legend:
    return alt.Legend(
        title=None,
        orient="top",
        direction="horizontal",
        gradientLength=220,
        gradientThickness=8,
        values=[-POLARITY_LIMIT, 0, POLARITY_LIMIT],
        labelExpr="datum.value < 0 ? 'negative' : datum.value > 0 ? 'positive' : 'neutral'",
        labelColor=colours.muted,
        offset=6,
    )


def _tooltips(*fields: str) -> list[alt.Tooltip]:
    return [alt.Tooltip(f"{field}:N", title=field.removesuffix("_text")) for field in fields]


def _range(colours: Palette, *, labels: bool = True) -> alt.Chart:
    return _over("bounds").mark_rule(opacity=0).encode(x=_time("time", colours, labels=labels))


def _zero(colours: Palette) -> alt.Chart:
    return (
        _over("bounds")
        .mark_line(color=colours.muted, strokeWidth=1)
        .encode(x=_time("time", colours, labels=False), y="zero:Q")
    )


def _polarity(colours: Palette) -> alt.Y:
    axis = _value_axis("mean polarity", colours, values=[-1, -0.5, 0, 0.5, 1], format="+.1f")
    return alt.Y("polarity:Q", scale=alt.Scale(domain=[-1, 1]), axis=axis)


def _band(colours: Palette) -> alt.Chart:
    area = _over("series").mark_area(color=colours.info, opacity=0.2, interpolate="linear")
    return area.encode(x=_time("time", colours, labels=False), y="low:Q", y2="high:Q")


def _line(colours: Palette) -> alt.Chart:
    line = _over("series").mark_line(color=colours.text, strokeWidth=1.6)
    return line.encode(x=_time("time", colours, labels=False), y=_polarity(colours))


def _points(colours: Palette) -> alt.Chart:
    picked = alt.selection_point(name=MOMENT, fields=["start_ms", "end_ms"], on="click", toggle=False, nearest=True)
    points = _over("series").mark_point(filled=True, stroke=None)
    return points.encode(
        x=_time("time", colours, labels=False),
        y=_polarity(colours),
        color=alt.Color("polarity:Q", scale=_diverging(colours), legend=None),
        size=alt.condition(picked, alt.value(34), alt.value(16), empty=False),
        tooltip=_tooltips("window", "polarity_text", "interval", "stories_text", "classes"),
    ).add_params(picked)


def _threshold(name: str, colours: Palette) -> alt.Chart:
    line = _over(name).mark_line(color=colours.warning, strokeWidth=1.2, strokeDash=[2, 3])
    return line.encode(
        x=_time("time", colours, labels=False), y="bound:Q", detail="rule:N", tooltip=_tooltips("rule", "words")
    )


def _stretch(name: str, colour: str, opacity: float, colours: Palette) -> alt.Chart:
    area = _over(name).mark_rect(color=colour, opacity=opacity)
    return area.encode(x=_time("left", colours, labels=False), x2="right:T")


def _transitions(colours: Palette) -> list[alt.Chart]:
    states = ["pending", "firing", "recovering", "resolved", "lapsed"]
    tones = [colours.warning, colours.critical, colours.warning, colours.calm, colours.muted]
    colour = alt.Color("state:N", scale=alt.Scale(domain=states, range=tones), legend=None)
    place = _time("time", colours, labels=False)
    tooltips = _tooltips("state", "when", "rule", "value_text")
    rules = _over("markers").mark_rule(strokeWidth=2, strokeDash=[4, 3])
    labels = _over("markers").mark_text(align="left", dx=4, fontSize=11, fontWeight=600)
    return [
        rules.encode(x=place, color=colour, tooltip=tooltips),
        labels.encode(x=place, y="level:Q", text="state:N", color=colour, tooltip=tooltips),
    ]


def _stories(colours: Palette) -> alt.Chart:
    axis = _value_axis("stories", colours, tickCount=3, format="d")
    return (
        _over("series")
        .mark_rect(color=colours.muted, opacity=0.55, stroke=None)
        .encode(
            x=_time("left", colours),
            x2="time:T",
            y=alt.Y("stories:Q", axis=axis),
            y2="zero:Q",
            tooltip=_tooltips("window", "stories_text", "items_text", "late_text"),
        )
    )
