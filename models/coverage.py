"""Risk and coverage: how well a number per item tells beforehand where the model will be right.

Answer only the surest share of the items (the coverage), and look at the mean loss on that share (the risk):
El-Yaniv and Wiener 2010, https://jmlr.org/papers/v11/el-yaniv10a.html; the area: Geifman, Uziel and El-Yaniv 2019,
https://arxiv.org/abs/1805.08206.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]


def risk_curve(sureness: ArrayLike, success: ArrayLike) -> Floats:
    """Return the risk at each coverage 1/N .. N/N, [N]: the mean of 1 - success over the items of most sureness.

    Args:
        sureness: [N], any scale. Items of equal sureness come in no order: the curve is the mean over all orders.
        success: [N] in [0, 1]: whether the answer was right, or the utility that it earned.

    Raises:
        ValueError: there are no items, or the two differ in number.
    """
    sure, loss = np.asarray(sureness, np.float64), 1.0 - np.asarray(success, np.float64)
    if sure.ndim != 1 or sure.shape != loss.shape or not len(sure):
        msg = f"sureness {list(sure.shape)} and success {list(loss.shape)} must both be [N], N at least 1"
        raise ValueError(msg)
    _, group = np.unique(-sure, return_inverse=True)
    mean_loss = np.bincount(group, weights=loss) / np.bincount(group)
    return np.cumsum(mean_loss[np.sort(group)]) / np.arange(1, len(sure) + 1)


def aurc(sureness: ArrayLike, success: ArrayLike) -> float:
    """Return the area under the risk-coverage curve: the mean risk over all coverages, lower is better."""
    return float(risk_curve(sureness, success).mean())


def coverage(values: Sequence[float], confidences: Sequence[float], correct: Sequence[float]) -> dict[str, float]:
    """Return the area under the risk-coverage curve of the critic's V and of the maximum probability, each [N].

    `correct` [N] is 1 where the label was right (or the utility of the decision, in [0, 1]).
    """
    return {"value": aurc(values, correct), "confidence": aurc(confidences, correct)}
