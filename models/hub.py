"""Encoders by their name on a model hub: from what is on this machine, and from the hub itself only when asked."""

import os
import re
from collections.abc import Sequence
from pathlib import Path

from models.runtime import ModelError

ASK_HUB = "GROUNDSWELL_HUB"
"""Set to 1, this variable of the environment lets an encoder be fetched; else nothing leaves the machine."""

_NAME = re.compile(r"[\w.-]+/[\w.-]+")


def is_hub_name(name: str) -> bool:
    """Whether a name has the form `owner/model`."""
    return _NAME.fullmatch(name) is not None


def hub_folder(name: str, files: Sequence[str]) -> Path:
    """Return the folder of a hub's model, from the local cache or, where `GROUNDSWELL_HUB=1`, from the hub.

    Raises:
        ModelError: it is not in the cache and may not, or cannot, be fetched.
    """
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HfHubHTTPError, LocalEntryNotFoundError

    fetch = os.environ.get(ASK_HUB) == "1"
    try:
        return Path(snapshot_download(name, allow_patterns=list(files), local_files_only=not fetch))
    except (LocalEntryNotFoundError, HfHubHTTPError, OSError) as error:
        msg = f"{name!r} is no folder, and the hub's model of that name is not in the local cache ({error}); "
        msg += f"download it and name its folder, or set {ASK_HUB}=1 to let it be fetched"
        raise ModelError(msg) from error
