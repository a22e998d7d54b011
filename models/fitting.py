"""What is fitted after training, on held-out rows: each source's calibration and the critics."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from models.calibrate import Fitted, fit, identity
from models.data import LABELS, SOURCES, TASKS, Row, Task
from models.forward import Forward, ItemExit
from models.guideline import agrees_with_house
from models.heads import Classifier, task_sources
from models.recipe import utility_matrix
from models.refit import apply_gain, refit_gain
from models.tokenizer import HeadlineTokenizer

FEWEST_ROWS = 100
BORROWED_WEIGHT = 0.3
"""Of a row in a convention that is not its own source's; as much as it trains that one by."""


class _Seen(NamedTuple):
    """One row as evidence for one convention."""

    label: int
    weight: float
    logits: list[Any]
    """At each exit, [A]."""


def run_rows(classifier: Classifier, tokenizer: HeadlineTokenizer, rows: Sequence[Row]) -> list[list[ItemExit]]:
    """Return the readings of every exit for each row."""
    return Forward(classifier).run(tokenizer.encode([row.text for row in rows], [row.target for row in rows]))


def places(row: Row) -> list[int]:
    """Return the conventions that a row is evidence for: its own first, and the house's where it agrees with that."""
    if row.task == "topic":
        return [0]
    own, house = SOURCES.index(row.source), SOURCES.index("house")
    return [own, house] if own != house and agrees_with_house(row) else [own]


def fit_calibration(rows: Sequence[Row], answers: Sequence[list[ItemExit]]) -> Fitted:
    """Return the calibration of every exit; too few rows leave a source uncalibrated.

    Rows with a target are their source's `-target`: how sure a model is of a part is not how sure it is of a whole.
    """
    seen: defaultdict[tuple[Task, str], list[_Seen]] = defaultdict(list)
    for row, exits in zip(rows, answers, strict=True):
        label = LABELS[row.task].index(row.label)
        for place, weight in zip(places(row), (1.0, BORROWED_WEIGHT), strict=False):
            name = task_sources(row.task)[place] + ("-target" if row.target else "")
            seen[row.task, name].append(_Seen(label, weight, [one[row.task].label_logits[place] for one in exits]))
    depth = len(answers[0])
    return {
        task: {
            source + part: _fit_exits(task, seen[task, source + part], depth)
            for source in task_sources(task)
            for part in ("", "-target")
            if not part or len(seen[task, source + part]) >= FEWEST_ROWS
        }
        for task in TASKS
    }


def _fit_exits(task: Task, seen: Sequence[_Seen], depth: int) -> list[dict[str, Any]]:
    labels, weights = np.asarray([each.label for each in seen]), np.asarray([each.weight for each in seen])
    fitted: list[dict[str, Any]] = []
    for index in range(depth):
        if len(seen) >= FEWEST_ROWS:
            one = fit(np.asarray([each.logits[index] for each in seen], np.float64), labels, weights)
        else:
            one = identity(len(LABELS[task]))
        fitted.append({"temperature": one.temperature, "bias": list(one.bias), "rows": len(seen)})
    return fitted


def refit_critics(classifier: Classifier, rows: Sequence[Row], answers: Sequence[list[ItemExit]]) -> None:
    """Refit the critics of every exit and task in place."""
    for index in range(len(classifier.exits)):
        for task in TASKS:
            q, utility = _critic_rows(rows, answers, index, task)
            if len(q) >= FEWEST_ROWS:
                apply_gain(classifier, index, task, *refit_gain(q, utility))


def _critic_rows(rows: Sequence[Row], answers: Sequence[list[ItemExit]], index: int, task: Task) -> tuple[Any, Any]:
    matrix = utility_matrix(task)
    pairs = [
        (exits[index][task].q[place], matrix[LABELS[task].index(row.label)])
        for row, exits in zip(rows, answers, strict=True)
        if row.task == task
        for place in places(row)[:1]
    ]
    if not pairs:
        return np.zeros((0, len(matrix)), np.float32), np.zeros((0, len(matrix)), np.float32)
    q, utility = zip(*pairs, strict=True)
    return np.asarray(q, np.float32), np.asarray(utility, np.float32)
