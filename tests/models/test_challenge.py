"""The challenge set is well formed, balanced, and shares neither wording nor lexemes with what is generated."""

import csv
import re
from collections import Counter
from pathlib import Path

import pytest

from models.data import SENTIMENTS
from models.grammar import house_rows
from models.lexicon import real_names
from models.quantities import ECONOMY, FIRM, MOVES
from models.text import normalise

ROWS = list(csv.DictReader((Path(__file__).parent / "challenge.csv").read_text(encoding="utf-8").splitlines()))
PLAIN_KINDS = {"notice", "question"}


def grams(text: str, size: int = 4) -> set[tuple[str, ...]]:
    words = normalise(text).split()
    return {tuple(words[i : i + size]) for i in range(len(words) - size + 1)}


def says(text: str, phrase: str) -> bool:
    return re.search(rf"\b{re.escape(phrase.casefold())}\b", text.casefold()) is not None


def test_every_row_has_a_text_a_label_and_a_kind():
    assert len(ROWS) >= 240
    assert all(set(row) == {"text", "label", "kind"} and row["text"] and row["kind"] for row in ROWS)
    assert {row["label"] for row in ROWS} == set(SENTIMENTS)
    assert len({normalise(row["text"]) for row in ROWS}) == len(ROWS)


def test_labels_and_kinds_are_balanced():
    labels = Counter(row["label"] for row in ROWS)
    assert min(labels.values()) > 0.25 * len(ROWS)
    kinds = {row["kind"] for row in ROWS}
    for kind in kinds - PLAIN_KINDS:
        own = Counter(row["label"] for row in ROWS if row["kind"] == kind)
        assert min(own[label] for label in SENTIMENTS) >= 3, (kind, own)
    for kind in PLAIN_KINDS:
        assert {row["label"] for row in ROWS if row["kind"] == kind} == {"neutral"}


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_no_four_words_in_a_row_are_generated(seed: int):
    own = {gram: row["text"] for row in ROWS for gram in grams(row["text"])}
    shared = {
        own[gram]: row.text
        for row in house_rows(seed, 12_000, held_out=None)
        for gram in grams(row.text)
        if gram in own
    }
    assert shared == {}


def test_no_pair_of_quantity_and_direction_word_is_generated():
    verbs = {form for move in MOVES for form in (move.base, move.third, move.past, move.ing, move.noun) if form}
    for row in ROWS:
        quantities = [q.phrase for q in (*FIRM, *ECONOMY) if says(row["text"], q.phrase)]
        found = [verb for verb in verbs if says(row["text"], verb)]
        assert not (quantities and found), (row["text"], quantities, found)


def test_no_company_is_in_both():
    shared = {name: row["text"] for row in ROWS for name in real_names() if says(row["text"], name)}
    assert shared == {}
