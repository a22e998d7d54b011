"""The forward pass that scores: one compiled program a bucket, run once for each segment of the encoder."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from flax import nnx
from jax import Array
from numpy.typing import NDArray

from models.data import TASKS, Task
from models.depth import ExitRule, go_on, stops
from models.encoder import Frozen
from models.heads import Classifier, Readings
from models.tokenizer import BUCKETS, Buckets, Encoded, Packed, bucket_of, pack


class ItemReadings(NamedTuple):
    """One item's outputs for one task at one exit."""

    label_logits: NDArray[np.float32]
    """[S, A]"""
    policy_logits: NDArray[np.float32]
    """[S, A]"""
    q: NDArray[np.float32]
    """[S, A]"""


ItemExit = dict[Task, ItemReadings]


class _Waiting(NamedTuple):
    """Rows of one bucket that are due at one segment: where each belongs, and its arrays."""

    places: list[int]
    packed: Packed
    x: Any
    """[B, L, D]; what the segment before gave."""


class Forward:
    """Runs a classifier's parameters over encoded headlines.

    The arrays of a bucket have one shape whatever is in them, so an item's numbers do not depend on its company.
    """

    def __init__(self, classifier: Classifier, buckets: Buckets = BUCKETS) -> None:
        self.buckets = buckets
        self.traces = 0
        self._embed_graph, _ = nnx.split(classifier.encoder.embed)
        self._segment_graph, _ = nnx.split(classifier.encoder.segments[0])
        self._exit_graph, _ = nnx.split(classifier.exits[0])
        self._width: int = classifier.encoder.embed.word.shape[1]
        self._go_on = go_on(max(1, len(classifier.exits) - 1))
        self.use(classifier)
        self._step = jax.jit(self._segment)

    def use(self, classifier: Classifier) -> None:
        """Take the parameters of another classifier of the same shape; nothing is compiled anew.

        The matrices are rounded to the compute type here, once, and no more in every product.
        """
        compute = classifier.encoder.segments[0].layers[0].qkv.compute
        self._embed = nnx.state(classifier.encoder.embed)
        self._segments = [_rounded(nnx.state(segment), compute) for segment in classifier.encoder.segments]
        self._exits = [nnx.state(leave) for leave in classifier.exits]

    def _segment(
        self, embed: Any, segment: Any, leave: Any, rule: ExitRule, packed: Any, x: Array, first: Array
    ) -> tuple[Array, dict[Task, Readings], Array]:
        self.traces += 1
        start = jax.lax.cond(first, lambda: nnx.merge(self._embed_graph, embed)(packed.ids, packed.types), lambda: x)
        states = nnx.merge(self._segment_graph, segment)(start, packed.mask)
        readings = nnx.merge(self._exit_graph, leave)(states, packed.mask)
        return states[-1], readings, stops(readings, rule)

    def _run(
        self, index: int, packed: Packed, x: Any, rule: ExitRule | None = None
    ) -> tuple[Array, dict[Task, Readings], Array]:
        """Run one segment; the results are on their way when this returns."""
        parameters = (self._embed, self._segments[index], self._exits[index], rule or self._go_on)
        return self._step(*parameters, packed, x, np.bool_(index == 0))

    def run(self, encoded: Sequence[Encoded]) -> list[list[ItemExit]]:
        """Return for each headline the readings of every exit, shallow to deep."""
        results: list[list[ItemExit]] = [[] for _ in encoded]
        for waiting in self._packed(encoded):
            x = waiting.x
            for index in range(len(self._segments)):
                x, readings, _ = self._run(index, waiting.packed, x)
                items = _items(readings, range(len(waiting.places)))
                for place, item in zip(waiting.places, items, strict=True):
                    results[place].append(item)
        return results

    def leave(
        self, encoded: Sequence[Encoded], conventions: Sequence[int], rules: Sequence[ExitRule]
    ) -> list[tuple[int, ItemExit]]:
        """Return for each headline the exit that it leaves at, and its readings there.

        `conventions` are indices into SOURCES; `rules` has one entry for each exit but the last, or none for full
        depth. Rows that go on are packed anew between the segments, always into arrays of their own bucket's shape.
        """
        results: dict[int, tuple[int, ItemExit]] = {}
        last = len(self._segments) - 1
        due = self._packed(encoded)
        for index in range(len(self._segments)):
            rule = rules[index] if index < len(rules) else None
            kept: defaultdict[tuple[int, int], list[tuple[int, Packed, Any]]] = defaultdict(list)
            for waiting, (x, readings, stopped) in self._ahead(index, due, rule):
                rows = len(waiting.places)
                own = [conventions[place] for place in waiting.places]
                leaves = np.asarray(stopped)[np.arange(rows), own] if rule else np.full(rows, index == last)
                leaving = np.flatnonzero(leaves).tolist()
                for row, item in zip(leaving, _items(readings, leaving), strict=True):
                    results[waiting.places[row]] = index, item
                if not leaves.all():
                    self._keep(kept, waiting, np.flatnonzero(~leaves), np.asarray(x))
            due = self._repacked(kept)
        return [results[place] for place in range(len(encoded))]

    def _ahead(
        self, index: int, due: Iterator[_Waiting], rule: ExitRule | None
    ) -> Iterator[tuple[_Waiting, tuple[Array, dict[Task, Readings], Array]]]:
        """Run a segment over all that is due, one batch ahead of what is read."""
        before: tuple[_Waiting, Any] | None = None
        for waiting in due:
            started = waiting, self._run(index, waiting.packed, waiting.x, rule)
            if before:
                yield before
            before = started
        if before:
            yield before

    def _keep(
        self, kept: dict[tuple[int, int], list[tuple[int, Packed, Any]]], waiting: _Waiting, rows: Any, x: Any
    ) -> None:
        shape = waiting.packed.ids.shape
        bucket = (shape[1], shape[0])
        kept[bucket] += [(waiting.places[row], Packed(*(a[row] for a in waiting.packed)), x[row]) for row in rows]

    def _packed(self, encoded: Sequence[Encoded]) -> Iterator[_Waiting]:
        by_bucket: dict[tuple[int, int], list[int]] = {bucket: [] for bucket in self.buckets}
        for place, one in enumerate(encoded):
            by_bucket[bucket_of(len(one.ids), self.buckets)].append(place)
        for (length, rows), places in by_bucket.items():
            nothing = jnp.asarray(np.zeros((rows, length, self._width), np.float32))  # not compiled for each bucket
            for start in range(0, len(places), rows):
                chosen = places[start : start + rows]
                yield _Waiting(chosen, pack([encoded[place] for place in chosen], length, rows), nothing)

    def _repacked(self, kept: dict[tuple[int, int], list[tuple[int, Packed, Any]]]) -> Iterator[_Waiting]:
        for (_, rows), waiting in sorted(kept.items()):
            for start in range(0, len(waiting), rows):
                places, packed, xs = zip(*waiting[start : start + rows], strict=True)
                arrays = [_filled(np.stack(each), rows) for each in zip(*packed, strict=True)]
                yield _Waiting(list(places), Packed(*arrays), _filled(np.stack(xs), rows))


def _rounded(parameters: Any, compute: str) -> Any:
    """Return the parameters of layers, their matrices in the compute type."""

    def one(array: Array) -> Array:
        return array.astype(compute) if array.ndim == 2 else array

    return jax.tree.map(one, parameters)


def _filled(array: Any, rows: int) -> Any:
    """Return the array with rows of zeros up to `rows`."""
    return np.concatenate([array, np.zeros((rows - len(array), *array.shape[1:]), array.dtype)])


def _items(readings: dict[Task, Readings], rows: Iterable[int]) -> list[ItemExit]:
    arrays = {task: [np.asarray(each) for each in readings[task]] for task in TASKS}
    return [{task: ItemReadings(*(a[row] for a in arrays[task])) for task in TASKS} for row in rows]


def split_frozen(classifier: Classifier) -> tuple[Any, Any, Any]:
    """Return (graph, trained parameters, frozen parameters) of a classifier."""
    graph, params, frozen = nnx.split(classifier, nnx.Param, Frozen)
    return graph, params, frozen
