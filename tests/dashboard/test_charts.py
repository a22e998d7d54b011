"""Charts as specifications, and colours by their contrast."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from dashboard import charts, frames, theme
from dashboard.rules import parse_rule
from tests.dashboard.builders import HOUR_MS, MINUTE_MS, NOON_MS, alert, window


class TestCharts:
    def test_the_colours_diverge_from_zero_alike_on_both_sides(self) -> None:
        scale = charts.heat_map(9, theme.DARK)["layer"][0]["encoding"]["color"]["scale"]
        assert scale["domain"] == [-charts.POLARITY_LIMIT, 0, charts.POLARITY_LIMIT]
        assert scale["range"] == [theme.DARK.negative, theme.DARK.middle, theme.DARK.positive]

    def test_every_field_of_a_chart_is_a_column_of_its_data(self) -> None:
        rows = pd.DataFrame([window(NOON_MS + n * 5 * MINUTE_MS) for n in range(4)])
        place = NOON_MS, NOON_MS + HOUR_MS
        cells = frames.heat_cells(rows)
        rule = parse_rule({"name": "slump", "watch": "topic:*", "below": -0.4, "window": HOUR_MS})
        data = {
            "cells": cells,
            "latest": frames.latest_cells(cells),
            "series": frames.series(rows),
            "bounds": frames.bounds(*place),
            "spans": frames.spans([alert()], "topic:Macro", *place),
            "markers": frames.markers([alert()], "topic:Macro", *place),
            "picked": frames.picked(place),
            "thresholds": frames.thresholds([rule], "topic:Macro", HOUR_MS, *place),
            "usual": frames.usual_lines([], {}, "topic:Macro", HOUR_MS, frames.series(rows)),
        }
        full = charts.timeline(frozenset(data) - {"cells", "latest"}, theme.DARK)
        for spec in (charts.heat_map(1, theme.DARK), full, charts.stories(theme.DARK)):
            for name, field in fields(spec):
                assert field in data[name].columns, (name, field)
        assert {name for name, _ in fields(full)} == set(data) - {"cells", "latest"}

    def test_marks_are_layers_only_where_there_are_any(self) -> None:
        calm = charts.timeline(frozenset(), theme.LIGHT)
        full = charts.timeline(frozenset({"spans", "picked", "thresholds", "usual", "markers"}), theme.LIGHT)
        assert (
            len(full["layer"]) - len(calm["layer"]) == 6
        )  # span, picked window, bound, what is usual, transition and its label

    def test_one_viewer_cannot_spoil_the_specification_for_another(self) -> None:
        spec = charts.with_data(charts.heat_map(9, theme.DARK), cells=pd.DataFrame())
        spec["layer"][0]["mark"] = "spoilt"
        assert charts.heat_map(9, theme.DARK)["layer"][0]["mark"] != "spoilt"
        assert "datasets" not in charts.heat_map(9, theme.DARK)

    @pytest.mark.parametrize(("rows", "px"), [(1, 38), (9, 38), (12, 30), (20, 19), (40, 19)])
    def test_rows_are_neither_bars_nor_hairlines(self, rows: int, px: int) -> None:
        assert charts.row_px(rows) == px


def fields(spec: dict[str, Any]) -> list[tuple[str, str]]:
    """Every (data set, field) that the encodings of a layered chart name."""
    found: list[tuple[str, str]] = []
    for layer in spec["layer"]:
        for channel in layer["encoding"].values():
            parts = channel if isinstance(channel, list) else [channel]
            found += [(layer["data"]["name"], part["field"]) for part in parts if "field" in part]
    return found


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
