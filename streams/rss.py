"""An RSS or Atom document -> news items; what is broken in it costs what is broken, and no more."""

from __future__ import annotations

import calendar
from collections.abc import Mapping
from dataclasses import dataclass
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urljoin

import feedparser

from streams.codec import BROKEN_TEXT, identity
from streams.records import NewsItem, news_item

BODY_KEPT = 20_000


@dataclass(frozen=True, slots=True)
class Feed:
    """A feed by its address; `name` is the source of its items."""

    name: str
    url: str


@dataclass(frozen=True, slots=True)
class Document:
    """What a document held, the oldest item first; `flaw` says what is wrong with it, empty where nothing is."""

    items: tuple[NewsItem, ...]
    flaw: str = ""


def parse(body: bytes, headers: Mapping[str, str], feed: Feed, seen_ms: int) -> Document:
    """Read a document of whatever version; an item's event time is `seen_ms`, when the feeder first saw it.

    Args:
        body: as it came; the XML's own declaration, a mark, or the header's charset says how to read it.
        headers: of the answer, names in lower case; `content-type` may hold a charset.
        feed: whose items these are.
        seen_ms: the time of the request.
    """
    found: Any = feedparser.parse(body, response_headers=dict(headers))
    flaw = ""
    if found.bozo and not isinstance(found.bozo_exception, feedparser.CharacterEncodingOverride):
        flaw = f"{type(found.bozo_exception).__name__}: {found.bozo_exception}"
    elif not found.get("version"):
        flaw = "neither RSS nor Atom"
    lang = str(found.feed.get("language", ""))
    items = [item for entry in found.entries if (item := _item(entry, feed, lang, seen_ms))]
    return Document(tuple(sorted(items, key=lambda item: (item.published_ms, item.news_id))), flaw)


def _item(entry: Any, feed: Feed, lang: str, seen_ms: int) -> NewsItem | None:
    headline = plain(entry.get("title", ""))
    if not headline:
        return None
    link = _clean(entry.get("link", ""))
    url = urljoin(feed.url, link) if link else ""  # not feedparser's to do: it would resolve ids as well
    published_ms = _published_ms(entry, seen_ms)
    return news_item(
        news_id=_clean(entry.get("id", "")) or identity(feed.name, url or headline, 0),
        event_time_ms=seen_ms,
        published_ms=published_ms,
        ingest_time_ms=seen_ms,
        source=feed.name,
        headline=headline,
        body=plain(entry.get("summary", ""))[:BODY_KEPT],
        url=url,
        lang=_clean(lang),
    )


def _published_ms(entry: Any, seen_ms: int) -> int:
    """The publisher's time, where it can be read; else that of first sight."""
    for name in ("published_parsed", "updated_parsed"):
        if entry.get(name):
            return calendar.timegm(entry[name]) * 1_000
    return seen_ms


class _Text(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.parts: list[str] = []

    def handle_data(self, data: str) -> None:
        self.parts.append(data)

    def handle_starttag(self, tag: str, attrs: object) -> None:
        del attrs
        if tag in ("br", "p", "div", "li"):
            self.parts.append(" ")


def plain(html: str) -> str:
    """The text of a piece of HTML on one line, without what no text has."""
    reader = _Text()
    reader.feed(html)
    reader.close()
    return _clean("".join(reader.parts))


def _clean(text: str) -> str:
    return " ".join(BROKEN_TEXT.sub(" ", text).split())
