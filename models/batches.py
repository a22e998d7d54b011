"""Rows to batches of fixed shapes, in an order that is a function of the seed and the epoch."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.data import LABELS, SOURCES, TASKS, Row
from models.guideline import agrees_with_house
from models.tokenizer import TRAINING_BUCKETS, Buckets, Encoded, HeadlineTokenizer, bucket_of, pack
from models.update import HOUSE, Batch


@dataclass(frozen=True, slots=True)
class Example:
    """A row ready for a batch."""

    encoded: Encoded
    task: int
    label: int
    weights: NDArray[np.float32]
    """[S], one for each source's convention."""


def examples(rows: Sequence[Row], tokenizer: HeadlineTokenizer, house_share: float) -> list[Example]:
    """Return one example per row; where it agrees with the guideline it teaches the house too, by `house_share`."""
    encoded = tokenizer.encode([row.text for row in rows], [row.target for row in rows])
    return [_example(row, one, house_share) for row, one in zip(rows, encoded, strict=True)]


def _example(row: Row, encoded: Encoded, house_share: float) -> Example:
    weights = np.zeros(len(SOURCES), np.float32)
    if row.task == "topic":
        weights[0] = row.weight
    else:
        weights[SOURCES.index(row.source)] = row.weight
        if row.source != "house" and agrees_with_house(row):
            weights[HOUSE] = house_share * row.weight
    return Example(encoded, TASKS.index(row.task), LABELS[row.task].index(row.label), weights)


def units(rows: Sequence[Row]) -> list[tuple[int, ...]]:
    """Return the indices of the rows that must stay in one batch: twins together, every other row alone."""
    pairs: defaultdict[str, list[int]] = defaultdict(list)
    alone = [(index,) for index, row in enumerate(rows) if row.pair is None]
    for index, row in enumerate(rows):
        if row.pair is not None:
            pairs[row.pair].append(index)
    return alone + [tuple(pair) for pair in pairs.values()]


def batches(
    all_examples: Sequence[Example],
    grouped: Sequence[tuple[int, ...]],
    *,
    seed: int,
    epoch: int,
    buckets: Buckets = TRAINING_BUCKETS,
) -> Iterator[Batch]:
    """Yield each example once, in batches of one bucket each, what is left over filled up with rows of weight 0."""
    order = np.random.default_rng([seed, epoch]).permutation(len(grouped))
    waiting: defaultdict[tuple[int, int], list[tuple[int, ...]]] = defaultdict(list)
    for place in order:
        unit = grouped[place]
        bucket = bucket_of(max(len(all_examples[i].encoded.ids) for i in unit), buckets)
        if sum(map(len, waiting[bucket])) + len(unit) > bucket[1]:
            yield _batch(all_examples, waiting.pop(bucket), bucket)
        waiting[bucket].append(unit)
    for bucket in sorted(waiting):
        yield _batch(all_examples, waiting[bucket], bucket)


def _batch(all_examples: Sequence[Example], grouped: Sequence[tuple[int, ...]], bucket: tuple[int, int]) -> Batch:
    length, rows = bucket
    chosen = [all_examples[i] for unit in grouped for i in unit]
    weights = np.zeros((rows, len(SOURCES)), np.float32)
    present = np.zeros(rows, np.float32)
    present[: len(chosen)] = 1.0
    columns = np.zeros((2, rows), np.int32)
    for row, one in enumerate(chosen):
        weights[row] = one.weights
        columns[:, row] = one.task, one.label
    partner, sign = _twins(all_examples, grouped, rows)
    packed = pack([one.encoded for one in chosen], length, rows)
    return Batch(*packed, columns[0], columns[1], weights, present, partner, sign)


def _twins(
    all_examples: Sequence[Example], grouped: Sequence[tuple[int, ...]], rows: int
) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
    partner, sign = np.arange(rows, dtype=np.int32), np.zeros(rows, np.float32)
    at = 0
    for unit in grouped:
        if len(unit) == 2:
            labels = [all_examples[i].label for i in unit]
            partner[at : at + 2] = at + 1, at
            sign[at : at + 2] = np.sign(labels[0] - labels[1]), np.sign(labels[1] - labels[0])
        at += len(unit)
    return partner, sign
