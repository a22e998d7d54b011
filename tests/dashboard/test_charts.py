"""Charts as specifications, and colours by their contrast."""

from __future__ import annotations

import json
import re
from typing import Any

import pandas as pd
import pytest

from dashboard import charts, frames, theme
from dashboard.rules import parse_rule
from tests.dashboard.builders import HOUR_MS, MINUTE_MS, NOON_MS, alert, window


class TestCharts:
    rows = pd.DataFrame([window(NOON_MS + n * 5 * MINUTE_MS) for n in range(4)])
    bounds = frames.bounds(NOON_MS, NOON_MS + HOUR_MS)

    def heat(self, rows: pd.DataFrame, colours: theme.Palette = theme.DARK) -> dict[str, Any]:
        cells = frames.heat_cells(rows)
        return charts.heat_map(cells, frames.latest_cells(cells), self.bounds, colours).to_dict()

    def test_the_colours_diverge_from_zero_alike_on_both_sides(self) -> None:
        scale = self.heat(self.rows)["layer"][0]["encoding"]["color"]["scale"]
        assert scale["domain"] == [-charts.POLARITY_LIMIT, 0, charts.POLARITY_LIMIT]
        assert scale["range"] == [theme.DARK.negative, theme.DARK.middle, theme.DARK.positive]

    def test_new_data_leave_the_specification_alone(self) -> None:
        """Or the page would draw the chart anew at every refresh: it would flicker and lose the selection."""

        def bare(rows: pd.DataFrame) -> str:
            spec = self.heat(rows)
            del spec["datasets"]
            text = json.dumps({**spec, "layer": [{**layer, "data": None} for layer in spec["layer"]]})
            return re.sub(r"view_[0-9a-f_]+", "view", text)  # named after the data; Streamlit renames them likewise

        assert bare(self.rows) == bare(self.rows.assign(end_ms=self.rows["end_ms"] + HOUR_MS, polarity=-0.9))

    def test_marks_are_layers_only_where_there_are_any(self) -> None:
        series = frames.series(self.rows)
        place = "topic:Macro", NOON_MS, NOON_MS + HOUR_MS
        rule = parse_rule({"name": "slump", "watch": "topic:*", "below": -0.4, "window": HOUR_MS})
        full = charts.Marks(
            frames.spans([alert()], *place),
            frames.markers([alert()], *place),
            frames.picked((NOON_MS, NOON_MS + HOUR_MS)),
            frames.thresholds([rule], place[0], HOUR_MS, *place[1:]),
        )
        none = charts.Marks(
            frames.spans([], *place),
            frames.markers([], *place),
            frames.picked(None),
            frames.thresholds([], place[0], HOUR_MS, *place[1:]),
        )
        marked, calm = (charts.timeline(series, marks, self.bounds, theme.LIGHT).to_dict() for marks in (full, none))
        assert len(marked["layer"]) - len(calm["layer"]) == 5  # span, picked window, threshold, rule and its label

    @pytest.mark.parametrize(("rows", "px"), [(1, 38), (9, 38), (12, 30), (20, 19), (40, 19)])
    def test_rows_are_neither_bars_nor_hairlines(self, rows: int, px: int) -> None:
        assert charts.row_px(rows) == px


def test_the_two_themes_are_both_set_whatever_the_base() -> None:
    assert f"--theme.dark.backgroundColor={theme.DARK.background}" in theme.flags("auto")
    assert f"--theme.light.backgroundColor={theme.LIGHT.background}" in theme.flags("auto")
    assert "--theme.base=dark" in theme.flags("dark")
    assert not any(flag.startswith("--theme.base") for flag in theme.flags("auto"))


def contrast(one: str, other: str) -> float:
    """WCAG 2.2's contrast ratio of two #rrggbb colours."""

    def luminance(colour: str) -> float:
        parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
        red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("colours", [theme.DARK, theme.LIGHT], ids=lambda colours: colours.name)
def test_text_is_readable_on_both_grounds(colours: theme.Palette) -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21.0)
    for ground in (colours.background, colours.panel):
        for ink in ("text", "muted", "negative", "positive", "calm", "warning"):
            assert contrast(getattr(colours, ink), ground) >= 4.5 - (ink == "warning") * 1.0, (ink, ground)
