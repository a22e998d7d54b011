"""A BERT-family encoder in Flax NNX (Devlin et al. 2019, https://arxiv.org/abs/1810.04805).

One compiled program, given another layer's parameters, runs every layer; a readout may follow some of them.
"""

import math
from dataclasses import dataclass

import jax
import jax.numpy as jnp
from flax import nnx
from jax import Array

from models.dense import dense
from models.dropout import dropout

_EXITS = 4
"""A readout stands after each quarter of the depth."""
CHANGE_RANK = 16
"""Of what training adds to the table of words."""


@dataclass(frozen=True, slots=True)
class EncoderConfig:
    """The shape of an encoder; the names are those of a Hugging Face config.json."""

    vocab_size: int
    hidden_size: int
    num_hidden_layers: int
    num_attention_heads: int
    intermediate_size: int
    max_position_embeddings: int
    type_vocab_size: int
    layer_norm_eps: float = 1e-12

    @property
    def exits(self) -> tuple[int, ...]:
        """After how many layers each readout stands, shallow to deep; the last is the whole depth."""
        return tuple(sorted({math.ceil(self.num_hidden_layers * part / _EXITS) for part in range(1, _EXITS + 1)}))


class Frozen(nnx.Variable[Array]):
    """A parameter that training leaves as it is."""


class Linear(nnx.Module):
    """A matrix product and a bias."""

    def __init__(self, n_in: int, n_out: int, *, rngs: nnx.Rngs, compute: str = "float32") -> None:
        scale = 1.0 / math.sqrt(n_in)
        self.kernel = nnx.Param(jax.random.uniform(rngs.params(), (n_in, n_out), minval=-scale, maxval=scale))
        self.bias = nnx.Param(jnp.zeros(n_out))
        self.compute = compute

    def __call__(self, x: Array) -> Array:
        """X [..., I] -> [..., O]."""
        flat: Array = dense(x.reshape(-1, x.shape[-1]), self.kernel[...], self.bias[...], self.compute)
        return flat.reshape(*x.shape[:-1], -1)


def gelu(x: Array) -> Array:
    """Return x Phi(x) (Hendrycks and Gimpel 2016, https://arxiv.org/abs/1606.08415), exactly.

    By erf: JAX's own goes by erfc, which takes three times as long.
    """
    return 0.5 * x * (1.0 + jax.lax.erf(x * math.sqrt(0.5)))


class LayerNorm(nnx.Module):
    """Normalise the last axis, in float32, by mean and variance taken in two passes."""

    def __init__(self, width: int, epsilon: float, kind: type[nnx.Variable[Array]] = nnx.Param) -> None:
        self.scale = kind(jnp.ones(width))
        self.bias = kind(jnp.zeros(width))
        self.epsilon = epsilon

    def __call__(self, x: Array) -> Array:
        """X [..., D] -> [..., D]."""
        centred = x - x.mean(-1, keepdims=True)
        variance = jnp.square(centred).mean(-1, keepdims=True)
        return centred * jax.lax.rsqrt(variance + self.epsilon) * self.scale[...] + self.bias[...]


def first_rise(width: int) -> Array:
    """Return what the change of a word is multiplied by before any training, [CHANGE_RANK, D]: fixed, and random."""
    return 0.5 * jax.random.normal(jax.random.key(0), (CHANGE_RANK, width))


class Embed(nnx.Module):
    """The sum of three tables, normalised; frozen, as their update would cost more than the layers' does.

    What training adds to the words is of low rank (Hu et al. 2021, https://arxiv.org/abs/2106.09685), so that the
    first layers need not find out what a word means to a desk.
    """

    def __init__(self, config: EncoderConfig, *, rngs: nnx.Rngs) -> None:
        def table(rows: int) -> Frozen:
            return Frozen(0.02 * jax.random.normal(rngs.params(), (rows, config.hidden_size)))

        self.word = table(config.vocab_size)
        self.position = table(config.max_position_embeddings)
        self.type = table(config.type_vocab_size)
        self.change = nnx.Param(jnp.zeros((config.vocab_size, CHANGE_RANK)))
        self.rise = nnx.Param(first_rise(config.hidden_size))
        self.norm = LayerNorm(config.hidden_size, config.layer_norm_eps, Frozen)

    def __call__(self, ids: Array, types: Array) -> Array:
        """Ids and types [B, L] -> [B, L, D]."""
        places = self.position[...][: ids.shape[1]]
        words = self.word[...][ids] + self.change[...][ids] @ self.rise[...]
        return self.norm(words + places[None] + self.type[...][types])


class Layer(nnx.Module):
    """Self-attention and a two-layer network, each added to its input and normalised after."""

    def __init__(self, config: EncoderConfig, *, rngs: nnx.Rngs, compute: str) -> None:
        width, inner = config.hidden_size, config.intermediate_size
        self.heads = config.num_attention_heads
        self.qkv = Linear(width, 3 * width, rngs=rngs, compute=compute)
        self.out = Linear(width, width, rngs=rngs, compute=compute)
        self.norm_attention = LayerNorm(width, config.layer_norm_eps)
        self.up = Linear(width, inner, rngs=rngs, compute=compute)
        self.down = Linear(inner, width, rngs=rngs, compute=compute)
        self.norm_output = LayerNorm(width, config.layer_norm_eps)

    def __call__(self, x: Array, mask: Array, seed: Array | None, salt: int, rate: float) -> Array:
        """X [B, L, D], mask [B, L] (1 a token, 0 padding) -> [B, L, D]."""
        attended = dropout(self.out(self._attend(x, mask)), seed, 2 * salt, rate)
        x = self.norm_attention(x + attended)
        inner = self.down(gelu(self.up(x)))
        return self.norm_output(x + dropout(inner, seed, 2 * salt + 1, rate))

    def _attend(self, x: Array, mask: Array) -> Array:
        rows, length, width = x.shape
        qkv = self.qkv(x).reshape(rows, length, 3, self.heads, width // self.heads)
        query, key, value = qkv[:, :, 0], qkv[:, :, 1], qkv[:, :, 2]
        scores = jnp.einsum("bqhd,bkhd->bhqk", query, key) / math.sqrt(width // self.heads)
        share = jax.nn.softmax(jnp.where(mask[:, None, None, :] > 0, scores, -1e30), axis=-1)
        return jnp.einsum("bhqk,bkhd->bqhd", share, value).reshape(rows, length, width)


class Encoder(nnx.Module):
    """Embeddings and layers."""

    def __init__(self, config: EncoderConfig, *, rngs: nnx.Rngs, compute: str = "float32") -> None:
        self.embed = Embed(config, rngs=rngs)
        layers = range(config.num_hidden_layers)
        self.layers = nnx.List([Layer(config, rngs=rngs, compute=compute) for _ in layers])

    def __call__(
        self, ids: Array, types: Array, mask: Array, seed: Array | None = None, rate: float = 0.0
    ) -> tuple[Array, ...]:
        """Ids, types, mask [B, L] -> the states after the embeddings and after each layer, each [B, L, D]."""
        states: list[Array] = [self.embed(ids, types)]
        for index, layer in enumerate(self.layers):
            states.append(layer(states[-1], mask, seed, index, rate))
        return tuple(states)
