"""The critic that ships, refitted on rows that training has not seen: else Q only mirrors the training set."""

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import optax
from jax import Array
from numpy.typing import NDArray

from models.data import Task
from models.heads import Classifier

Floats = NDArray[np.float32]


def refit_gain(q: Floats, utility: Floats, *, steps: int = 300, prior: float = 1e-3) -> tuple[float, Floats]:
    """Return (scale, bias [A]) of the least mean (sigmoid(scale logit(q) + bias) - U)^2 over q, U [N, A].

    A penalty `prior` on their distance from (1, 0) keeps an action that is seldom right where it was.
    """
    bounded = jnp.clip(jnp.asarray(q), 1e-5, 1.0 - 1e-5)
    logits, wanted = jnp.log(bounded) - jnp.log1p(-bounded), jnp.asarray(utility)

    def loss(theta: Array) -> Array:
        guess = jax.nn.sigmoid(theta[0] * logits + theta[1:])
        return jnp.square(guess - wanted).mean() + prior * (jnp.square(theta[0] - 1.0) + jnp.square(theta[1:]).mean())

    start = jnp.concatenate([jnp.ones(1), jnp.zeros(q.shape[1])])
    optimizer = optax.adam(0.05)

    def step(carry: tuple[Any, Any], _: None) -> tuple[tuple[Any, Any], None]:
        theta, state = carry
        changes, state = optimizer.update(jax.grad(loss)(theta), state)
        return (optax.apply_updates(theta, changes), state), None

    (theta, _), _ = jax.lax.scan(step, (start, optimizer.init(start)), None, length=steps)
    return float(theta[0]), np.asarray(theta[1:])


def apply_gain(classifier: Classifier, index: int, task: Task, scale: float, bias: Floats) -> None:
    """Fold (scale, bias) into the last layer of one exit's critic."""
    out = classifier.exits[index].tasks[task].critic.out
    for variable in (out.shared.kernel, out.shared.bias, out.source_kernel, out.source_bias):
        variable.set_value(variable[...] * scale)
    out.shared.bias.set_value(out.shared.bias[...] + jnp.asarray(bias))
