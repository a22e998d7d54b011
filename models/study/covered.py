"""Risk and coverage of an adapter on held-out rows: which tells better where it is right, V or the top probability?"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.build import HELD_OUT_SEED, held_out_rows
from models.coverage import aurc, coverage, risk_curve
from models.data import LABELS, TASKS, Row, Task
from models.grammar import house_rows
from models.recipe import utility_matrix
from models.scorer import Scorer
from models.study.plan import StudyPlan

DRAWS = 1000
POINTS = 100

Floats = NDArray[np.float64]


def covered(plan: StudyPlan) -> dict[str, Any]:
    """Return areas and curves per task, for errors of the label and for the utility that the decision lost.

    Raises:
        ModelError: the adapter is missing or damaged.
    """
    scorer = Scorer.load(plan.adapter)
    rows = _rows(plan)
    tasks = {task: _of_task(scorer, [row for row in rows if row.task == task], task) for task in TASKS}
    kept = {task: figures for task, figures in tasks.items() if figures}
    return {"arm": "coverage", "seed": 0, "model_version": scorer.model_version, "tasks": kept}


def _rows(plan: StudyPlan) -> list[Row]:
    if plan.data is None:
        return house_rows(HELD_OUT_SEED, plan.held_out, held_out=True)
    return held_out_rows(Path(plan.data), open_data=False, house=False)


def _of_task(scorer: Scorer, rows: Sequence[Row], task: Task) -> dict[str, Any]:
    if not rows:
        return {}
    names, utility = LABELS[task], utility_matrix(task).astype(np.float64)
    readings = scorer.readings([(row.text, row.target, row.source) for row in rows], task)
    labels = np.asarray([names.index(row.label) for row in rows])
    probs = np.asarray([reading.probs for reading in readings])
    decisions = np.asarray([names.index(reading.decision) for reading in readings])
    values, confidences = np.asarray([reading.value for reading in readings]), probs.max(1)
    return {
        "n": len(rows),
        "label": _compared(values, confidences, (probs.argmax(1) == labels).astype(np.float64)),
        "utility": _compared(values, confidences, utility[labels, decisions]),
    }


def _compared(values: Floats, confidences: Floats, success: Floats) -> dict[str, Any]:
    """Return both areas, the 95 % interval of their difference over resampled rows, and thinned curves."""
    rng = np.random.default_rng(0)
    gaps: list[float] = []
    for _ in range(DRAWS):
        drawn = rng.integers(0, len(success), len(success))
        gaps.append(aurc(values[drawn], success[drawn]) - aurc(confidences[drawn], success[drawn]))
    shown = np.unique(np.linspace(1, len(success), min(POINTS, len(success))).astype(int)) - 1
    return {
        **coverage(values.tolist(), confidences.tolist(), success.tolist()),
        "difference": [float(each) for each in np.quantile(gaps, [0.025, 0.975])],
        "coverage": ((shown + 1) / len(success)).tolist(),
        "value_curve": risk_curve(values, success)[shown].tolist(),
        "confidence_curve": risk_curve(confidences, success)[shown].tolist(),
    }
