"""News items in, scored items out; a failure of the model is never a "neutral".

A batch that fails twice is bisected. An item that fails alone while a known-good probe passes is unscorable, a dead
letter; if the probe fails too, the model is what is broken, and the runner stops with nothing lost.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

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
    @property
    def target_found(self) -> bool: ...  # noqa: D102


class Scorer(Protocol):
    """Text in, judgements out; each a function of its own text and the two versions alone."""

    @property
    def model_version(self) -> str: ...  # noqa: D102
    @property
    def runtime_id(self) -> str: ...  # noqa: D102
    def score(self, texts: Sequence[str], targets: Sequence[str | None] | None = None) -> Sequence[Judgement]:
        """Judge every text, in order; where a target is given, what the text says of it."""
        ...

    def warm_up(self) -> None:
        """Do beforehand what would make the first batch a slow one."""
        ...


@dataclass(frozen=True, slots=True)
class Unscorable:
    """A text that the model cannot judge, and what it said."""

    detail: str


def judge_texts(scorer: Scorer, texts: Sequence[str], targets: Sequence[str | None]) -> list[Judgement | Unscorable]:
    """Judge every (text, target), or find the ones that cannot be judged.

    Raises:
        ScorerDown: the probe fails too.
    """
    if not texts:
        return []
    failure: Exception | None = None
    for _ in range(2):
        try:
            return list(scorer.score(texts, targets))
        except Exception as error:  # whatever a model raises, the item or the model is judged below
            failure = error
    if len(texts) == 1:
        _probe(scorer)
        return [Unscorable(f"{type(failure).__name__}: {failure}")]
    half = len(texts) // 2
    return judge_texts(scorer, texts[:half], targets[:half]) + judge_texts(scorer, texts[half:], targets[half:])


def _probe(scorer: Scorer) -> None:
    try:
        scorer.score([PROBE])
    except Exception as error:
        msg = (
            f"the model fails on a plain sentence too ({type(error).__name__}: {error}); nothing of this batch is kept"
        )
        raise ScorerDown(msg) from error


def score_arrivals(scorer: Scorer, arrivals: Sequence[Arrival]) -> list[ScoredItem | Unscorable]:
    """Score every arrival: its headline and, where it carries several tickers, what the headline says of each.

    Raises:
        ScorerDown: the model fails on a plain sentence too.
    """
    pairs = [
        (n, ticker) for n, each in enumerate(arrivals) if len(each.item.tickers) > 1 for ticker in each.item.tickers
    ]
    headlines = [arrival.item.headline for arrival in arrivals]
    texts = headlines + [headlines[n] for n, _ in pairs]
    targets = [None] * len(headlines) + [ticker for _, ticker in pairs]
    judged = judge_texts(scorer, texts, targets)
    by_target: dict[int, list[tuple[str, Sentiment]]] = {}
    for (n, ticker), judgement in zip(pairs, judged[len(headlines) :], strict=True):
        if not isinstance(judgement, Unscorable) and judgement.target_found:
            by_target.setdefault(n, []).append((f"ticker:{ticker}", _sentiment(judgement)))
    return [
        judgement
        if isinstance(judgement, Unscorable)
        else _scored_item(arrival, judgement, tuple(by_target.get(n, ())), scorer)
        for n, (arrival, judgement) in enumerate(zip(arrivals, judged, strict=False))
    ]


def _sentiment(judgement: Judgement) -> Sentiment:
    return Sentiment(judgement.negative, judgement.neutral, judgement.positive)


def _scored_item(
    arrival: Arrival, judgement: Judgement, by_target: tuple[tuple[str, Sentiment], ...], scorer: Scorer
) -> ScoredItem:
    return ScoredItem(
        arrival.item,
        arrival.partition,
        arrival.offset,
        _sentiment(judgement),
        judgement.topics,
        by_target if len(by_target) > 1 else (),
        judgement.decision,
        judgement.value,
        judgement.confidence,
        judgement.depth,
        scorer.model_version,
        scorer.runtime_id,
    )


class StubJudgement(NamedTuple):
    """What the stub says: numbers from a hash of the text."""

    negative: float
    neutral: float
    positive: float
    topics: tuple[tuple[str, float], ...]
    decision: str
    value: float
    confidence: float
    target_found: bool
    depth: int = 0


class StubScorer:
    """A scorer without a model (`scorer = "stub"`), for tests and benches of the stream: a hash of the text decides."""

    model_version = "stub"
    runtime_id = "stub"
    topics = tuple(((name, 1.0),) for name in ("Alpha", "Beta", "Gamma", "Delta"))

    def score(self, texts: Sequence[str], targets: Sequence[str | None] | None = None) -> list[StubJudgement]:
        """Judge every text, or text and target where that stands in it, by the first bytes of a hash."""
        return [self._judge(text, target) for text, target in zip(texts, targets or [None] * len(texts), strict=True)]

    def warm_up(self) -> None:
        """Nothing: the first text takes no longer than another."""

    def _judge(self, text: str, target: str | None) -> StubJudgement:
        found = target is not None and target in text
        asked = f"{text}\n{target}" if found else text
        digest = hashlib.blake2b(asked.encode("utf-8", "replace"), digest_size=4).digest()
        negative = digest[0] / 512
        positive = digest[1] / 512
        neutral = 1 - negative - positive
        best = max(negative, neutral, positive)
        decision = "positive" if positive == best else "negative" if negative == best else "neutral"
        topics = self.topics[digest[2] % len(self.topics)]
        return StubJudgement(negative, neutral, positive, topics, decision, best, best, found)
