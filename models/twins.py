"""Counterfactual twins: a real polar row and its copy with the deciding word or the two numbers turned round.

Kaushik et al. 2020 (https://arxiv.org/abs/1909.12434) had people write them; here rules do, and only where one
direction word or one pair of numbers decides: a row with a negation, a contrast or a second polar word has no twin.
"""

import random
import re
from collections.abc import Iterable
from dataclasses import replace
from typing import NamedTuple

from models.data import Row
from models.twin_words import AMBIGUOUS, BAD, CHANGE, DIRECTION, OPPOSITE, PHRASAL, POLAR, SHARES, UPWARD

_NUMBER = r"(?P<{0}>\d{{1,3}}(?:,\d{{2,3}})+(?:\.\d+)?|\d+(?: ?\.\d+)?)"
_BEFORE = r"(?P<{0}>(?:EUR|USD|SEK|NOK|DKK|RUB|Rs\.?|INR|US\$|A\$|[$€£¥])? ?)"
_AFTER = (
    r"(?P<{0}> ?(?:mn|mln|m|bn|b|million|billion|crore|cr|lakh|%|percent|per cent|pct|pc|euros?|cents?|eur|points)?)"
)
_X = _BEFORE.format("b1") + _NUMBER.format("n1") + _AFTER.format("a1")
_Y = _BEFORE.format("b2") + _NUMBER.format("n2") + _AFTER.format("a2")
_GAP = r"(?: \([^)]*\))?(?: ,)?"
_LEADS = r"\b(?:to|of|was|were|total+ed|at|amounted to)"
_THAN = r"(?:from|compared (?:to|with)|against|versus|vs\.?)(?: [a-z' ]{0,40}?of)?"
# Each pattern, and whether the later number comes first.
_VERSUS = (
    (re.compile(rf"\bfrom {_X}{_GAP}(?: [^\d]{{0,40}})? to {_Y}(?![\d.])", re.IGNORECASE), False),
    (re.compile(rf"{_LEADS} {_X}{_GAP}[^\d]{{0,60}}?{_THAN} {_Y}(?![\d.])", re.IGNORECASE), True),
)


class _Change(NamedTuple):
    text: str
    up: bool


def twins(rows: Iterable[Row], seed: int) -> list[Row]:
    """Return pairs (original, twin), in random order, each with the `pair` that holds them together.

    The originals are copies with `pair` set: use them in place of the rows that they were made from.
    """
    once = {(row.source, row.text): row for row in rows}
    made = [pair for row in once.values() if (pair := _twin(row)) is not None]
    random.Random(seed).shuffle(made)
    return [row for pair in made for row in pair]


def _twin(row: Row) -> tuple[Row, Row] | None:
    text = row.text
    if row.task != "sentiment" or row.label == "neutral" or row.target is not None or POLAR.search(text):
        return None
    change = _turned(text)
    if change is None or _expected(text, change.up) != row.label:
        return None
    key = f"twin:{row.source}:{text}"
    other = "negative" if row.label == "positive" else "positive"
    return replace(row, pair=key), replace(row, text=change.text, label=other, pair=key)


def _expected(text: str, up: bool) -> str | None:
    if AMBIGUOUS.search(text) or (BAD.search(text) and SHARES.search(text)):
        return None
    return "positive" if up != bool(BAD.search(text)) else "negative"


def _turned(text: str) -> _Change | None:
    """Return the text with its direction turned round, and the direction it had; None where that is not plain."""
    found = list(DIRECTION.finditer(text))
    if len(found) > 1 or PHRASAL.search(text) or text.rstrip().endswith("?"):
        return None
    numbers = _numbers_turned(text)
    if numbers is None and re.search(r"\b(?:from|compared|against|versus|vs)\b(?! a year| the)", text, re.IGNORECASE):
        return None
    if not found:
        return numbers
    word = found[0]
    lower = word[0].lower()
    if lower in ("up", "down") and not CHANGE.search(text):
        return None
    base = text if numbers is None else numbers.text
    up = lower in UPWARD
    if numbers is not None and numbers.up != up:
        return None
    return _Change(DIRECTION.sub(lambda m: _like(m[0], OPPOSITE[m[0].lower()]), base), up)


def _numbers_turned(text: str) -> _Change | None:
    found = [(match, later_first) for pattern, later_first in _VERSUS for match in pattern.finditer(text)]
    if len(found) != 1:
        return None
    match, later_first = found[0]
    first, second = (float(match[name].replace(",", "").replace(" ", "")) for name in ("n1", "n2"))
    if first == second or not _same_unit(match):
        return None
    (a, b), (c, d) = match.span("n1"), match.span("n2")
    swapped = text[:a] + text[c:d] + text[b:c] + text[a:b] + text[d:]
    return _Change(swapped, (first > second) == later_first)


def _same_unit(match: re.Match[str]) -> bool:
    return all(match[one].strip().lower() == match[two].strip().lower() for one, two in (("b1", "b2"), ("a1", "a2")))


def _like(old: str, new: str) -> str:
    if old.isupper() and len(old) > 1:
        return new.upper()
    return new.capitalize() if old[0].isupper() else new
