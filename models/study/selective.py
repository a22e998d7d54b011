"""Which rows of a pool get a backward pass, and with which weight, so that the mean gradient stays what it was.

Unequal probabilities with weights by their inverse: Horvitz and Thompson 1952
(https://doi.org/10.1080/01621459.1952.10483446); in training: Katharopoulos and Fleuret 2018
(https://arxiv.org/abs/1803.00942).
"""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

UNIFORM = 0.3
"""Share of the rows that is spread evenly, whatever the critic says: no row's weight exceeds 1 / UNIFORM."""


def inclusion_probs(scores: Floats, rows: int, uniform: float = UNIFORM) -> Floats:
    """Return the probability [N] with which each row is chosen; they sum to `rows`, and none is above 1.

    In proportion to uniform / N + (1 - uniform) score / sum(scores), scores [N] >= 0; what a row that reaches 1
    cannot take goes to the others.
    """
    n = len(scores)
    total = scores.sum()
    wanted = uniform / n + (1.0 - uniform) * (scores / total if total > 0 else np.full(n, 1.0 / n))
    probs, certain = np.zeros(n), np.zeros(n, bool)
    while True:
        free = rows - certain.sum()
        probs = np.where(certain, 1.0, wanted * free / wanted[~certain].sum() if free else 0.0)
        over = probs > 1.0
        if not over.any():
            return probs
        certain |= over


def systematic_sample(probs: Floats, start: float, order: Ints) -> Ints:
    """Return the chosen rows: exactly sum(probs) of them, row i with probability probs[i] over start in [0, 1).

    Points start, start + 1, ... fall into the rows' intervals, laid end to end in `order` (Madow 1949,
    https://doi.org/10.1214/aoms/1177729988).
    """
    rows = round(float(probs.sum()))
    ends = np.cumsum(probs[order])
    ends[-1] = rows
    return order[np.searchsorted(ends, start + np.arange(rows), side="right")]


def importance_weights(probs: Floats, chosen: Ints) -> Floats:
    """Return the weights of the chosen rows: (rows / N) / probability, so a row that is as likely as any weighs 1.

    Their weighted sum over the chosen has the mean rows / N times the pool's sum, which is a uniform choice's.
    """
    return (len(chosen) / len(probs)) / probs[chosen]
