"""Which keys an item counts for."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.config import ConfigError
from monitor.settings import WatchSettings
from monitor.watches import compile_lists, key_pattern, watch_keys
from streams.records import news_item
from tests.monitor.world import config

LISTS = compile_lists(
    [
        WatchSettings(name="banks", any=("bank", "Lehman", "M&A"), tickers=("jpm",)),
        WatchSettings(name="oil", regex=(r"\bOPEC\+?", r"crude (oil|futures)")),
    ]
)


def keys(headline: str, tickers: tuple[str, ...] = ()) -> set[str]:
    news = news_item("1", 0, 0, 0, "wire", headline, tickers=tickers)
    return set(watch_keys(news, [("Macro", 0.7)], LISTS))


@pytest.mark.parametrize(
    ("headline", "lists"),
    [
        ("A BANK closes", {"list:banks"}),
        ("Bankers meet", set()),
        ("lehman's chief", {"list:banks"}),
        ("A wave of M&A", {"list:banks"}),
        ("OPEC+ cuts; crude futures jump", {"list:oil"}),
        ("opec cuts", set()),
        ("Nothing here", set()),
    ],
)
def test_lists_match_whole_words_and_patterns(headline: str, lists: set[str]) -> None:
    assert keys(headline) == {"all", "source:wire", "topic:Macro"} | lists


WORDS = st.text("sS \N{LATIN SMALL LETTER LONG S}", min_size=1, max_size=2)  # the long one is an s to a search


@given(st.lists(WORDS, min_size=1, max_size=2), WORDS)
def test_a_list_holds_what_a_search_for_its_words_finds(words: list[str], headline: str) -> None:
    [named] = compile_lists([WatchSettings(name="x", any=tuple(words))])
    found = re.search(rf"(?<!\w)({'|'.join(map(re.escape, words))})(?!\w)", headline, re.IGNORECASE)
    assert named.holds(news_item("1", 0, 0, 0, "wire", headline)) == bool(found)


def test_tickers_have_keys_and_reach_lists() -> None:
    assert keys("Nothing here", ("JPM", "XOM")) >= {"ticker:JPM", "ticker:XOM", "list:banks"}


def test_a_pattern_is_literal_but_for_its_star() -> None:
    assert key_pattern("topic:*").fullmatch("topic:M&A | Investments")
    assert key_pattern("topic:M&A | Investments").fullmatch("topic:M&A | Investments")
    assert not key_pattern("list:a.c").fullmatch("list:abc")
    assert not key_pattern("all").fullmatch("all2")


def test_a_pattern_that_does_not_compile_is_refused_by_name() -> None:
    with pytest.raises(ConfigError, match=r"watch.0.regex.*not a regular expression"):
        config(watch=[{"name": "x", "regex": ["(unclosed"]}])
