"""A small BERT of random weights, another width and depth than the default's, made here."""

import json
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import save_file
from tokenizers import Tokenizer, normalizers, pre_tokenizers
from tokenizers.models import WordPiece

WORDS = ["acme", "profit", "rose", "fell", "to", "from", "the", "bank", "files", "for", "bankruptcy", "up", "down"]
WORDS += ["higher", "lower", "equal", "oil", "shares", ",", ".", "%"]
WIDTH, INNER, LAYERS, HEADS = 24, 48, 3, 3


def write_tokenizer(path: Path) -> int:
    letters = [chr(c) for c in range(97, 123)] + list("0123456789")
    tokens = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", *WORDS, *letters, *("##" + letter for letter in letters)]
    vocab = {token: index for index, token in enumerate(dict.fromkeys(tokens))}
    tokenizer = Tokenizer(WordPiece(vocab, unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=True)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.enable_truncation(8)
    tokenizer.enable_padding(length=8)
    tokenizer.save(str(path))
    return len(vocab)


def tensors(vocab: int, seed: int = 0) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(seed)

    def matrix(*shape: int) -> np.ndarray:
        return (0.2 * rng.standard_normal(shape)).astype(np.float32)

    made = {
        "bert.embeddings.word_embeddings.weight": matrix(vocab, WIDTH),
        "bert.embeddings.position_embeddings.weight": matrix(128, WIDTH),
        "bert.embeddings.token_type_embeddings.weight": matrix(2, WIDTH),
    }
    norms = ["bert.embeddings.LayerNorm"]
    for index in range(LAYERS):
        at = f"bert.encoder.layer.{index}"
        shapes = {f"attention.self.{part}": (WIDTH, WIDTH) for part in ("query", "key", "value")}
        shapes |= {"attention.output.dense": (WIDTH, WIDTH)}
        shapes |= {"intermediate.dense": (INNER, WIDTH), "output.dense": (WIDTH, INNER)}
        for name, shape in shapes.items():
            made |= {f"{at}.{name}.weight": matrix(*shape), f"{at}.{name}.bias": matrix(shape[0])}
        norms += [f"{at}.attention.output.LayerNorm", f"{at}.output.LayerNorm"]
    for name in norms:
        made |= {f"{name}.weight": 1.0 + matrix(WIDTH), f"{name}.bias": matrix(WIDTH)}
    return made


@pytest.fixture(scope="session")
def small_encoder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("small-encoder")
    vocab = write_tokenizer(folder / "tokenizer.json")
    save_file(tensors(vocab), folder / "model.safetensors")
    config = {
        "model_type": "bert",
        "hidden_act": "gelu",
        "vocab_size": vocab,
        "hidden_size": WIDTH,
        "num_hidden_layers": LAYERS,
        "num_attention_heads": HEADS,
        "intermediate_size": INNER,
        "max_position_embeddings": 128,
        "type_vocab_size": 2,
        "layer_norm_eps": 1e-12,
    }
    (folder / "config.json").write_text(json.dumps(config), encoding="utf-8")
    return folder


@pytest.fixture(scope="session")
def small_adapter(small_encoder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An untrained adapter on the small encoder, its readouts random and its matrices moved a little."""
    import jax
    import jax.numpy as jnp
    from flax import nnx

    from models.adapter import save_adapter
    from models.checkpoint import file_sha256
    from models.data import LABELS, TASKS
    from models.depth_fit import threshold_rule
    from models.forward import split_frozen
    from models.heads import task_sources
    from models.train import new_classifier

    base = new_classifier(str(small_encoder), compute="float32", seed=0)
    graph, params, frozen = split_frozen(base)
    keys = iter(jax.random.split(jax.random.key(1), 500))
    moved = jax.tree.map(lambda leaf: leaf + 0.05 * jax.random.normal(next(keys), jnp.shape(leaf)), params)
    plain = {
        task: {
            source: [{"temperature": 1.0, "bias": [0.0] * len(LABELS[task]), "rows": 0}] * 3
            for source in task_sources(task)
        }
        for task in TASKS
    }
    kernels, prices = threshold_rule(0.9, (1, 2, 3), (1, 2, 3))
    exits = {"kernels": [each.tolist() for each in kernels], "prices": [each.tolist() for each in prices]}
    meta = {
        "encoder": str(small_encoder),
        "encoder_sha256": file_sha256(small_encoder / "model.safetensors"),
        "calibration": plain,
        "exits": exits,
    }
    folder = tmp_path_factory.mktemp("small-adapter")
    save_adapter(folder, nnx.merge(graph, moved, frozen), base, meta)
    return folder
