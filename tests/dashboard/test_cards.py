"""Cards and tables: their words, and that no text from outside becomes markup."""

from __future__ import annotations

from html.parser import HTMLParser

import pandas as pd
import pytest

from dashboard import cards, markup, views
from dashboard.rules import Rule, parse_rule
from streams.records import Evidence
from tests.dashboard.builders import DAY_MS, HOUR_MS, MINUTE_MS, NOON_MS, alert, status

LIVE = views.Liveness("live", "")
SLUMP = parse_rule({"name": "slump", "watch": "topic:*", "below": -0.4, "window": HOUR_MS, "severity": "critical"})


class TestCards:
    def test_the_status_line_says_what_matters(self) -> None:
        facts = {fact.name: fact for fact in cards.status_facts(status(), LIVE)}
        assert facts["watermark"].text == "2026-03-02 12:00:00 UTC"
        assert facts["behind the clock"].text == "1 min 15 s"
        assert facts["items"].text == "12,345"
        assert (facts["late"].text, facts["late"].tone) == ("3", "warn")
        assert (facts["dead letters"].text, facts["dead letters"].tone) == ("0", "")

    def test_gaps_are_shown_where_there_are_any(self) -> None:
        facts = {fact.name: fact for fact in cards.status_facts(status(gaps=2), LIVE)}
        assert (facts["gaps in the log"].text, facts["gaps in the log"].tone) == ("2", "bad")
        assert "gaps in the log" not in {fact.name for fact in cards.status_facts(status(), LIVE)}

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
        card = cards.alert_card(alert(evidence=copies), SLUMP, NOON_MS + 40 * MINUTE_MS)
        assert (card.kind, card.name, card.value) == ("Topic", "Macro", "\N{MINUS SIGN}0.46")
        assert (card.severity, card.condition) == ("critical", "mean polarity below \N{MINUS SIGN}0.40")
        assert (card.since, card.lasted, card.window) == ("12:00 UTC", "40 min", "1 h")
        assert [text for _, _, text in card.evidence] == ["A", "B", "C"], "three different headlines, copies once"

    @pytest.mark.parametrize(
        ("statistic", "value", "words"),
        [
            ("items", 1_200.0, "1,200"),
            ("stories", 12.0, "12"),
            ("negative", 0.623, "62%"),
            ("polarity", 1.0, "+1.00"),
            ("polarity", 0.5, "+0.50"),
        ],
    )
    def test_a_value_is_written_as_its_statistic_is(self, statistic: str, value: float, words: str) -> None:
        rule = parse_rule({"name": "r", "watch": "all", "statistic": statistic, "above": value})
        assert cards.alert_card(alert(value=value), rule, NOON_MS).value == words
        assert rule.words.endswith(f"above {words}")

    def test_an_alert_of_a_rule_that_is_gone_keeps_its_number(self) -> None:
        card = cards.alert_card(alert(), None, NOON_MS)
        assert (card.severity, card.condition, card.value) == ("", "", "\N{MINUS SIGN}0.46")
        assert "rule slump over 1 h" in markup.firing([card])

    def test_history_is_newest_first_with_durations(self) -> None:
        old = alert("topic:Old", "resolved", NOON_MS - DAY_MS, resolved_ms=NOON_MS - DAY_MS + HOUR_MS, reason="no_data")
        rows = cards.history_rows([old, alert()], {"slump": SLUMP}, NOON_MS + MINUTE_MS)
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
    rule = Rule(text, text, text, text, HOUR_MS, True, 0.5)
    card = cards.alert_card(nasty, rule, NOON_MS)
    pieces = [
        markup.status_line(cards.status_facts(status(model_version=text), LIVE)),
        markup.firing([card] * 7),
        markup.pending([card]),
        markup.headline_table(cards.headline_rows(pd.DataFrame([item]), NOON_MS)),
        markup.history_table(cards.history_rows([nasty], {text: rule}, NOON_MS)),
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


def test_the_worst_stands_first_and_among_equals_the_latest() -> None:
    levels = {name: parse_rule({"name": name, "watch": "all", "severity": name}) for name in ("info", "critical")}
    made = [
        cards.alert_card(alert(f"ticker:{n}"), levels[name], NOON_MS)
        for n, name in enumerate(["info", "critical", "critical"])
    ]
    assert [card.name for card in cards.worst_first(made)] == ["1", "2", "0"]
    assert "many" in markup.firing(made)
    assert "many" not in markup.firing(made[:2])


def test_the_seventh_alert_is_named_in_one_line() -> None:
    html = markup.firing([cards.alert_card(alert(f"ticker:T{n}"), SLUMP, NOON_MS) for n in range(8)])
    assert html.count('<div class="gs-card critical"') == 6
    assert "and 2 more: T6, T7" in html
