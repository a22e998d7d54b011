"""Dropout from an integer hash: a threefry mask costs more on a CPU than the layer that it drops from."""

import jax.numpy as jnp
from jax import Array


def hashed_bits(seed: Array, salt: int, size: int) -> Array:
    """Return `size` pseudo-random uint32, a function of (seed, salt, position).

    The mixer is lowbias32 (C. Wellons, "Prospecting for hash functions", https://nullprogram.com/blog/2018/07/31/).
    """
    mixed = jnp.arange(size, dtype=jnp.uint32) ^ _mix(seed.astype(jnp.uint32) + jnp.uint32(salt * 0x9E3779B9 % 2**32))
    return _mix(mixed)


def _mix(bits: Array) -> Array:
    bits = (bits ^ (bits >> 16)) * jnp.uint32(0x7FEB352D)
    bits = (bits ^ (bits >> 15)) * jnp.uint32(0x846CA68B)
    return bits ^ (bits >> 16)


def dropout(x: Array, seed: Array | None, salt: int, rate: float) -> Array:
    """Zero each element of x with probability `rate` and scale the rest by 1 / (1 - rate).

    `seed` is a uint32 scalar, None where nothing is dropped; `salt` tells the places of one step apart.
    """
    if seed is None or rate == 0.0:
        return x
    keep = hashed_bits(seed, salt, x.size).reshape(x.shape) >= jnp.uint32(int(rate * 2**32))
    return jnp.where(keep, x * (1.0 / (1.0 - rate)), 0.0)
