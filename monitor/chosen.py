"""Which adapter a settings file names, changed in place: comments and order stay as they are."""

import os
from pathlib import Path

import tomlkit
from tomlkit.exceptions import TOMLKitError
from tomlkit.items import Table

from monitor.config import ConfigError, load_config


def choose_adapter(path: Path, name: str) -> None:
    """Set `adapter` of `[model]` in the settings file `path`, which stays as it was if the result is not valid.

    Raises:
        ConfigError: the file is missing, is not TOML, or is not valid with the change.
    """
    load_config(path)
    try:
        document = tomlkit.parse(path.read_text(encoding="utf-8"))
    except (TOMLKitError, UnicodeDecodeError) as error:
        msg = f"{path}: cannot be read as TOML: {error}"
        raise ConfigError(msg) from error
    if "model" not in document:
        document["model"] = tomlkit.table()
    model = document["model"]
    if not isinstance(model, Table):
        msg = f"{path}: [model] is no table of its own; write it as one"
        raise ConfigError(msg)
    model["adapter"] = name
    fresh = path.with_name(f"{path.name}.new")
    fresh.write_text(tomlkit.dumps(document), encoding="utf-8")
    try:
        load_config(fresh)
        os.replace(fresh, path)
    finally:
        fresh.unlink(missing_ok=True)
