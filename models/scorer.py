"""Text in, scores out: what the pipeline calls.

A score is a function of (text, target, source, model version): arrays of a bucket keep one shape, and what follows
them is plain arithmetic on one item.
"""

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NamedTuple

from models.adapter import DEFAULT_ADAPTER, Adapter, find_adapter, load_classifier
from models.calibrate import Calibration, Fitted, calibration_at, identity
from models.checkpoint import encoder_folder, file_sha256
from models.data import LABELS, SOURCES, TASKS, TOPICS, Task
from models.dense import COMPUTE_TYPES
from models.depth import DEPTHS
from models.depth_fit import exit_rules
from models.forward import Forward, ItemExit
from models.heads import task_sources
from models.runtime import ModelError, runtime_id
from models.targets import Aliases, find_target
from models.text import TEXT_RULES
from models.tokenizer import BUCKETS, HeadlineTokenizer

TOPIC_FLOOR = 0.15
MOST_TOPICS = 3


@dataclass(frozen=True, slots=True)
class Score:
    """What the model says of one headline, or of one target in it."""

    negative: float
    neutral: float
    positive: float
    topics: tuple[tuple[str, float], ...]
    """The likeliest topic, and up to two more of probability .15 or above, by probability."""
    decision: str
    """The act that the utility calls for."""
    value: float
    """The critic's expected utility of that policy, in [0, 1]."""
    confidence: float
    depth: int
    """How many layers ran."""
    target: str | None
    target_found: bool

    @property
    def polarity(self) -> float:
        """p(positive) - p(negative), in [-1, 1]."""
        return self.positive - self.negative


class Reading(NamedTuple):
    """One task's answer for one item."""

    probs: list[float]
    """Calibrated, in the order of the task's labels."""
    decision: str
    value: float
    depth: int


Item = tuple[str, str | None, str]
"""(text, the target as the text names it, source)."""


class Scorer:
    """A loaded model. Any text has a score, and the same bits alone and in any company."""

    def __init__(self, adapter: Adapter, *, compute: str, depth: str, aliases: Aliases) -> None:
        self.adapter = adapter
        self._aliases = aliases
        folder = encoder_folder(adapter.encoder)
        self._tokenizer = HeadlineTokenizer(folder)
        classifier = load_classifier(adapter, compute=compute)
        self._exits_after = classifier.exits_after
        self._forward = Forward(classifier)
        self._rules = exit_rules(adapter.meta) if depth == "adaptive" and adapter.meta.get("exits") else []
        self._calibration = _calibrations(adapter)
        self.model_version = _model_version(adapter, folder, compute, depth)
        self.runtime_id = runtime_id()

    @classmethod
    def load(
        cls,
        adapter: str = DEFAULT_ADAPTER,
        *,
        compute: str = "float32",
        depth: str = "adaptive",
        aliases: Aliases | None = None,
    ) -> "Scorer":
        """Load a shipped adapter by name, or any other by its folder.

        `compute` is the type of the matrix products' factors, "float32" or "bfloat16" (which is faster depends on
        the machine); `depth` is "adaptive" (a headline leaves at the first exit where more layers are not worth their
        price) or "full"; `aliases` maps a ticker to the names that mean it.

        Raises:
            ModelError: the adapter or its encoder is missing, damaged or of another kind.
        """
        if compute not in COMPUTE_TYPES:
            msg = f"compute type {compute!r} is none of {', '.join(COMPUTE_TYPES)}"
            raise ModelError(msg)
        if depth not in DEPTHS:
            msg = f"depth {depth!r} is none of {', '.join(DEPTHS)}"
            raise ModelError(msg)
        return cls(find_adapter(adapter), compute=compute, depth=depth, aliases=aliases or {})

    @property
    def topics(self) -> tuple[str, ...]:
        """The topics that it tells apart."""
        return TOPICS

    def warm_up(self) -> None:
        """Compile the programs of every bucket, so that no later call waits for one."""
        for length, _ in BUCKETS:
            list(self._leaving([("up " * (length - 3), None, "house")]))

    def score(
        self, texts: Sequence[str], targets: Sequence[str | None] | None = None, source: str = "house"
    ) -> list[Score]:
        """Return one score per text, in order; `targets` has one entry a text, None for the headline as a whole.

        A target that the text does not name gets the headline's score, with `target_found` False. `source` chooses
        whose meaning of "neutral" the probabilities follow.

        Raises:
            ModelError: the source is unknown, targets and texts differ in number, or a probability is not a number.
        """
        if source not in SOURCES:
            msg = f"source {source!r} is none of {', '.join(SOURCES)}"
            raise ModelError(msg)
        asked = list(targets) if targets is not None else [None] * len(texts)
        if len(asked) != len(texts):
            msg = f"{len(texts)} texts and {len(asked)} targets; give one target (or None) a text"
            raise ModelError(msg)
        found = [find_target(t, name, self._aliases) if name else None for t, name in zip(texts, asked, strict=True)]
        items: list[Item] = [(text, name, source) for text, name in zip(texts, found, strict=True)]
        distinct = list(dict.fromkeys(items))
        scored: dict[Item, Score] = {}
        for place, exit_index, answer in self._leaving(distinct):
            item = distinct[place]
            scored[item] = self._score_one(answer, exit_index, source, item[1])
        return [_aimed(scored[item], name, item[1]) for item, name in zip(items, asked, strict=True)]

    def readings(self, items: Sequence[Item], task: Task) -> list[Reading]:
        """Return one task's whole answer per item (text, target, source)."""
        found = [(text, name and find_target(text, name, self._aliases), source) for text, name, source in items]
        read: dict[int, Reading] = {}
        for place, exit_index, answer in self._leaving(found):
            _, name, source = found[place]
            read[place] = self._reading(answer, exit_index, task, source, name)
        return [read[place] for place in range(len(found))]

    def _leaving(self, items: Sequence[Item]) -> Iterator[tuple[int, int, ItemExit]]:
        encoded = self._tokenizer.encoded([item[0] for item in items], [item[1] for item in items])
        return self._forward.leave(encoded, [SOURCES.index(item[2]) for item in items], self._rules)

    def _score_one(self, answer: ItemExit, exit_index: int, source: str, target: str | None) -> Score:
        sentiment = self._reading(answer, exit_index, "sentiment", source, target)
        topics = self._probs(answer, exit_index, "topic", source, target)
        ranked = sorted(zip(TOPICS, topics, strict=True), key=lambda each: (-each[1], each[0]))
        return Score(
            *sentiment.probs,
            topics=tuple(ranked[:1] + [each for each in ranked[1:MOST_TOPICS] if each[1] >= TOPIC_FLOOR]),
            decision=sentiment.decision,
            value=sentiment.value,
            confidence=max(sentiment.probs),
            depth=sentiment.depth,
            target=None,
            target_found=False,
        )

    def _reading(self, answer: ItemExit, exit_index: int, task: Task, source: str, target: str | None) -> Reading:
        probs = self._probs(answer, exit_index, task, source, target)
        own, place = answer[task], convention(task, source)
        policy = identity(len(probs)).probs(own.policy_logits[place].tolist())
        value = sum(p * q for p, q in zip(policy, own.q[place].tolist(), strict=True))
        self._check_number(value, task)
        decision = LABELS[task][policy.index(max(policy))]
        return Reading(probs, decision, value, self._exits_after[exit_index])

    def _probs(self, answer: ItemExit, exit_index: int, task: Task, source: str, target: str | None) -> list[float]:
        place = convention(task, source)
        name = task_sources(task)[place]
        fitted = self._calibration.get((task, f"{name}-target" if target else name, exit_index))
        logits = answer[task].label_logits[place].tolist()
        probs = (fitted or self._calibration[task, name, exit_index]).probs(logits)
        self._check_number(sum(probs), task)
        return probs

    def _check_number(self, figure: float, task: Task) -> None:
        if not figure < 2.0:
            msg = f"the model's {task} is not a number; check {self.adapter.folder}, and run `groundswell doctor`"
            raise ModelError(msg)


def convention(task: Task, source: str) -> int:
    """Return the index of a source's convention among a task's."""
    conventions = task_sources(task)
    return conventions.index(source) if source in conventions else 0


def _aimed(score: Score, asked: str | None, found: str | None) -> Score:
    return score if asked is None else replace(score, target=asked, target_found=found is not None)


def _calibrations(adapter: Adapter) -> dict[tuple[Task, str, int], Calibration]:
    fitted: Fitted = adapter.meta["calibration"]
    return {
        (task, name, index): calibration_at(fitted, task, name, index)
        for task in TASKS
        for name, exits in fitted[task].items()
        for index in range(len(exits))
    }


def _model_version(adapter: Adapter, folder: Path, compute: str, depth: str) -> str:
    parts = (
        adapter.digest,
        adapter.meta["encoder_sha256"],
        file_sha256(folder / "tokenizer.json"),
        TEXT_RULES,
        compute,
        depth,
        BUCKETS,
    )
    digest = hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:12]
    return f"{adapter.folder.name}-{digest}"
