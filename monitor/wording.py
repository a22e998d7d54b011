"""Whether two headlines tell the same report: the share of words that they have in common, or 0.

A copy may carry another tag ("UPDATE 3-"), a source, other punctuation or order, a synonym, a detail more or less,
or be cut off. It may not differ in what makes it another report: a name for a name, a number for a number, a month for
a month, up for down, or a word for the next stage of the affair (lexicon.py).
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import NamedTuple

from monitor.lexicon import (
    BAD_WORDS,
    GOOD_WORDS,
    ORDINALS,
    PARTS_OF_YEAR,
    STAGE_WORDS,
    TAGS,
    Kind,
    look_up,
)

IGNORED, NUMBER, PERIOD, ORDINAL = Kind.IGNORED, Kind.NUMBER, Kind.PERIOD, Kind.ORDINAL

TAG = re.compile(rf"(?:\W*(?:{'|'.join(TAGS.split())}|just in)(?: ?\d+)?(?: ?[-:]+| - ))+", re.IGNORECASE)
CUT_OFF = re.compile(r"\w+(?:\.\.\.|…)$")
TOKEN = re.compile(r"\d+(?:[.,]\d+)*|[^\W\d_]+\d*")

MIN_WORDS = 3  # a shorter headline is a copy only of one with the same words
MIN_SHARED = 0.3  # of all words, where one headline holds all words of the other
MIN_SHARED_REWORDED = 0.72  # of the words that are neither number nor period, where each has words of its own


class Wording(NamedTuple):
    """A headline's canonical words in order, and as sets: all, the capitalised, numbers, periods.

    `cased` is whether capitals say anything: not in a title in capitals.
    """

    sequence: tuple[str, ...]
    words: frozenset[str]
    names: frozenset[str]
    numbers: frozenset[str]
    periods: frozenset[str]
    cased: bool


def plain(text: str) -> str:
    """The text without accents: 'Société' -> 'Societe'."""
    if text.isascii():
        return text
    return "".join(char for char in unicodedata.normalize("NFKD", text) if not unicodedata.combining(char))


@lru_cache(2_048)
def read(text: str) -> Wording:
    """Take a headline's `body` apart."""
    tokens = TOKEN.findall(text)
    sequence: list[str] = []
    names: list[str] = []
    numbers: list[str] = []
    periods: list[str] = []
    long = lower = 0
    part_of_year = ""
    for token, following in zip(tokens, [*tokens[1:], ""], strict=True):
        if len(token) > 3 and not token[0].isdigit():
            long += 1
            lower += token[0].islower()
        word, kind = look_up(token)
        if kind is IGNORED or part_of_year:
            part_of_year = ""
            continue
        if kind is ORDINAL and (part_of_year := PARTS_OF_YEAR.get(following.lower(), "")):
            word, kind = part_of_year + ORDINALS[word], PERIOD
        sequence.append(word)
        if kind is NUMBER:
            numbers.append(word)
        elif kind is PERIOD:
            periods.append(word)
        elif token[0].isupper() and len(token) > 1:
            names.append(word)
    sets = map(frozenset, (sequence, names, numbers, periods))
    return Wording(tuple(sequence), *sets, cased=3 * lower >= long)


def body(headline: str) -> str:
    """The headline without tags in front and a word that is cut off at the end."""
    text = plain(headline).replace("U.S.", "US")
    if (tag := TAG.match(text)) is not None:
        text = text[tag.end() :]
    text = text.rstrip()
    return CUT_OFF.sub("", text) if text.endswith(("...", "\N{HORIZONTAL ELLIPSIS}")) else text


def similarity(headline: str, other: str) -> float:
    """The share of words in common, in (0, 1], where both tell the same report; else 0. Symmetric."""
    if headline == other:
        return 1.0
    text, other_text = body(headline), body(other)
    if text == other_text:
        return 1.0
    a, b = read(text), read(other_text)
    if a.sequence == b.sequence:
        return 1.0
    only_a, only_b = a.words - b.words, b.words - a.words
    if not STAGE_WORDS.isdisjoint(only_a) or not STAGE_WORDS.isdisjoint(only_b):
        return 0.0
    if only_a and only_b:
        same = _reworded(a, b, only_a, only_b)
    elif only_a:
        same = _extended(b, a)
    else:
        same = not only_b or _extended(a, b)
    return len(a.words & b.words) / len(a.words | b.words) if same else 0.0


def _reworded(a: Wording, b: Wording, only_a: frozenset[str], only_b: frozenset[str]) -> bool:
    """Each has words of its own: few, and none that contradict."""
    for facts_a, facts_b in ((a.numbers, b.numbers), (a.periods, b.periods)):
        if facts_a - facts_b and facts_b - facts_a:
            return False
    for one, other in ((only_a, only_b), (only_b, only_a)):
        if _has(one, GOOD_WORDS) and _has(other, BAD_WORDS):
            return False
    if not (a.cased and b.cased) or (_has(only_a, a.names) and _has(only_b, b.names)):
        return False
    facts = a.numbers | b.numbers | a.periods | b.periods
    return len((a.words & b.words) - facts) >= MIN_SHARED_REWORDED * len((a.words | b.words) - facts)


def _extended(short: Wording, long: Wording) -> bool:
    """One has all words of the other, in its order, and more."""
    if len(short.words) < MIN_WORDS or len(short.words) < MIN_SHARED * len(long.words):
        return False
    rest = iter(long.sequence)
    return all(word in rest for word in short.sequence)


def _has(words: frozenset[str], others: frozenset[str]) -> bool:
    return not words.isdisjoint(others)
