"""Two optimizers in one: encoder and readouts under one clip, critics under their own."""

from typing import Any

import jax
import jax.numpy as jnp
import optax

from models.recipe import Recipe

_READOUT_DEPTH = -1


def _names(path: tuple[Any, ...]) -> list[str]:
    return [str(getattr(part, "key", getattr(part, "name", part))) for part in path]


def group(path: tuple[Any, ...], _leaf: Any = None) -> str:
    """Return `critic` for a parameter of a critic, `main` for every other."""
    return "critic" if "critic" in _names(path) else "main"


def layer_of(path: tuple[Any, ...]) -> int:
    """Return the index of the encoder layer that a parameter belongs to, 0 for the words, -1 for a readout."""
    names = _names(path)
    if "embed" in names:
        return 0
    return int(names[names.index("layers") + 1]) if "layers" in names else _READOUT_DEPTH


def make_optimizer(params: Any, recipe: Recipe, *, steps: int, layers: int) -> optax.GradientTransformation:
    """Return AdamW (Loshchilov and Hutter 2019, https://arxiv.org/abs/1711.05101) with layer-wise learning rates.

    The rate of layer l of n is `layer_decay`^(n - 1 - l) of the peak (Howard and Ruder 2018,
    https://arxiv.org/abs/1801.06146); it rises over `warmup` of the steps and falls to 0 in a straight line.
    """

    def factor(path: tuple[Any, ...], _leaf: Any) -> float:
        layer = layer_of(path)
        return recipe.readout_factor if layer == _READOUT_DEPTH else recipe.layer_decay ** (layers - 1 - layer)

    factors = jax.tree_util.tree_map_with_path(factor, params)
    groups = jax.tree_util.tree_map_with_path(group, params)
    schedule = optax.warmup_cosine_decay_schedule(
        0.0, recipe.learning_rate, max(1, int(recipe.warmup * steps)), max(2, steps), 0.0
    )

    def one(clip: float) -> optax.GradientTransformation:
        return optax.chain(
            optax.clip_by_global_norm(clip),
            optax.scale_by_adam(b2=0.98, eps=1e-6),
            optax.add_decayed_weights(recipe.weight_decay, mask=_matrices),
            optax.scale_by_learning_rate(schedule),
        )

    return optax.chain(
        optax.partition({"main": one(recipe.clip), "critic": one(recipe.clip)}, groups),
        optax.stateless(lambda updates, _: jax.tree.map(jnp.multiply, updates, factors)),
    )


def _matrices(params: Any) -> Any:
    def is_matrix(leaf: Any) -> bool:
        return getattr(leaf, "ndim", 0) > 1

    return jax.tree.map(is_matrix, params)
