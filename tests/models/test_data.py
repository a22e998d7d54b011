import json
import random
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.data import DataError, Row, group_near_copies, read_entity_rows, read_rows, split, weighed
from models.text import MAX_CHARS, clean, normalise


def test_clean_strips_urls_and_white_space() -> None:
    assert clean(" Acme\u00a0beats \n https://t.co/abc?x=1 views ") == "Acme beats views"
    assert clean("cafe\u0301") == "caf\u00e9"


@given(st.text(st.characters(codec=None)))
def test_any_string_has_a_clean_form_that_utf8_can_hold(text: str) -> None:
    assert clean(text).encode("utf-8").decode("utf-8") == clean(text)


def test_a_long_text_is_cut() -> None:
    assert len(clean("a" * 1_000_000)) == MAX_CHARS


def test_normalise_sees_through_case_urls_and_punctuation() -> None:
    assert normalise("Acme BEATS views! https://t.co/1") == normalise("acme beats views")


def test_near_copies_chain_into_one_group() -> None:
    first = "one two three four five six seven alpha beta"
    second = "one two three four five six seven gamma delta epsilon zeta eta theta iota"
    third = "other start gamma delta epsilon zeta eta theta iota"
    assert len(set(group_near_copies([first, third]))) == 2
    assert len(set(group_near_copies([first, second, third]))) == 1


def test_numbers_do_not_separate_near_copies() -> None:
    assert (
        len(set(group_near_copies(["Acme Q2 net profit up 12% this year", "Acme Q3 net profit up 4% this year"]))) == 1
    )


def test_split_keeps_near_copies_together_and_does_not_depend_on_order() -> None:
    rows = [Row(f"Company {chr(97 + i)}x wins order number {j}", "positive", "fpb") for i in range(26) for j in (1, 2)]
    training, held_out = split(rows, share=0.5)
    shuffled = random.Random(3).sample(rows, len(rows))
    assert set(split(shuffled, share=0.5)[1]) == set(held_out)
    assert 0 < len(held_out) < len(rows)
    assert not {normalise(r.text)[:-1] for r in training} & {normalise(r.text)[:-1] for r in held_out}


def test_read_rows_takes_columns_source_and_target(tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    path.write_text("text,label,source,target\nA falls,negative,tfns,A\nB,neutral,,\n", encoding="utf-8")
    assert read_rows(path, source="house", task="sentiment") == [
        Row("A falls", "negative", "tfns", target="A"),
        Row("B", "neutral", "house"),
    ]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("headline,label\nA,positive\n", "no column text"),
        ("text,label\nA,bullish\n", "row 2: 'bullish' is no sentiment label"),
        ("text,label,source\nA,neutral,reddit\n", "'reddit' is no source"),
    ],
)
def test_a_wrong_file_says_where_and_what(tmp_path: Path, content: str, message: str) -> None:
    path = tmp_path / "rows.csv"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(DataError, match=message):
        read_rows(path, source="house", task="sentiment")


def test_entity_rows_are_one_a_target(tmp_path: Path) -> None:
    path = tmp_path / "entities.csv"
    entities = json.dumps({"A": "negative", "B": "positive"}).replace('"', '""')
    path.write_text(f'text,entities\nA sells to B,"{entities}"\n', encoding="utf-8")
    assert [(r.target, r.label) for r in read_entity_rows(path)] == [("A", "negative"), ("B", "positive")]


def test_a_sources_weight_scales_its_sentiment_rows_alone() -> None:
    rows = [Row("a", "neutral", "fpb"), Row("b", "neutral", "tfns", weight=0.5), Row("c", "Macro", "tfns", "topic")]
    assert [row.weight for row in weighed(rows, (2.0, 3.0, 1.0, 1.0))] == [2.0, 1.5, 1.0]
