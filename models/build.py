"""From data to an adapter: read, split, train, fit what is fitted on held-out rows, write, measure."""

import hashlib
import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import optax
from flax import nnx
from tqdm import tqdm

from models.adapter import find_adapter, load_classifier, save_adapter, write_meta
from models.card import write_card
from models.checkpoint import encoder_folder, file_sha256
from models.data import Row, read_headlines, read_training_data, split, weighed
from models.depth_fit import fit_exits, judge
from models.fitting import fit_calibration, refit_critics, run_rows
from models.forward import split_frozen
from models.grammar import house_rows
from models.heads import Classifier
from models.heldout import by_source, coverage_by_task, entity_gain
from models.recipe import Recipe
from models.scorer import Scorer
from models.tokenizer import HeadlineTokenizer
from models.train import new_classifier, train
from models.twins import twins
from models.weak import unlabelled_rows, weak_rows
from models.written import written_rows

HELD_OUT_SEED = 10_007
HELD_OUT_HOUSE_ROWS = 1_000


@dataclass(frozen=True, slots=True)
class BuildPlan:
    """Where the data is, where the adapter goes, and what it is made of."""

    data: Path
    out: Path
    work: Path
    encoder: str
    seed: int
    house: int
    """How many generated rows of the house guideline; 0 leaves written sentences, twins and weak labels out too."""
    copies: int
    """How often an epoch shows each written sentence, in other surface styles."""
    open_data: bool
    """Only rows that anybody may use: the MIT licensed sets and our own sentences."""
    start: str | None
    """The adapter to go on from; None starts from the pretrained encoder."""
    blend: float
    """Share of that adapter's parameters in those that ship (Wortsman et al. 2022, https://arxiv.org/abs/2109.01903)."""
    date: str
    command: str


def training_rows(plan: BuildPlan, recipe: Recipe) -> tuple[list[Row], list[Row]]:
    """Return (training, held out); generated rows are held out by their words, real ones by near copies.

    Raises:
        DataError: a file is missing or damaged.
    """
    training, held_out = _real_rows(plan.data, open_data=plan.open_data)
    if plan.house:
        own, own_out = _own_rows(plan, recipe, training)
        training, held_out = [*training, *own], [*held_out, *own_out]
    return weighed(training, recipe.source_weights), held_out


def _own_rows(plan: BuildPlan, recipe: Recipe, training: Sequence[Row]) -> tuple[list[Row], list[Row]]:
    """Return (training, held out) of what is made of the real training rows, of headlines and by ourselves."""
    turned = twins([row for row in training if row.task == "sentiment" and row.target is None], plan.seed)
    headlines = [] if plan.open_data else read_headlines(plan.data)
    weak = [*weak_rows(headlines, plan.seed), *unlabelled_rows(headlines, plan.seed, recipe.unlabelled)]
    written, written_out = written_rows(plan.seed, plan.copies)
    own = [*written, *house_rows(plan.seed, plan.house)]
    return [*turned, *weak, *own], [*written_out, *_generated_out()]


def held_out_rows(data: Path, *, open_data: bool, house: bool = True) -> list[Row]:
    """Return the rows that no training sees: of the data and, with `house`, of our own sentences.

    Raises:
        DataError: a file is missing or damaged.
    """
    held_out = _real_rows(data, open_data=open_data)[1]
    return [*held_out, *written_rows(0, 0)[1], *_generated_out()] if house else held_out


def _real_rows(data: Path, *, open_data: bool) -> tuple[list[Row], list[Row]]:
    """Return (training, held out) of the labelled sets."""
    training, held_out = split(read_training_data(data))
    if open_data:
        training, held_out = ([row for row in part if row.source == "tfns"] for part in (training, held_out))
    return training, held_out


def _generated_out() -> list[Row]:
    return house_rows(HELD_OUT_SEED, HELD_OUT_HOUSE_ROWS, held_out=True)


def build_adapter(plan: BuildPlan, changed: dict[str, Any]) -> dict[str, Any]:
    """Train and write an adapter; return its adapter.json. `changed` are settings that differ from the default recipe.

    Raises:
        DataError: a file is missing or damaged.
        ValueError: a setting is unknown or outside its range.
    """
    recipe = Recipe.from_json(changed)
    training, held_out = training_rows(plan, recipe)
    tokenizer = HeadlineTokenizer(encoder_folder(plan.encoder))
    classifier, parent = _start(plan, recipe)
    with tqdm(desc="train", unit="step", file=sys.stderr) as bar:

        def progress(done: int, total: int, terms: dict[str, float]) -> None:
            bar.total, bar.n = total, done
            bar.set_postfix(label=f"{terms['label']:.1f}", refresh=True)

        trained = train(
            training,
            held_out,
            recipe,
            seed=plan.seed,
            classifier=classifier,
            tokenizer=tokenizer,
            folder=_run_folder(plan, recipe, training),
            progress=progress,
        )
    facts = {
        "rows": len(training),
        "blend": plan.blend,
        "history": trained.history,
        "recipe": recipe.to_json(),
        "parent": parent,
    }
    return finish(plan, blended(plan, trained.classifier), held_out, facts)


def _run_folder(plan: BuildPlan, recipe: Recipe, rows: list[Row]) -> Path:
    """Return the folder of this very run: another recipe, seed or data never goes on from it."""
    texts = hashlib.sha256("\n".join(f"{row.source} {row.label} {row.text}" for row in rows).encode()).hexdigest()
    name = json.dumps([recipe.to_json(), plan.seed, plan.encoder, plan.start, texts])
    return plan.work / hashlib.sha256(name.encode()).hexdigest()[:12]


def _start(plan: BuildPlan, recipe: Recipe) -> tuple[Classifier, dict[str, Any] | None]:
    """Return the classifier to train, and how the adapter that it goes on from was trained."""
    if plan.start is None:
        fresh = new_classifier(plan.encoder, compute=recipe.compute, seed=plan.seed, layers=recipe.layers)
        return fresh, None
    adapter = find_adapter(plan.start)
    return load_classifier(adapter, compute=recipe.compute), adapter.meta["trained"]


def blended(plan: BuildPlan, trained: Classifier) -> Classifier:
    """Return the trained classifier, its parameters averaged with those that it went on from."""
    if plan.start is None or plan.blend == 0.0:
        return trained
    graph, params, frozen = split_frozen(trained)
    _, start, _ = split_frozen(load_classifier(find_adapter(plan.start)))
    return nnx.merge(graph, optax.incremental_update(start, params, plan.blend), frozen)


def finish(plan: BuildPlan, classifier: Classifier, held_out: list[Row], facts: dict[str, Any]) -> dict[str, Any]:
    """Fit calibration and critics on the held-out rows, write the adapter and its card, return its adapter.json."""
    tokenizer = HeadlineTokenizer(encoder_folder(plan.encoder))
    answers = run_rows(classifier, tokenizer, held_out)
    refit_critics(classifier, held_out, answers)
    answers = run_rows(classifier, tokenizer, held_out)
    calibration = fit_calibration(held_out, answers)
    meta: dict[str, Any] = {
        "encoder": plan.encoder,
        "encoder_sha256": file_sha256(encoder_folder(plan.encoder) / "model.safetensors"),
        "calibration": calibration,
        "exits": fit_exits(judge(held_out, answers, calibration, classifier.exits_after)),
        "trained": {**facts, "seed": plan.seed, "date": plan.date, "command": plan.command, "open": plan.open_data},
    }
    layers = len(classifier.encoder.layers)
    base = new_classifier(plan.encoder, compute="float32", seed=plan.seed, layers=layers)
    meta = save_adapter(plan.out, classifier, base, meta).meta
    scorer = Scorer.load(str(plan.out))
    meta["trained"]["held_out"] = by_source(scorer, held_out)
    meta["trained"]["coverage"] = coverage_by_task(scorer, held_out)
    meta["trained"]["entities"] = entity_gain(scorer, held_out)
    write_meta(plan.out, meta)
    write_card(plan.out, meta)
    return meta
