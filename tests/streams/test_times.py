from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.times import BadTime, read_time_ms

# 2008-09-15T00:00:00Z is 14,137 days after the epoch: 14,137 * 86,400,000 ms
MIDNIGHT_MS = 1_221_436_800_000


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("2008-09-15", MIDNIGHT_MS),
        ("20080915", MIDNIGHT_MS),
        ("2008-09-15T00:00:00", MIDNIGHT_MS),
        ("2008-09-15T00:00:00Z", MIDNIGHT_MS),
        ("2008-09-15 05:30:00.25+05:30", MIDNIGHT_MS + 250),
        ("Mon, 15 Sep 2008 00:00:00 GMT", MIDNIGHT_MS),
        ("Sun, 14 Sep 2008 20:00:00 -0400", MIDNIGHT_MS),
        ("Mon, 15 Sep 2008 00:00:00 -0000", MIDNIGHT_MS),
        ("1221436800", MIDNIGHT_MS),
        (" 1221436800.5 ", MIDNIGHT_MS + 500),
        (1_221_436_800, MIDNIGHT_MS),
        (1_221_436_800.5, MIDNIGHT_MS + 500),
        (1_221_436_800_000, MIDNIGHT_MS),
        (1_221_436_800_000_999, MIDNIGHT_MS),
        (1_221_436_800_000_999_999, MIDNIGHT_MS),
        (0, 0),
        (-1, -1_000),
        ("1970-01-01T00:00:00Z", 0),
        ("1969-12-31T23:59:59.9999Z", -1),
        ("2100-01-01", 47_482 * 86_400_000),  # 130 years of 365 days and 32 leap days
        ("2016-12-31T23:59:60Z", 1_483_228_800_000),  # a leap second: 2017-01-01T00:00:00Z
        ("Sat, 31 Dec 2016 23:59:60 +0000", 1_483_228_800_000),
        ("2014-03-30T01:30:00", 1_396_143_000_000),  # no hour is missing or doubled: times without an offset are UTC
        ("2014-10-26T01:30:00", 1_414_287_000_000),
    ],
)
def test_read(value: float | str, expected: int) -> None:
    assert read_time_ms(value) == expected


def test_a_unit_that_is_known_is_not_guessed() -> None:
    assert read_time_ms(1_000_000, unit="ms") == 1_000_000
    assert read_time_ms("20080915", unit="ms") == 20_080_915


@pytest.mark.parametrize(
    "value",
    ["", "yesterday", "04:00", "2008-13-01", "Sep 15, 2008", "nan", "9" * 101, "0001-01-01T00:00:00+01:00",
     float("nan"), float("inf"), 10**30, -(10**30)],
)  # fmt: skip
def test_refuse(value: float | str) -> None:
    with pytest.raises(BadTime):
        read_time_ms(value)


@given(st.text(max_size=40) | st.floats() | st.integers())
def test_anything_is_a_time_or_bad(value: float | str) -> None:
    try:
        assert isinstance(read_time_ms(value), int)
    except BadTime as error:
        assert str(error)


@given(st.datetimes())
def test_iso_texts_agree_with_integer_arithmetic(value: object) -> None:
    from datetime import datetime

    assert isinstance(value, datetime)
    days = value.toordinal() - datetime(1970, 1, 1).toordinal()  # noqa: DTZ001 (naive is UTC, which is the point)
    seconds = (days * 24 + value.hour) * 3600 + value.minute * 60 + value.second
    assert read_time_ms(value.isoformat()) == seconds * 1000 + value.microsecond // 1000
