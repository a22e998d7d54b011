"""The pure half of the page, against numbers worked by hand."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from html.parser import HTMLParser
from typing import Any

import pandas as pd
import pytest

from dashboard import cards, charts, frames, markup, theme, views, wording
from monitor.history import AlertSummary
from monitor.queries import Status
from streams.records import Evidence

MINUTE_MS, HOUR_MS, DAY_MS = 60_000, 3_600_000, 86_400_000
NOON_MS = 1_772_452_800_000  # 2026-03-02 12:00:00 UTC
LIVE = views.Liveness("live", "")


def status(**changes: Any) -> Status:
    base = Status(
        items=12_345,
        records=12_400,
        late=3,
        dead=0,
        windows=10,
        watermark_ms=NOON_MS,
        tick_ms=NOON_MS + 75_000,
        seq=7,
        first_event_ms=NOON_MS - 10 * HOUR_MS,
        last_event_ms=NOON_MS - MINUTE_MS,
        ended=False,
        model_version="m1",
        runtime_id="r",
        config_version="c",
        outbox_pending=0,
        outbox_failed=0,
    )
    return replace(base, **changes)


def alert(
    key: str = "topic:Macro", state: str = "firing", firing_ms: int | None = NOON_MS, **changes: Any
) -> AlertSummary:
    base = AlertSummary(
        alert_id=f"{key}-{firing_ms}",
        rule="slump",
        rule_version="v",
        key=key,
        state=state,
        pending_ms=None,
        firing_ms=firing_ms,
        resolved_ms=None,
        value=-0.456,
        reason="",
        window_ms=HOUR_MS,
        evidence=(),
        time_ms=NOON_MS,
        started_ms=NOON_MS,
    )
    return replace(base, **changes)


def window(
    end_ms: int, key: str = "topic:Macro", size_ms: int = HOUR_MS, stories: int = 4, polarity: float = 0.25
) -> dict[str, Any]:
    return {
        "key": key,
        "start_ms": end_ms - size_ms,
        "end_ms": end_ms,
        "items": stories + 1,
        "stories": stories,
        "negative": 0.25,
        "neutral": 0.25,
        "positive": 0.5,
        "polarity": polarity,
        "ci_low": polarity - 0.5,
        "ci_high": polarity + 0.5,
        "late": 0,
    }


@pytest.mark.parametrize(
    ("length_ms", "words"),
    [
        (0, "0 s"),
        (999, "0 s"),
        (45_000, "45 s"),
        (200_000, "3 min 20 s"),
        (HOUR_MS, "1 h"),
        (HOUR_MS + 30_000, "1 h"),  # seconds are not the next unit after hours
        (2 * DAY_MS + 4 * HOUR_MS + MINUTE_MS, "2 d 4 h"),
        (15 * 365 * DAY_MS + 2 * DAY_MS, "15 y 2 d"),
        (-90_000, "\N{MINUS SIGN}1 min 30 s"),
    ],
)
def test_a_duration_is_said_in_its_two_largest_units(length_ms: int, words: str) -> None:
    assert wording.duration(length_ms) == words


def test_times_are_utc_and_name_the_day_only_when_it_differs() -> None:
    assert wording.date_time(NOON_MS) == "2026-03-02 12:00:00"
    assert wording.short_time(NOON_MS, NOON_MS + HOUR_MS) == "12:00"
    assert wording.short_time(NOON_MS, NOON_MS + DAY_MS) == "2 Mar 12:00"
    assert wording.short_time(NOON_MS, NOON_MS + 365 * DAY_MS) == "2 Mar 2026 12:00"


@pytest.mark.parametrize(
    ("value", "words"),
    [(0.456, "+0.46"), (-0.456, "\N{MINUS SIGN}0.46"), (0.0, "0.00"), (-0.001, "0.00"), (0.001, "0.00")],
)
def test_a_polarity_has_its_sign(value: float, words: str) -> None:
    assert wording.signed(value) == words


@pytest.mark.parametrize(
    ("key", "label"),
    [
        ("all", "All news"),
        ("topic:Fed | Central Banks", "Fed | Central Banks (topic)"),
        ("list:banks", "banks (list)"),
        ("ticker:A:B", "A:B (ticker)"),
        ("odd", "odd"),
    ],
)
def test_keys_are_named_for_a_reader(key: str, label: str) -> None:
    assert wording.key_label(key) == label


def test_keys_are_listed_by_kind_then_name() -> None:
    keys = ["source:wire", "ticker:B", "topic:Macro", "all", "ticker:A", "list:z", "new:kind"]
    assert sorted(keys, key=views.key_order) == [
        "all",
        "list:z",
        "topic:Macro",
        "ticker:A",
        "ticker:B",
        "source:wire",
        "new:kind",
    ]


class TestLiveness:
    """now is 12:01:15 + age; the page opened (or saw its last change) `quiet` before that."""

    @pytest.mark.parametrize(
        ("age_ms", "quiet_ms", "moved", "state"),
        [
            (0, 0, False, "live"),
            (59_999, 59_999, False, "live"),
            (-30_000, 0, False, "live"),  # clocks of two machines differ a little
            (60_000, 14_999, False, "waiting"),  # an old tick: the page has just opened, a batch may come
            (60_000, 15_000, False, "stale"),
            (-DAY_MS, 14_999, False, "waiting"),
            (-DAY_MS, 59_999, True, "live"),  # a simulated clock that runs ahead, and batches do arrive
            (900 * DAY_MS, 59_999, True, "live"),  # one that runs behind
            (900 * DAY_MS, 60_000, True, "stale"),
        ],
    )
    def test_state(self, age_ms: int, quiet_ms: int, moved: bool, state: str) -> None:
        now_ms = NOON_MS + 75_000 + age_ms
        watched = views.Watched(7, now_ms - quiet_ms, moved)
        assert views.liveness(status(), watched, now_ms).state == state

    def test_a_finished_feed_is_complete_and_not_stale(self) -> None:
        alive = views.liveness(status(ended=True), views.Watched(7, 0), NOON_MS + DAY_MS)
        assert (alive.state, alive.is_current) == ("ended", True)

    def test_a_stale_page_says_for_how_long(self) -> None:
        now_ms = NOON_MS + 75_000 + 3 * HOUR_MS
        just_opened = views.Watched(7, now_ms - 20_000)
        assert views.liveness(status(), just_opened, now_ms).words == "no runner: nothing new for 3 h"

    def test_a_page_notices_every_change_of_the_journal(self) -> None:
        first = views.Watched(7, 100)
        assert first.look(7, 200) == first
        assert first.look(8, 300) == views.Watched(8, 300, moved=True)
        assert first.look(1, 300) == views.Watched(1, 300, moved=True), "a store made anew is a change too"


class TestRange:
    def test_it_counts_back_from_the_watermark(self) -> None:
        assert views.anchor_ms(status(), HOUR_MS) == NOON_MS

    def test_before_a_watermark_it_is_the_newest_event(self) -> None:
        assert views.anchor_ms(status(watermark_ms=None), HOUR_MS) == NOON_MS - MINUTE_MS
        assert views.anchor_ms(status(watermark_ms=None, last_event_ms=None), HOUR_MS) is None

    def test_a_finished_feed_shows_its_last_short_windows(self) -> None:
        """Its watermark stands a day on, at the end of the last long window."""
        finished = status(ended=True, watermark_ms=NOON_MS + DAY_MS)
        assert views.anchor_ms(finished, HOUR_MS) == NOON_MS - MINUTE_MS + HOUR_MS
        assert views.anchor_ms(finished, 2 * DAY_MS) == NOON_MS + DAY_MS

    def test_it_starts_no_earlier_than_the_first_event(self) -> None:
        choice = views.Choice(span_ms=6 * HOUR_MS)
        assert views.since_ms(choice, NOON_MS, NOON_MS - 10 * HOUR_MS) == NOON_MS - 6 * HOUR_MS
        assert views.since_ms(choice, NOON_MS, NOON_MS - 2 * HOUR_MS) == NOON_MS - 2 * HOUR_MS
        assert views.since_ms(views.Choice(span_ms=None), NOON_MS, NOON_MS - 99 * DAY_MS) == NOON_MS - 99 * DAY_MS

    def test_a_first_event_ahead_of_the_watermark_does_not_turn_it_over(self) -> None:
        assert views.since_ms(views.Choice(), NOON_MS, NOON_MS + HOUR_MS) == NOON_MS


class TestWhatIsShown:
    def test_the_latest_to_fire_is_followed(self) -> None:
        alerts = [alert("a", firing_ms=NOON_MS - 1), alert("b", "recovering"), alert("c", "resolved", NOON_MS + 5)]
        assert views.chosen_key(views.Choice(), alerts) == "b"
        assert [one.key for one in views.open_alerts(alerts)] == ["b", "a"]

    def test_the_viewers_choice_stands_whatever_fires(self) -> None:
        assert views.chosen_key(views.Choice(key="ticker:NMB"), [alert()]) == "ticker:NMB"

    def test_in_calm_all_news_are_shown(self) -> None:
        assert views.chosen_key(views.Choice(), [alert(state="pending", firing_ms=None)]) == "all"


class TestThinning:
    def test_every_hop_is_kept_while_there_is_room(self) -> None:
        rows = pd.DataFrame([window(NOON_MS + n * 5 * MINUTE_MS) for n in range(3)])
        kept = frames.thin(rows, columns=3)
        assert kept["right_ms"].tolist() == kept["end_ms"].tolist()
        assert (kept["right_ms"] - kept["left_ms"]).tolist() == [5 * MINUTE_MS] * 3

    def test_a_step_shows_its_last_window_and_the_newest_ends_where_it_ends(self) -> None:
        """Seven hops of 5 min in three columns: steps of 15 min on the epoch's grid, (11:45, 12:00] and on."""
        rows = pd.DataFrame([window(NOON_MS + n * 5 * MINUTE_MS, polarity=n / 10) for n in range(7)])
        kept = frames.thin(rows, columns=3)
        assert kept["polarity"].tolist() == [0.0, 0.3, 0.6]
        assert (kept["right_ms"] - NOON_MS).tolist() == [0, 15 * MINUTE_MS, 30 * MINUTE_MS]
        newer = frames.thin(pd.DataFrame([window(NOON_MS + n * 5 * MINUTE_MS) for n in range(8)]), columns=3)
        assert (newer["right_ms"] - NOON_MS).tolist() == [0, 15 * MINUTE_MS, 30 * MINUTE_MS, 35 * MINUTE_MS]

    def test_keys_do_not_mix(self) -> None:
        rows = pd.DataFrame([window(NOON_MS, "topic:B"), window(NOON_MS, "topic:A")])
        assert frames.thin(rows, 1)["key"].tolist() == ["topic:A", "topic:B"]

    def test_nothing_stays_nothing(self) -> None:
        empty = pd.DataFrame([window(NOON_MS)]).iloc[:0]
        assert frames.thin(empty, 10).empty
        assert frames.series(empty).empty
        assert frames.heat_cells(empty).empty

    def test_one_window_has_the_width_of_its_size(self) -> None:
        kept = frames.thin(pd.DataFrame([window(NOON_MS)]), 10)
        assert kept["left_ms"].tolist() == [NOON_MS - HOUR_MS]


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


class TestCards:
    def test_the_status_line_says_what_matters(self) -> None:
        facts = {fact.name: fact for fact in cards.status_facts(status(), LIVE)}
        assert facts["watermark"].text == "2026-03-02 12:00:00 UTC"
        assert facts["behind the clock"].text == "1 min 15 s"
        assert facts["items"].text == "12,345"
        assert (facts["late"].text, facts["late"].tone) == ("3", "warn")
        assert (facts["dead letters"].text, facts["dead letters"].tone) == ("0", "")

    def test_no_watermark_is_said(self) -> None:
        facts = {fact.name: fact.text for fact in cards.status_facts(status(watermark_ms=None), LIVE)}
        assert facts["watermark"] == "no time yet"
        assert "behind the clock" not in facts

    def test_calm_is_said_plainly_and_never_of_old_numbers(self) -> None:
        resolved = alert(state="resolved", resolved_ms=NOON_MS + HOUR_MS)
        assert cards.quiet_words(LIVE, [], NOON_MS) == ("Nothing is firing", "No alert has fired in the last 7 days.")
        assert cards.quiet_words(LIVE, [resolved], NOON_MS)[1] == "The last alert was on Macro: resolved 13:00 UTC."
        stale = cards.quiet_words(views.Liveness("stale", ""), [], NOON_MS)
        assert stale[0] == "Nothing was firing when the last batch was written"

    def test_a_firing_card_says_what_how_much_and_since_when(self) -> None:
        copies = tuple(
            Evidence("wire", str(n), NOON_MS, text, polarity, "m1")
            for n, (text, polarity) in enumerate([("A", -0.9), ("B", -0.8), ("A", -0.7), ("C", -0.6), ("D", -0.5)])
        )
        card = cards.alert_card(alert(evidence=copies), "critical", NOON_MS + 40 * MINUTE_MS)
        assert (card.kind, card.name, card.value) == ("Topic", "Macro", "\N{MINUS SIGN}0.46")
        assert (card.since, card.lasted, card.window) == ("12:00 UTC", "40 min", "1 h")
        assert [text for _, _, text in card.evidence] == ["A", "B", "C"], "three different headlines, copies once"

    @pytest.mark.parametrize(("value", "words"), [(12.0, "12"), (1_200.0, "1,200"), (0.5, "+0.50"), (2.5, "+2.50")])
    def test_a_count_is_whole(self, value: float, words: str) -> None:
        assert cards.number(value) == words

    def test_history_is_newest_first_with_durations(self) -> None:
        old = alert("topic:Old", "resolved", NOON_MS - DAY_MS, resolved_ms=NOON_MS - DAY_MS + HOUR_MS, reason="no_data")
        rows = cards.history_rows([old, alert()], {"slump": "critical"}, NOON_MS + MINUTE_MS)
        assert [(row.name, row.lasted, row.ended) for row in rows] == [
            ("Macro", "1 min", ""),
            ("Old", "1 h", "1 Mar 13:00"),
        ]
        assert (rows[1].reason, rows[0].severity) == ("no data", "critical")

    @pytest.mark.parametrize(
        ("url", "link"),
        [
            ("https://news.example/a?b=1#c", "https://news.example/a?b=1#c"),
            (" http://news.example ", "http://news.example"),
            ("HTTPS://news.example/a", "HTTPS://news.example/a"),
            ("javascript:alert(1)", ""),
            ("java\nscript:alert(1)", ""),
            ("https:alert(1)", ""),
            ("data:text/html,<script>", ""),
            ("//news.example/a", ""),
            ("http://[", ""),
            ("ftp://news.example", ""),
            ("", ""),
        ],
    )
    def test_only_http_links_are_links(self, url: str, link: str) -> None:
        assert cards.safe_link(url) == link


HOSTILE = [
    "<script>alert(1)</script>",
    "[x](javascript:alert(1))",
    "$\\frac{1}{2}$",
    "<img src=x onerror=alert(1)>",
    '"><b>',
]


@pytest.mark.parametrize("text", HOSTILE)
def test_no_text_from_outside_becomes_markup(text: str) -> None:
    evidence = (Evidence("wire", "1", NOON_MS, text, -0.9, "m1"),)
    nasty = alert(f"ticker:{text}", rule=text, reason=text, evidence=evidence)
    item = {
        "event_time_ms": NOON_MS,
        "source": text,
        "headline": text,
        "url": 'https://news.example/"><script>',
        "negative": 0.2,
        "neutral": 0.3,
        "positive": 0.5,
        "polarity": 0.3,
        "topics": [[text, 0.9]],
        "confidence": 0.5,
        "late": True,
    }
    card = cards.alert_card(nasty, text, NOON_MS)
    pieces = [
        markup.status_line(cards.status_facts(status(model_version=text), LIVE)),
        markup.firing([card] * 7),
        markup.pending([card]),
        markup.headline_table(cards.headline_rows(pd.DataFrame([item]), NOON_MS)),
        markup.history_table(cards.history_rows([nasty], {}, NOON_MS)),
        markup.quiet(text, text),
        markup.notice(text, [text, f"`{text}`"]),
        markup.warning(text),
        markup.heading(text, text),
        markup.nothing(text),
    ]
    for piece in pieces:
        seen = Seen(piece)
        assert seen.tags <= OWN_TAGS
        assert seen.attributes <= {"class", "role", "title", "style", "scope", "href", "target", "rel"}
        assert all(link.startswith("https://") for link in seen.links)
        assert text in seen.words


OWN_TAGS = {
    *("div", "span", "b", "h2", "h3", "p", "pre", "ul", "li", "i", "a", "small"),
    *("table", "thead", "tbody", "tr", "th", "td"),
}


class Seen(HTMLParser):
    """What a browser finds in a piece of HTML: tags, names of attributes, links and text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.links: list[str] = []
        self.words = ""
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}
        self.links += [value or "" for name, value in attrs if name == "href"]

    def handle_data(self, data: str) -> None:
        self.words += data


def test_a_late_headline_is_marked_and_its_bar_adds_up() -> None:
    item = {
        "event_time_ms": NOON_MS - DAY_MS,
        "source": "wire",
        "headline": "Harrow lifts guidance",
        "url": "https://news.example/1",
        "negative": 0.05,
        "neutral": 0.25,
        "positive": 0.7,
        "polarity": 0.65,
        "topics": [["Earnings", 0.9], ["Macro", 0.2]],
        "confidence": 0.7,
        "late": True,
    }
    html = markup.headline_table(cards.headline_rows(pd.DataFrame([item]), NOON_MS))
    assert 'class="gs-late"' in html
    assert ">1 Mar 12:00<" in html
    assert (
        '<a href="https://news.example/1" target="_blank" rel="noopener noreferrer">Harrow lifts guidance</a>' in html
    )
    assert [f"width:{share}%" in html for share in ("5.0", "25.0", "70.0")] == [True] * 3
    assert ">Earnings, Macro<" in html
    assert 'class="gs-late"' not in markup.headline_table(
        cards.headline_rows(pd.DataFrame([item | {"late": False}]), NOON_MS)
    )


def test_the_seventh_alert_is_named_in_one_line() -> None:
    html = markup.firing([cards.alert_card(alert(f"ticker:T{n}"), "info", NOON_MS) for n in range(8)])
    assert html.count('<div class="gs-card info"') == 6
    assert "and 2 more: T6, T7" in html


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

    def test_alert_layers_are_there_only_with_alerts(self) -> None:
        series = frames.series(self.rows)
        place = "topic:Macro", NOON_MS, NOON_MS + HOUR_MS
        marked = charts.timeline(
            series,
            frames.spans([alert()], *place),
            frames.markers([alert()], *place),
            frames.picked((NOON_MS, NOON_MS + HOUR_MS)),
            self.bounds,
            theme.LIGHT,
        )
        calm = charts.timeline(
            series, frames.spans([], *place), frames.markers([], *place), frames.picked(None), self.bounds, theme.LIGHT
        )
        assert len(marked.to_dict()["layer"]) - len(calm.to_dict()["layer"]) == 4  # span, picked, rule, label

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
