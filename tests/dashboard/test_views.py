"""What the page decides: words, freshness, the range, what is followed; worked by hand."""

from __future__ import annotations

import pytest

from dashboard import views, wording
from tests.dashboard.builders import DAY_MS, HOUR_MS, MINUTE_MS, NOON_MS, alert, status


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

    def test_a_picked_window_narrows_its_own_watch_alone(self) -> None:
        choice = views.Choice(picked=views.Picked("topic:Energy | Oil", 60, 120))
        assert views.chosen_window(choice, "topic:Energy | Oil") == (60, 120)
        assert views.chosen_window(choice, "topic:Financials") is None
        assert views.chosen_window(views.Choice(), "topic:Financials") is None

    def test_an_echo_of_the_watch_before_a_click_does_not_undo_it(self) -> None:
        jump = views.Jump(before="", after="topic:Energy | Oil", echo_until_s=3.0)
        assert jump.watch("", 2.9) == "topic:Energy | Oil"
        assert jump.watch("", 3.0) == "", "later it is what the viewer chose"
        assert jump.watch("all", 2.9) == "all"

    def test_the_viewers_choice_stands_whatever_fires(self) -> None:
        assert views.chosen_key(views.Choice(key="ticker:NMB"), [alert()]) == "ticker:NMB"

    def test_in_calm_all_news_are_shown(self) -> None:
        assert views.chosen_key(views.Choice(), [alert(state="pending", firing_ms=None)]) == "all"
