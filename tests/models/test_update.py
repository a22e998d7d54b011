"""The jitted update on the small encoder: what moves, what does not, and how often it is compiled."""

from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest
from flax import nnx

from models import dropout
from models import update as module
from models.dropout import hashed_bits
from models.encoder import Encoder, EncoderConfig
from models.forward import split_frozen
from models.heads import Classifier
from models.hybrid import cross_entropy
from models.optimizer import group, layer_of, make_optimizer
from models.recipe import Recipe
from models.train import new_classifier
from models.update import Batch, TrainState, batch_loss, make_update


@pytest.fixture(autouse=True)
def quick_compiles() -> Iterator[None]:
    """Optimising these small programs takes minutes and changes nothing that is asked here."""
    jax.config.update("jax_disable_most_optimizations", True)
    yield
    jax.config.update("jax_disable_most_optimizations", False)


RECIPE = Recipe(
    compute="float32",
    dropout=0.0,
    smoothing=0.0,
    twin_weight=0.0,
    distillation=0.0,
    exit_weights=(1.0, 1.0, 1.0),
)


def make_batch(rows: int = 6, length: int = 8, seed: int = 0) -> Batch:
    rng = np.random.default_rng(seed)
    mask = (np.arange(length) < rng.integers(2, length + 1, (rows, 1))).astype(np.int32)
    task = np.arange(rows, dtype=np.int32) % 2
    return Batch(
        rng.integers(4, 30, (rows, length)).astype(np.int32) * mask,
        np.zeros((rows, length), np.int32),
        mask,
        task,
        np.where(task == 0, rng.integers(0, 3, rows), rng.integers(0, 20, rows)).astype(np.int32),
        np.eye(4, dtype=np.float32)[np.where(task == 0, rng.integers(0, 4, rows), 0)],
        np.ones(rows, np.float32),
        np.arange(rows, dtype=np.int32),
        np.zeros(rows, np.float32),
    )


@cache
def bench_of(folder: Path, recipe: Recipe) -> "Bench":
    """Return the bench of a recipe, compiled once for all tests."""
    return Bench(folder, recipe)


class Bench:
    """A small classifier, its optimizer and its first state."""

    def __init__(self, folder: Path, recipe: Recipe) -> None:
        classifier = new_classifier(str(folder), compute=recipe.compute, seed=0)
        self.graph, self.params, self.frozen = split_frozen(classifier)
        self.optimizer = make_optimizer(self.params, recipe, steps=100, layers=3)
        self.update = make_update(self.graph, recipe, self.optimizer)
        self.recipe = recipe

    def state(self, step: int = 50) -> TrainState:
        copies = (jax.tree.map(jnp.copy, self.params) for _ in range(2))
        params, average = copies
        opt_state = self.optimizer.init(params)
        return TrainState(params, opt_state, average, jnp.float32(self.recipe.lam), jnp.uint32(step))

    def stepped(self, batch: Batch, steps: int = 2) -> Any:
        state = self.state()
        for _ in range(steps):
            state, _ = self.update(state, self.frozen, batch)
        return state


def plain_loss(graph: Any, frozen: Any, params: Any, batch: Batch) -> jax.Array:
    """Cross-entropy of the label and the policy readouts, written without any of the hybrid's parts."""
    answers = nnx.merge(graph, params, frozen)(batch.ids, batch.types, batch.mask)
    total = jnp.zeros(())
    for answer in answers:
        label, policy = jnp.zeros(()), jnp.zeros(())
        for index, task in enumerate(("sentiment", "topic")):
            _, sources, actions = answer[task].label_logits.shape
            mine = (batch.task == index).astype(jnp.float32)
            weights = (mine[:, None] * batch.weights[:, :sources]).reshape(-1)
            labels = jnp.repeat(jnp.where(mine > 0, batch.label, 0), sources)
            label += (weights * cross_entropy(answer[task].label_logits.reshape(-1, actions), labels)).sum()
            policy += (weights * cross_entropy(answer[task].policy_logits.reshape(-1, actions), labels)).sum()
        total += label + policy
    return total / RECIPE.rows_per_step


def leaves(tree: Any) -> dict[str, np.ndarray]:
    return {jax.tree_util.keystr(at): np.asarray(leaf) for at, leaf in jax.tree_util.tree_leaves_with_path(tree)}


def test_at_lam_1_a_step_is_plain_cross_entropys_to_the_last_bit_and_the_critic_learns(small_encoder: Path) -> None:
    bench, batch = bench_of(small_encoder, replace(RECIPE, lam=1.0)), make_batch()

    @jax.jit
    def plain(params: Any, opt_state: Any, frozen: Any, batch: Batch) -> Any:
        gradients = jax.grad(lambda p: plain_loss(bench.graph, frozen, p, batch))(params)
        changes, opt_state = bench.optimizer.update(gradients, opt_state, params)
        return optax.apply_updates(params, changes), opt_state

    params, opt_state = bench.params, bench.optimizer.init(bench.params)
    for _ in range(2):
        params, opt_state = plain(params, opt_state, bench.frozen, batch)
    start, ours, theirs = leaves(bench.params), leaves(bench.stepped(batch).params), leaves(params)
    for name, leaf in ours.items():
        if "critic" in name:
            continue
        np.testing.assert_array_equal(leaf, theirs[name], err_msg=name)
    critics = [name for name in ours if "critic" in name and "shared" in name and "kernel" in name]
    assert critics
    assert all((ours[name] != start[name]).any() for name in critics)


def test_below_lam_1_the_encoder_differs_from_plain_cross_entropys(small_encoder: Path) -> None:
    batch = make_batch()
    whole = leaves(bench_of(small_encoder, replace(RECIPE, lam=1.0)).stepped(batch).params)
    half = leaves(bench_of(small_encoder, replace(RECIPE, lam=0.5)).stepped(batch).params)
    assert any((whole[name] != half[name]).any() for name in whole if "layers" in name)


def test_the_critics_loss_reaches_the_critic_alone(small_encoder: Path) -> None:
    bench, batch = bench_of(small_encoder, RECIPE), make_batch()

    def critic_only(params: Any) -> jax.Array:
        answers = nnx.merge(bench.graph, params, bench.frozen)(batch.ids, batch.types, batch.mask)
        return sum((answer[task].q.sum() for answer in answers for task in answer), start=jnp.zeros(()))

    reached = {
        name for name, gradient in leaves(jax.jit(jax.grad(critic_only))(bench.params)).items() if gradient.any()
    }
    assert reached
    assert all("critic" in name for name in reached)


def test_the_label_readout_sees_its_whole_cross_entropy_at_any_lam(small_encoder: Path) -> None:
    batch = make_batch()

    def gradients(lam: float) -> dict[str, np.ndarray]:
        bench = bench_of(small_encoder, replace(RECIPE, lam=lam))
        loss = lambda p: batch_loss(  # noqa: E731
            nnx.merge(bench.graph, p, bench.frozen), batch, bench.recipe, jnp.float32(lam), jnp.uint32(0)
        )[0]
        return leaves(jax.jit(jax.grad(loss))(bench.params))

    whole, some = gradients(1.0), gradients(0.25)
    labels = [name for name in whole if "['label']" in name]
    assert labels
    for name in labels:
        np.testing.assert_array_equal(whole[name], some[name], err_msg=name)


@pytest.mark.parametrize("setting", [{"beta": 0.0}, {"form": "sampled"}, {"form": "literal"}, {"lam": 0.1}])
def test_every_term_of_the_recipe_moves_the_actor(small_encoder: Path, setting: dict[str, Any]) -> None:
    batch = make_batch()
    default = leaves(bench_of(small_encoder, replace(RECIPE, beta=0.1)).stepped(batch).params)
    other = leaves(bench_of(small_encoder, replace(RECIPE, **{"beta": 0.1, **setting})).stepped(batch).params)
    assert any((default[name] != other[name]).any() for name in default if "actor" in name)


def test_the_adaptive_lam_moves_and_the_fixed_one_stays(small_encoder: Path) -> None:
    batch = make_batch()
    fixed = bench_of(small_encoder, replace(RECIPE, lam=0.6)).stepped(batch)
    moving = bench_of(small_encoder, replace(RECIPE, lam=0.6, adaptive=True)).stepped(batch)
    assert float(fixed.lam) == pytest.approx(0.6)
    assert float(moving.lam) != pytest.approx(0.6, abs=1e-6)


@pytest.mark.parametrize("recipe", [RECIPE, replace(RECIPE, distillation=1.0)], ids=["alone", "distilled"])
def test_a_filler_row_changes_nothing(small_encoder: Path, recipe: Recipe) -> None:
    batch = make_batch()
    filled = Batch(*(np.concatenate([each, each[:2] * 0]) for each in batch))
    bench = bench_of(small_encoder, recipe)
    model = nnx.merge(bench.graph, bench.params, bench.frozen)
    short, _ = batch_loss(model, batch, recipe, jnp.float32(0.5), jnp.uint32(0))
    long, _ = batch_loss(model, filled, recipe, jnp.float32(0.5), jnp.uint32(0))
    assert float(long) == pytest.approx(float(short), rel=1e-5)


def test_a_row_without_a_label_teaches_the_early_exits_labels_and_policies_of_both_tasks(small_encoder: Path) -> None:
    recipe = replace(RECIPE, distillation=1.0)
    bench, batch = bench_of(small_encoder, recipe), make_batch()
    bare = batch._replace(weights=batch.weights * 0)

    def loss(params: Any) -> jax.Array:
        model = nnx.merge(bench.graph, params, bench.frozen)
        return batch_loss(model, bare, recipe, jnp.float32(0.5), jnp.uint32(0))[0]

    gradients = leaves(jax.jit(jax.grad(loss))(bench.params))
    reached = {name for name, gradient in gradients.items() if np.abs(gradient).max() > 1e-6}  # above rounding
    for task in ("sentiment", "topic"):
        for readout in ("label", "actor"):
            own = {
                name for name in leaves(bench.params) if f"['{task}']" in name and f"['{readout}']['shared']" in name
            }
            assert len(own) == 6
            assert own & reached == {name for name in own if "['exits'][2]" not in name}
    assert not any("critic" in name or "['exits'][2]" in name for name in reached)


def test_one_trace_a_bucket(small_encoder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    traced: list[tuple[int, ...]] = []
    whole = module.batch_loss

    def counting(model: Any, batch: Batch, *rest: Any) -> Any:
        traced.append(batch.ids.shape)
        return whole(model, batch, *rest)

    monkeypatch.setattr(module, "batch_loss", counting)
    bench = Bench(small_encoder, RECIPE)
    state = bench.state()
    for seed, (rows, length) in enumerate([(6, 8), (4, 12), (6, 8), (4, 12), (6, 8)]):
        state, _ = bench.update(state, bench.frozen, make_batch(rows, length, seed))
    assert sorted(set(traced)) == [(4, 12), (6, 8)]
    assert len(traced) == 2


def test_training_learns_a_batch_by_heart(small_encoder: Path) -> None:
    bench, batch = bench_of(small_encoder, replace(RECIPE, learning_rate=3e-3)), make_batch()
    state, first = bench.update(bench.state(step=0), bench.frozen, batch)
    for _ in range(60):
        state, last = bench.update(state, bench.frozen, batch)
    assert float(last.label) < 0.5 * float(first.label)
    assert float(last.critic) < float(first.critic)


def test_sampled_actions_are_drawn_apart_from_what_six_layers_drop(monkeypatch: pytest.MonkeyPatch) -> None:
    """Bits of one salt are the same bits: an action would follow from what a layer has dropped."""
    config = EncoderConfig(30, 8, 6, 2, 16, 32, 2)
    classifier = Classifier(Encoder(config, rngs=nnx.Rngs(0)), config, rngs=nnx.Rngs(0))
    salts: dict[str, list[int]] = {"dropped": [], "drawn": []}
    for name, place in (("dropped", dropout), ("drawn", module)):

        def noted(seed: jax.Array, salt: int, size: int, name: str = name) -> jax.Array:
            salts[name].append(salt)
            return hashed_bits(seed, salt, size)

        monkeypatch.setattr(place, "hashed_bits", noted)
    recipe = replace(RECIPE, form="sampled", dropout=0.1, exit_weights=(1.0,) * 4)
    jax.eval_shape(
        lambda batch: batch_loss(classifier, batch, recipe, jnp.float32(0.5), jnp.uint32(1))[0], make_batch()
    )
    dropped = set(salts["dropped"])
    assert len(dropped) == len(salts["dropped"]) == 6 * 2 + 4 * 2
    assert len(salts["drawn"]) == 4 * 2
    assert not dropped & set(salts["drawn"])


def test_parameters_are_told_apart_by_their_place(small_encoder: Path) -> None:
    bench = bench_of(small_encoder, RECIPE)
    paths = [at for at, _ in jax.tree_util.tree_leaves_with_path(bench.params)]
    assert {layer_of(at) for at in paths} == {-1, 0, 1, 2}
    assert {group(at) for at in paths} == {"main", "critic"}
