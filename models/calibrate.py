"""Calibration: a temperature and a bias per task, source and exit, fitted on rows that training has not seen."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.data import TASKS, Task
from models.heads import task_sources

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Calibration:
    """softmax(logits / temperature + bias), the bias because the share of each label differs between sources.

    Temperature scaling: Guo et al. 2017, https://arxiv.org/abs/1706.04599.
    """

    temperature: float
    bias: tuple[float, ...]

    def probs(self, logits: Sequence[float]) -> list[float]:
        """Return the probabilities of one item; plain sequential float64, so they are a function of the item."""
        scaled = [logit / self.temperature + bias for logit, bias in zip(logits, self.bias, strict=True)]
        top = max(scaled)
        powers = [math.exp(each - top) for each in scaled]
        total = sum(powers)
        return [power / total for power in powers]


def identity(labels: int) -> Calibration:
    """Return the calibration that changes nothing."""
    return Calibration(1.0, (0.0,) * labels)


Fitted = dict[str, dict[str, list[dict[str, Any]]]]
"""{task: {source, or source-target: [what was fitted at each exit]}}, as adapter.json holds it."""


def calibration_at(fitted: Fitted, task: Task, name: str, exit_index: int) -> Calibration:
    """Return the calibration of a source (or `source-target`) at an exit."""
    one = fitted[task][name][exit_index]
    return Calibration(one["temperature"], tuple(one["bias"]))


def calibration_arrays(
    fitted: Fitted, exit_index: int
) -> tuple[dict[Task, NDArray[np.float32]], dict[Task, NDArray[np.float32]]]:
    """Return (inverse temperature [S, 1], bias [S, A]) of one exit, per task."""
    scale: dict[Task, NDArray[np.float32]] = {}
    bias: dict[Task, NDArray[np.float32]] = {}
    for task in TASKS:
        each = [calibration_at(fitted, task, source, exit_index) for source in task_sources(task)]
        scale[task] = np.asarray([[1.0 / one.temperature] for one in each], np.float32)
        bias[task] = np.asarray([one.bias for one in each], np.float32)
    return scale, bias


def fit(
    logits: Floats, labels: NDArray[np.int64], weights: Floats | None = None, *, prior: float = 2.0, steps: int = 50
) -> Calibration:
    """Return the calibration of the least negative log-likelihood on logits [N, A] and labels [N], by weights [N].

    Damped Newton steps on (1/T, bias), in which the loss is convex; a Gaussian prior of precision `prior` around
    (1, 0) keeps a label that is seldom seen where it was.
    """
    rows, actions = logits.shape
    design = np.zeros((rows, actions, actions + 1))
    design[:, :, 0] = logits
    design[:, :, 1:] = np.eye(actions)
    start = np.r_[1.0, np.zeros(actions)]
    each = np.ones(rows) if weights is None else weights

    def loss(theta: Floats) -> float:
        probs = np.maximum(softmax(design @ theta)[np.arange(rows), labels], 1e-300)
        return float(-each @ np.log(probs) + 0.5 * prior * np.square(theta - start).sum())

    theta = start.copy()
    for _ in range(steps):
        gradient, hessian = _slopes(design, labels, each, theta)
        gradient += prior * (theta - start)
        change = np.linalg.solve(hessian + prior * np.eye(actions + 1), gradient)
        # A whole step overshoots where the logits are far too sure: halve it until the loss falls.
        while loss(theta - change) > loss(theta) and np.abs(change).max() > 1e-10:
            change *= 0.5
        theta -= change
        if np.abs(change).max() < 1e-8:
            break
    return Calibration(float(1.0 / max(theta[0], 0.05)), tuple(float(each) for each in theta[1:]))


def _slopes(design: Floats, labels: NDArray[np.int64], weights: Floats, theta: Floats) -> tuple[Floats, Floats]:
    """Return gradient [P] and Hessian [P, P] of the weighted negative log-likelihood."""
    probs = softmax(design @ theta)
    residual = probs.copy()
    residual[np.arange(len(probs)), labels] -= 1.0
    mean = np.einsum("na,nap->np", probs, design)
    weighted = weights[:, None] * probs
    hessian = np.einsum("na,nap,naq->pq", weighted, design, design, optimize=True) - (weights[:, None] * mean).T @ mean
    return np.einsum("na,nap->p", weights[:, None] * residual, design), hessian


def softmax(logits: Floats) -> Floats:
    """Return the softmax over the last axis."""
    powers = np.exp(logits - logits.max(-1, keepdims=True))
    return powers / powers.sum(-1, keepdims=True)
