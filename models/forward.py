"""The forward pass that scores: one compiled program a bucket, of one layer and the readouts after it."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import pairwise
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
from models.tokenizer import BUCKETS, Encoded, Packed, bucket_of, pack


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
    """Rows of one bucket that are on their way to an exit: where each belongs, and its arrays."""

    places: list[int]
    packed: Packed
    x: Any
    """[B, L, D]; what the layer before gave."""


class _Kept(NamedTuple):
    """A row that goes on: where it belongs, and which row of which arrays it is."""

    place: int
    packed: Packed
    x: NDArray[np.float32]
    row: int


class Forward:
    """Runs a classifier's parameters over encoded headlines.

    The arrays of a bucket have one shape whatever is in them, and an item's buckets follow from its length alone, so
    its numbers do not depend on its company.
    """

    def __init__(self, classifier: Classifier) -> None:
        self.traces = 0
        self._embed_of = _rebuild(classifier.encoder.embed)
        self._layer_of = _rebuild(classifier.encoder.layers[0])
        self._exit_of = _rebuild(classifier.exits[0])
        self._width: int = classifier.encoder.embed.word.shape[1]
        self._go_on = go_on(max(1, len(classifier.exits) - 1))
        self.use(classifier)
        self._step = jax.jit(self._layer)

    def use(self, classifier: Classifier) -> None:
        """Take the parameters of another classifier of the same shape; nothing is compiled anew.

        The matrices are rounded to the compute type here, once, and no more in every product.
        """
        compute = classifier.encoder.layers[0].qkv.compute
        self._embed = _leaves(classifier.encoder.embed)
        self._layers = [_rounded(_leaves(layer), compute) for layer in classifier.encoder.layers]
        self._exits = [_leaves(leave) for leave in classifier.exits]
        self._stretches = [range(*bounds) for bounds in pairwise((0, *classifier.exits_after))]

    def _layer(
        self, embed: Any, layer: Any, leave: Any, rule: ExitRule, packed: Any, x: Array, first: Array
    ) -> tuple[Array, dict[Task, Readings], Array]:
        self.traces += 1
        start = jax.lax.cond(first, lambda: self._embed_of(embed)(packed.ids, packed.types), lambda: x)
        end = self._layer_of(layer)(start, packed.mask, None, 0, 0.0)
        readings = self._exit_of(leave)((start, end), packed.mask)
        return end, readings, stops(readings, rule)

    def _run(
        self, index: int, packed: Packed, x: Any, rule: ExitRule | None = None
    ) -> tuple[Array, dict[Task, Readings], Array]:
        """Run the layers up to one exit, each a call; the results are on their way when this returns."""
        readings, stopped = {}, x
        for at in self._stretches[index]:
            parameters = self._embed, self._layers[at], self._exits[index]
            x, readings, stopped = self._step(*parameters, rule or self._go_on, packed, x, np.bool_(at == 0))
        return x, readings, stopped

    def run(self, encoded: Sequence[Encoded]) -> list[list[ItemExit]]:
        """Return for each headline the readings of every exit, shallow to deep."""
        results: list[list[ItemExit]] = [[] for _ in encoded]
        for waiting in self._packed(encoded):
            x = waiting.x
            for index in range(len(self._exits)):
                x, readings, _ = self._run(index, waiting.packed, x)
                items = _items(readings, range(len(waiting.places)))
                for place, item in zip(waiting.places, items, strict=True):
                    results[place].append(item)
        return results

    def leave(
        self, encoded: Iterable[Encoded], conventions: Sequence[int], rules: Sequence[ExitRule]
    ) -> Iterator[tuple[int, int, ItemExit]]:
        """Yield for each headline its place, the exit that it leaves at and its readings there, as they leave.

        What the caller does with one array's answers, and what it takes to give the next headlines, runs beside the
        next array.
        `conventions` are indices into SOURCES; `rules` has one entry for each exit but the last, or none for full
        depth. Rows that go on are packed anew after each exit, always into arrays of their own bucket's shape.
        """
        last = len(self._exits) - 1
        due = self._packed(encoded)
        for index in range(len(self._exits)):
            rule = rules[index] if index < len(rules) else None
            kept: defaultdict[tuple[int, ...], list[_Kept]] = defaultdict(list)
            for waiting, (x, readings, stopped) in self._ahead(index, due, rule):
                rows = len(waiting.places)
                own = [conventions[place] for place in waiting.places]
                leaves = np.asarray(stopped)[np.arange(rows), own] if rule else np.full(rows, index == last)
                leaving = np.flatnonzero(leaves).tolist()
                bucket, states = waiting.packed.ids.shape, np.asarray(x)
                for row in np.flatnonzero(~leaves).tolist():
                    kept[bucket].append(_Kept(waiting.places[row], waiting.packed, states, row))
                for row, item in zip(leaving, _items(readings, leaving), strict=True):
                    yield waiting.places[row], index, item
            due = self._repacked(kept)

    def _ahead(
        self, index: int, due: Iterator[_Waiting], rule: ExitRule | None
    ) -> Iterator[tuple[_Waiting, tuple[Array, dict[Task, Readings], Array]]]:
        """Run all that is due to the next exit, one batch ahead of what is read."""
        before: tuple[_Waiting, Any] | None = None
        for waiting in due:
            started = waiting, self._run(index, waiting.packed, waiting.x, rule)
            if before:
                yield before
            before = started
        if before:
            yield before

    def _packed(self, encoded: Iterable[Encoded]) -> Iterator[_Waiting]:
        """Yield the arrays of the first layer, each as soon as it is full, and in the end those that are not."""
        waiting: dict[tuple[int, int], list[tuple[int, Encoded]]] = {bucket: [] for bucket in BUCKETS}
        for place, one in enumerate(encoded):
            bucket = bucket_of(len(one.ids))
            waiting[bucket].append((place, one))
            if len(waiting[bucket]) == bucket[1]:
                yield self._first(waiting[bucket], bucket)
                waiting[bucket] = []
        for bucket, rest in waiting.items():
            if rest:
                yield self._first(rest, bucket)

    def _first(self, headlines: Sequence[tuple[int, Encoded]], bucket: tuple[int, int]) -> _Waiting:
        length, rows = bucket
        nothing = jnp.asarray(np.zeros((rows, length, self._width), np.float32))  # not compiled for each bucket
        return _Waiting([place for place, _ in headlines], pack([one for _, one in headlines], length, rows), nothing)

    def _repacked(self, kept: dict[tuple[int, ...], list[_Kept]]) -> Iterator[_Waiting]:
        for shape, going in sorted(kept.items()):
            for start in range(0, len(going), shape[0]):
                packed = Packed(*np.zeros((3, *shape), np.int32))
                x = np.zeros((*shape, self._width), np.float32)
                chosen = going[start : start + shape[0]]
                for row, one in enumerate(chosen):
                    for array, source in zip((*packed, x), (*one.packed, one.x), strict=True):
                        array[row] = source[one.row]
                yield _Waiting([one.place for one in chosen], packed, x)


def _leaves(module: nnx.Module) -> list[Array]:
    """Return a module's parameters as a plain list, which a call of a compiled program takes apart at no cost."""
    return jax.tree.leaves(nnx.state(module))


def _rebuild(module: nnx.Module) -> Callable[[list[Array]], Any]:
    """Return what makes such a module of a list of its parameters."""
    graph, state = nnx.split(module)
    tree = jax.tree.structure(state)
    return lambda leaves: nnx.merge(graph, jax.tree.unflatten(tree, leaves))


def _rounded(parameters: Sequence[Array], compute: str) -> list[Array]:
    """Return the parameters of a layer, its matrices in the compute type."""
    return [array.astype(compute) if array.ndim == 2 else array for array in parameters]


def _items(readings: dict[Task, Readings], rows: Iterable[int]) -> list[ItemExit]:
    arrays = {task: [np.asarray(each) for each in readings[task]] for task in TASKS}
    return [{task: ItemReadings(*(a[row] for a in arrays[task])) for task in TASKS} for row in rows]


def split_frozen(classifier: Classifier) -> tuple[Any, Any, Any]:
    """Return (graph, trained parameters, frozen parameters) of a classifier."""
    graph, params, frozen = nnx.split(classifier, nnx.Param, Frozen)
    return graph, params, frozen
