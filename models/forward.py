"""The forward pass that scores: one compiled program a bucket, of one layer or two and the readouts after them."""

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
from models.tokenizer import BUCKETS, LATER_BUCKETS, Encoded, Packed, bucket_of, pack


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
        self._step = jax.jit(self._stretch)

    def use(self, classifier: Classifier) -> None:
        """Take the parameters of another classifier of the same shape; nothing is compiled anew.

        The matrices are rounded to the compute type here, once, and no more in every product.
        """
        compute = classifier.encoder.layers[0].qkv.compute
        self._embed = _leaves(classifier.encoder.embed)
        self._layers = [_rounded(_leaves(layer), compute) for layer in classifier.encoder.layers]
        self._exits = [_leaves(leave) for leave in classifier.exits]
        bounds = (0, *classifier.exits_after)
        self._stretches = [[(at, min(at + 2, end)) for at in range(begin, end, 2)] for begin, end in pairwise(bounds)]

    def _stretch(
        self, embed: Any, layers: Any, leave: Any, rule: ExitRule, packed: Any, x: Array, first: Array, both: Array
    ) -> tuple[Array, dict[Task, Readings], Array]:
        self.traces += 1
        start = jax.lax.cond(first, lambda: self._embed_of(embed)(packed.ids, packed.types), lambda: x)
        upper, lower = (self._layer_of(layer) for layer in layers)
        middle = upper(start, packed.mask, None, 0, 0.0)

        def two() -> tuple[Array, Array]:
            return middle, lower(middle, packed.mask, None, 0, 0.0)

        def one() -> tuple[Array, Array]:
            return start, middle

        states = jax.lax.cond(both, two, one)
        readings = self._exit_of(leave)(states, packed.mask)
        return states[1], readings, stops(readings, rule)

    def _run(
        self, index: int, packed: Packed, x: Any, rule: ExitRule | None = None
    ) -> tuple[Array, dict[Task, Readings], Array]:
        """Run the layers up to one exit, two a call; the results are on their way when this returns."""
        readings, stopped = {}, x
        for at, end in self._stretches[index]:
            parameters = (self._embed, (self._layers[at], self._layers[end - 1]), self._exits[index])
            flags = np.bool_(at == 0), np.bool_(end - at == 2)
            x, readings, stopped = self._step(*parameters, rule or self._go_on, packed, x, *flags)
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
        self, encoded: Sequence[Encoded], conventions: Sequence[int], rules: Sequence[ExitRule]
    ) -> Iterator[tuple[int, int, ItemExit]]:
        """Yield for each headline its place, the exit that it leaves at and its readings there, as they leave.

        What the caller does with one array's answers runs beside the next array.
        `conventions` are indices into SOURCES; `rules` has one entry for each exit but the last, or none for full
        depth. Rows that go on are packed anew after each exit, always into arrays of their own bucket's shape, which
        after the first exit is one of `LATER_BUCKETS`.
        """
        last = len(self._exits) - 1
        due = self._packed(encoded)
        for index in range(len(self._exits)):
            rule = rules[index] if index < len(rules) else None
            kept: defaultdict[tuple[int, int], list[tuple[int, Packed, Any]]] = defaultdict(list)
            for waiting, (x, readings, stopped) in self._ahead(index, due, rule):
                rows = len(waiting.places)
                own = [conventions[place] for place in waiting.places]
                leaves = np.asarray(stopped)[np.arange(rows), own] if rule else np.full(rows, index == last)
                leaving = np.flatnonzero(leaves).tolist()
                if not leaves.all():
                    self._keep(kept, waiting, np.flatnonzero(~leaves), np.asarray(x))
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

    def _keep(
        self, kept: dict[tuple[int, int], list[tuple[int, Packed, Any]]], waiting: _Waiting, rows: Any, x: Any
    ) -> None:
        bucket = bucket_of(waiting.packed.ids.shape[1], LATER_BUCKETS)
        columns = [_widened(each[rows], bucket[0]) for each in (*waiting.packed, x)]
        for row, ids, types, mask, state in zip(rows, *columns, strict=True):
            kept[bucket].append((waiting.places[row], Packed(ids, types, mask), state))

    def _packed(self, encoded: Sequence[Encoded]) -> Iterator[_Waiting]:
        by_bucket: dict[tuple[int, int], list[int]] = {bucket: [] for bucket in BUCKETS}
        for place, one in enumerate(encoded):
            by_bucket[bucket_of(len(one.ids))].append(place)
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


def _widened(array: Any, length: int) -> Any:
    """Return the array [B, L, ...] with zeros up to `length`."""
    missing = np.zeros((len(array), length - array.shape[1], *array.shape[2:]), array.dtype)
    return np.concatenate([array, missing], axis=1)


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
