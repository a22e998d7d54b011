"""What a trained arm is judged by: its labels, how honest their probabilities are, and what its decisions earn."""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from models.calibrate import fit, softmax
from models.data import SENTIMENTS
from models.heads import Readings
from models.metrics import brier, confusion, ece_excess, macro_f1
from models.recipe import utility_matrix

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


class Own(NamedTuple):
    """The sentiment readings of N rows, each in its own source's convention, each [N, A]."""

    label_logits: Floats
    policy_logits: Floats
    q: Floats

    def value(self) -> Floats:
        """Return V(x) = sum_a pi(a|x) Q(x, a), [N]."""
        return (softmax(self.policy_logits) * self.q).sum(1)

    def cross_entropy(self, labels: Ints) -> Floats:
        """Return -log p(label), [N]."""
        return -np.log(np.maximum(softmax(self.label_logits)[np.arange(len(labels)), labels], 1e-300))


def own(readings: Readings, places: Ints) -> Own:
    """Return what rows [B] read in the conventions `places` [B]."""
    rows = np.arange(len(places))
    return Own(*(np.asarray(each, np.float64)[rows, places] for each in readings))


def cross_fitted(logits: Floats, labels: Ints, places: Ints) -> Floats:
    """Return calibrated probabilities [N, A]: each half of the rows by what was fitted on the other, per source."""
    probs = np.zeros_like(logits)
    half = np.arange(len(labels)) % 2 == 0
    for place in np.unique(places):
        for fold in (half, ~half):
            ours, others = (places == place) & fold, (places == place) & ~fold
            fitted = fit(logits[others], labels[others])
            probs[ours] = softmax(logits[ours] / fitted.temperature + np.asarray(fitted.bias))
    return probs


def careful(probs: Floats, utility: Floats) -> Ints:
    """Return argmax_a sum_y p(y|x) U[y, a], [N]: the act of the greatest expected utility (Elkan 2001)."""
    return (probs @ utility).argmax(1)


def outcome(readings: Own, labels: Ints, places: Ints) -> dict[str, Any]:
    """Return every figure of one run; utilities are means over the rows."""
    utility = utility_matrix("sentiment").astype(np.float64)
    probs = cross_fitted(readings.label_logits, labels, places)
    said, decisions = probs.argmax(1), readings.policy_logits.argmax(1)
    return {
        "accuracy": float((said == labels).mean()),
        "macro_f1": macro_f1(confusion(labels, said, len(SENTIMENTS))),
        "ece_excess": ece_excess(probs, said == labels),
        "brier": brier(probs, labels),
        "utility": float(utility[labels, decisions].mean()),
        "utility_careful": float(utility[labels, careful(probs, utility)].mean()),
        "utility_label": float(utility[labels, said].mean()),
        "decisions": (np.bincount(decisions, minlength=len(SENTIMENTS)) / len(decisions)).tolist(),
        "mean_value": float(readings.value().mean()),
    }
