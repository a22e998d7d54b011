"""A learning rate that follows the share of the steps done, so that runs of any length share one compiled update."""

from functools import partial
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import optax
from jax import Array

LONG_RUN = 10**9
"""Steps to build the inner optimizer with: over so many its own schedule stands still at its peak."""


class Progress(NamedTuple):
    """How far a run is: steps done, and steps in all."""

    done: Array
    total: Array


def follow_progress(warmup: float) -> optax.GradientTransformation:
    """Scale updates from 0 to 1 over the share `warmup` of the steps, then down to 0 along a cosine."""

    def init(params: Any) -> Progress:
        del params  # the same for all
        return Progress(jnp.float32(0.0), jnp.float32(1.0))

    def update(updates: Any, state: Any, params: Any = None) -> tuple[Any, Progress]:
        del params  # only the step counts
        share = state.done / state.total
        falling = 0.5 + 0.5 * jnp.cos(jnp.pi * jnp.clip((share - warmup) / (1.0 - warmup), 0.0, 1.0))
        scale = jnp.where(share < warmup, share / warmup, falling)
        return jax.tree.map(partial(jnp.multiply, scale), updates), Progress(state.done + 1.0, state.total)

    return optax.GradientTransformation(init, update)


def steady(optimizer: optax.GradientTransformation, warmup: float) -> optax.GradientTransformation:
    """Return an optimizer that is steady by itself, followed by `follow_progress`."""
    return optax.chain(optimizer, follow_progress(warmup))


def started(optimizer: optax.GradientTransformation, params: Any, steps: int) -> Any:
    """Return the first state of a `steady` optimizer for a run of `steps`."""
    state: Any = optimizer.init(params)
    return (*state[:-1], Progress(jnp.float32(0.0), jnp.float32(steps)))
