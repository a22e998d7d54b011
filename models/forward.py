"""The forward pass that scores: one compiled program a bucket, run once for each segment of the encoder."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from flax import nnx
from jax import Array
from numpy.typing import NDArray

from models.data import TASKS, Task
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
        self.use(classifier)
        self._step = jax.jit(self._segment)

    def use(self, classifier: Classifier) -> None:
        """Take the parameters of another classifier of the same shape; nothing is compiled anew."""
        self._embed = nnx.state(classifier.encoder.embed)
        self._segments = [nnx.state(segment) for segment in classifier.encoder.segments]
        self._exits = [nnx.state(leave) for leave in classifier.exits]

    def _segment(
        self, embed: Any, segment: Any, leave: Any, packed: Any, x: Array, first: Array
    ) -> tuple[Array, dict[Task, Readings]]:
        self.traces += 1
        start = jax.lax.cond(first, lambda: nnx.merge(self._embed_graph, embed)(packed.ids, packed.types), lambda: x)
        states = nnx.merge(self._segment_graph, segment)(start, packed.mask)
        return states[-1], nnx.merge(self._exit_graph, leave)(states, packed.mask)

    def exits(self, packed: Packed) -> list[dict[Task, Readings]]:
        """Run all segments over one bucket's arrays; the results are on their way when this returns."""
        x = jnp.zeros((*packed.ids.shape, self._width))
        answers: list[dict[Task, Readings]] = []
        for index, (segment, leave) in enumerate(zip(self._segments, self._exits, strict=True)):
            x, answer = self._step(self._embed, segment, leave, packed, x, np.bool_(index == 0))
            answers.append(answer)
        return answers

    def run(self, encoded: Sequence[Encoded]) -> list[list[ItemExit]]:
        """Return for each headline the readings of every exit, shallow to deep."""
        results: list[list[ItemExit]] = [[] for _ in encoded]
        for bucket, places in self._by_bucket(encoded):
            packed = pack([encoded[place] for place in places], *bucket)
            for answer in self.exits(packed):
                arrays = {task: [np.asarray(each) for each in answer[task]] for task in TASKS}
                for row, place in enumerate(places):
                    results[place].append({task: ItemReadings(*(a[row] for a in arrays[task])) for task in TASKS})
        return results

    def _by_bucket(self, encoded: Sequence[Encoded]) -> list[tuple[tuple[int, int], list[int]]]:
        waiting: dict[tuple[int, int], list[int]] = {bucket: [] for bucket in self.buckets}
        for place, one in enumerate(encoded):
            waiting[bucket_of(len(one.ids), self.buckets)].append(place)
        return [
            (bucket, places[start : start + bucket[1]])
            for bucket, places in waiting.items()
            for start in range(0, len(places), bucket[1])
        ]


def split_frozen(classifier: Classifier) -> tuple[Any, Any, Any]:
    """Return (graph, trained parameters, frozen parameters) of a classifier."""
    graph, params, frozen = nnx.split(classifier, nnx.Param, Frozen)
    return graph, params, frozen
