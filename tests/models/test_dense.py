"""The matrix product and the activation, against NumPy and the standard library."""

import math

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from models.dense import dense
from models.encoder import gelu


@pytest.mark.parametrize(("compute", "tolerance"), [("float32", 1e-5), ("bfloat16", 3e-2)])
@pytest.mark.parametrize("rows", [48, 7])
def test_every_factor_has_the_gradient_of_a_plain_product(rows: int, compute: str, tolerance: float) -> None:
    """Rows that blocks of 16 divide, and rows that they do not."""
    rng = np.random.default_rng(0)
    x, kernel, bias = (rng.standard_normal(shape) for shape in ((rows, 32), (32, 16), 16))
    cotangent = rng.standard_normal((rows, 16))
    arrays = [jnp.asarray(each, jnp.float32) for each in (x, kernel, bias)]
    out, pull = jax.vjp(jax.jit(lambda *factors: dense(*factors, compute)), *arrays)
    expected = (cotangent @ kernel.T, x.T @ cotangent, cotangent.sum(0))
    np.testing.assert_allclose(out, x @ kernel + bias, rtol=0, atol=tolerance * 12)
    for ours, theirs in zip(pull(jnp.asarray(cotangent, jnp.float32)), expected, strict=True):
        assert ours.shape == theirs.shape
        np.testing.assert_allclose(ours, theirs, rtol=0, atol=tolerance * 12)


def test_gelu_is_x_times_the_normal_distribution() -> None:
    x = np.linspace(-8.0, 8.0, 4001)
    exact = [0.5 * value * math.erfc(-value / math.sqrt(2.0)) for value in x]
    np.testing.assert_allclose(jax.jit(gelu)(jnp.asarray(x, jnp.float32)), exact, rtol=0, atol=2e-6)
