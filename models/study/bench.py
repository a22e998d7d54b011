"""One worker's bench: rows, encoder and compiled programs, shared by every run on it."""

import time
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from itertools import count, islice
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from flax import nnx

from models.checkpoint import encoder_folder, read_config
from models.data import SENTIMENTS
from models.forward import split_frozen
from models.heads import Classifier, Readings
from models.optimizer import make_optimizer
from models.recipe import PolicyForm, Recipe
from models.study.arms import ROWS_PER_STEP, Arm
from models.study.flops import forward_flops, step_passes
from models.study.outcome import Own, outcome, own
from models.study.plan import StudyError, StudyPlan
from models.study.rows import Table, class_weighted, study_rows, table, take
from models.study.schedule import LONG_RUN, started, steady
from models.study.selective import Ints, importance_weights, inclusion_probs, systematic_sample
from models.tokenizer import HeadlineTokenizer
from models.train import new_classifier
from models.update import Batch, TrainState, make_update

_READ_AT_ONCE = 88
"""As many as the widest pool, so that one compiled program serves both."""


class Bench:
    """Trains and judges one arm with one seed after another.

    Raises:
        StudyError: the encoder has fewer layers than the plan uses.
    """

    def __init__(self, plan: StudyPlan) -> None:
        self.plan = plan
        folder = encoder_folder(plan.encoder)
        self.config = read_config(folder, plan.layers)
        if self.config.num_hidden_layers < plan.layers:
            msg = f"{folder} has {self.config.num_hidden_layers} layers; --layers must be at most that"
            raise StudyError(msg)
        tokenizer = HeadlineTokenizer(folder)
        training, held_out = study_rows(plan)
        self.training: Table = table(training, tokenizer, plan.length, least=plan.rows)
        self.held_out: Table = table(held_out, tokenizer, plan.length, most=plan.held_out)
        self.graph, _, self.frozen = split_frozen(self._classifier(0))
        self._updates: dict[PolicyForm, Any] = {}
        self._first = jax.jit(partial(self._sentiment, 0))  # the layers after the first exit are not compiled
        self._last = jax.jit(partial(self._sentiment, -1))

    def _classifier(self, seed: int) -> Classifier:
        return new_classifier(self.plan.encoder, compute=Recipe().compute, seed=seed, layers=self.plan.layers)

    def steps(self) -> int:
        """Return how many steps full training takes."""
        return self.plan.epochs * self.plan.rows // ROWS_PER_STEP

    def run(self, arm: Arm, seed: int, steps: int) -> dict[str, Any]:
        """Train one arm with one seed for `steps` steps and return what was measured."""
        begin, rows = time.monotonic(), self._rows(arm, seed)
        optimizer, update = self._update(arm.form)
        _, params, _ = split_frozen(self._classifier(seed))
        state = _first_state(params, started(optimizer, params, steps), arm.lam)
        seconds: list[float] = []
        for step, places in enumerate(islice(_pools(self.plan.rows, arm.pool(), seed), steps)):
            before = time.process_time()
            batch = self._chosen(arm, state, take(rows, places), np.random.default_rng([seed, 3, step]))
            state, _ = update(state, self.frozen, batch)
            if not arm.adaptive:
                state = state._replace(lam=jnp.float32(arm.lam))
            jax.block_until_ready(state)
            seconds.append(time.process_time() - before)
        passes = steps * step_passes(arm.choice, arm.pool(), ROWS_PER_STEP)
        return {
            "arm": arm.name,
            "seed": seed,
            "steps": steps,
            "flops": passes * forward_flops(self.config, self.plan.length),
            "step_seconds": float(np.median(seconds)),
            "wall_seconds": time.monotonic() - begin,
            "lam": float(state.lam),
            **self._judge(state.average),
        }

    def _rows(self, arm: Arm, seed: int) -> Batch:
        """Return the seed's own training rows, the same for every arm."""
        places = np.random.default_rng([seed, 1]).permutation(len(self.training))[: self.plan.rows]
        rows = take(self.training.batch, places)
        return class_weighted(rows, len(SENTIMENTS)) if arm.class_weighted else rows

    def _update(self, form: PolicyForm) -> Any:
        if form not in self._updates:
            # Compiled as adaptive for every arm; those whose lam is fixed put it back after each step.
            recipe = replace(Recipe(), form=form, adaptive=True, rows_per_step=ROWS_PER_STEP)
            _, params, _ = split_frozen(self._classifier(0))
            inner = make_optimizer(
                params,
                replace(recipe, warmup=0.0),
                steps=LONG_RUN,
                layers=self.config.num_hidden_layers,
            )
            optimizer = steady(inner, recipe.warmup)
            self._updates[form] = optimizer, make_update(self.graph, recipe, optimizer)
        return self._updates[form]

    def _chosen(self, arm: Arm, state: TrainState, pool: Batch, rng: np.random.Generator) -> Batch:
        """Return the rows of a pool that get a backward pass."""
        if arm.choice == "all":
            return pool
        if arm.choice == "random":
            return take(pool, rng.choice(len(pool.label), ROWS_PER_STEP, replace=False))
        if arm.choice == "loss":
            readings = own(self._last(state.params, self.frozen, pool), _places(pool))
            loss = readings.cross_entropy(pool.label)
            return take(pool, np.argsort(-loss, kind="stable")[:ROWS_PER_STEP])
        readings = own(self._first(state.params, self.frozen, pool), _places(pool))
        probs = inclusion_probs(1.0 - readings.value(), ROWS_PER_STEP)
        chosen = systematic_sample(probs, rng.random(), rng.permutation(len(probs)))
        return take(pool, chosen, importance_weights(probs, chosen))

    def _sentiment(self, exit_index: int, params: Any, frozen: Any, batch: Batch) -> Readings:
        return nnx.merge(self.graph, params, frozen)(batch.ids, batch.types, batch.mask)[exit_index]["sentiment"]

    def _judge(self, params: Any) -> dict[str, Any]:
        """Return the figures of the averaged parameters on the held-out rows."""
        n = len(self.held_out)
        parts: list[Own] = []
        for start in range(0, n, _READ_AT_ONCE):
            places = np.minimum(np.arange(start, start + _READ_AT_ONCE), n - 1)
            batch = take(self.held_out.batch, places)
            parts.append(own(self._last(params, self.frozen, batch), self.held_out.places[places]))
        whole = Own(*(np.concatenate(columns)[:n] for columns in zip(*parts, strict=True)))
        return outcome(whole, self.held_out.labels, self.held_out.places)


def _places(batch: Batch) -> Ints:
    return batch.weights.argmax(1)


def _first_state(params: Any, opt_state: Any, lam: float) -> TrainState:
    return TrainState(params, opt_state, jax.tree.map(jnp.copy, params), jnp.float32(lam), jnp.uint32(0))


def _pools(rows: int, pool: int, seed: int) -> Iterator[Ints]:
    """Yield pools of rows without end, each epoch in its own order; a pool may reach into the next epoch."""
    waiting = np.zeros(0, np.int64)
    for epoch in count():
        waiting = np.concatenate([waiting, np.random.default_rng([seed, 2, epoch]).permutation(rows)])
        while len(waiting) >= pool:
            yield waiting[:pool]
            waiting = waiting[pool:]
