"""Weak labels: two cues must agree, half of the event words are masked, anchors are neutral."""

from collections import Counter

import pytest

from models.weak import MASK, sign_of, unlabelled_rows, weak_rows


@pytest.mark.parametrize(
    ("headline", "sign"),
    [
        ("Tarnwick stores fall into administration, 400 jobs go", -1),
        ("Tarnwick fined 3 million euros for price fixing", -1),
        ("Tarnwick chairman resigns after accounting probe", -1),
        ("Tarnwick recalls e-bikes over fire risk", -1),
        ("Tarnwick wins navy contract worth 2 billion", 1),
        ("Tarnwick lifts outlook on strong demand", 1),
        ("Judge throws out fraud suit against Tarnwick", 1),
        ("Tarnwick fined", 0),  # one cue alone
        ("Tarnwick not fined for price fixing", 0),
        ("Tarnwick cuts outlook, shares fall, but wins navy contract worth 2 billion", 0),
        ("Will Tarnwick be fined for price fixing?", 0),
    ],
)
def test_two_cues_must_agree(headline: str, sign: int):
    assert sign_of(headline)[0] == sign


def test_half_of_the_event_words_are_masked_and_anchors_stand_beside():
    events = [f"Maker number {i} recalls e-bikes over fire risk" for i in range(400)]
    asked = [f"What does recall {i} mean for safety?" for i in range(400)]
    rows = weak_rows([*events, *asked, "Tarnwick opens a museum"], seed=1)
    labels = Counter(row.label for row in rows)
    assert labels == {"negative": 400, "neutral": 133}
    masked = [row.text for row in rows if MASK in row.text]
    assert 150 < len(masked) < 250
    assert all("recalls" not in text for text in masked)
    assert {(row.source, row.weight) for row in rows} == {("house", 0.5)}
    assert rows == weak_rows([*events, *asked], seed=1)


def test_equal_headlines_count_once():
    assert len(weak_rows(["Tarnwick fined for price fixing"] * 3, seed=0)) == 1


def test_unlabelled_rows_are_drawn_by_the_seed_and_weigh_nothing():
    headlines = [f"Tarnwick opens museum number {'i' * n}" for n in range(1, 40)]
    rows = unlabelled_rows([*headlines, *headlines], seed=1, most=10)
    assert len({row.text for row in rows}) == 10
    assert {row.weight for row in rows} == {0.0}
    assert rows == unlabelled_rows(headlines, seed=1, most=10)
    assert len(unlabelled_rows(headlines, seed=1, most=100)) == 39
