"""The matrix product that everything here is made of, in float32 or in bfloat16 with float32 sums."""

from functools import partial

import jax
import jax.numpy as jnp
from jax import Array, lax

COMPUTE_TYPES = ("float32", "bfloat16")
_BLOCK = 16


@partial(jax.custom_vjp, nondiff_argnums=(2,))
def dense(x: Array, kernel: Array, compute: str) -> Array:
    """Return x [N, I] times kernel [I, O] as float32 [N, O], the factors rounded to `compute` first.

    In bfloat16 the backward products are bfloat16 with float32 sums too; left to itself JAX would widen both
    factors, at half the speed.
    """
    return _forward(x, kernel, compute)[0]


def _forward(x: Array, kernel: Array, compute: str) -> tuple[Array, tuple[Array, Array]]:
    narrow_x, narrow_kernel = x.astype(compute), kernel.astype(compute)
    product = lax.dot(narrow_x, narrow_kernel, preferred_element_type=jnp.float32)
    return product, (narrow_x, narrow_kernel)


def _backward(compute: str, kept: tuple[Array, Array], cotangent: Array) -> tuple[Array, Array]:
    x, kernel = kept
    narrow = cotangent.astype(compute)
    to_x = lax.dot_general(narrow, kernel, (((1,), (1,)), ((), ())), preferred_element_type=jnp.float32)
    to_kernel = lax.dot(_transposed(x), narrow, preferred_element_type=jnp.float32)
    return to_x, to_kernel


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
