"""What must be set before JAX starts, and the name of the arithmetic that a machine does."""

import hashlib
import os
import platform
from collections.abc import MutableMapping
from functools import cache
from importlib.metadata import version
from pathlib import Path

# jax 0.9 to 0.10.2 computes wrong results on CPU where it fuses a matmul with a reduction over more than 32,768
# rows (jax issue 39103). Fusing single dots only is right, and as fast.
_FUSION_FLAG = "--xla_cpu_experimental_ynn_fusion_type"
_FUSION_SAFE = "LIBRARY_FUSION_TYPE_INDIVIDUAL_DOT"


class ModelError(RuntimeError):
    """The model cannot do what was asked; the text says what happened and what to do."""


def guard_xla(environ: MutableMapping[str, str] = os.environ) -> None:
    """Add the flag that keeps XLA's results right to the user's own flags, unless they set it themselves."""
    flags = environ.get("XLA_FLAGS", "")
    if _FUSION_FLAG not in flags:
        environ["XLA_FLAGS"] = f"{flags} {_FUSION_FLAG}={_FUSION_SAFE}".strip()


def _cpu_features() -> str:
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        for line in cpuinfo.read_text(encoding="utf-8").splitlines():
            if line.startswith(("flags", "Features")):
                return " ".join(sorted(line.partition(":")[2].split()))
    return platform.processor() or platform.machine()


@cache
def runtime_id() -> str:
    """Return the name of this machine's arithmetic: a hash of the jaxlib version and the CPU's features."""
    parts = (version("jaxlib"), platform.machine(), _cpu_features())
    return hashlib.sha256("|".join(parts).encode()).hexdigest()[:12]
