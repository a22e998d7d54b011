"""A model that fails is never a "neutral"."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from monitor.scoring import PROBE, ScorerDown, StubJudgement, StubScorer, Unscorable, judge_texts, score_arrivals
from streams.records import ScoredItem, Sentiment
from streams.source import Arrival
from tests.monitor.feeds import news


class Picky(StubScorer):
    """Fails on every batch that holds a bad text, and on everything when it is down; counts its calls."""

    def __init__(self, bad: Sequence[str] = (), down: bool = False, failures: int = 0) -> None:
        self.bad, self.down, self.failures, self.calls = set(bad), down, failures, 0

    def score(self, texts: Sequence[str], targets: Sequence[str | None] | None = None) -> list[StubJudgement]:
        self.calls += 1
        if self.failures:
            self.failures -= 1
            msg = "a passing fault"
            raise RuntimeError(msg)
        if self.down or self.bad.intersection(texts):
            msg = "cannot read this"
            raise RuntimeError(msg)
        return super().score(texts, targets)


def judge(scorer: StubScorer, texts: Sequence[str]) -> list[object]:
    return list(judge_texts(scorer, texts, [None] * len(texts)))


def test_a_bad_item_is_found_and_the_others_keep_their_scores() -> None:
    texts = [f"Headline {n}" for n in range(9)]
    judged = judge(Picky(bad=["Headline 4"]), texts)
    assert judged[4] == Unscorable("RuntimeError: cannot read this")
    good = texts[:4] + texts[5:]
    assert judged[:4] + judged[5:] == StubScorer().score(good)


def test_a_passing_fault_costs_a_second_try_and_nothing_else() -> None:
    scorer = Picky(failures=1)
    assert judge(scorer, ["A", "B"]) == StubScorer().score(["A", "B"])
    assert scorer.calls == 2


def test_a_model_that_fails_on_the_probe_stops_the_run() -> None:
    with pytest.raises(ScorerDown, match="plain sentence"):
        judge(Picky(down=True), ["A", "B"])
    with pytest.raises(ScorerDown):
        judge(Picky(bad=["A", PROBE]), ["A"])


def test_nothing_to_score_asks_nobody() -> None:
    assert judge(Picky(down=True), []) == []


def test_the_stub_says_probabilities() -> None:
    for judgement in StubScorer().score([str(n) for n in range(200)]):
        assert judgement.negative + judgement.neutral + judgement.positive == pytest.approx(1)
        assert min(judgement.negative, judgement.neutral, judgement.positive) >= 0
        assert judgement.decision in ("negative", "neutral", "positive")


def scored(headline: str, *tickers: str) -> ScoredItem:
    (item,) = score_arrivals(StubScorer(), [Arrival("p", 0, news(0, headline, tickers=tickers))])
    assert isinstance(item, ScoredItem)
    return item


def test_several_tickers_in_a_headline_are_judged_each() -> None:
    item = scored("NOK gains as ERIC slumps", "NOK", "ERIC", "AAPL")
    (plain,) = StubScorer().score(["NOK gains as ERIC slumps"])
    nokia, ericsson = StubScorer().score(["NOK gains as ERIC slumps"] * 2, ["NOK", "ERIC"])
    assert item.sentiment == Sentiment(plain.negative, plain.neutral, plain.positive)
    assert item.by_target == (
        ("ticker:NOK", Sentiment(nokia.negative, nokia.neutral, nokia.positive)),
        ("ticker:ERIC", Sentiment(ericsson.negative, ericsson.neutral, ericsson.positive)),
    )
    assert item.by_target[0][1] != item.by_target[1][1] != item.sentiment


def test_one_ticker_or_one_that_is_found_reads_the_headline() -> None:
    assert scored("NOK gains", "NOK").by_target == ()
    assert scored("NOK gains", "NOK", "AAPL").by_target == ()
