"""Counterfactual twins: hand-worked pairs, and the rows that must have none."""

from pathlib import Path

import pytest

from models.data import Row, read_rows
from models.twins import twins

FLIP = {"positive": "negative", "negative": "positive"}


@pytest.mark.parametrize(
    ("text", "label", "twin"),
    [
        ("Tarnwick sales rose 4 %", "positive", "Tarnwick sales fell 4 %"),
        ("Tarnwick Q1 Net Up 12%", "positive", "Tarnwick Q1 Net Down 12%"),
        ("TARNWICK SHARES END HIGHER", "positive", "TARNWICK SHARES END LOWER"),
        ("Net loss widened at Tarnwick", "negative", "Net loss narrowed at Tarnwick"),
        ("Net debt fell to EUR 3.1 mn from EUR 4.4 mn", "positive", "Net debt rose to EUR 4.4 mn from EUR 3.1 mn"),
        (
            "Profit was EUR 5 mn compared to EUR 7 mn in 2004",
            "negative",
            "Profit was EUR 7 mn compared to EUR 5 mn in 2004",
        ),
        ("Margin went from 8.3 % to 6.4 %", "negative", "Margin went from 6.4 % to 8.3 %"),
        ("Revenue totaled $1,200m, up from $900m", "positive", "Revenue totaled $900m, down from $1,200m"),
        ("Operating loss of EUR 2 mn versus EUR 3 mn", "positive", "Operating loss of EUR 3 mn versus EUR 2 mn"),
    ],
)
def test_hand_worked_pairs(text: str, label: str, twin: str):
    original, other = twins([Row(text, label, "fpb")], seed=0)
    assert (original.text, original.label) == (text, label)
    assert (other.text, other.label) == (twin, FLIP[label])
    assert original.pair is not None and original.pair == other.pair
    assert other.source == original.source == "fpb"


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("Tarnwick sales rose 4 %", "neutral"),
        ("Tarnwick sales rose 4 %", "negative"),  # the label does not follow the word
        ("Tarnwick sales did not rise", "negative"),
        ("Tarnwick profit rose while sales fell", "positive"),
        ("Tarnwick shares fell despite strong orders", "negative"),
        ("Will Tarnwick shares rise ?", "positive"),
        ("Prosecutor drops charges against Tarnwick", "positive"),
        ("Tarnwick sets up unit in Ghent", "positive"),
        ("Profit rose to EUR 3 mn from EUR 4 mn", "positive"),  # word and numbers disagree
        ("Profit was EUR 5 mn compared to 7 % in 2004", "negative"),  # two units
        ("Profit was EUR 5 mn compared to EUR 5 mn in 2004", "negative"),
        ("Oil prices rose 4 %", "positive"),  # good for whom?
    ],
)
def test_rows_without_a_plain_twin(text: str, label: str):
    assert twins([Row(text, label, "sentfin")], seed=0) == []


def test_rows_with_a_target_and_topics_have_no_twin():
    rows = [
        Row("Tarnwick sales rose 4 %", "positive", "sentfin", target="Tarnwick"),
        Row("Profit rose", "Earnings", "tfns", "topic"),
    ]
    assert twins(rows, seed=0) == []


def test_equal_rows_make_one_pair_and_the_seed_decides_the_order():
    rows = [Row(f"Profit rose {i} %", "positive", "fpb") for i in range(1, 9)]
    assert len(twins(rows * 2, seed=1)) == 16
    assert twins(rows, seed=1) == twins(rows, seed=1) != twins(rows, seed=2)
    assert all(a.pair == b.pair for a, b in zip(twins(rows, 3)[::2], twins(rows, 3)[1::2], strict=True))


@pytest.mark.data
def test_twins_of_twins_are_the_originals(shared: Path):
    rows = read_rows(shared / "data" / "sentiment" / "sentfin_headline.csv", source="sentfin", task="sentiment")
    pairs = twins(rows, seed=0)
    assert len(pairs) > 1_000
    again = {
        row.text: row for row in twins([Row(row.text, row.label, row.source) for row in pairs[1::2]], seed=0)[1::2]
    }
    found = [again[original.text].label == original.label for original in pairs[::2] if original.text in again]
    assert all(found) and len(found) > 0.8 * len(pairs) / 2
