"""The jitted hybrid update: one function from (state, batch) to (state, metrics), compiled once a bucket."""

from collections.abc import Callable
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import optax
from flax import nnx
from jax import Array

from models import hybrid
from models.data import SOURCES, TASKS, Task
from models.dropout import hashed_bits
from models.heads import Classifier, Readings, value
from models.recipe import Recipe, utility_matrix

HOUSE = SOURCES.index("house")
ACTIONS_SALT = 900
"""Of the draws of sampled actions: none that a layer or a readout drops by (models/heads.py)."""


class Batch(NamedTuple):
    """One bucket's rows; a filler row has weight 0 everywhere."""

    ids: Any
    types: Any
    mask: Any
    """ids, types, mask: int32 [B, L]."""
    task: Any
    """Index into TASKS, int32 [B]."""
    label: Any
    """Index into the task's labels, int32 [B]."""
    weights: Any
    """Of the row in each source's convention, float32 [B, S]; a task with one convention reads the first."""
    present: Any
    """1 for a row, 0 for a filler, float32 [B]; a row without a weight still shows the exits what the last one says."""
    partner: Any
    """The row of its counterfactual twin, else its own, int32 [B]."""
    sign: Any
    """+1 where the label is more positive than the twin's, -1 where less, 0 without a twin, float32 [B]."""


class TrainState(NamedTuple):
    """Everything that a step changes."""

    params: Any
    opt_state: Any
    average: Any
    """The running average of params: what is evaluated and shipped."""
    lam: Array
    step: Array


class Terms(NamedTuple):
    """Weighted sums over a batch: one task at one exit."""

    label: Array
    policy_supervised: Array
    policy_reinforced: Array
    critic: Array
    twin: Array
    distillation: Array


def task_terms(readings: Readings, last: Readings, batch: Batch, task: Task, recipe: Recipe, seed: Array) -> Terms:
    """Return the sum of each loss over the rows of one task, each in every convention that it has a weight in.

    `last` are the readings of the last exit, which the others' labels learn from.
    """
    _, sources, actions = readings.label_logits.shape
    of_task = (batch.task == TASKS.index(task)).astype(jnp.float32)
    weights = (of_task[:, None] * batch.weights[:, :sources]).reshape(-1)
    labels = jnp.repeat(jnp.where(of_task > 0, batch.label, 0), sources)
    utility = jnp.asarray(utility_matrix(task))[labels]
    label_logits, policy, q = (each.reshape(-1, actions) for each in readings)
    supervised = weights * _class_weights(task, recipe)[labels]
    reinforced = _policy_loss(policy, q, utility, recipe, seed) - recipe.beta * hybrid.entropy(policy)
    return Terms(
        label=(supervised * hybrid.cross_entropy(label_logits, labels, recipe.smoothing)).sum(),
        policy_supervised=(supervised * hybrid.cross_entropy(policy, labels, recipe.smoothing)).sum(),
        policy_reinforced=(weights * reinforced).sum(),
        critic=(weights * hybrid.critic_loss(q, utility)).sum(),
        twin=_twin(readings, batch, of_task) if task == "sentiment" else jnp.zeros(()),
        distillation=_distillation(readings, last, batch.present),
    )


def _distillation(readings: Readings, last: Readings, present: Array) -> Array:
    """Return what label and policy differ from the last exit's, on every row, whichever task it has a label of."""
    _, sources, actions = readings.label_logits.shape
    rows = jnp.repeat(present / sources, sources)
    label, policy = (
        hybrid.distillation_loss(pupil.reshape(-1, actions), teacher.reshape(-1, actions))
        for pupil, teacher in zip(readings[:2], last[:2], strict=True)
    )
    return (rows * (label + policy)).sum()


def _class_weights(task: Task, recipe: Recipe) -> Array:
    if task == "sentiment" and recipe.class_weights:
        return jnp.asarray(recipe.class_weights)
    return jnp.ones(len(utility_matrix(task)))


def _policy_loss(policy: Array, q: Array, utility: Array, recipe: Recipe, seed: Array) -> Array:
    if recipe.form == "exact":
        return hybrid.exact_policy_loss(policy, utility)
    if recipe.form == "literal":
        return hybrid.literal_policy_loss(policy, utility, q)
    uniform = (hashed_bits(seed, ACTIONS_SALT, policy.size).astype(jnp.float32) + 0.5) / 2.0**32
    actions = jnp.argmax(policy - jnp.log(-jnp.log(uniform.reshape(policy.shape))), axis=-1)
    return hybrid.sampled_policy_loss(policy, actions, utility, value(policy, q))


def _twin(readings: Readings, batch: Batch, of_task: Array) -> Array:
    logits = readings.label_logits[:, HOUSE]
    polarity = logits[:, 2] - logits[:, 0]
    return (of_task * hybrid.twin_margin_loss(polarity, polarity[batch.partner], batch.sign)).sum()


def batch_loss(
    model: Classifier, batch: Batch, recipe: Recipe, lam: Array, seed: Array
) -> tuple[Array, tuple[Terms, Array]]:
    """Return the loss of one batch, with the summed terms of the last exit and the next lam.

    The label readout sees its whole cross-entropy and passes `lam` of it on (models/heads.py), so only the policy's
    two parts are mixed here. The critic's term reaches the critic alone.
    """
    answers = model(batch.ids, batch.types, batch.mask, lam, seed, recipe.dropout)
    total = jnp.zeros(())
    summed = Terms(*(jnp.zeros(()) for _ in Terms._fields))
    for exit_weight, answer in zip(recipe.exit_weights[-len(answers) :], answers, strict=True):
        parts = [task_terms(answer[task], answers[-1][task], batch, task, recipe, seed) for task in TASKS]
        summed = Terms(*(sum(each, start=jnp.zeros(())) for each in zip(*parts, strict=True)))
        policy = hybrid.hybrid_loss(summed.policy_supervised, summed.policy_reinforced, lam)
        aside = recipe.twin_weight * summed.twin + recipe.distillation * summed.distillation
        total += exit_weight * (summed.label + policy + summed.critic + aside)
    if recipe.adaptive:
        lam = _next_lam(answers[-1]["sentiment"], batch, lam)
    return total / recipe.rows_per_step, (summed, lam)


def _next_lam(readings: Readings, batch: Batch, lam: Array) -> Array:
    actions = readings.policy_logits.shape[-1]
    weights = ((batch.task == 0).astype(jnp.float32)[:, None] * batch.weights).reshape(-1)
    labels = jnp.repeat(jnp.where(batch.task == 0, batch.label, 0), batch.weights.shape[1])
    policy = jax.lax.stop_gradient(readings.policy_logits.reshape(-1, actions))
    return hybrid.adaptive_lam(lam, policy, labels, jnp.asarray(utility_matrix("sentiment"))[labels], weights)


Update = Callable[[TrainState, Any, Batch], tuple[TrainState, Terms]]


def make_update(graph: Any, recipe: Recipe, optimizer: optax.GradientTransformation) -> Update:
    """Return the update of one recipe, jitted: (state, frozen parameters, batch) -> (state, terms).

    The state's buffers are given up to the call.
    """

    def update(state: TrainState, frozen: Any, batch: Batch) -> tuple[TrainState, Terms]:
        def loss(params: Any) -> tuple[Array, tuple[Terms, Array]]:
            return batch_loss(nnx.merge(graph, params, frozen), batch, recipe, state.lam, state.step)

        gradients, (terms, lam) = jax.grad(loss, has_aux=True)(state.params)
        changes, opt_state = optimizer.update(gradients, state.opt_state, state.params)
        params = optax.apply_updates(state.params, changes)
        decay = jnp.minimum(recipe.average_decay, (state.step + 1.0) / (state.step + 10.0))
        average = optax.incremental_update(params, state.average, 1.0 - decay)
        return TrainState(params, opt_state, average, lam, state.step + 1), terms

    return jax.jit(update, donate_argnums=0)
