"""The rows of a study: which they are, and their arrays, all of one width."""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from models.batches import examples
from models.build import HELD_OUT_SEED
from models.data import Row, read_training_data, split
from models.grammar import house_rows
from models.study.plan import StudyError, StudyPlan
from models.tokenizer import HeadlineTokenizer, pack
from models.update import Batch

Ints = NDArray[np.int64]


class Table(NamedTuple):
    """N labelled rows of at most `length` tokens."""

    batch: Batch
    """The columns of all rows, [N, ...]; the weights stand in the row's own convention."""
    labels: Ints
    """[N]"""
    places: Ints
    """Of each row's own convention, [N]."""

    def __len__(self) -> int:
        """Return N."""
        return len(self.labels)


def study_rows(plan: StudyPlan) -> tuple[list[Row], list[Row]]:
    """Return (training, held out): headlines with a sentiment and without a target.

    Raises:
        DataError: a file is missing or damaged.
    """
    if plan.data is None:
        return house_rows(1, 2 * plan.rows), house_rows(HELD_OUT_SEED, 2 * plan.held_out, held_out=True)
    training, held_out = split(read_training_data(Path(plan.data)))
    return _headlines(training), _headlines(held_out)


def _headlines(rows: Sequence[Row]) -> list[Row]:
    return [row for row in rows if row.task == "sentiment" and row.target is None]


def table(
    rows: Sequence[Row], tokenizer: HeadlineTokenizer, length: int, *, least: int = 1, most: int | None = None
) -> Table:
    """Lay the rows that fit into `length` tokens into arrays, the first `most` of them in a fixed random order.

    Raises:
        StudyError: fewer than `least` fit.
    """
    fitting = [each for each in examples(rows, tokenizer, house_share=0.0) if len(each.encoded.ids) <= length]
    if len(fitting) < least:
        msg = f"{len(fitting)} rows have at most {length} tokens, {least} are needed; raise --length or lower --rows"
        raise StudyError(msg)
    order = np.random.default_rng(0).permutation(len(fitting))[:most]
    kept = [fitting[place] for place in order]
    weights = np.stack([each.weights for each in kept])
    labels = np.asarray([each.label for each in kept])
    n = len(kept)
    columns = Batch(
        *pack([each.encoded for each in kept], length, n),
        task=np.zeros(n, np.int32),
        label=labels.astype(np.int32),
        weights=weights,
        present=np.ones(n, np.float32),
        partner=np.zeros(n, np.int32),
        sign=np.zeros(n, np.float32),
    )
    return Table(columns, labels, weights.argmax(1))


def take(batch: Batch, places: Ints, weights: NDArray[np.float64] | None = None) -> Batch:
    """Return some rows as a batch of their own, each one's losses scaled by `weights`."""
    chosen = Batch(*(column[places] for column in batch))
    chosen = chosen._replace(partner=np.arange(len(places), dtype=np.int32))
    if weights is None:
        return chosen
    scale = weights.astype(np.float32)
    return chosen._replace(weights=chosen.weights * scale[:, None], present=chosen.present * scale)


def class_weighted(batch: Batch, labels: int) -> Batch:
    """Return the batch with each row's losses scaled by N / (labels x N of its label): every label weighs the same."""
    counts = np.bincount(batch.label, minlength=labels)
    weights = len(batch.label) / (labels * np.maximum(counts, 1))
    return batch._replace(weights=batch.weights * weights[batch.label][:, None].astype(np.float32))
