"""A model that fails is never a "neutral"."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from monitor.scoring import PROBE, ScorerDown, StubJudgement, StubScorer, Unscorable, judge_texts


class Picky(StubScorer):
    """Fails on every batch that holds a bad text, and on everything when it is down; counts its calls."""

    def __init__(self, bad: Sequence[str] = (), down: bool = False, failures: int = 0) -> None:
        self.bad, self.down, self.failures, self.calls = set(bad), down, failures, 0

    def score(self, texts: Sequence[str]) -> list[StubJudgement]:
        self.calls += 1
        if self.failures:
            self.failures -= 1
            msg = "a passing fault"
            raise RuntimeError(msg)
        if self.down or self.bad.intersection(texts):
            msg = "cannot read this"
            raise RuntimeError(msg)
        return super().score(texts)


def test_a_bad_item_is_found_and_the_others_keep_their_scores() -> None:
    texts = [f"Headline {n}" for n in range(9)]
    judged = judge_texts(Picky(bad=["Headline 4"]), texts)
    assert judged[4] == Unscorable("RuntimeError: cannot read this")
    good = texts[:4] + texts[5:]
    assert judged[:4] + judged[5:] == StubScorer().score(good)


def test_a_passing_fault_costs_a_second_try_and_nothing_else() -> None:
    scorer = Picky(failures=1)
    assert judge_texts(scorer, ["A", "B"]) == StubScorer().score(["A", "B"])
    assert scorer.calls == 2


def test_a_model_that_fails_on_the_probe_stops_the_run() -> None:
    with pytest.raises(ScorerDown, match="plain sentence"):
        judge_texts(Picky(down=True), ["A", "B"])
    with pytest.raises(ScorerDown):
        judge_texts(Picky(bad=["A", PROBE]), ["A"])


def test_nothing_to_score_asks_nobody() -> None:
    assert judge_texts(Picky(down=True), []) == []


def test_the_stub_says_probabilities() -> None:
    for judgement in StubScorer().score([str(n) for n in range(200)]):
        assert judgement.negative + judgement.neutral + judgement.positive == pytest.approx(1)
        assert min(judgement.negative, judgement.neutral, judgement.positive) >= 0
        assert judgement.decision in ("negative", "neutral", "positive")
