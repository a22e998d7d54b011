from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from flax import nnx

from models.checkpoint import load_encoder, read_config
from models.encoder import EncoderConfig, LayerNorm
from tests.models.conftest import HEADS, LAYERS, WIDTH, tensors


def norm(x: np.ndarray, scale: np.ndarray, bias: np.ndarray) -> np.ndarray:
    centred = x - x.mean(-1, keepdims=True)
    return centred / np.sqrt((centred**2).mean(-1, keepdims=True) + 1e-12) * scale + bias


def reference(at: dict[str, np.ndarray], ids: np.ndarray, types: np.ndarray, mask: np.ndarray) -> list[np.ndarray]:
    """BERT in NumPy, float64, one row and one head at a time."""
    from scipy.special import erf

    def linear(x: np.ndarray, name: str) -> np.ndarray:
        return x @ at[f"{name}.weight"].T + at[f"{name}.bias"]

    e = "bert.embeddings"
    x = at[f"{e}.word_embeddings.weight"][ids] + at[f"{e}.position_embeddings.weight"][: len(ids)]
    x = norm(x + at[f"{e}.token_type_embeddings.weight"][types], at[f"{e}.LayerNorm.weight"], at[f"{e}.LayerNorm.bias"])
    states = [x]
    for index in range(LAYERS):
        name = f"bert.encoder.layer.{index}"
        q, k, v = (linear(x, f"{name}.attention.self.{part}") for part in ("query", "key", "value"))
        heads = []
        for head in range(HEADS):
            part = slice(head * WIDTH // HEADS, (head + 1) * WIDTH // HEADS)
            scores = q[:, part] @ k[:, part].T / np.sqrt(WIDTH // HEADS)
            scores[:, mask == 0] = -np.inf
            powers = np.exp(scores - scores.max(-1, keepdims=True))
            heads.append(powers / powers.sum(-1, keepdims=True) @ v[:, part])
        out = linear(np.concatenate(heads, -1), f"{name}.attention.output.dense")
        ln = f"{name}.attention.output.LayerNorm"
        x = norm(x + out, at[f"{ln}.weight"], at[f"{ln}.bias"])
        inner = linear(x, f"{name}.intermediate.dense")
        inner = inner * 0.5 * (1 + erf(inner / np.sqrt(2)))
        ln = f"{name}.output.LayerNorm"
        x = norm(x + linear(inner, f"{name}.output.dense"), at[f"{ln}.weight"], at[f"{ln}.bias"])
        states.append(x)
    return states


def test_a_small_encoder_agrees_with_numpy_layer_by_layer(small_encoder: Path) -> None:
    config = read_config(small_encoder)
    encoder = load_encoder(str(small_encoder))
    rng = np.random.default_rng(1)
    ids, types = rng.integers(0, config.vocab_size, (5, 9)), rng.integers(0, 2, (5, 9))
    mask = (np.arange(9) < rng.integers(2, 10, (5, 1))).astype(np.int32)
    states = jax.jit(lambda i, t, m: encoder(i, t, m))(ids, types, mask)
    assert len(states) == LAYERS + 1
    exact = {name: tensor.astype(np.float64) for name, tensor in tensors(config.vocab_size).items()}
    for row in range(5):
        for ours, theirs in zip(states, reference(exact, ids[row], types[row], mask[row]), strict=True):
            real = mask[row] == 1
            np.testing.assert_allclose(np.asarray(ours)[row][real], theirs[real], rtol=0, atol=1e-5)


def test_of_fewer_layers_the_lowest_are_meant(small_encoder: Path) -> None:
    ids = np.arange(4, 12)[None]
    inputs = [jnp.asarray(each) for each in (ids, np.zeros_like(ids), np.ones_like(ids))]
    whole, cut = (load_encoder(str(small_encoder), layers=layers)(*inputs) for layers in (None, 2))
    assert len(cut) == 3
    for ours, theirs in zip(cut, whole[:3], strict=True):
        np.testing.assert_array_equal(ours, theirs)
    assert read_config(small_encoder, 9).num_hidden_layers == LAYERS


def test_a_change_moves_the_words_that_it_is_of(small_encoder: Path) -> None:
    encoder = load_encoder(str(small_encoder))
    ids = jnp.asarray([[5, 6, 7]])
    before = encoder.embed(ids, jnp.zeros_like(ids))
    encoder.embed.change.set_value(encoder.embed.change[...].at[6].set(1.0))
    after = encoder.embed(ids, jnp.zeros_like(ids))
    np.testing.assert_array_equal((before != after).any(-1), [[False, True, False]])


@pytest.mark.data
@pytest.mark.parametrize(("compute", "tolerance"), [("float32", 2e-5), ("bfloat16", 5e-2)])
def test_minilm_agrees_with_the_reference_layer_by_layer(shared: Path, compute: str, tolerance: float) -> None:
    golden = np.load(shared / "golden/minilm_l6_hidden_states.npz")
    mask = golden["attention_mask"]
    encoder = load_encoder(compute=compute)
    states = encoder(jnp.asarray(golden["input_ids"]), jnp.zeros_like(golden["input_ids"]), jnp.asarray(mask))
    assert len(states) == len(golden["hidden_states"]) == 7
    for ours, theirs in zip(states, golden["hidden_states"], strict=True):
        assert np.abs(np.asarray(ours) - theirs)[mask == 1].max() < tolerance


def test_a_row_of_padding_is_finite_and_changes_no_other_row(small_encoder: Path) -> None:
    encoder = load_encoder(str(small_encoder))
    ids, mask = np.full((3, 4), 5), np.asarray([[1, 1, 1, 0], [0, 0, 0, 0], [1, 1, 0, 0]])
    whole = encoder(jnp.asarray(ids), jnp.zeros((3, 4), int), jnp.asarray(mask))[-1]
    filled = encoder(jnp.asarray(ids), jnp.zeros((3, 4), int), jnp.asarray(mask | [[0], [1], [0]]))[-1]
    assert np.isfinite(np.asarray(whole)).all()
    np.testing.assert_array_equal(np.asarray(whole)[[0, 2]], np.asarray(filled)[[0, 2]])


def test_layer_norm_keeps_a_large_mean_apart_from_a_small_variance() -> None:
    """E[x^2] - E[x]^2 would lose all of this variance in float32."""
    x = np.asarray([[4096.0, 4096.5, 4097.0, 4097.5]], np.float32)
    ours = LayerNorm(4, 1e-12)(jnp.asarray(x))
    np.testing.assert_allclose(ours, [[-1.3416407, -0.4472136, 0.4472136, 1.3416407]], rtol=1e-5)


def test_the_tables_are_frozen_and_training_adds_a_change_of_low_rank(small_encoder: Path) -> None:
    trained = nnx.state(load_encoder(str(small_encoder)), nnx.Param)
    assert set(trained["embed"]) == {"change", "rise"}
    assert "layers" in trained


@pytest.mark.parametrize(
    ("layers", "exits"), [(4, (1, 2, 3, 4)), (12, (3, 6, 9, 12)), (6, (2, 3, 5, 6)), (3, (1, 2, 3)), (1, (1,))]
)
def test_exits_stand_at_the_same_shares_of_any_depth_and_the_last_at_its_end(
    layers: int, exits: tuple[int, ...]
) -> None:
    assert EncoderConfig(100, 24, layers, 2, 48, 64, 2).exits == exits
