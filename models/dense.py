"""The matrix product that everything here is made of, in float32 or in bfloat16 with float32 sums."""

from functools import partial

import jax
import jax.numpy as jnp
from jax import Array, lax

COMPUTE_TYPES = ("float32", "bfloat16")
_BLOCK = 16


@partial(jax.custom_vjp, nondiff_argnums=(3,))
def dense(x: Array, kernel: Array, bias: Array, compute: str) -> Array:
    """Return x [N, I] times kernel [I, O] plus bias [O] as float32 [N, O], the factors rounded to `compute` first.

    In bfloat16 the backward products are bfloat16 with float32 sums too; left to itself JAX would widen both
    factors, at half the speed.
    """
    return product(x.astype(compute), kernel.astype(compute)) + bias


def product(x: Array, kernel: Array) -> Array:
    """Return x [N, I] times kernel [I, O], summed in float32."""
    return lax.dot(x, kernel, preferred_element_type=jnp.float32)


def _forward(x: Array, kernel: Array, bias: Array, compute: str) -> tuple[Array, tuple[Array, Array]]:
    # Kept as it is: XLA would rather compute the activation that gave x anew for each use of it.
    narrow_x, narrow_kernel = lax.optimization_barrier(x.astype(compute)), kernel.astype(compute)
    return product(narrow_x, narrow_kernel) + bias, (narrow_x, narrow_kernel)


def _backward(compute: str, kept: tuple[Array, Array], cotangent: Array) -> tuple[Array, Array, Array]:
    x, kernel = kept
    narrow = lax.optimization_barrier(cotangent.astype(compute))
    to_x = lax.dot_general(narrow, kernel, (((1,), (1,)), ((), ())), preferred_element_type=jnp.float32)
    # A sum down the columns, as a product with ones: XLA runs the plain sum column by column, on one thread.
    to_bias = product(jnp.ones((1, len(narrow)), compute), narrow)[0]
    return to_x, product(_transposed(x), narrow), to_bias


def _transposed(x: Array) -> Array:
    """Return x [N, I] as [I, N], moved in memory: a bfloat16 product with a mere view of it is half as fast.

    XLA turns a plain transpose back into a view, and lets one of blocks stand.
    """
    rows, columns = x.shape
    if rows % _BLOCK or columns % _BLOCK:
        return x.T
    blocks = x.reshape(rows // _BLOCK, _BLOCK, columns // _BLOCK, _BLOCK).transpose(2, 3, 0, 1)
    return lax.optimization_barrier(blocks).reshape(columns, rows)


dense.defvjp(_forward, _backward)
