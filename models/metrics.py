"""What is measured of a classifier: pure functions of probabilities [N, A] and labels [N]."""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

BINS = 10
DRAWS = 1000


def wilson_interval(hits: int, n: int, z: float = 1.96) -> tuple[float, float]:
    """Return the 95 % interval of a share (Wilson 1927, https://doi.org/10.1080/01621459.1927.10502953)."""
    share, squared = hits / n, z * z
    centre = (share + squared / (2 * n)) / (1 + squared / n)
    half = z * math.sqrt(share * (1 - share) / n + squared / (4 * n * n)) / (1 + squared / n)
    return max(0.0, centre - half), min(1.0, centre + half)


def confusion(labels: Ints, decisions: Ints, actions: int) -> Ints:
    """Return counts [A, A]: rows the true labels, columns the decisions."""
    counts = np.zeros((actions, actions), np.int64)
    np.add.at(counts, (labels, decisions), 1)
    return counts


def per_class(counts: Ints) -> list[dict[str, float]]:
    """Return precision, recall, f1 and support of each label of a confusion matrix."""
    rows: list[dict[str, float]] = []
    for label in range(len(counts)):
        hits, said, true = int(counts[label, label]), int(counts[:, label].sum()), int(counts[label].sum())
        precision, recall = hits / said if said else 0.0, hits / true if true else 0.0
        f1 = 2 * hits / (said + true) if said + true else 0.0
        rows.append({"precision": precision, "recall": recall, "f1": f1, "support": true})
    return rows


def macro_f1(counts: Ints) -> float:
    """Return the mean F1 over the labels that occur, as truth or as decision."""
    present = (counts.sum(0) + counts.sum(1)) > 0
    return float(np.mean([row["f1"] for row, here in zip(per_class(counts), present, strict=True) if here]))


def ece(probs: Floats, hits: NDArray[np.bool_]) -> float:
    """Return the expected calibration error: 10 equal-width bins of the maximum probability.

    Naeini et al. 2015 (https://doi.org/10.1609/aaai.v29i1.9602), weighted by the share of each bin.
    """
    top = probs.max(1)
    bins = np.minimum((top * BINS).astype(np.int64), BINS - 1)
    gap = np.bincount(bins, weights=hits - top, minlength=BINS)
    return float(np.abs(gap).sum() / len(top))


def ece_excess(probs: Floats, hits: NDArray[np.bool_], *, seed: int = 0, draws: int = DRAWS) -> float:
    """Return the ECE less the mean ECE of labels drawn from the probabilities themselves.

    A perfectly calibrated model shows a raw ECE of .02 to .04 at a few hundred rows; this takes that off.
    """
    top = probs.max(1)
    bins = np.minimum((top * BINS).astype(np.int64), BINS - 1)
    rng = np.random.default_rng(seed)
    drawn = rng.random((draws, len(top))) < top
    onto = np.zeros((len(top), BINS))
    onto[np.arange(len(top)), bins] = 1.0
    own = np.abs((drawn - top) @ onto).sum(1) / len(top)
    return ece(probs, hits) - float(own.mean())


def brier(probs: Floats, labels: Ints) -> float:
    """Return the mean over rows of sum_a (p_a - [a = y])^2 (Brier 1950)."""
    return float(np.square(probs - np.eye(probs.shape[1])[labels]).sum(1).mean())


def summary(probs: Floats, labels: Ints, decisions: Ints, utility: Floats, names: tuple[str, ...]) -> dict[str, Any]:
    """Return every figure of `evaluate`: the labels' from the probabilities, the utility from the decisions [N]."""
    said = probs.argmax(1)
    hits, counts = said == labels, confusion(labels, said, len(names))
    return {
        "n": len(labels),
        "accuracy": float(hits.mean()),
        "accuracy_ci": list(wilson_interval(int(hits.sum()), len(labels))),
        "macro_f1": macro_f1(counts),
        "ece": ece(probs, hits),
        "ece_excess": ece_excess(probs, hits),
        "brier": brier(probs, labels),
        "utility": float(utility[labels, decisions].mean()),
        "per_class": dict(zip(names, per_class(counts), strict=True)),
        "confusion": counts.tolist(),
    }
