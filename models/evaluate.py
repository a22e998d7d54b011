"""Evaluation: labelled rows through a scorer, each in its source's own convention."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from models.data import LABELS, Row, Task
from models.metrics import summary
from models.recipe import utility_matrix
from models.scorer import Scorer


def evaluate(scorer: Scorer, rows: Sequence[Row], task: Task, source: str | None = None) -> dict[str, Any]:
    """Return the object that `groundswell evaluate` prints; `source` overrides the rows' own.

    Raises:
        ValueError: there are no rows.
    """
    if not rows:
        msg = "no rows to evaluate; the file has a header only"
        raise ValueError(msg)
    names = LABELS[task]
    answers = scorer.readings([(row.text, row.target, source or row.source) for row in rows], task)
    probs = np.asarray([answer.probs for answer in answers])
    labels = np.asarray([names.index(row.label) for row in rows])
    decisions = np.asarray([names.index(answer.decision) for answer in answers])
    figures = summary(probs, labels, decisions, utility_matrix(task).astype(np.float64), names)
    return {
        "task": task,
        **figures,
        "mean_depth": float(np.mean([answer.depth for answer in answers])),
        "model_version": scorer.model_version,
        "runtime_id": scorer.runtime_id,
    }
