"""Adapters: what training adds to an encoder, small enough for the repository.

A folder with `adapter.safetensors`, `adapter.json`, `README.md` (the card) and `LICENSE`. A matrix of the encoder is
kept as its change, int8 with one scale a column; everything else as float16 or float32. Nothing is unpickled.
"""

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from flax import nnx
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.numpy import load_file, save_file

from models.checkpoint import encoder_folder, file_sha256, load_encoder, read_config
from models.data import SOURCES
from models.forward import split_frozen
from models.heads import Classifier
from models.runtime import ModelError

DEFAULT_ADAPTER = "finance-en"
SHIPPED = Path(__file__).parent / "adapters"

Arrays = dict[str, NDArray[Any]]


@dataclass(frozen=True, slots=True)
class Adapter:
    """An adapter's folder and what its adapter.json says."""

    folder: Path
    meta: dict[str, Any]

    @property
    def encoder(self) -> str:
        """The name or folder of the encoder that it changes."""
        return str(self.meta["encoder"])

    @property
    def digest(self) -> str:
        """SHA-256 over its weights and its adapter.json, less what only describes them."""
        kept = {key: value for key, value in self.meta.items() if key != "trained"}
        text = json.dumps(kept, sort_keys=True) + file_sha256(self.folder / "adapter.safetensors")
        return hashlib.sha256(text.encode()).hexdigest()


def shipped_adapters() -> list[str]:
    """Return the names of the adapters in the repository."""
    return sorted(path.parent.name for path in SHIPPED.glob("*/adapter.json"))


def find_adapter(name: str = DEFAULT_ADAPTER) -> Adapter:
    """Return a shipped adapter by its name, or any other by its folder.

    Raises:
        ModelError: there is none, or a file of it is missing or damaged.
    """
    folder = SHIPPED / name if (SHIPPED / name / "adapter.json").exists() else Path(name)
    try:
        meta = json.loads((folder / "adapter.json").read_text(encoding="utf-8"))
    except OSError as error:
        msg = f"no adapter {name!r}: shipped are {', '.join(shipped_adapters()) or 'none'}; "
        msg += "or name a folder that `groundswell train` wrote"
        raise ModelError(msg) from error
    except ValueError as error:
        msg = f"{folder / 'adapter.json'} is damaged: {error}; train the adapter anew or restore the file"
        raise ModelError(msg) from error
    return Adapter(folder, meta)


def load_classifier(adapter: Adapter, *, compute: str = "float32") -> Classifier:
    """Return the encoder and the readouts with an adapter's parameters.

    Raises:
        ModelError: the adapter was trained on another encoder, for other sources or by an older version, or a file is
            damaged.
    """
    folder = encoder_folder(adapter.encoder)
    if adapter.meta["encoder_sha256"] != file_sha256(folder / "model.safetensors"):
        msg = f"{adapter.folder} was trained on another {adapter.encoder} than {folder}; train it anew on this one"
        raise ModelError(msg)
    if tuple(adapter.meta["sources"]) != SOURCES:
        msg = f"{adapter.folder} knows the sources {adapter.meta['sources']}, this version {SOURCES}; train it anew"
        raise ModelError(msg)
    layers = adapter.meta.get("layers")
    if not isinstance(layers, int):
        msg = f"{adapter.folder} is of an older version, which did not say how many layers it has; train it anew"
        raise ModelError(msg)
    config = read_config(folder, layers)
    encoder = load_encoder(adapter.encoder, compute=compute, layers=layers)
    classifier = nnx.eval_shape(lambda: Classifier(encoder, config, rngs=nnx.Rngs(0)))
    classifier.encoder = encoder
    graph, params, frozen = split_frozen(classifier)
    return nnx.merge(graph, _restored(params, adapter.folder / "adapter.safetensors"), frozen)


def _restored(params: Any, path: Path) -> Any:
    try:
        arrays = load_file(path)
    except (OSError, SafetensorError) as error:
        msg = f"{path} cannot be read: {error}; restore the file or train the adapter anew"
        raise ModelError(msg) from error

    def one(at: tuple[Any, ...], base: jax.Array | jax.ShapeDtypeStruct) -> jax.Array:
        name = _name(at)
        if f"{name}.delta" in arrays:
            change = arrays[f"{name}.delta"].astype(np.float32) * arrays[f"{name}.scale"]
            return jnp.asarray(np.asarray(base) + change)
        if name not in arrays or arrays[name].shape != base.shape:
            msg = f"{path} has no {name} of shape {base.shape}; it does not fit this encoder: train it anew"
            raise ModelError(msg)
        return jnp.asarray(arrays[name], jnp.float32)

    return jax.tree_util.tree_map_with_path(one, params)


def save_adapter(folder: Path, classifier: Classifier, base: Classifier, meta: dict[str, Any]) -> Adapter:
    """Write the change from `base` to `classifier`, and `meta`, into a folder; return the adapter.

    `base` is a classifier with the pretrained encoder (its readouts do not matter).
    """
    folder.mkdir(parents=True, exist_ok=True)
    _, params, _ = split_frozen(classifier)
    _, start, _ = split_frozen(base)
    arrays: Arrays = {}
    before = {_name(at): np.asarray(leaf) for at, leaf in jax.tree_util.tree_leaves_with_path(start)}
    for at, leaf in jax.tree_util.tree_leaves_with_path(params):
        name, now = _name(at), np.asarray(leaf)
        if name.startswith("encoder.") and now.ndim == 2:
            arrays[f"{name}.delta"], arrays[f"{name}.scale"] = _narrow(now - before[name])
        else:
            arrays[name] = now.astype(np.float16) if now.ndim > 1 else now
    save_file(arrays, folder / "adapter.safetensors")
    whole = {**meta, "sources": list(SOURCES), "layers": len(classifier.encoder.layers)}
    write_meta(folder, whole)
    return Adapter(folder, whole)


def write_meta(folder: Path, meta: dict[str, Any]) -> None:
    """Write an adapter's adapter.json."""
    (folder / "adapter.json").write_text(json.dumps(meta, indent=1, sort_keys=True) + "\n", encoding="utf-8")


def _narrow(change: NDArray[np.float32]) -> tuple[NDArray[np.int8], NDArray[np.float32]]:
    scale = np.maximum(np.abs(change).max(axis=0), 1e-12) / 127.0
    return np.rint(change / scale).astype(np.int8), scale.astype(np.float32)


def _name(path: tuple[Any, ...]) -> str:
    parts = [str(part.key) for part in path if hasattr(part, "key")]
    return ".".join(parts)
