"""News items in, scored items out; a failure of the model is never a "neutral".

A batch that fails twice is bisected. An item that fails alone while a known-good probe passes is unscorable, a dead
letter; if the probe fails too, the model is what is broken, and the runner stops with nothing lost.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from streams.records import ScoredItem, Sentiment
from streams.source import Arrival

PROBE = "Shares were little changed on Tuesday."


class ScorerDown(Exception):
    """The model cannot even score the probe."""


class Judgement(Protocol):
    """What a scorer says of one text; `models.scorer.Score` is one."""

    @property
    def negative(self) -> float: ...  # noqa: D102
    @property
    def neutral(self) -> float: ...  # noqa: D102
    @property
    def positive(self) -> float: ...  # noqa: D102
    @property
    def topics(self) -> tuple[tuple[str, float], ...]: ...  # noqa: D102
    @property
    def decision(self) -> str: ...  # noqa: D102
    @property
    def value(self) -> float: ...  # noqa: D102
    @property
    def confidence(self) -> float: ...  # noqa: D102
    @property
    def depth(self) -> int: ...  # noqa: D102


class Scorer(Protocol):
    """Text in, judgements out; each a function of its own text and the two versions alone."""

    @property
    def model_version(self) -> str: ...  # noqa: D102
    @property
    def runtime_id(self) -> str: ...  # noqa: D102
    def score(self, texts: Sequence[str]) -> Sequence[Judgement]:
        """Judge every text, in order."""
        ...


@dataclass(frozen=True, slots=True)
class Unscorable:
    """A text that the model cannot judge, and what it said."""

    detail: str


def judge_texts(scorer: Scorer, texts: Sequence[str]) -> list[Judgement | Unscorable]:
    """Judge every text, or find the ones that cannot be judged.

    Raises:
        ScorerDown: the probe fails too.
    """
    if not texts:
        return []
    failure: Exception | None = None
    for _ in range(2):
        try:
            return list(scorer.score(texts))
        except Exception as error:  # whatever a model raises, the item or the model is judged below
            failure = error
    if len(texts) == 1:
        _probe(scorer)
        return [Unscorable(f"{type(failure).__name__}: {failure}")]
    half = len(texts) // 2
    return judge_texts(scorer, texts[:half]) + judge_texts(scorer, texts[half:])


def _probe(scorer: Scorer) -> None:
    try:
        scorer.score([PROBE])
    except Exception as error:
        msg = (
            f"the model fails on a plain sentence too ({type(error).__name__}: {error}); nothing of this batch is kept"
        )
        raise ScorerDown(msg) from error


def scored_item(arrival: Arrival, judgement: Judgement, scorer: Scorer) -> ScoredItem:
    """Join an arrival with what the model said of it."""
    return ScoredItem(
        news=arrival.item,
        partition=arrival.partition,
        offset=arrival.offset,
        sentiment=Sentiment(judgement.negative, judgement.neutral, judgement.positive),
        topics=judgement.topics,
        by_target=(),
        decision=judgement.decision,
        value=judgement.value,
        confidence=judgement.confidence,
        depth=judgement.depth,
        model_version=scorer.model_version,
        runtime_id=scorer.runtime_id,
    )


@dataclass(frozen=True, slots=True)
class StubJudgement:
    """What the stub says: numbers from a hash of the text."""

    negative: float
    neutral: float
    positive: float
    topics: tuple[tuple[str, float], ...]
    decision: str
    value: float
    confidence: float
    depth: int = 0


class StubScorer:
    """A scorer without a model (`scorer = "stub"`), for tests and benches of the stream: a hash of the text decides."""

    model_version = "stub"
    runtime_id = "stub"
    topics = ("Alpha", "Beta", "Gamma", "Delta")

    def score(self, texts: Sequence[str]) -> list[StubJudgement]:
        """Judge every text by the first bytes of its hash."""
        return [self._judge(text) for text in texts]

    def _judge(self, text: str) -> StubJudgement:
        digest = hashlib.blake2b(text.encode("utf-8", "replace"), digest_size=4).digest()
        negative = digest[0] / 512
        positive = digest[1] / 512
        neutral = 1 - negative - positive
        best = max(negative, neutral, positive)
        decision = {negative: "negative", positive: "positive"}.get(best, "neutral")
        topic = self.topics[digest[2] % len(self.topics)]
        return StubJudgement(negative, neutral, positive, ((topic, 1.0),), decision, best, best)
