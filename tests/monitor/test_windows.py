"""Windows against hand-worked sums and against a pandas oracle."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.fold import new_state
from monitor.journal import KeyedItem
from streams.records import Sentiment
from tests.monitor.world import HOUR, MINUTE, config, fold, item


def test_a_hopping_window_by_hand() -> None:
    """Two items, ten-minute windows every five minutes.

    minute     0    5    10   15   20
    items       a        b
    [-5, 5)    [a ]
    [0, 10)    [a      ]
    [5, 15)         [     b ]
    [10, 20)              [b     ]
    """
    a, b = item(1 * MINUTE, -0.5), item(10 * MINUTE, 0.25)
    rows = fold(new_state(config()), [[a, b]]).windows
    assert [(start // MINUTE, end // MINUTE, *sums) for _, start, end, *sums in rows] == [
        (-5, 5, 1, 1, 625_000, 250_000, 125_000, -500_000, 250_000),
        (0, 10, 1, 1, 625_000, 250_000, 125_000, -500_000, 250_000),
        (5, 15, 1, 1, 187_500, 375_000, 437_500, 250_000, 62_500),
        (10, 20, 1, 1, 187_500, 375_000, 437_500, 250_000, 62_500),
    ]


def test_an_item_on_the_edge_belongs_to_the_later_window() -> None:
    rows = fold(new_state(config()), [[item(5 * MINUTE)]]).windows
    assert [(start // MINUTE, end // MINUTE) for _, start, end, *_ in rows] == [(0, 10), (5, 15)]


def test_reprints_count_as_items_but_move_no_average() -> None:
    reprints = [item(n * 1000, -0.8, news_id=str(n), headline=h) for n, h in enumerate(["Bank X fails!"] * 50)]
    other = item(59_000, 0.4, headline="Bank Y thrives")
    (row, *_) = fold(new_state(config()), [[*reprints, other]]).windows
    items, stories, *_, polarity_sum, _ = row[3:]
    assert (items, stories, polarity_sum) == (51, 2, -400_000)


def test_a_story_counts_once_for_each_key_it_reaches() -> None:
    first = item(1_000, -0.5, "1", ("all", "list:banks"), "Bank X in trouble")
    copy = item(2_000, -0.5, "2", ("all", "ticker:X"), "BANK X IN TROUBLE.")
    rows = fold(new_state(config()), [[first, copy]]).windows
    stories = {key: (items, stories) for key, _, end, items, stories, *_ in rows if end == 5 * MINUTE}
    assert stories == {"all": (2, 1), "list:banks": (1, 1), "ticker:X": (1, 1)}


def test_a_ticker_counts_with_what_the_headline_says_of_it() -> None:
    keys = ("all", "ticker:A", "ticker:B", "ticker:C")
    plain = item(1_000, 0.5, "1", keys, "A gains as B slumps")
    scored = plain.scored._replace(by_target=(("ticker:A", Sentiment(0, 0, 1)), ("ticker:B", Sentiment(1, 0, 0))))
    copy = KeyedItem(scored._replace(news=scored.news._replace(news_id="2")), keys)
    rows = fold(new_state(config()), [[KeyedItem(scored, keys), copy]]).windows
    sums = {key: (items, stories, polarity) for key, _, end, items, stories, *_, polarity, _ in rows if end == 300_000}
    assert sums == {
        "all": (2, 1, 500_000),
        "ticker:A": (2, 1, 1_000_000),
        "ticker:B": (2, 1, -1_000_000),
        "ticker:C": (2, 1, 500_000),
    }


def test_a_copy_after_a_day_is_a_new_story() -> None:
    early, late = item(0, news_id="1", headline="Same words"), item(25 * HOUR, news_id="2", headline="Same words")
    rows = fold(new_state(config()), [[early, late]]).windows
    assert [row[4] for row in rows] == [1, 1, 1, 1]


def test_duplicates_and_revisions_count_once() -> None:
    items = [item(0, 0.5, "7", headline="First text"), item(60_000, -0.5, "7", headline="Second text")]
    (row, *_) = fold(new_state(config()), [items]).windows
    assert row[3:5] == (1, 1) and row[8] == 500_000


def test_empty_hours_are_stepped_over() -> None:
    state = new_state(config())
    rows = fold(state, [[item(0), item(1_000_000 * HOUR)]]).windows
    assert len(rows) == 4


ITEMS = st.lists(
    st.tuples(
        st.integers(0, 3 * HOUR), st.integers(-100, 100), st.sets(st.sampled_from("abcd"), min_size=1).map(sorted)
    ),
    min_size=1,
    max_size=60,
)


@settings(max_examples=60, deadline=None)
@given(ITEMS, st.sampled_from([(5, [10]), (1, [1, 7]), (15, [15, 60])]))
def test_windows_equal_a_pandas_oracle(spec: list[tuple[int, int, list[str]]], shape: tuple[int, list[int]]) -> None:
    hop, sizes = shape
    items = [item(time_ms, p / 100, str(i), keys) for i, (time_ms, p, keys) in enumerate(spec)]
    world = config(windows={"hop": f"{hop}m", "sizes": [f"{size}m" for size in sizes]})
    rows = fold(new_state(world), [sorted(items, key=lambda i: i.scored.news.event_time_ms)]).windows
    frame = pd.DataFrame(
        [(i.scored.news.event_time_ms, key, round(i.scored.sentiment.polarity * 1e6)) for i in items for key in i.keys],
        columns=["time", "key", "polarity"],
    )
    end_ms = frame["time"].max() // (hop * MINUTE) * hop * MINUTE + max(sizes) * MINUTE
    expected = set()
    for size in sizes:
        for end in range(hop * MINUTE, int(end_ms) + 1, hop * MINUTE):
            inside = frame[(frame["time"] >= end - size * MINUTE) & (frame["time"] < end)]
            for key, group in inside.groupby("key"):
                expected.add((key, end - size * MINUTE, end, len(group), int(group["polarity"].sum())))
    assert {(row[0], row[1], row[2], row[3], row[8]) for row in rows} == expected


@pytest.mark.parametrize("bad", [{"hop": "7m", "sizes": ["10m"]}, {"hop": "0s", "sizes": ["10m"]}, {"sizes": []}])
def test_windows_that_are_not_whole_panes_are_refused(bad: dict[str, object]) -> None:
    with pytest.raises(Exception, match="windows"):
        config(windows=bad)
