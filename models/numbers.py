"""How two compared numbers of a headline relate, since an encoder of this size reads digits but does not compare."""

import re
from itertools import pairwise
from typing import Literal, NamedTuple

Relation = Literal["higher", "lower", "equal"]

_SCALES = {
    **dict.fromkeys(("m", "mn", "mln", "million", "millions"), 1e6),
    **dict.fromkeys(("b", "bn", "bln", "billion", "billions"), 1e9),
    **dict.fromkeys(("tn", "trn", "trillion"), 1e12),
    **dict.fromkeys(("k", "thousand"), 1e3),
    **dict.fromkeys(("crore", "cr"), 1e7),
    "lakh": 1e5,
}
_PERCENT = dict.fromkeys(("%", "percent", "pct", "pc", "per cent"), "%")
_POINTS = dict.fromkeys(("bp", "bps", "basis points", "basis"), "bp")
_PENCE = dict.fromkeys(("p", "pence", "cents", "c"), "cent")
_UNITS = {**_PERCENT, **_POINTS, **_PENCE}

_NUMBER = re.compile(
    r"""(?<![\w.,/-])(?P<sign>[-+]|minus\ )?(?P<money>(?:[A-Z]{1,3}[$€£¥]|[A-Z]{3}|Rs\.?|[$€£¥])\s?)?(?P<below>-)?
    (?P<digits>\d+(?:,\d{2,3})*(?:\.\d+)?)(?![\d:/])
    \s?(?P<unit>%|per\ cent\b|basis\ points\b|[A-Za-z]+\b)?""",
    re.VERBOSE,
)
_YEAR = re.compile(r"(?:19|20)\d\d")
_NOT_COUNTED = re.compile(r"\b(?:q|h|fy|no\.?|page|form|article|chapter|boeing|airbus|type)\s?$", re.IGNORECASE)
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = re.compile(
    r"\b(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)(?:uary|ruary|ch|il|e|y|ust|t(?:ember)?|ober|ember)?\b",
    re.IGNORECASE,
)
_DATE = re.compile(_MONTH.pattern + r"\.?\s$", re.IGNORECASE)
_AGAINST = re.compile(
    r"""\b(?:compare[sd]?|from|versus|vs?|against|after|follow(?:s|ing|ed)?|rather\ than|opposed|instead|not|no\ longer
    |was|were|had|(?:has|having)\ been|ago|earlier|last|previous(?:ly)?|prior|before|formerly|once|used|then|where|now
    |back|yesterday|consensus|est(?:imate[sd]?)?|expect(?:ed|ations?)|forecasts?|pencilled|pointed|guidance|budget(?:ed)?|street
    |analysts|median|(?:mon|tues|wednes|thurs|fri)day|spring|autumn)\b|\(""",
    re.IGNORECASE | re.VERBOSE,
)
_PAST = re.compile(
    r"\b(?:ago|then|last|earlier|previous(?:ly)?|prior|was|were|had been|before|used to)\b", re.IGNORECASE
)
_PRESENT = re.compile(r"\b(?:now|today|this (?:year|quarter|month|week|time)|currently)\b", re.IGNORECASE)
_SPAN = re.compile(r"\bfrom\s(?:[a-z]+\s){0,3}?$", re.IGNORECASE)
_TO = re.compile(r"\bto\s(?:[a-z]+\s){0,3}?$", re.IGNORECASE)
_ONWARDS = re.compile(r"[,;\s]*then\s", re.IGNORECASE)
_UNITS_SPELT = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
_TEENS = (
    *("ten", "eleven", "twelve", "thirteen", "fourteen"),
    *("fifteen", "sixteen", "seventeen", "eighteen", "nineteen"),
)
_TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_SPELT = re.compile(
    rf"""\b(?:(?P<tens>{"|".join(_TENS)})(?:-(?P<ones>{"|".join(_UNITS_SPELT)}))?
    |(?P<alone>{"|".join((*_UNITS_SPELT[1:], *_TEENS))}))\b
    (?![\ -](?:consecutive|straight|day|week|month|quarter|year))""",
    re.IGNORECASE | re.VERBOSE,
)
_SHARE = re.compile(r"\b(one(?:\s\w+)?|\d+)\s(?:in|out\sof|(?:of|in)\severy)\s(\d{1,4})\b(?!,?\d|%)", re.IGNORECASE)
_LOSS_BEHIND = re.compile(r"\s(?:\w+\s)?loss\b", re.IGNORECASE)
_TORN = re.compile(r"(?<=\d) ([.,]) ?(?=\d)")


class _Figure(NamedTuple):
    value: float
    scale: float | None
    unit: str
    """"%", "bp", "cent", "money" or "": what kind of thing is counted."""
    money: str | None
    """The currency as it stands."""
    start: int
    end: int


def relation(text: str) -> Relation | None:
    """Return how the number that is reported now relates to the one it is compared with; None where none is.

    "fell to 3.1 % from 3.4 %", "EUR 9.8 mn (EUR 6.0 mn)", "CPI 2.4% y/y, est. 2.7%", "88 days a year ago, now 119". It
    says nothing about what is good: that depends on the quantity, and stays the model's to read.
    """
    whole = _SHARE.sub(_share, _SPELT.sub(_digits, _TORN.sub(r"\1", text)))
    figures = _figures(whole)
    for first, second in _pairs(figures):
        gap = whole[first.end : second.start]
        alone = len(figures) == 2 and first[1:3] == second[1:3] != (None, "") and re.search("[,;:]", gap)
        if not (alone or _spans(whole, first, gap) or _AGAINST.search(gap) or _cued_after(whole, second)):
            continue
        now, before = (second, first) if _forwards(whole, first, second) else (first, second)
        return _compare(whole, now, before)
    return None


def _digits(spelt: re.Match[str]) -> str:
    """Return a spelt number below a hundred in digits."""
    if spelt["tens"]:
        ones = _UNITS_SPELT.index(spelt["ones"].lower()) + 1 if spelt["ones"] else 0
        return str(10 * (_TENS.index(spelt["tens"].lower()) + 2) + ones)
    return str(1 + (*_UNITS_SPELT, *_TEENS).index(spelt["alone"].lower()))


def _share(match: re.Match[str]) -> str:
    """Return "one in 8" as the percentage that it is; "24 in 2023" and "5 in 3 days" stay."""
    part, whole = int(match[1]) if match[1].isdigit() else 1, int(match[2])
    return match[0] if part > whole or _YEAR.fullmatch(match[2]) else f"{100 * part / whole:.6g}%"


def _pairs(figures: list[_Figure]) -> list[tuple[_Figure, _Figure]]:
    """Return the neighbours that count the same kind of thing."""
    return [
        (a, b) for a, b in pairwise(figures) if (a.unit == b.unit or "" in (a.unit, b.unit)) and b.start - a.end <= 90
    ]


def _figures(whole: str) -> list[_Figure]:
    found: list[_Figure] = []
    for match in _NUMBER.finditer(whole):
        unit = (match["unit"] or "").lower()
        bare = not match["money"] and unit not in _SCALES and unit not in _UNITS
        if (bare and _YEAR.fullmatch(match["digits"])) or _NOT_COUNTED.search(whole[: match.start()]):
            continue
        if bare and (_MONTH.fullmatch(unit) or _DATE.search(whole[: match.start()])):
            continue
        if match["money"] and whole[: match.start()].endswith("(") and (not found or found[-1].money != match["money"]):
            continue  # the same sum in another currency
        kind = _UNITS.get(unit, "money" if match["money"] else "")
        end = match.end() if unit in _SCALES or unit in _UNITS else match.end("digits")
        value = float(match["digits"].replace(",", "")) * (
            -1.0 if match["below"] or match["sign"] in ("-", "minus ") else 1.0
        )
        found.append(_Figure(value, _SCALES.get(unit), kind, match["money"], match.start(), end))
    return found


def _spans(whole: str, first: _Figure, gap: str) -> bool:
    """Whether the two stand as "from X to Y"."""
    return bool(_SPAN.search(whole[: first.start]) and _TO.search(gap))


def _cued_after(whole: str, second: _Figure) -> bool:
    """Whether what follows the second number says that it belongs to another time."""
    return bool(re.match(r"[^.;\d]{0,25}?\b(?:ago|last|earlier|before|this)\b", whole[second.end :], re.IGNORECASE))


def _forwards(whole: str, first: _Figure, second: _Figure) -> bool:
    """Whether the earlier of the two numbers in the text is also the earlier in time."""
    gap, head, tail = whole[first.end : second.start], whole[: first.start], whole[second.end :]
    if _spans(whole, first, gap) or _ONWARDS.match(gap):
        return True
    months = [_MONTH.search(part[:25]) for part in (gap, tail)]
    if months[0] and months[1]:
        earlier, later = (_MONTHS.index(m[1].lower()) for m in months if m)
        return earlier < later
    if _PRESENT.search(gap) and (_PAST.search(gap) or _PAST.search(head)):
        return not re.match(r"\s*now\b", gap, re.IGNORECASE)
    return bool(_PAST.search(gap) and _PRESENT.match(tail.lstrip(" ,")))


def _compare(whole: str, now: _Figure, before: _Figure) -> Relation:
    # "from 9 to 8.5 million": a scale that stands once holds for both.
    scale_now = now.scale if now.scale is not None else before.scale
    scale_before = before.scale if before.scale is not None else now.scale
    values = _signed(whole, now.value * (scale_now or 1.0), before.value * (scale_before or 1.0), now, before)
    return "equal" if values[0] == values[1] else "higher" if values[0] > values[1] else "lower"


def _signed(whole: str, value_now: float, value_before: float, now: _Figure, before: _Figure) -> tuple[float, float]:
    """A profit after a loss is higher, whatever the two magnitudes are; a loss after a profit is lower."""
    early, late = sorted((now, before), key=lambda each: each.start)
    head, gap = whole[: early.start].lower(), whole[early.end : late.start].lower()
    first_lost, second_lost = (_LOSS_BEHIND.match(whole[figure.end :]) for figure in (early, late))
    if now is early and (first_lost or second_lost):
        return (-value_now if first_lost else value_now), (-value_before if second_lost else value_before)
    if now.start > before.start and "loss" not in head:
        return value_now, value_before
    if "loss" in gap and "loss" not in head:
        return value_now, -value_before
    if "loss" in head and "profit" in gap:
        return -value_now, value_before
    return value_now, value_before
