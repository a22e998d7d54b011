"""Numbers, times and keys in the words that the page uses."""

from __future__ import annotations

import datetime as dt

SECOND_MS = 1_000
MINUTE_MS = 60 * SECOND_MS
HOUR_MS = 60 * MINUTE_MS
DAY_MS = 24 * HOUR_MS
YEAR_MS = 365 * DAY_MS
UNITS = ((YEAR_MS, "y"), (DAY_MS, "d"), (HOUR_MS, "h"), (MINUTE_MS, "min"), (SECOND_MS, "s"))
KINDS = {"topic": "Topic", "list": "List", "ticker": "Ticker", "source": "Source"}
MINUS = "\N{MINUS SIGN}"
EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)


def moment(time_ms: int) -> dt.datetime:
    """Milliseconds since the epoch as an aware UTC time."""
    return EPOCH + dt.timedelta(milliseconds=time_ms)


def date_time(time_ms: int) -> str:
    """2026-03-02 14:05:09, in UTC."""
    return moment(time_ms).strftime("%Y-%m-%d %H:%M:%S")


def short_time(time_ms: int, near_ms: int) -> str:
    """14:05 on the day of `near_ms`, else 2 Mar 14:05, with the year where that differs too; in UTC."""
    time, near = moment(time_ms), moment(near_ms)
    if time.date() == near.date():
        return time.strftime("%H:%M")
    year = "" if time.year == near.year else f" {time.year}"
    return f"{time.day} {time:%b}{year} {time:%H:%M}"


def duration(length_ms: int) -> str:
    """The two largest units: 45 s, 3 min 20 s, 1 h, 2 d 4 h; below a second, 0 s."""
    if length_ms < 0:
        return f"{MINUS}{duration(-length_ms)}"
    parts: list[str] = []
    rest = length_ms
    for place, (unit_ms, name) in enumerate(UNITS):
        count, rest = divmod(rest, unit_ms)
        if count:
            parts.append(f"{count} {name}")
            if place + 1 < len(UNITS):
                smaller_ms, smaller = UNITS[place + 1]
                if rest >= smaller_ms:
                    parts.append(f"{rest // smaller_ms} {smaller}")
            break
    return " ".join(parts) or "0 s"


def signed(value: float) -> str:
    """A polarity to two decimals with its sign, and no sign on a zero."""
    text = f"{value:+.2f}".replace("-", MINUS)
    return "0.00" if text in ("+0.00", f"{MINUS}0.00") else text


def count(number: int) -> str:
    """12,345."""
    return f"{number:,}"


def kind_and_name(key: str) -> tuple[str, str]:
    """'topic:Macro' -> ('Topic', 'Macro'); 'all' -> ('', 'All news')."""
    if key == "all":
        return "", "All news"
    kind, mark, name = key.partition(":")
    return (KINDS.get(kind, kind), name) if mark else ("", key)


def key_label(key: str) -> str:
    """'topic:Macro' -> 'Macro (topic)'."""
    kind, name = kind_and_name(key)
    return f"{name} ({kind.lower()})" if kind else name
