"""What a training run leaves in its folder, so that one that was cut off goes on: its state, its history, its best."""

import json
import logging
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from safetensors.numpy import load_file, save_file

log = logging.getLogger(__name__)

History = list[dict[str, float]]


class RunFolder:
    """The files of one run; each is replaced as a whole."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def save(self, name: str, tree: Any) -> None:
        """Write the arrays of a tree as `name`.safetensors."""
        self._folder.mkdir(parents=True, exist_ok=True)
        leaves = jax.tree_util.tree_leaves_with_path(tree)
        fresh = self._folder / f"{name}.new"
        save_file({jax.tree_util.keystr(path): np.asarray(leaf) for path, leaf in leaves}, fresh)
        fresh.replace(self._folder / f"{name}.safetensors")

    def load(self, name: str, like: Any) -> Any:
        """Return the tree that was saved as `name`, in the shape of `like`; `like` itself if there is none."""
        path = self._folder / f"{name}.safetensors"
        if not path.exists():
            return like
        saved = load_file(path)
        log.info("going on from %s", path)

        def one(at: tuple[Any, ...], _like: Any) -> jax.Array:
            return jnp.asarray(saved[jax.tree_util.keystr(at)])

        return jax.tree_util.tree_map_with_path(one, like)

    def save_history(self, history: History) -> None:
        """Write the held-out accuracies of the epochs that are done."""
        self._folder.mkdir(parents=True, exist_ok=True)
        fresh = self._folder / "history.new"
        fresh.write_text(json.dumps(history), encoding="utf-8")
        fresh.replace(self._folder / "history.json")

    def history(self) -> History:
        """Return the held-out accuracies of the epochs that are done."""
        path = self._folder / "history.json"
        return json.loads(path.read_text(encoding="utf-8")) if path.exists() else []
