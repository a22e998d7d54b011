"""Numbers by which likely copies of a headline are found among many without comparing all: on whole arrays.

From each headline: `keys`, of which likely copies share one, and three sets of 64 bits, of its words, its capitalised
words and its numbers, which rule most of the others out. Three keys are MinHash over the pairs of neighbouring words
that carry meaning: the first pair, and the smallest under each of two hashes; the fourth is made of all words and
numbers, whatever their order. A word counts with its first six letters, which cuts most endings off. All is integer
arithmetic modulo 2**64 on bytes, so the numbers are the same on every machine.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from monitor.lexicon import IGNORED, SYNONYMS, TAGS
from monitor.wording import plain

U64 = np.uint64
Hashes = NDArray[np.uint64]
Counts = NDArray[np.int64]

LETTERS = 6
FACTORS = (U64(0xD6E8FEB86659FD93), U64(0x9FB21C651E98DF25), U64(0xC2B2AE3D27D4EB4F))
NO_PAIR = U64(2**64 - 1)
COMMON = "u us new up down not no stock market analysis factbox highlight snapshot"  # too many headlines share them
IS_COMMON, IS_TAG = 1, 2
WIDE = 128  # the first byte value that is not ASCII
THOUSANDS = re.compile(r",(?<=\d,)(?=\d)")
ROOM = " " * 8  # behind the text, so that eight bytes can be read at its last word


def _folding() -> NDArray[np.uint8]:
    """`[256]`: a byte of UTF-8 -> itself in lower case, or 0 where it stands between words."""
    fold = np.zeros(256, np.uint8)
    for letter in b"abcdefghijklmnopqrstuvwxyz":
        fold[[letter, letter - 32]] = letter
    for digit in b"0123456789":
        fold[digit] = digit
    fold[128:] = np.arange(128, 256)
    return fold


FOLD = _folding()
CLASS = np.where(FOLD == 0, 0, np.where(ord("9") >= FOLD, 1, 2)).astype(np.uint8)  # between words, digit, letter


class Signatures(NamedTuple):
    """`keys [n, 4]`, `words [n]`, `names [n]` and `numbers [n]` of n headlines; no names where capitals say nothing."""

    keys: Hashes
    words: Hashes
    names: Hashes
    numbers: Hashes


class Words(NamedTuple):
    """`hashes [w]`, `is_number [w]`, `is_capital [w]` of the words of n headlines; `ends [n]`: where each one's end."""

    hashes: Hashes
    is_number: NDArray[np.bool_]
    is_capital: NDArray[np.bool_]
    ends: Counts


def signatures(headlines: Sequence[str]) -> Signatures:
    """Compute the signatures of n headlines; each depends on its own headline alone."""
    words = split_words(headlines)
    places = _low_bits(words.hashes)
    marks, hashes = MARKS[places], np.where(SYNONYM[places] > 0, SYNONYM[places], words.hashes)
    tagged = np.zeros(len(marks), np.bool_)
    tagged[1:] = marks[:-1] == IS_TAG  # the number of an update says nothing
    bits = U64(1) << (hashes >> U64(58))
    is_word = ~words.is_number & (marks == 0)
    kept, capitals = _up_to(is_word, words.ends), _up_to(is_word & words.is_capital, words.ends)
    says_something = 2 * np.diff(capitals, prepend=0) <= np.diff(kept, prepend=0) + 1
    all_words = _unite(bits[is_word], kept)
    numbers = _unite(np.where(words.is_number & ~tagged, bits, U64(0)), words.ends)
    everything = (all_words * FACTORS[0]) ^ (numbers * FACTORS[1])
    everything = (everything ^ (everything >> U64(32))) * FACTORS[2]
    everything ^= everything >> U64(32)
    names = _unite(np.where(words.is_capital, bits, U64(0))[is_word], kept)
    names[~says_something] = 0
    return Signatures(np.column_stack([_keys(hashes[is_word], kept), everything]), all_words, names, numbers)


def split_words(headlines: Sequence[str]) -> Words:
    """Hash the words and numbers of n headlines."""
    raw = np.frombuffer(_joined(headlines), np.uint8)
    folded, kinds = FOLD[raw], CLASS[raw]
    edges = np.append(0, np.flatnonzero(kinds[1:] != kinds[:-1]) + 1)
    if raw.max() >= WIDE:
        edges = _cut_wide(edges, raw)
    kinds = kinds[edges]
    starts, stops = edges[:-1][kinds[:-1] > 0], edges[1:][kinds[:-1] > 0]  # the room behind ends the last word
    kinds = kinds[:-1][kinds[:-1] > 0]
    plural = (folded[stops - 1] == ord("s")) & (folded[stops - 2] != ord("s")) & (stops - starts > 3)
    letters = np.minimum(stops - starts - plural, LETTERS).astype(U64)
    eight = np.ndarray((len(folded) - 7,), "<u8", folded.data, 0, (1,))
    hashes = eight[starts] << (U64(64) - letters * U64(8))
    hashes = (hashes ^ (hashes >> U64(31))) * FACTORS[0]
    hashes = (hashes ^ (hashes >> U64(29))) * FACTORS[1]
    hashes ^= hashes >> U64(32)
    is_capital = raw[starts] != folded[starts]
    return Words(hashes, kinds == 1, is_capital, np.searchsorted(starts, np.flatnonzero(raw == ord("\n"))))


def _cut_wide(edges: Counts, raw: NDArray[np.uint8]) -> Counts:
    """Cut runs of non-ASCII bytes into words of `LETTERS` bytes: such a script may have no spaces."""
    longer = (np.diff(edges) > LETTERS) & (raw[edges[:-1]] >= WIDE)
    cuts = [np.arange(edges[n] + LETTERS, edges[n + 1], LETTERS) for n in np.flatnonzero(longer).tolist()]
    return np.sort(np.concatenate([edges, *cuts]))


def _joined(headlines: Sequence[str]) -> bytes:
    """One line a headline."""
    texts = [text if text.isascii() else re.sub(r"\W", " ", plain(text)) for text in headlines]
    joined = "\n".join(texts)
    if joined.count("\n") != len(texts) - 1:
        joined = "\n".join([text.replace("\n", " ") for text in texts])
    return f"{THOUSANDS.sub('', joined)}\n{ROOM}".encode("utf-8", "replace")


def _keys(hashes: Hashes, ends: Counts) -> Hashes:
    """The words of n headlines -> `[n, 3]`: the first pair of neighbours, and the smallest under two hashes.

    A lone word is paired with nothing; where there is no word, a key is `NO_PAIR`.
    """
    n, counts = len(ends), np.diff(ends, prepend=0)
    first = ends - counts + np.arange(n)  # each headline has one place more than words
    words = np.zeros(len(hashes) + n + 1, U64)
    words[np.arange(len(hashes)) + np.repeat(np.arange(n), counts)] = hashes
    pairs = (words[:-1] * FACTORS[0]) ^ (words[1:] + FACTORS[1])
    last = first + counts
    none = np.concatenate([last, last[counts > 1] - 1])
    keys = np.empty((n, 3), U64)
    for column, factor in enumerate(FACTORS):
        mixed = (pairs ^ (pairs >> U64(32))) * factor
        mixed ^= mixed >> U64(29)
        mixed[none] = NO_PAIR
        keys[:, column] = np.minimum.reduceat(mixed, first) if column else mixed[first]
    return keys


def _unite(bits: Hashes, ends: Counts) -> Hashes:
    """The bits of each headline's words -> `[n]` sets."""
    counts = np.diff(ends, prepend=0)
    united = np.bitwise_or.reduceat(np.append(bits, U64(0)), ends - counts)
    united[counts == 0] = 0
    return united


def _up_to(flags: NDArray[np.bool_], ends: Counts) -> Counts:
    """How many words are flagged up to the end of each headline."""
    return np.append(0, np.cumsum(flags))[ends]


def _low_bits(hashes: Hashes) -> Counts:
    return (hashes & U64(0xFFFF)).astype(np.int64)


def _marked(words: str) -> Counts:
    return _low_bits(split_words([words]).hashes)


# By the low 16 bits of a word's hash: a few other words fall into the same place, the same ones always.
MARKS = np.zeros(65_536, np.uint8)
MARKS[_marked(f"{IGNORED} {COMMON}")] = IS_COMMON
MARKS[_marked(TAGS)] = IS_TAG
SYNONYM = np.zeros(65_536, U64)
for _line in SYNONYMS.strip().split("\n"):
    _hashes = split_words([_line]).hashes
    SYNONYM[_low_bits(_hashes)] = _hashes[0]
