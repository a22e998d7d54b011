"""Training: rows in, the averaged parameters of a classifier out; resumable at any saved step."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
from flax import nnx

from models.batches import batches, examples, units
from models.checkpoint import DEFAULT_ENCODER, encoder_folder, load_encoder, read_config
from models.data import LABELS, SOURCES, Row
from models.forward import Forward, split_frozen
from models.heads import Classifier, task_sources
from models.optimizer import make_optimizer
from models.recipe import Recipe
from models.saved import History, RunFolder
from models.tokenizer import HeadlineTokenizer
from models.update import TrainState, make_update

log = logging.getLogger(__name__)

SAVE_EVERY = 200
REPORT_EVERY = 20


@dataclass(frozen=True, slots=True)
class Trained:
    """A classifier with the averaged parameters of its best epoch, and the held-out accuracies of every epoch."""

    classifier: Classifier
    history: History


def new_classifier(encoder: str = DEFAULT_ENCODER, *, compute: str, seed: int, layers: int | None = None) -> Classifier:
    """Return a classifier with a pretrained encoder, its lowest `layers` layers or all, and fresh readouts."""
    config = read_config(encoder_folder(encoder), layers)
    return Classifier(load_encoder(encoder, compute=compute, layers=layers), config, rngs=nnx.Rngs(seed))


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

    The parameters of the epoch with the best mean held-out accuracy are returned; training stops where `patience`
    epochs brought no better one. The order of rows, the dropout and the sampled actions are functions of `seed`, the
    epoch and the step, so a resumed run ends where an undisturbed one does.
    """
    graph, params, frozen = split_frozen(classifier)
    ready, grouped = examples(rows, tokenizer, recipe.house_share), units(rows)
    per_epoch = sum(1 for _ in batches(ready, grouped, seed=seed, epoch=0))
    total = recipe.epochs * per_epoch + recipe.epochs
    optimizer = make_optimizer(params, recipe, steps=total, layers=len(classifier.encoder.layers))
    state = TrainState(
        params, optimizer.init(params), jax.tree.map(jnp.copy, params), jnp.float32(recipe.lam), jnp.uint32(0)
    )
    saved = RunFolder(folder)
    state, history = saved.load("state", state), saved.history()
    update, forward, done = make_update(graph, recipe, optimizer), Forward(classifier), 0
    for epoch in range(recipe.epochs):
        if _given_up(history[:epoch], recipe.patience):
            break
        for batch in batches(ready, grouped, seed=seed, epoch=epoch):
            done += 1
            if done <= int(state.step):
                continue
            state, terms = update(state, frozen, batch)
            if done % REPORT_EVERY == 0:
                progress(done, total, {name: float(term) for name, term in terms._asdict().items()})
            if done % SAVE_EVERY == 0:
                saved.save("state", state)
        if epoch >= len(history):
            forward.use(nnx.merge(graph, state.average, frozen))
            history.append(held_out_accuracy(forward, tokenizer, held_out))
            log.info("epoch %d of %d: %s", epoch + 1, recipe.epochs, history[-1])
            if _best(history) == epoch:
                saved.save("best", state.average)
            saved.save_history(history)
    return Trained(nnx.merge(graph, saved.load("best", state.average), frozen), history)


def _mean(figures: dict[str, float]) -> float:
    return sum(figures.values()) / max(1, len(figures))


def _best(history: History) -> int:
    """Return the index of the epoch with the greatest mean held-out accuracy, the last of equals."""
    return max(range(len(history)), key=lambda epoch: (_mean(history[epoch]), epoch))


def _given_up(history: History, patience: int) -> bool:
    return bool(history) and len(history) - 1 - _best(history) >= patience


def held_out_accuracy(forward: Forward, tokenizer: HeadlineTokenizer, rows: Sequence[Row]) -> dict[str, float]:
    """Return the accuracy of the last exit's labels per task and source, each row in its own source's convention."""
    answers = forward.run(tokenizer.encode([row.text for row in rows], [row.target for row in rows]))
    hits: dict[str, list[bool]] = {}
    for row, answer in zip(rows, answers, strict=True):
        conventions = task_sources(row.task)
        logits = answer[-1][row.task].label_logits[min(SOURCES.index(row.source), len(conventions) - 1)]
        hits.setdefault(row.part, []).append(LABELS[row.task][int(np.argmax(logits))] == row.label)
    return {name: float(np.mean(hit)) for name, hit in sorted(hits.items())}
