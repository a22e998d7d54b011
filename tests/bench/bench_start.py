"""How long a fresh process takes to its first score, imports included.

    python -m tests.bench.bench_start [--repeats 3]

One headline, with the compilation cache filled and with none; the second is what a machine sees whose cache is
rejected on reload.
"""

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from statistics import median

import jax

ONE = "from models.scorer import Scorer; Scorer.load().score(['Bank profit fell to 3.1 percent from 3.4 percent'])"


def seconds(environment: dict[str, str]) -> float:
    start = time.perf_counter()
    subprocess.run([sys.executable, "-c", ONE], check=True, env={**os.environ, **environment})
    return time.perf_counter() - start


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--repeats", type=int, default=3)
    repeats = parser.parse_args().repeats
    with tempfile.TemporaryDirectory() as folder:
        cached = {"JAX_COMPILATION_CACHE_DIR": folder, "JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS": "0"}
        seconds(cached)
        figures = {
            "machine": f"{platform.machine()}, {jax.devices()[0].device_kind}, {os.cpu_count()} cores",
            "cached_seconds": median(seconds(cached) for _ in range(repeats)),
            "uncached_seconds": median(seconds({}) for _ in range(repeats)),
        }
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
