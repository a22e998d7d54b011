"""Adaptive depth: whether a headline may leave the encoder after an exit, or what follows is worth its price.

Exit k predicts, per task, what going on to exit j would gain, D_kj(x) = E[G_j - G_k | x], G_k = U[y, decision at k],
from how sure its label, policy and critic readouts are. A row stops iff, for every later exit, the sum of the tasks'
gains is at most the price of the layers between: a lower bound of optimal stopping. A rule may use some exits only. A
plain confidence threshold is the same rule with one feature; an adapter carries whichever saves more
(models/depth_fit.py).
"""

from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array

from models.data import LABELS, SOURCES, TASKS, Task
from models.heads import Readings, task_sources, value

DEPTHS = ("adaptive", "full")
FEATURES = 2 + len(TASKS) * 8
WORST = FEATURES - 1
"""Index of the feature that a plain confidence threshold reads: the greater of the tasks' 1 - max p."""
NEVER = 1e9


class ExitRule(NamedTuple):
    """What one exit's stopping needs; S sources, A labels, J later exits."""

    scale: dict[Task, Any]
    """Inverse temperature of the exit's labels, float32 [S, 1]."""
    bias: dict[Task, Any]
    """float32 [S, A]"""
    kernel: Any
    """Features to the gain of each later exit, summed over the tasks, float32 [J, FEATURES]."""
    price: Any
    """What the gain of each later exit must exceed, float32 [J]; `NEVER` where there is none."""


def features(readings: dict[Task, Readings], scale: dict[Task, Any], bias: dict[Task, Any]) -> Array:
    """Return [B, S, FEATURES]: 1; per task the doubts of label, policy and critic, and their squares; `WORST`."""
    sources = len(SOURCES)
    columns: list[Array] = []
    worst: list[Array] = []
    for task in TASKS:
        one = readings[task]
        probs = jax.nn.softmax(one.label_logits * scale[task] + bias[task])
        rows, own, actions = probs.shape
        ordered = jnp.sort(probs, axis=-1)
        policy = one.policy_logits.reshape(-1, actions)
        worth = value(policy, one.q.reshape(-1, actions)).reshape(rows, own)
        doubts = (
            1.0 - ordered[..., -1],
            1.0 - ordered[..., -1] + ordered[..., -2],
            1.0 - worth,
            1.0 - jax.nn.softmax(policy).max(-1).reshape(rows, own),
        )
        for doubt in doubts:
            wide = jnp.broadcast_to(doubt, (rows, sources))
            columns += [wide, wide * wide]
        worst.append(columns[-2 * len(doubts)])
    return jnp.stack([jnp.ones_like(worst[0]), *columns, jnp.maximum(*worst)], axis=-1)


def stops(readings: dict[Task, Readings], rule: ExitRule) -> Array:
    """Return bool [B, S]: whether a row, read in a source's convention, needs no further layer."""
    gains = features(readings, rule.scale, rule.bias) @ rule.kernel.T
    return (gains - rule.price <= 0.0).all(-1)


def go_on(later: int) -> ExitRule:
    """Return the rule that stops no row."""
    scale: dict[Task, Any] = {task: np.ones((len(task_sources(task)), 1), np.float32) for task in TASKS}
    bias: dict[Task, Any] = {task: np.zeros((len(task_sources(task)), len(LABELS[task])), np.float32) for task in TASKS}
    return ExitRule(scale, bias, np.zeros((later, FEATURES), np.float32), np.full(later, -1.0, np.float32))
