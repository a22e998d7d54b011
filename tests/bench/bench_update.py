"""How fast the hybrid update runs, against the machine's limit and a straightforward float32 step.

    python -m tests.bench.bench_update

Batches of 32 rows of 32 tokens, no padding, so that every FLOP counted is one of a real token: three times the
forward pass of the encoder's matrices and attention. The straightforward step trains every parameter, the embedding
table too, in float32 by AdamW under plain cross-entropy.
"""

import argparse
import json
import os
import platform
from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import optax
from flax import nnx

from models.forward import split_frozen
from models.hybrid import cross_entropy
from models.optimizer import make_optimizer
from models.recipe import Recipe
from models.train import new_classifier
from models.update import Batch, TrainState, make_update
from tests.bench.bench_score import limit, seconds_of

ROWS, LENGTH = 32, 32


def a_batch(seed: int = 0) -> Batch:
    rng = np.random.default_rng(seed)
    task = (np.arange(ROWS) % 2).astype(np.int32)
    return Batch(
        rng.integers(1000, 30000, (ROWS, LENGTH)).astype(np.int32),
        np.zeros((ROWS, LENGTH), np.int32),
        np.ones((ROWS, LENGTH), np.int32),
        task,
        np.where(task == 0, rng.integers(0, 3, ROWS), rng.integers(0, 20, ROWS)).astype(np.int32),
        np.eye(4, dtype=np.float32)[rng.integers(0, 4, ROWS) * (task == 0)],
        np.ones(ROWS, np.float32),
        np.arange(ROWS, dtype=np.int32),
        np.zeros(ROWS, np.float32),
    )


def hybrid_step(compute: str, steps: int) -> Callable[[], object]:
    """Return a function that runs `steps` updates of the default recipe."""
    recipe, batch = Recipe(compute=compute), a_batch()
    graph, params, frozen = split_frozen(new_classifier(compute=compute, seed=0))
    optimizer = make_optimizer(params, recipe, steps=1000, layers=6)
    average = jax.tree.map(jnp.copy, params)
    held = [TrainState(params, optimizer.init(params), average, jnp.float32(recipe.lam), jnp.uint32(0))]
    update = make_update(graph, recipe, optimizer)

    def run() -> None:
        for _ in range(steps):
            held[0], _ = update(held[0], frozen, batch)
        jax.block_until_ready(held[0])

    return run


def plain_step(steps: int) -> Callable[[], object]:
    """Return a function that runs `steps` straightforward float32 steps over every parameter."""
    batch, optimizer = a_batch(), optax.adamw(2e-5)
    graph, everything = nnx.split(new_classifier(compute="float32", seed=0))

    def loss(parameters: Any) -> jax.Array:
        readings = nnx.merge(graph, parameters)(batch.ids, batch.types, batch.mask)[-1]["sentiment"]
        return cross_entropy(readings.label_logits[:, 0], jnp.asarray(batch.label) % 3).mean()

    @jax.jit
    def step(parameters: Any, state: Any) -> tuple[Any, Any]:
        changes, state = optimizer.update(jax.grad(loss)(parameters), state, parameters)
        return optax.apply_updates(parameters, changes), state

    held = [(everything, optimizer.init(everything))]

    def run() -> None:
        for _ in range(steps):
            held[0] = step(*held[0])
        jax.block_until_ready(held[0])

    return run


def flops() -> float:
    """FLOPs of one update: forward, and twice that backward."""
    tokens = ROWS * LENGTH
    return 3.0 * 6 * (2 * tokens * 12 * 384**2 + 4 * ROWS * LENGTH**2 * 384)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--steps", type=int, default=5)
    steps = parser.parse_args().steps
    plain = seconds_of(plain_step(steps), 5) / steps
    figures: dict[str, Any] = {
        "machine": f"{platform.machine()}, {jax.devices()[0].device_kind}, {os.cpu_count()} cores",
        "rows": ROWS,
        "tokens": LENGTH,
        "plain_float32_rows_per_second": ROWS / plain,
    }
    for compute in ("float32", "bfloat16"):
        rate, seconds = limit(compute), seconds_of(hybrid_step(compute, steps), 5) / steps
        figures[compute] = {
            "rows_per_second": ROWS / seconds,
            "limit_gflops": rate / 1e9,
            "share_of_limit": flops() / seconds / rate,
            "times_plain_float32": plain / seconds,
        }
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
