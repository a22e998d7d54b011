"""Training: rows in, the averaged parameters of a classifier out; resumable at any saved step."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from flax import nnx
from safetensors.numpy import load_file, save_file

from models.batches import batches, examples, units
from models.checkpoint import DEFAULT_ENCODER, encoder_folder, load_encoder, read_config
from models.data import LABELS, SOURCES, Row
from models.forward import Forward, split_frozen
from models.heads import Classifier, task_sources
from models.optimizer import make_optimizer
from models.recipe import Recipe
from models.tokenizer import HeadlineTokenizer
from models.update import TrainState, make_update

log = logging.getLogger(__name__)

SAVE_EVERY = 200
REPORT_EVERY = 20


@dataclass(frozen=True, slots=True)
class Trained:
    """What training returns: a classifier with the averaged parameters, and the log of its held-out accuracy."""

    classifier: Classifier
    history: list[dict[str, float]]


def new_classifier(encoder: str = DEFAULT_ENCODER, *, compute: str, seed: int) -> Classifier:
    """Return a classifier with a pretrained encoder and fresh readouts."""
    config = read_config(encoder_folder(encoder))
    return Classifier(load_encoder(encoder, compute=compute), config, rngs=nnx.Rngs(seed))


def train(
    rows: Sequence[Row],
    held_out: Sequence[Row],
    recipe: Recipe,
    *,
    seed: int,
    classifier: Classifier,
    tokenizer: HeadlineTokenizer,
    folder: Path,
    progress: Callable[[int, int, dict[str, float]], None],
) -> Trained:
    """Train a classifier on `rows`; a run that was cut off goes on from what `folder` holds.

    The order of rows, the dropout and the sampled actions are functions of `seed`, the epoch and the step, so a
    resumed run ends where an undisturbed one does.
    """
    graph, params, frozen = split_frozen(classifier)
    ready, grouped = examples(rows, tokenizer, recipe.house_share), units(rows)
    per_epoch = sum(1 for _ in batches(ready, grouped, seed=seed, epoch=0))
    total = recipe.epochs * per_epoch + recipe.epochs
    optimizer = make_optimizer(
        params, recipe, steps=total, segments=len(classifier.exits), segment_depth=_segment_depth(classifier)
    )
    state = TrainState(
        params, optimizer.init(params), jax.tree.map(jnp.copy, params), jnp.float32(recipe.lam), jnp.uint32(0)
    )
    state = _resume(state, folder)
    update = make_update(graph, recipe, optimizer)
    forward, history, done = Forward(classifier), [], 0
    for epoch in range(recipe.epochs):
        for batch in batches(ready, grouped, seed=seed, epoch=epoch):
            done += 1
            if done <= int(state.step):
                continue
            state, terms = update(state, frozen, batch)
            if done % REPORT_EVERY == 0:
                progress(done, total, {name: float(term) for name, term in terms._asdict().items()})
            if done % SAVE_EVERY == 0:
                _save(state, folder)
        forward.use(nnx.merge(graph, state.average, frozen))
        history.append(held_out_accuracy(forward, tokenizer, held_out))
        log.info("epoch %d of %d: %s", epoch + 1, recipe.epochs, history[-1])
    _save(state, folder)
    return Trained(nnx.merge(graph, state.average, frozen), history)


def _segment_depth(classifier: Classifier) -> int:
    return len(classifier.encoder.segments[0].layers)


def held_out_accuracy(forward: Forward, tokenizer: HeadlineTokenizer, rows: Sequence[Row]) -> dict[str, float]:
    """Return the accuracy of the last exit's labels per task and source, each row in its own source's convention."""
    answers = forward.run(tokenizer.encode([row.text for row in rows], [row.target for row in rows]))
    hits: dict[str, list[bool]] = {}
    for row, answer in zip(rows, answers, strict=True):
        conventions = task_sources(row.task)
        logits = answer[-1][row.task].label_logits[min(SOURCES.index(row.source), len(conventions) - 1)]
        name = row.task if row.task == "topic" else f"{row.source}{'-target' if row.target else ''}"
        hits.setdefault(name, []).append(LABELS[row.task][int(np.argmax(logits))] == row.label)
    return {name: float(np.mean(hit)) for name, hit in sorted(hits.items())}


def _flat(state: TrainState) -> dict[str, Any]:
    leaves = jax.tree_util.tree_leaves_with_path(state)
    return {jax.tree_util.keystr(path): np.asarray(leaf) for path, leaf in leaves}


def _save(state: TrainState, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    fresh = folder / "state.safetensors.new"
    save_file(_flat(state), fresh)
    fresh.replace(folder / "state.safetensors")


def _resume(state: TrainState, folder: Path) -> TrainState:
    path = folder / "state.safetensors"
    if not path.exists():
        return state
    saved = load_file(path)
    log.info("going on from %s", path)

    def one(at: tuple[Any, ...], _fresh: Any) -> jax.Array:
        return jnp.asarray(saved[jax.tree_util.keystr(at)])

    return jax.tree_util.tree_map_with_path(one, state)
