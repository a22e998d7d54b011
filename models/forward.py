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


_Placed = tuple[int, Encoded]
"""A headline, and which of all it is."""


class _Waiting(NamedTuple):
    """Headlines of one bucket that are on their way to an exit, and their arrays."""

    headlines: Sequence[_Placed]
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
        # Not made of jnp.zeros, which would be compiled for each bucket.
        self._nothing = {(length, rows): jnp.asarray(self._zeros(length, rows)) for length, rows in BUCKETS}
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
                items = _items(readings, range(len(waiting.headlines)))
                for (place, _), item in zip(waiting.headlines, items, strict=True):
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
            kept: defaultdict[tuple[int, int], list[tuple[_Placed, NDArray[np.float32]]]] = defaultdict(list)
            for waiting, (x, readings, stopped) in self._ahead(index, due, rule):
                rows = len(waiting.headlines)
                own = [conventions[place] for place, _ in waiting.headlines]
                leaves = np.asarray(stopped)[np.arange(rows), own] if rule else np.full(rows, index == last)
                leaving = np.flatnonzero(leaves).tolist()
                bucket, states = bucket_of(waiting.packed.ids.shape[1]), np.asarray(x)
                kept[bucket] += [(waiting.headlines[row], states[row]) for row in np.flatnonzero(~leaves).tolist()]
                for row, item in zip(leaving, _items(readings, leaving), strict=True):
                    yield waiting.headlines[row][0], index, item
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
        waiting: dict[tuple[int, int], list[_Placed]] = {bucket: [] for bucket in BUCKETS}
        for place, one in enumerate(encoded):
            bucket = bucket_of(len(one.ids))
            waiting[bucket].append((place, one))
            if len(waiting[bucket]) == bucket[1]:
                yield _arrays(waiting[bucket], bucket, self._nothing[bucket])
                waiting[bucket] = []
        for bucket, rest in waiting.items():
            if rest:
                yield _arrays(rest, bucket, self._nothing[bucket])

    def _repacked(self, kept: dict[tuple[int, int], list[tuple[_Placed, NDArray[np.float32]]]]) -> Iterator[_Waiting]:
        for bucket, going in sorted(kept.items()):
            for start in range(0, len(going), bucket[1]):
                chosen, x = going[start : start + bucket[1]], self._zeros(*bucket)
                for row, (_, states) in enumerate(chosen):
                    x[row] = states
                yield _arrays([headline for headline, _ in chosen], bucket, x)

    def _zeros(self, length: int, rows: int) -> NDArray[np.float32]:
        return np.zeros((rows, length, self._width), np.float32)


def _arrays(headlines: Sequence[_Placed], bucket: tuple[int, int], x: Any) -> _Waiting:
    return _Waiting(headlines, pack([one for _, one in headlines], *bucket), x)


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
