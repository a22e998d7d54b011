"""The frames behind the charts, against numbers worked by hand."""

from __future__ import annotations

import pandas as pd

from dashboard import frames
from dashboard.rules import parse_rule
from monitor.usual import Usual
from tests.dashboard.builders import DAY_MS, HOUR_MS, MINUTE_MS, NOON_MS, alert, window


def test_nothing_stays_nothing() -> None:
    empty = pd.DataFrame([window(NOON_MS)]).iloc[:0]
    assert frames.series(empty).empty
    assert frames.heat_cells(empty).empty


class TestSeries:
    def test_a_gap_holds_an_empty_row_so_that_no_line_crosses_it(self) -> None:
        ends = [NOON_MS, NOON_MS + 5 * MINUTE_MS, NOON_MS + 20 * MINUTE_MS]
        rows = frames.series(pd.DataFrame([window(end) for end in ends]))
        assert (rows["right_ms"] - NOON_MS).tolist() == [0, 5 * MINUTE_MS, 5 * MINUTE_MS + 1, 20 * MINUTE_MS]
        assert rows["polarity"].isna().tolist() == [False, False, True, False]
        assert rows["time"].iloc[0] == pd.Timestamp("2026-03-02 12:00", tz="UTC")

    def test_one_story_has_no_interval(self) -> None:
        rows = frames.series(pd.DataFrame([window(NOON_MS, stories=1), window(NOON_MS + 5 * MINUTE_MS, stories=2)]))
        assert rows["low"].isna().tolist() == [True, False]
        assert rows["high"].iloc[1] == 0.75
        assert rows["interval"].tolist() == ["none for one story", "\N{MINUS SIGN}0.25 to +0.75"]

    def test_tooltips_are_words(self) -> None:
        row = frames.series(pd.DataFrame([window(NOON_MS)])).iloc[0]
        assert row["window"] == "2026-03-02 11:00 to 12:00 UTC"
        assert row["classes"] == "25% negative, 25% neutral, 50% positive"
        assert (row["stories_text"], row["items_text"]) == ("4", "5")


def test_a_topic_that_fell_silent_has_no_value_now() -> None:
    rows = [window(NOON_MS, "topic:Old"), window(NOON_MS, "topic:New"), window(NOON_MS + 5 * MINUTE_MS, "topic:New")]
    latest = frames.latest_cells(frames.heat_cells(pd.DataFrame(rows)))
    assert dict(zip(latest["topic"], latest["polarity_text"], strict=True)) == {"New": "+0.25", "Old": ""}


class TestMarkers:
    def test_each_transition_in_the_range_is_one(self) -> None:
        gone = alert(pending_ms=NOON_MS - 10, state="resolved", resolved_ms=NOON_MS + 50)
        found = frames.markers([gone, alert("other")], "topic:Macro", NOON_MS - 5, NOON_MS + 50)
        assert found[["state", "time_ms"]].to_numpy().tolist() == [["firing", NOON_MS], ["resolved", NOON_MS + 50]]
        assert found["level"].is_monotonic_decreasing, "labels of neighbours do not cover each other"
        assert found["when"].iloc[0] == "2026-03-02 12:00:00 UTC"

    def test_an_open_alert_reaches_to_the_end_of_the_range(self) -> None:
        found = frames.spans([alert()], "topic:Macro", NOON_MS - 5, NOON_MS + 50)
        assert found[["left_ms", "right_ms"]].to_numpy().tolist() == [[NOON_MS, NOON_MS + 50]]

    def test_a_closed_one_is_cut_to_the_range_and_a_pending_one_has_none(self) -> None:
        closed = alert(state="resolved", resolved_ms=NOON_MS + 20)
        waiting = alert(state="pending", firing_ms=None, pending_ms=NOON_MS)
        found = frames.spans([closed, waiting], "topic:Macro", NOON_MS + 10, NOON_MS + 50)
        assert found[["left_ms", "right_ms"]].to_numpy().tolist() == [[NOON_MS + 10, NOON_MS + 20]]
        assert frames.spans([closed], "topic:Macro", NOON_MS + 21, NOON_MS + 50).empty

    def test_no_alert_makes_no_mark(self) -> None:
        assert frames.markers([], "all", 0, NOON_MS).empty
        assert frames.spans([], "all", 0, NOON_MS).empty
        assert frames.picked(None).empty
        assert len(frames.picked((0, HOUR_MS))) == 1


def test_a_threshold_is_shown_where_its_rule_looks() -> None:
    here = {"name": "slump", "watch": "topic:*", "below": -0.4, "window": HOUR_MS}
    others = [
        {**here, "name": "other-watch", "watch": "ticker:*"},
        {**here, "name": "other-window", "window": DAY_MS},
        {**here, "name": "other-statistic", "statistic": "negative"},
    ]
    found = frames.thresholds(map(parse_rule, [here, *others]), "topic:Macro", HOUR_MS, NOON_MS, NOON_MS + 9)
    assert found[["rule", "time_ms", "bound"]].to_numpy().tolist() == [
        ["slump", NOON_MS, -0.4],
        ["slump", NOON_MS + 9, -0.4],
    ]
    assert found["words"].iloc[0] == "mean polarity below \N{MINUS SIGN}0.40"


def test_what_is_usual_to_a_surge_is_drawn_as_a_polarity() -> None:
    """Windows that end at noon and 5 min later, p(positive) .5: the first belongs to the hour before."""
    surge = {"name": "surge", "watch": "topic:*", "detector": "surge", "statistic": "negative", "window": HOUR_MS}
    rules = {
        name: parse_rule({**surge, "name": name, **changes})
        for name, changes in (("surge", {}), ("elsewhere", {"watch": "ticker:*"}), ("longer", {"window": DAY_MS}))
    }
    levels = tuple(0.3 if slot == 11 else 0.2 for slot in range(48))
    usual = [Usual(name, levels) for name in (*rules, "removed")]
    line = frames.series(pd.DataFrame([window(NOON_MS), window(NOON_MS + 5 * MINUTE_MS)]))
    found = frames.usual_lines(usual, rules, "topic:Macro", HOUR_MS, line)
    assert found["rule"].tolist() == ["surge", "surge"]
    assert found["bound"].round(9).tolist() == [0.2, 0.3]
    assert found["words"].iloc[0] == "share of negative above its usual of 30%"
    assert frames.usual_lines(usual, rules, "topic:Macro", HOUR_MS, line.iloc[:0]).empty
