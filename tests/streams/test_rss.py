"""RSS and Atom documents as publishers write them, the broken ones too."""

from __future__ import annotations

import pytest

from streams.rss import Document, Feed, parse, plain
from tests.streams.feed_server import ATOM, RSS

SEEN_MS = 1_800_000_000_000
FEED = Feed("wire", "https://example.org/feed.xml")


def read(body: str | bytes, content_type: str = "application/xml") -> Document:
    raw = body.encode() if isinstance(body, str) else body
    return parse(raw, {"content-type": content_type}, FEED, SEEN_MS)


def test_an_rss_feed_oldest_first_with_the_time_of_first_sight() -> None:
    found = read(RSS)
    assert found.flaw == "" and [item.news_id for item in found.items] == ["id-1", "id-2"]
    second = found.items[1]
    assert (second.event_time_ms, second.published_ms) == (SEEN_MS, 1_221_467_400_000)
    assert (second.source, second.url, second.lang) == ("wire", "https://example.org/2", "en")
    assert (second.headline, second.body) == ("Northgate Bank halts withdrawals", "Depositors queue.")
    assert found.items[0].headline == "AT&T, Müller <AG> agree" and found.items[0].published_ms == 1_221_465_600_000


def test_an_atom_feed_and_an_entry_without_id_or_time() -> None:
    items = {item.headline: item for item in read(ATOM).items}
    assert items["Oil slips"].news_id == "urn:1" and items["Oil slips"].lang == "de"
    undated = items["Undated"]
    assert undated.published_ms == SEEN_MS and len(undated.news_id) == 20
    again = parse(ATOM.encode(), {}, FEED, SEEN_MS + 5)
    assert undated.news_id in {item.news_id for item in again.items}


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (RSS.replace("UTF-8", "ISO-8859-1").encode("latin-1"), "application/xml"),
        (RSS.encode("utf-16"), "application/xml"),
        (RSS.replace(' encoding="UTF-8"', "").encode("latin-1"), "application/xml; charset=iso-8859-1"),
        (RSS.encode(), "application/xml; charset=us-ascii"),
        (RSS.encode(), "text/plain"),
        (b"\xef\xbb\xbf" + RSS.encode(), "text/xml; charset=windows-1252"),
    ],
    ids=["latin-1", "utf-16", "only-the-header-says", "header-is-wrong", "wrong-type", "mark-and-wrong-header"],
)
def test_whatever_the_charset_is_said_to_be(body: bytes, content_type: str) -> None:
    found = read(body, content_type)
    assert found.items[0].headline == "AT&T, Müller <AG> agree"


def test_a_relative_link_is_completed_and_an_id_is_left_alone() -> None:
    (item, _) = read(RSS.replace("https://example.org/1", "/news/1")).items
    assert (item.url, item.news_id) == ("https://example.org/news/1", "id-1")


def test_a_cut_off_document_gives_what_it_holds_and_says_so() -> None:
    found = read(RSS[: RSS.index("<guid>id-1")])
    assert "Northgate Bank halts withdrawals" in {item.headline for item in found.items}
    assert found.flaw != ""


@pytest.mark.parametrize("body", ["", "<html><p>Moved</p></html>", "not XML at all", "\x00\x01\x02"])
def test_what_is_no_feed_is_said_to_be_none(body: str) -> None:
    found = read(body)
    assert not found.items and found.flaw != ""


def test_no_entity_is_fetched_and_no_bomb_goes_off() -> None:
    bomb = (
        '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;"><!ENTITY f SYSTEM "file:///etc/passwd">]>'
    )
    body = RSS.replace("<rss", bomb + "<rss").replace("Northgate Bank", "&b;&f; Bank")
    said = " ".join(item.headline for item in read(body).items)
    assert "root:" not in said and len(said) < 1_000


def test_html_becomes_one_line_of_text() -> None:
    assert plain("<p>Shares&nbsp;&amp; bonds<br>fall</p>\n<script>x</script>\x07") == "Shares & bonds fall x"
