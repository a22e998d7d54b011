"""Means over seeds, and differences of arms that share them."""

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from scipy.special import stdtrit


class Difference(NamedTuple):
    """A mean difference over pairs with its 95 % interval."""

    mean: float
    low: float
    high: float


def paired(ours: Sequence[float], theirs: Sequence[float]) -> Difference:
    """Return the mean of ours - theirs with Student's interval over the pairs (Student 1908).

    It speaks of other seeds (rows drawn, their order, first weights), not of other test rows.

    Raises:
        ValueError: there are fewer than two pairs.
    """
    gaps = np.asarray(ours, np.float64) - np.asarray(theirs, np.float64)
    if len(gaps) < 2:
        msg = f"{len(gaps)} pairs have no interval; at least 2 are needed"
        raise ValueError(msg)
    half = float(stdtrit(len(gaps) - 1, 0.975)) * float(gaps.std(ddof=1)) / math.sqrt(len(gaps))
    mean = float(gaps.mean())
    return Difference(mean, mean - half, mean + half)


def spread(values: Sequence[float]) -> tuple[float, float]:
    """Return (mean, standard deviation) over seeds."""
    array = np.asarray(values, np.float64)
    return float(array.mean()), float(array.std(ddof=1))
