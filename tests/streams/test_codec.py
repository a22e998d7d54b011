from __future__ import annotations

import hashlib
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.codec import BROKEN_TEXT, DecodeError, FeedFormat, Reason, dead_letter, decode, encode, identity
from streams.records import NewsItem, news_item

FEED = FeedFormat(name="wire", max_record_bytes=10_000)
NOW_MS = 1_700_000_000_000
TIME_MS = 1_221_436_800_000  # 2008-09-15T00:00:00Z: 14,137 days of 86,400,000 ms
GOOD = {"headline": "Northgate Bank cuts its dividend", "published": "2008-09-15T00:00:00Z"}


def read(record: Any, feed: FeedFormat = FEED) -> NewsItem:
    return decode(json.dumps(record).encode(), feed, NOW_MS)


def reason(payload: bytes, feed: FeedFormat = FEED) -> str:
    with pytest.raises(DecodeError) as caught:
        decode(payload, feed, NOW_MS)
    assert caught.value.detail
    return caught.value.reason


def test_a_plain_record() -> None:
    item = read({**GOOD, "id": 17, "source": "Ledger", "url": "http://l.example/17", "tickers": ["NGB", "ABC", "NGB"]})
    assert item == news_item(
        news_id="17",
        event_time_ms=TIME_MS,
        published_ms=TIME_MS,
        ingest_time_ms=NOW_MS,
        source="Ledger",
        headline="Northgate Bank cuts its dividend",
        url="http://l.example/17",
        tickers=("ABC", "NGB"),
    )


@pytest.mark.parametrize("name", ["headline", "title", "text", "Title"])
def test_usual_names_of_the_headline(name: str) -> None:
    assert read({name: "Oil slips", "ts": TIME_MS}).headline == "Oil slips"


@pytest.mark.parametrize(
    "name", ["ts", "time", "timestamp", "published", "date", "datetime", "published_at", "pubDate"]
)
def test_usual_names_of_the_time(name: str) -> None:
    assert read({"title": "Oil slips", name: "2008-09-15"}).event_time_ms == TIME_MS


@pytest.mark.parametrize("tickers", ["XOM, CVX", "XOM CVX", "CVX;XOM", ["CVX", "XOM"]])
def test_tickers_are_a_list_or_a_string(tickers: object) -> None:
    assert read({**GOOD, "symbols": tickers}).tickers == ("CVX", "XOM")


def test_a_null_or_empty_field_gives_way_to_the_next_usual_name() -> None:
    assert read({"headline": None, "title": "", "text": "Oil slips", "ts": TIME_MS}).headline == "Oil slips"


@pytest.mark.parametrize(
    ("record", "detail"),
    [
        ({**GOOD, "description": None, "summary": "", "content": 5}, "content is int, not a string"),
        ({**GOOD, "SITE": 5}, "SITE is int, not a string"),
        ({"title": "Oil slips", "ts": None, "date": "soon"}, "date is 'soon'"),
    ],
)
def test_a_refusal_names_the_field_as_the_record_does(record: dict[str, Any], detail: str) -> None:
    with pytest.raises(DecodeError, match=detail):
        read(record)


def test_a_publisher_may_be_an_object_with_a_name() -> None:
    assert read({**GOOD, "source": {"id": "l", "name": "Ledger"}}).source == "Ledger"


def test_own_names_win_and_go_into_objects() -> None:
    feed = FeedFormat(fields={"headline": "data.hl", "time": "when"})
    item = read({"data": {"hl": "Oil slips"}, "when": TIME_MS, "title": "no", "ts": 5}, feed)
    assert (item.headline, item.event_time_ms) == ("Oil slips", TIME_MS)


def test_an_unknown_own_name_is_refused_with_those_that_there_are() -> None:
    with pytest.raises(ValueError, match=r"headlin is not one of headline, time, first_seen"):
        FeedFormat(fields={"headlin": "hl"})


def test_a_missing_source_is_the_feed_and_a_missing_id_a_hash() -> None:
    item = read(GOOD)
    assert item.source == "wire"
    assert item.news_id == identity("wire", item.headline, TIME_MS)
    with_url = read({**GOOD, "link": "http://l.example/1"})
    assert with_url.news_id == identity("wire", "http://l.example/1", TIME_MS)
    assert read({**GOOD, "published": TIME_MS + 1}).news_id != item.news_id


def test_first_seen_is_the_event_time_where_the_feed_says_so() -> None:
    feed = FeedFormat(time="first_seen")
    item = read({**GOOD, "first_seen_ms": TIME_MS + 60_000}, feed)
    assert (item.event_time_ms, item.published_ms) == (TIME_MS + 60_000, TIME_MS)
    assert read({**GOOD, "first_seen_ms": TIME_MS + 60_000}).event_time_ms == TIME_MS
    assert reason(json.dumps(GOOD).encode(), feed) == "no_time"


def test_what_only_the_slow_reader_takes_is_read_all_the_same() -> None:
    marked = b"\xef\xbb\xbf" + json.dumps(GOOD).encode()
    assert decode(marked, FEED, NOW_MS).headline == GOOD["headline"]
    long_id = 2**70 + 1
    assert read({**GOOD, "id": long_id}).news_id == str(long_id)
    assert read({**GOOD, "id": 2**64 - 1}).news_id == str(2**64 - 1)
    assert reason(json.dumps({**GOOD, "id": 1.5}).encode()) == "wrong_type"


@given(st.text(), st.text(), st.lists(st.text(), max_size=3))
def test_the_content_hash_is_that_of_the_content_as_json(headline: str, body: str, tickers: list[str]) -> None:
    item = news_item("n", 0, 0, 0, "wire", headline, body, "u", "en", tuple(tickers))
    content = json.dumps([headline, body, "u", "en", tickers])
    assert item.content_hash == hashlib.sha256(content.encode()).hexdigest()[:16]


@given(st.text(alphabet=st.characters(codec="utf-8")))
def test_a_text_that_is_clean_is_collapsed_as_any_other(text: str) -> None:
    shown = "".join(c for c in text if not BROKEN_TEXT.search(c))
    assert read({**GOOD, "headline": f"x{shown}y"}).headline == " ".join(f"x{shown}y".split())


def test_white_space_collapses_and_nan_elsewhere_is_tolerated() -> None:
    payload = b'{"title": " Oil\\tslips\\r\\n again ", "ts": "2008-09-15", "prices": [NaN, -Infinity]}'
    assert decode(payload, FEED, NOW_MS).headline == "Oil slips again"


def test_the_body_loses_its_control_characters_only() -> None:
    assert read({**GOOD, "body": "a\x00b\ud800c"}).body == "a b c"


@pytest.mark.parametrize(
    ("payload", "expected"),
    [
        (b"", "not_json"),
        (b"Oil slips", "not_json"),
        (b'{"title": "Oil \xff slips"}', "not_json"),
        (b"[" * 100_000, "oversized"),
        (b"[" * 9_000, "not_json"),
        (b"1" * 9_000, "not_json"),
        (b'["Oil slips"]', "not_an_object"),
        (b"null", "not_an_object"),
        (b'{"ts": 1221436800}', "no_headline"),
        (b'{"title": " \\n ", "ts": 1221436800}', "no_headline"),
        (b'{"title": 17, "ts": 1221436800}', "wrong_type"),
        (b'{"title": ["Oil"], "ts": 1221436800}', "wrong_type"),
        (b'{"title": "Oil", "ts": true}', "wrong_type"),
        (b'{"title": "Oil", "ts": {"ms": 1}}', "wrong_type"),
        (b'{"title": "Oil", "ts": 1221436800, "tickers": 5}', "wrong_type"),
        (b'{"title": "Oil", "ts": 1221436800, "tickers": [5]}', "wrong_type"),
        (b'{"title": "Oil", "ts": 1221436800, "tickers": 0}', "wrong_type"),
        (b'{"title": "Oil", "ts": 1221436800, "body": 0}', "wrong_type"),
        (b'{"title": "Oil", "ts": 1221436800, "lang": false}', "wrong_type"),
        (b'{"title": "Oil", "ts": 1221436800, "url": 5}', "wrong_type"),
        (b'{"title": "Oil", "ts": 1221436800, "id": true}', "wrong_type"),
        (b'{"title": "Oil"}', "no_time"),
        (b'{"title": "Oil", "ts": null}', "no_time"),
        (b'{"title": "Oil", "ts": "yesterday"}', "bad_time"),
        (b'{"title": "Oil", "ts": NaN}', "bad_time"),
        (b'{"title": "Oil", "ts": 1e300}', "bad_time"),
        (b'{"title": "Oil \\u0000 slips", "ts": 1221436800}', "control_characters"),
        (b'{"title": "Oil \\u001b[31m", "ts": 1221436800}', "control_characters"),
        (b'{"title": "Oil \\u0090", "ts": 1221436800}', "control_characters"),
        (b'{"title": "Oil", "ts": 1221436800, "id": "a\\u0000"}', "control_characters"),
        (b'{"title": "Oil \\ud83d", "ts": 1221436800}', "lone_surrogates"),
    ],
)
def test_what_is_no_item_is_refused_with_its_reason(payload: bytes, expected: str) -> None:
    assert reason(payload) == expected


def test_ten_megabytes_are_refused_unparsed() -> None:
    payload = json.dumps({**GOOD, "body": "x" * 10_000_000}).encode()
    assert reason(payload, FeedFormat()) == "oversized"


def test_a_dead_letter_is_cut_and_keeps_length_and_hash_of_the_whole() -> None:
    letter = dead_letter("news/0", 7, b"x" * 100_000, DecodeError(Reason.NOT_JSON, "why"), NOW_MS)
    assert (len(letter.payload), letter.length) == (65_536, 100_000)
    # sha256sum of 100,000 times "x", by coreutils
    assert letter.sha256 == "d69e68988157833272305aaf21f453c800346e8a3640db6578e260215542e5d4"
    assert (letter.partition, letter.offset, letter.reason, letter.tick_ms) == ("news/0", 7, "not_json", NOW_MS)


@pytest.mark.parametrize(("length", "kept"), [(32_768, True), (32_769, False)])
def test_key_and_headers_are_kept_whole_or_not_at_all(length: int, kept: bool) -> None:
    came = (b"k" * 10, (("trace", b"x" * (length - 15)),))
    letter = dead_letter("news/0", 7, b"x", DecodeError(Reason.NOT_JSON, "why"), NOW_MS, *came)
    assert (letter.key, letter.headers) == (came if kept else (None, ()))


@given(st.binary(max_size=200) | st.text(max_size=200).map(str.encode))
def test_any_bytes_are_an_item_or_a_decode_error(payload: bytes) -> None:
    try:
        decode(payload, FEED, NOW_MS)
    except DecodeError as error:
        assert error.reason in set(Reason)


SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=30)
VALUES = st.recursive(SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner))
KEYS = st.sampled_from(["title", "ts", "source", "id", "url", "body", "lang", "tickers", "first_seen", "published_ms"])


@given(st.dictionaries(KEYS, VALUES), st.sampled_from(["published", "first_seen"]))
def test_any_object_is_an_item_or_a_decode_error(record: dict[str, Any], time: Any) -> None:
    try:
        item = decode(json.dumps(record).encode(), FeedFormat(time=time), NOW_MS)
    except DecodeError as error:
        assert error.reason in set(Reason)
    else:
        assert item.headline
        assert item.news_id
        encode(item).decode()


WORDS = st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1, max_size=12)
TEXTS = st.lists(WORDS, min_size=1, max_size=6).map(" ".join)
TIMES_MS = st.integers(-2_000_000_000_000, 4_200_000_000_000)
ITEMS = st.builds(
    news_item,
    news_id=TEXTS,
    event_time_ms=TIMES_MS,
    published_ms=TIMES_MS,
    ingest_time_ms=st.just(NOW_MS),
    source=TEXTS,
    headline=TEXTS,
    body=TEXTS | st.just(""),
    url=WORDS | st.just(""),
    lang=st.sampled_from(["", "en"]),
    tickers=st.sets(st.from_regex(r"[A-Z]{1,5}", fullmatch=True), max_size=3).map(lambda all_: tuple(sorted(all_))),
)


@given(ITEMS)
def test_encode_and_decode_are_inverse(item: NewsItem) -> None:
    assert decode(encode(item), FeedFormat(time="first_seen"), NOW_MS) == item
