"""The written sentences: well formed, balanced, and written without sight of the challenge set."""

import csv
from collections import Counter
from pathlib import Path

from models.data import SENTIMENTS, Row
from models.targets import find_target
from models.text import near_copy_keys, normalise
from models.written import read_written, written_rows

ROWS = read_written()


def sentences(name: str) -> list[dict[str, str]]:
    return list(csv.DictReader((Path(__file__).parent / name).read_text("utf-8").splitlines()))


SEALED = [*sentences("challenge.csv"), *sentences("later.csv")]


def grams(text: str, size: int) -> set[tuple[str, ...]]:
    words = normalise(text).split()
    return {tuple(words[i : i + size]) for i in range(len(words) - size + 1)}


def test_rows_are_distinct_labelled_and_balanced() -> None:
    assert len(ROWS) > 53_000
    assert len({(normalise(row.text), row.target) for row in ROWS}) == len(ROWS)
    labels = Counter(row.label for row in ROWS)
    assert set(labels) == set(SENTIMENTS)
    assert min(labels.values()) > 0.3 * len(ROWS)
    assert {row.source for row in ROWS} == {"house"}


def test_contrasts_differ_in_label() -> None:
    labels: dict[str, set[str]] = {}
    for row in ROWS:
        if row.pair:
            labels.setdefault(row.pair, set()).add(row.label)
    assert len(labels) > 500
    assert sum(len(of) > 1 for of in labels.values()) > 0.95 * len(labels)


def test_every_target_stands_in_its_headline_and_most_headlines_divide_their_parties() -> None:
    labels: dict[str, set[str]] = {}
    for row in ROWS:
        if row.target:
            assert find_target(row.text, row.target, {}) == row.target
            labels.setdefault(row.text, set()).add(row.label)
    assert len(labels) > 500
    assert sum(len(of) > 1 for of in labels.values()) > 0.7 * len(labels)


def test_none_is_a_near_copy_of_a_sealed_sentence_or_shares_six_words_in_a_row() -> None:
    keys = {key for row in SEALED for key in near_copy_keys(row["text"])}
    shared = {gram for row in SEALED for gram in grams(row["text"], 6)}
    assert [row.text for row in ROWS if keys & set(near_copy_keys(row.text)) or shared & grams(row.text, 6)] == []


def test_held_out_rows_share_no_contrast_with_training_and_copies_keep_theirs_apart() -> None:
    training, held_out = written_rows(1, 2)
    texts = {row.text for row in training}
    assert 0.05 * len(ROWS) < len(held_out) < 0.15 * len(ROWS)
    assert not [row for row in held_out if row.text in texts or row.pair]
    families = {row.pair.partition("/")[0] for row in training if row.pair}
    assert not [row for row in ROWS if row.pair and row.text not in texts and row.pair.partition("/")[0] in families]
    assert len(training) == 2 * (len(ROWS) - len(held_out))
    by_pair: dict[str, list[Row]] = {}
    for row in training:
        if row.pair:
            by_pair.setdefault(row.pair, []).append(row)
    assert max(len(rows) for rows in by_pair.values()) <= 4
    assert written_rows(1, 2) == written_rows(1, 2)


def test_the_later_sentences_are_many_distinct_and_labelled() -> None:
    later = sentences("later.csv")
    assert len(later) == len({normalise(row["text"]) for row in later}) == 540
    assert {row["label"] for row in later} == set(SENTIMENTS)
