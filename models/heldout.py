"""Figures on held-out rows that stand in an adapter's card."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.coverage import coverage
from models.data import LABELS, SENTIMENTS, TASKS, Row
from models.evaluate import evaluate
from models.metrics import confusion, macro_f1
from models.scorer import Scorer

KEPT = ("n", "accuracy", "accuracy_ci", "macro_f1", "ece", "ece_excess", "brier", "utility", "mean_depth")
DRAWS = 1000


def by_source(scorer: Scorer, rows: Sequence[Row]) -> dict[str, dict[str, Any]]:
    """Return the figures of `evaluate` for each part of the rows, each in its own source's convention."""
    parts: defaultdict[str, list[Row]] = defaultdict(list)
    for row in rows:
        parts[row.part].append(row)
    figures = {name: evaluate(scorer, part, part[0].task) for name, part in sorted(parts.items())}
    return {name: {key: each[key] for key in KEPT} for name, each in figures.items()}


def coverage_by_task(scorer: Scorer, rows: Sequence[Row]) -> dict[str, dict[str, float]]:
    """Return per task the area under the risk-coverage curve of V and of the maximum probability, lower is better."""
    found: dict[str, dict[str, float]] = {}
    for task in TASKS:
        mine = [row for row in rows if row.task == task]
        if mine:
            answers = scorer.readings([(row.text, row.target, row.source) for row in mine], task)
            right = [
                float(LABELS[task][int(np.argmax(answer.probs))] == row.label)
                for row, answer in zip(mine, answers, strict=True)
            ]
            found[task] = coverage([a.value for a in answers], [max(a.probs) for a in answers], right)
    return found


def entity_gain(scorer: Scorer, rows: Sequence[Row]) -> dict[str, Any] | None:
    """Return macro F1 with the target and without it on SEntFiN's headlines whose entities disagree; None without any.

    The interval of the difference is a bootstrap over headlines.
    """
    by_text: defaultdict[str, list[Row]] = defaultdict(list)
    for row in rows:
        if row.target and row.source == "sentfin":
            by_text[row.text].append(row)
    mixed = [group for group in by_text.values() if len({row.label for row in group}) > 1]
    if not mixed:
        return None
    flat = [row for group in mixed for row in group]
    head = np.repeat(np.arange(len(mixed)), [len(group) for group in mixed])
    labels = np.asarray([SENTIMENTS.index(row.label) for row in flat])
    guesses = [_guesses(scorer, flat, with_target=with_target) for with_target in (True, False)]
    rng, draws = np.random.default_rng(0), []
    for _ in range(DRAWS):
        drawn = np.concatenate([np.flatnonzero(head == each) for each in rng.integers(0, len(mixed), len(mixed))])
        draws.append(_f1(labels[drawn], guesses[0][drawn]) - _f1(labels[drawn], guesses[1][drawn]))
    return {
        "headlines": len(mixed),
        "with_target": _f1(labels, guesses[0]),
        "without_target": _f1(labels, guesses[1]),
        "gain_ci": [float(each) for each in np.quantile(draws, (0.025, 0.975))],
    }


def _guesses(scorer: Scorer, rows: Sequence[Row], *, with_target: bool) -> NDArray[np.int64]:
    items = [(row.text, row.target if with_target else None, row.source) for row in rows]
    return np.asarray([int(np.argmax(answer.probs)) for answer in scorer.readings(items, "sentiment")])


def _f1(labels: NDArray[np.int64], guesses: NDArray[np.int64]) -> float:
    return macro_f1(confusion(labels, guesses, len(SENTIMENTS)))
