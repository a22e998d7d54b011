"""A record's JSON bytes -> NewsItem, tolerant in names and strict in meaning; and back.

What cannot be read raises DecodeError with a Reason, whatever the bytes are, and nothing else.

Control characters (C0, DEL, C1) in the headline, source, id, url or tickers make a dead letter; white space
among them (tab, line feed, vertical tab, form feed, carriage return, next line) collapses to one space. In the
body they are replaced by spaces, since nothing is decided by it.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache
from typing import Any, Literal, NamedTuple, cast

import orjson

from streams.records import DeadLetter, NewsItem, news_item
from streams.times import BadTime, read_time_ms


class Reason(StrEnum):
    """Why a record is no news item; these words are stable."""

    OVERSIZED = "oversized"  # longer than max_record_bytes
    NOT_JSON = "not_json"  # not UTF-8, or not JSON
    NOT_AN_OBJECT = "not_an_object"  # JSON, but not an object
    WRONG_TYPE = "wrong_type"  # a field of a type that it cannot have
    NO_HEADLINE = "no_headline"  # none, or an empty one
    CONTROL_CHARACTERS = "control_characters"  # a null byte or the like in headline, source, id, url or tickers
    LONE_SURROGATES = "lone_surrogates"  # half of a surrogate pair there: no Unicode text
    NO_TIME = "no_time"  # no time of the kind that the feed is set to
    BAD_TIME = "bad_time"  # a time that cannot be read
    FUTURE_EVENT_TIME = "future_event_time"  # past the clock by more than max_ahead: the runner's verdict
    UNSCORABLE = "unscorable"  # the model fails on it, and on nothing else: the runner's verdict


PAYLOAD_KEPT_BYTES = 65_536
KEY_AND_HEADERS_KEPT_BYTES = 32_768

NAMES: Mapping[str, tuple[str, ...]] = {
    "headline": ("headline", "title", "text"),
    "time": (
        "published_ms", "published", "published_at", "publishedat", "pubdate", "pub_date", "publish_time",
        "ts", "time", "timestamp", "datetime", "date", "created_at",
    ),
    "first_seen": ("first_seen_ms", "first_seen", "event_time_ms"),
    "source": ("source", "publisher", "provider", "site"),
    "id": ("news_id", "id", "guid", "uuid"),
    "url": ("url", "link", "href"),
    "body": ("body", "description", "summary", "content"),
    "lang": ("lang", "language"),
    "tickers": ("tickers", "symbols", "ticker", "symbol"),
}  # fmt: skip
PLACES = {ours: place for place, ours in enumerate(NAMES)}
BROKEN_TEXT = re.compile(r"[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff]")


class DecodeError(Exception):
    """A record that is no news item: `reason` is a word of Reason, `detail` says what was found."""

    def __init__(self, reason: Reason, detail: str) -> None:
        super().__init__(f"{reason}: {detail}")
        self.reason = reason.value
        self.detail = detail


@dataclass(frozen=True, slots=True)
class FeedFormat:
    """How a feed's records are read.

    Attributes:
        name: the source of an item that names none.
        fields: our name (a key of NAMES) -> the feed's own; a dot goes into an object ("data.title").
        time: whose clock `event_time_ms` is: the publisher's, or the feeder's stamp of first sight.
        max_record_bytes: a longer record is a dead letter.
    """

    name: str = "news"
    fields: Mapping[str, str] = field(default_factory=dict[str, str])
    time: Literal["published", "first_seen"] = "published"
    max_record_bytes: int = 1_000_000

    def __post_init__(self) -> None:
        unknown = sorted(set(self.fields) - set(NAMES))
        if unknown:
            msg = f"fields: {', '.join(unknown)} is not one of {', '.join(NAMES)}"
            raise ValueError(msg)


def decode(payload: bytes, feed: FeedFormat, now_ms: int) -> NewsItem:
    """The news item in a record that arrived at `now_ms`.

    Raises:
        DecodeError: it holds none; nothing else is raised, whatever the bytes are.
    """
    if len(payload) > feed.max_record_bytes:
        detail = f"{len(payload)} bytes, and max_record_bytes is {feed.max_record_bytes}"
        raise DecodeError(Reason.OVERSIZED, detail)
    record = _Record(_parse(payload), feed.fields)
    values = record.values()
    if isinstance(values[PLACES["id"]], float):  # orjson makes one of an integer beyond 64 bits
        record = _Record(cast("dict[str, Any]", _parse_loosely(payload)), feed.fields)
        values = record.values()
    headline, published, seen, source, news_id, url, body, lang, tickers = values
    headline = record.text("headline", headline)
    if not headline:
        raise DecodeError(Reason.NO_HEADLINE, f"looked for {record.looked_for('headline')}")
    url = record.text("url", url)
    source = record.text("source", source) or feed.name
    event_ms, published_ms = _times(record, feed, published, seen)
    return news_item(
        record.text("id", news_id) or identity(source, url or headline, published_ms),
        event_ms,
        published_ms,
        now_ms,
        source,
        headline,
        record.loose_text("body", body) if body is not None else "",
        url,
        record.loose_text("lang", lang) if lang is not None else "",
        record.words("tickers", tickers) if tickers is not None else (),
    )


def encode(item: NewsItem) -> bytes:
    """A record that `decode` reads back as the same item (`ingest_time_ms` is the reader's own)."""
    record: dict[str, Any] = {
        "news_id": item.news_id,
        "source": item.source,
        "published_ms": item.published_ms,
        "first_seen_ms": item.event_time_ms,
        "headline": item.headline,
    }
    optional = {"body": item.body, "url": item.url, "lang": item.lang, "tickers": list(item.tickers)}
    record.update({name: value for name, value in optional.items() if value})
    return json.dumps(record, ensure_ascii=False, separators=(",", ":")).encode()


def identity(source: str, text: str, published_ms: int) -> str:
    """The id of an item that has none: 20 hex digits over source, url or headline, and published_ms."""
    return hashlib.sha256(json.dumps([source, text, published_ms]).encode()).hexdigest()[:20]


def dead_letter(
    partition: str,
    offset: int,
    payload: bytes,
    error: DecodeError,
    tick_ms: int,
    key: bytes | None = None,
    headers: tuple[tuple[str, bytes], ...] = (),
) -> DeadLetter:
    """The record that raised `error`, cut to 64 KiB, with the length and SHA-256 of the whole.

    Key and headers are kept as they are, or not at all where they are longer than 32 KiB together.
    """
    beside = len(key or b"") + sum(len(name) + len(value) for name, value in headers)
    if beside > KEY_AND_HEADERS_KEPT_BYTES:
        key, headers = None, ()
    return DeadLetter(
        partition=partition,
        offset=offset,
        reason=error.reason,
        detail=error.detail,
        payload=payload[:PAYLOAD_KEPT_BYTES],
        length=len(payload),
        sha256=hashlib.sha256(payload).hexdigest(),
        tick_ms=tick_ms,
        key=key,
        headers=headers,
    )


def _parse(payload: bytes) -> dict[str, Any]:
    """The object in a record; what orjson refuses (NaN, a byte order mark, half a surrogate pair) json may read."""
    try:
        value: object = orjson.loads(payload)
    except orjson.JSONDecodeError:
        value = _parse_loosely(payload)
    if not isinstance(value, dict):
        raise DecodeError(Reason.NOT_AN_OBJECT, f"found {type(value).__name__}")
    return cast("dict[str, Any]", value)


def _parse_loosely(payload: bytes) -> object:
    try:
        return json.loads(payload.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise DecodeError(Reason.NOT_JSON, f"not UTF-8: {error.reason} at byte {error.start}") from error
    except RecursionError as error:
        raise DecodeError(Reason.NOT_JSON, "nested too deeply") from error
    except ValueError as error:
        raise DecodeError(Reason.NOT_JSON, str(error)) from error


def _times(record: _Record, feed: FeedFormat, published: Any, seen: Any) -> tuple[int, int]:
    """(event_time_ms, published_ms): a first sight without a publisher's time stands for both."""
    published_ms = record.time_ms("time", published)
    if feed.time == "published":
        if published_ms is None:
            raise DecodeError(Reason.NO_TIME, f"looked for {record.looked_for('time')}")
        return published_ms, published_ms
    seen_ms = record.time_ms("first_seen", seen)
    if seen_ms is None:
        detail = f"the feed is set to time = first_seen: looked for {record.looked_for('first_seen')}"
        raise DecodeError(Reason.NO_TIME, detail)
    return seen_ms, seen_ms if published_ms is None else published_ms


class _Layout(NamedTuple):
    """Which of a record's names may stand for each of NAMES: `first` the best one, `several` (place, all of them)."""

    first: tuple[str | None, ...]
    several: tuple[tuple[int, tuple[str, ...]], ...]


@lru_cache(maxsize=256)
def _layout(names: tuple[str, ...]) -> _Layout:
    """The layout of a record with these names; records of a feed look alike."""
    by_lower = {name.lower(): name for name in reversed(names)}
    usual = [tuple(by_lower[one] for one in known if one in by_lower) for known in NAMES.values()]
    first = tuple(next(iter(found), None) for found in usual)
    return _Layout(first, tuple((place, found) for place, found in enumerate(usual) if len(found) > 1))


class _Record:
    """A record's object, asked by our names; nulls and empty strings count as missing."""

    def __init__(self, value: Mapping[str, Any], own_names: Mapping[str, str]) -> None:
        self._value: Mapping[Any, Any] = value
        self._own_names = own_names

    def looked_for(self, name: str) -> str:
        return self._own_names.get(name) or ", ".join(NAMES[name])

    def values(self) -> list[Any]:
        """One for each of NAMES: that of the configured name alone, else of the first usual one that is not missing."""
        value, layout = self._value, _layout(tuple(self._value))
        values = [*map(value.get, layout.first)]
        for place, names in layout.several:
            values[place] = next((value[name] for name in names if not _is_missing(value[name])), None)
        for name, path in self._own_names.items():
            values[PLACES[name]] = self._at_path(path)
        return values

    def _name(self, name: str) -> str:
        """The feed's name of a value that is there."""
        if name in self._own_names:
            return self._own_names[name]
        known = dict(_layout(tuple(self._value)).several).get(PLACES[name], ())
        found = (one for one in known if not _is_missing(self._value[one]))
        return next(found, None) or _layout(tuple(self._value)).first[PLACES[name]] or name

    def _at_path(self, path: str) -> Any:
        if path in self._value:
            return self._value[path]
        value: Any = self._value
        for part in path.split("."):
            value = cast("dict[str, Any]", value).get(part) if isinstance(value, dict) else None
        return value

    def text(self, name: str, value: Any) -> str:
        """A string with white space collapsed; "" if missing. An integer id is a string too, as is {"name": ...}.

        Raises:
            DecodeError: another type, or characters that no text has.
        """
        if type(value) is str and value.isprintable() and "  " not in value and value[:1] != " " != value[-1:]:
            return value  # no control character, no surrogate, and no white space but the plain one
        if value is None:
            return ""
        if isinstance(value, dict):
            value = cast("dict[str, Any]", value).get("name")
            if value is None:
                return ""
        if isinstance(value, int) and not isinstance(value, bool) and name == "id":
            return str(value)
        found = self._name(name)
        return _clean(_string(found, value), found)

    def loose_text(self, name: str, value: Any) -> str:
        """As `text`, but with broken characters replaced by spaces."""
        return " ".join(BROKEN_TEXT.sub(" ", _string(self._name(name), value)).split())

    def words(self, name: str, value: Any) -> tuple[str, ...]:
        """A list of strings, or one string with commas or spaces between; sorted, each once."""
        found = self._name(name)
        listed = cast("list[Any]", value) if isinstance(value, list) else re.split(r"[,;\s]+", _string(found, value))
        return tuple(sorted({word for item in listed if (word := _clean(_string(found, item), found))}))

    def time_ms(self, name: str, value: Any) -> int | None:
        """Milliseconds, or None if missing; a field called `..._ms` is never taken for another unit."""
        if type(value) is int and 10**11 <= value < 10**14:  # milliseconds, whatever the field is called
            return value
        if _is_missing(value):
            return None
        found = self._name(name)
        if isinstance(value, bool) or not isinstance(value, int | float | str):
            raise DecodeError(Reason.WRONG_TYPE, f"{found} is {type(value).__name__}, not a time")
        try:
            return read_time_ms(value, unit="ms" if found.lower().endswith("_ms") else "guess")
        except BadTime as error:
            raise DecodeError(Reason.BAD_TIME, f"{found} is {_short(value)}: {error}") from error


def _is_missing(value: object) -> bool:
    return value is None or value == ""


def _string(name: str, value: object) -> str:
    if not isinstance(value, str):
        raise DecodeError(Reason.WRONG_TYPE, f"{name} is {type(value).__name__}, not a string")
    return value


def _clean(text: str, name: str) -> str:
    broken = BROKEN_TEXT.search(text)
    if broken:
        reason = Reason.LONE_SURROGATES if broken[0] >= "\ud800" else Reason.CONTROL_CHARACTERS
        raise DecodeError(reason, f"{name} holds U+{ord(broken[0]):04X} at {broken.start()}")
    return " ".join(text.split())


def _short(value: object) -> str:
    text = ascii(value)
    return text if len(text) <= 80 else text[:77] + "..."
