"""How two compared numbers of a headline relate, since an encoder of this size reads digits but does not compare."""

import re
from typing import Literal

Relation = Literal["higher", "lower", "equal"]

_MILLIONS = dict.fromkeys(("m", "mn", "mln", "million"), 1e6)
_SCALES = {
    **_MILLIONS,
    "k": 1e3,
    "thousand": 1e3,
    "crore": 1e7,
    "cr": 1e7,
    "b": 1e9,
    "bn": 1e9,
    "bln": 1e9,
    "billion": 1e9,
    "lakh": 1e5,
    "trillion": 1e12,
    "tn": 1e12,
}

_YEAR = r"(?:19|20)\d\d\b(?!\s?(?:%|[mb]n\b|[mb]illion))"
_NUMBER = r"(?:[A-Z]{2,3}|Rs\.?)?\s?[$€£¥]?\s?(?P<n%d>\d+(?:,\d{3})*(?:\.\d+)?)\s?(?P<u%d>%%|[a-z]+\b)?"
_FIRST, _SECOND = (rf"(?<![\w.,-])(?!{_YEAR})" + _NUMBER % (i, i) for i in (1, 2))
_AGAINST = r"(?:compared\s(?:to|with)|from|versus|vs\.?|as\sagainst|against)"
_SPAN = re.compile(rf"\bfrom\s(?:[a-z]+\s){{0,3}}?{_FIRST}(?P<gap>[^.;\d]{{0,40}}?)\bto\s(?:[a-z]+\s){{0,3}}?{_SECOND}")
_COMPARED = re.compile(rf"{_FIRST}[^;]{{0,60}}?\b{_AGAINST}\b(?P<gap>[^;\d]{{0,50}}?){_SECOND}")
_TORN = re.compile(r"(?<=\d) ([.,]) ?(?=\d)")


def relation(text: str) -> Relation | None:
    """Return how the number that is reported now relates to the one it is compared with; None where none is.

    "fell to 3.1 % from 3.4 %", "EUR 9.8 mn compared to EUR 6.0 mn", "from 120 to 90". It says nothing about what
    is good: that depends on the quantity, and stays the model's to read.
    """
    whole = _TORN.sub(r"\1", text)
    if match := _SPAN.search(whole):
        before, now = _values(match)
    elif match := _COMPARED.search(whole):
        now, before = _values(match)
        now, before = _signed(now, before, whole[: match.start()], match["gap"])
    else:
        return None
    return "equal" if now == before else "higher" if now > before else "lower"


def _values(match: re.Match[str]) -> tuple[float, float]:
    units = [(match[f"u{i}"] or "").lower() for i in (1, 2)]
    scaled = [unit if unit in _SCALES else "" for unit in units]
    # "from 9 to 8.5 million": a scale that stands once holds for both.
    scaled = [scaled[0] or scaled[1], scaled[1] or scaled[0]]
    numbers = [float(match[f"n{i}"].replace(",", "")) for i in (1, 2)]
    return numbers[0] * _SCALES.get(scaled[0], 1.0), numbers[1] * _SCALES.get(scaled[1], 1.0)


def _signed(now: float, before: float, head: str, gap: str) -> tuple[float, float]:
    """A profit after a loss is higher, whatever the two magnitudes are; a loss after a profit is lower."""
    loss_now, loss_before = "loss" in head.lower(), "loss" in gap.lower()
    if loss_before and not loss_now:
        return now, -before
    if loss_now and "profit" in gap.lower():
        return -now, before
    return now, before
