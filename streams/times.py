"""Any usual way to write a time -> integer milliseconds UTC.

Texts: ISO 8601 with or without an offset (without: UTC), a date alone (its midnight UTC), RFC 2822, or a number.
Numbers: Unix time, its unit told by the magnitude: below 1e11 seconds (until the year 5138), below 1e14
milliseconds, below 1e17 microseconds, else nanoseconds; so milliseconds before March 1973 need a field called
`..._ms`, which is never guessed at. Eight digits in a text are a date (20080915). A leap second (23:59:60) is the
first moment of the next minute. Years 1 to 9999.
"""

from __future__ import annotations

import math
import re
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Literal

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MS = timedelta(milliseconds=1)
FIRST_MS = (datetime.min.replace(tzinfo=UTC) - EPOCH) // MS
LAST_MS = (datetime.max.replace(tzinfo=UTC) - EPOCH) // MS
LEAP_SECOND = re.compile(r"(:\d\d):60(?!\d)")
NUMBER = re.compile(r"[+-]?\d+(\.\d+)?", re.ASCII)
MAX_TEXT = 100


class BadTime(ValueError):
    """Not a time that we can read."""


def read_time_ms(value: float | str, unit: Literal["guess", "ms"] = "guess") -> int:
    """A time as integer milliseconds UTC.

    Raises:
        BadTime: it cannot be read, or lies outside the years 1 to 9999.
    """
    time_ms = _text_ms(value.strip(), unit) if isinstance(value, str) else _number_ms(value, unit)
    if not FIRST_MS <= time_ms <= LAST_MS:
        msg = "outside the years 1 to 9999"
        raise BadTime(msg)
    return time_ms


def _number_ms(value: float, unit: str) -> int:
    if isinstance(value, float) and not math.isfinite(value):
        msg = "not a finite number"
        raise BadTime(msg)
    magnitude = abs(value)
    if unit == "ms" or 1e11 <= magnitude < 1e14:
        return math.floor(value)
    if magnitude < 1e11:
        return math.floor(value * 1000)
    return math.floor(value // 1000 if magnitude < 1e17 else value // 1_000_000)


def _text_ms(text: str, unit: str) -> int:
    if len(text) > MAX_TEXT:
        msg = f"longer than {MAX_TEXT} characters"
        raise BadTime(msg)
    number = NUMBER.fullmatch(text)
    if number and not (len(text) == 8 and text.isdigit() and unit == "guess"):
        return _number_ms(float(text) if number[1] else int(text), unit)
    plain, leap = LEAP_SECOND.subn(r"\1:59", text)
    time = _parse(plain)
    if time.tzinfo is None:
        time = time.replace(tzinfo=UTC)
    return (time - EPOCH) // MS + 1000 * leap


def _parse(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        pass
    try:
        return parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        msg = "neither ISO 8601 nor RFC 2822 nor a number"
        raise BadTime(msg) from None
