"""The house grammar: seeded, balanced, held out by lexemes, and right about signs."""

import random
import re
from collections import Counter

import pytest

from models import signed
from models.events_bad import BAD
from models.events_good import GOOD
from models.events_more import BAD_NOUNS, GOOD_NOUNS
from models.events_plain import PLAIN
from models.grammar import blocks, house_rows
from models.lexicon import company, expand, part, real_names, tidy, words
from models.quantities import CUTS, CUTTABLE, ECONOMY, FIRM, INERT, LIFTS, MOVES, Quantity, in_part
from models.text import normalise

DIRECTION = {form: move.up for move in MOVES for form in (move.third, move.past)}


def test_the_same_seed_gives_the_same_rows_and_another_seed_others():
    assert house_rows(7, 500) == house_rows(7, 500)
    assert house_rows(7, 500) != house_rows(8, 500)
    assert house_rows(7, 500) == house_rows(7, 800)[:500]


@pytest.mark.parametrize("held_out", [False, True, None])
def test_rows_are_distinct_balanced_and_complete(held_out: bool | None):
    rows = house_rows(3, 3_000, held_out=held_out)
    assert Counter(row.label for row in rows) == {"negative": 1_000, "neutral": 1_000, "positive": 1_000}
    assert len({normalise(row.text) for row in rows}) == 3_000
    assert {(row.source, row.task, row.target) for row in rows} == {("house", "sentiment", None)}
    assert not [row.text for row in rows if re.search(r"[<>{}|]|.[*]|\s\s|^\s|\s$", row.text)]


def test_held_out_lexemes_are_disjoint_from_those_of_training():
    for entries in (words(BAD_NOUNS), words(GOOD_NOUNS), CUTS, LIFTS, CUTTABLE[1], CUTTABLE[-1]):
        training = {entry for entry in entries if in_part(entry, False)}
        held_out = {entry for entry in entries if in_part(entry, True)}
        assert training and held_out and training | held_out == set(entries)
        assert not training & {entry.lstrip("*") for entry in held_out}
    for entries in (FIRM, ECONOMY, INERT):
        assert {q.phrase for q in entries if q.held_out}.isdisjoint(q.phrase for q in entries if not q.held_out)
    assert {m.base for m in MOVES if m.held_out}.isdisjoint(m.base for m in MOVES if not m.held_out)
    assert set(part(real_names(), True)).isdisjoint(part(real_names(), False))


@pytest.mark.parametrize("text", [BAD, GOOD, PLAIN])
def test_each_event_is_in_one_part(text: str):
    training, held_out, both = blocks(text, False), blocks(text, True), blocks(text, None)
    assert set(training).isdisjoint(held_out)
    assert set(training) | set(held_out) == set(both)
    assert len(held_out) >= 2


def test_training_rows_use_no_held_out_name():
    held_out = {name for name in part(real_names(), True) if len(name) > 3}
    assert not [row.text for row in house_rows(1, 4_000) for name in held_out if re.search(rf"\b{name}\b", row.text)]


@pytest.mark.parametrize(
    ("quantity", "up", "turned", "sign"),
    [
        (1, True, False, 1),  # profit rises
        (1, False, False, -1),  # profit falls
        (-1, True, False, -1),  # debt rises
        (-1, False, False, 1),  # debt falls
        (1, True, True, -1),  # profit rose less than expected
        (-1, True, True, 1),  # unemployment did not rise
        (1, False, True, 1),  # sales stopped falling
        (-1, False, True, -1),  # costs failed to fall
        (0, True, False, 0),  # headcount rises
    ],
)
def test_the_algebra_of_signs(quantity: int, up: bool, turned: bool, sign: int):
    assert signed.outcome(quantity, up=up, turned=turned) == sign


@pytest.mark.parametrize(
    ("phrase", "sign"),
    [
        ("net profit", 1),
        ("order intake", 1),
        ("dividend", 1),
        ("net debt", -1),
        ("claims", -1),
        ("net loss", -1),
        ("customer churn", -1),
        ("GDP", 1),
        ("consumer confidence", 1),
        ("unemployment", -1),
        ("inflation", -1),
        ("budget deficit", -1),
        ("share count", 0),
    ],
)
def test_quantities_have_the_sign_that_the_guideline_gives(phrase: str, sign: int):
    assert [q.sign for q in (*FIRM, *ECONOMY, *INERT) if q.phrase == phrase] == [sign]


def quantity_in(text: str) -> Quantity:
    found = [q for q in (*FIRM, *ECONOMY) if re.search(rf"\b{re.escape(q.phrase)}\b", text, re.IGNORECASE)]
    return max(found, key=lambda q: len(q.phrase))


@pytest.mark.parametrize("wanted", [-1, 1])
def test_two_numbers_agree_with_the_sign(wanted: int):
    rng = random.Random(5)
    checked = 0
    for _ in range(1_200):
        text = signed.versus(rng, None, wanted)[0]
        found = re.search(r"from \D{0,4}(\d[\d,]*\.?\d*)(?![\d,.]).*? to \D{0,4}(\d[\d,]*\.?\d*)", text)
        if found and " at " not in text:
            earlier, later = (float(number.replace(",", "")) for number in found.groups())
            assert signed.outcome(quantity_in(text).sign, up=later > earlier) == wanted, text
            checked += 1
    assert checked >= 30


@pytest.mark.parametrize("wanted", [-1, 1])
def test_a_plain_move_agrees_with_the_sign(wanted: int):
    rng = random.Random(6)
    other = re.compile(
        r"\b(?:less|slowly|no|not|failed|stopped|could|slows|eases|loses|tapers|prevents|halts|rules|sinks|shares|"
        r"higher|lower|rising|falling|increased|reduced|growing|shrinking)\b"
    )
    checked = 0
    for _ in range(600):
        text = signed.moved(rng, None, wanted)[0]
        verb = re.search(r"\b(" + "|".join(DIRECTION) + r")\b", text)
        if verb and not other.search(text):
            assert signed.outcome(quantity_in(text).sign, up=DIRECTION[verb[1]]) == wanted, text
            checked += 1
    assert checked >= 50


def test_equal_numbers_are_neutral():
    assert {signed.versus(random.Random(seed), None, 0)[1] for seed in range(20)} == {0}


def test_expand_keeps_a_name_and_draws_numbers_anew():
    text = expand("<co> and <co> owe {<num>|<num>} and <num>", random.Random(2), None)
    first, rest = text.split(" and ", maxsplit=1)
    assert rest.startswith(first)
    with pytest.raises(KeyError):
        expand("<nonsense>", random.Random(0), None)


def test_tidy():
    assert tidy("no a default , a 8% rise in a hour") == "No default, an 8% rise in a hour"
    assert tidy("laptop batterys") == "Laptop batteries"


def test_companies_are_varied():
    rng = random.Random(0)
    assert len({company(rng, "any", False) for _ in range(2_000)}) > 700
