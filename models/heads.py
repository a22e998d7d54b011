"""What is read from the encoder: per exit and task a pooled state, and label, actor and critic readouts of it."""

from typing import NamedTuple

import jax
import jax.numpy as jnp
from flax import nnx
from jax import Array, lax

from models.data import LABELS, SOURCES, TASKS, Task
from models.dropout import dropout
from models.encoder import Encoder, EncoderConfig, LayerNorm, Linear, gelu
from models.gradients import scale_gradient

STATE_WIDTH = 128


class Readings(NamedTuple):
    """One task's outputs at one exit: B rows, S sources, each with its own convention, and A labels."""

    label_logits: Array
    """[B, S, A]"""
    policy_logits: Array
    """[B, S, A]"""
    q: Array
    """Action values [B, S, A] in [0, 1], the unit of the utility."""


def task_sources(task: Task) -> tuple[str, ...]:
    """Return the sources whose conventions a task tells apart."""
    return SOURCES if task == "sentiment" else ("tfns",)


class Pool(nnx.Module):
    """A learned attention query per task, over what the last layer reads and over what it gives; their mean."""

    def __init__(self, width: int, heads: int, *, rngs: nnx.Rngs) -> None:
        self.query = nnx.Param(0.02 * jax.random.normal(rngs.params(), (2, heads, width // heads)))

    def __call__(self, states: tuple[Array, ...], mask: Array) -> Array:
        """States, each [B, L, D], mask [B, L] -> [B, D]; a row of padding gives a finite vector."""
        found = [self._one(x, query, mask) for x, query in zip(states, self.query[...], strict=True)]
        return jnp.stack(found).mean(0)

    def _one(self, x: Array, query: Array, mask: Array) -> Array:
        rows, length, width = x.shape
        split = x.reshape(rows, length, query.shape[0], query.shape[1])
        scores = (split * query).sum(-1)
        share = jax.nn.softmax(jnp.where(mask[:, :, None] > 0, scores, -1e30), axis=1)
        return (split * share[..., None]).sum(1).reshape(rows, width)


class SourceLinear(nnx.Module):
    """X [B, I] -> [B, S, O]: one shared readout, and for each source its own difference from it."""

    def __init__(self, n_in: int, n_out: int, sources: int, *, rngs: nnx.Rngs) -> None:
        self.shared = Linear(n_in, n_out, rngs=rngs)
        self.source_kernel = nnx.Param(jnp.zeros((sources, n_in, n_out)))
        self.source_bias = nnx.Param(jnp.zeros((sources, n_out)))

    def __call__(self, x: Array) -> Array:
        """X [B, I] -> [B, S, O]."""
        own = jnp.einsum("bi,sio->bso", x, self.source_kernel[...]) + self.source_bias[...]
        return self.shared(x)[:, None] + own


class Critic(nnx.Module):
    """State -> for each source the value in [0, 1] of each action."""

    def __init__(self, actions: int, sources: int, *, rngs: nnx.Rngs) -> None:
        self.hidden = Linear(STATE_WIDTH, 64, rngs=rngs)
        self.out = SourceLinear(64, actions, sources, rngs=rngs)

    def __call__(self, state: Array) -> Array:
        """State [B, STATE_WIDTH] -> Q [B, S, A]."""
        return jax.nn.sigmoid(self.out(gelu(self.hidden(state))))


class TaskReadout(nnx.Module):
    """States around one layer -> the readings of one task."""

    def __init__(self, config: EncoderConfig, task: Task, *, rngs: nnx.Rngs) -> None:
        width, actions, sources = config.hidden_size, len(LABELS[task]), len(task_sources(task))
        self.pool = Pool(width, config.num_attention_heads, rngs=rngs)
        self.norm = LayerNorm(width, config.layer_norm_eps)
        self.project = Linear(width, STATE_WIDTH, rngs=rngs)
        self.label = SourceLinear(STATE_WIDTH, actions, sources, rngs=rngs)
        self.actor = SourceLinear(STATE_WIDTH, actions, sources, rngs=rngs)
        self.critic = Critic(actions, sources, rngs=rngs)

    def state(self, states: tuple[Array, ...], mask: Array, seed: Array | None, salt: int, rate: float) -> Array:
        """Return the state [B, STATE_WIDTH] that every readout of the task shares."""
        pooled = dropout(self.norm(self.pool(states, mask)), seed, salt, rate)
        return gelu(self.project(pooled))

    def readings(self, state: Array, lam: Array | float = 1.0) -> Readings:
        """Read a state [B, STATE_WIDTH]; the label readout passes back `lam` of its gradient, the critic none."""
        label_logits = self.label(scale_gradient(state, lam))
        return Readings(label_logits, self.actor(state), self.critic(lax.stop_gradient(state)))


class Exit(nnx.Module):
    """The readouts of both tasks after one layer."""

    def __init__(self, config: EncoderConfig, *, rngs: nnx.Rngs) -> None:
        self.tasks = nnx.Dict({task: TaskReadout(config, task, rngs=rngs) for task in TASKS})

    def __call__(
        self,
        states: tuple[Array, ...],
        mask: Array,
        lam: Array | float = 1.0,
        seed: Array | None = None,
        salt: int = 0,
        rate: float = 0.0,
    ) -> dict[Task, Readings]:
        """States before and after the layer, each [B, L, D] -> readings per task."""
        answers: dict[Task, Readings] = {}
        for index, task in enumerate(TASKS):
            readout: TaskReadout = self.tasks[task]
            answers[task] = readout.readings(readout.state(states, mask, seed, salt + index, rate), lam)
        return answers


class Classifier(nnx.Module):
    """An encoder with an exit after some of its layers."""

    def __init__(self, encoder: Encoder, config: EncoderConfig, *, rngs: nnx.Rngs) -> None:
        self.encoder = encoder
        self.exits_after = config.exits
        self.exits = nnx.List([Exit(config, rngs=rngs) for _ in config.exits])

    def __call__(
        self,
        ids: Array,
        types: Array,
        mask: Array,
        lam: Array | float = 1.0,
        seed: Array | None = None,
        rate: float = 0.0,
    ) -> list[dict[Task, Readings]]:
        """ids, types, mask [B, L] -> readings per exit and task."""
        states = self.encoder(ids, types, mask, seed, rate)
        return [
            leave(states[after - 1 : after + 1], mask, lam, seed, 1000 + 10 * after, rate)
            for after, leave in zip(self.exits_after, self.exits, strict=True)
        ]


def value(policy_logits: Array, q: Array) -> Array:
    """Return V(x) = sum_a pi(a|x) Q(x, a), [B], of policy logits and action values [B, A]."""
    return (jax.nn.softmax(policy_logits) * q).sum(-1)
