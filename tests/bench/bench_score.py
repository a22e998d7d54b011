"""How fast headlines are scored, against ONNX Runtime int8, a FinBERT-sized model and the machine's limit.

    python -m tests.bench.bench_score [--items 5000] [--compute float32] [--depth adaptive]

All in one run, on two threads, tokenization included. Useful work counts the real tokens of the layers that ran;
padding and filler count nothing.
"""

import argparse
import gzip
import json
import os
import platform
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median

import jax
import jax.numpy as jnp
import numpy as np
import onnxruntime
from flax import nnx

from models.checkpoint import encoder_folder
from models.dense import product
from models.encoder import Encoder, EncoderConfig
from models.scorer import Scorer
from models.tokenizer import BUCKETS, Encoded, HeadlineTokenizer, bucket_of, pack

SHARED = Path(__file__).resolve().parents[3] / "shared"
LARGE_ITEMS = 200  # the large model is slow: its rate is taken over these
FINBERT = EncoderConfig(30522, 768, 12, 12, 3072, 512, 2)


def headlines(n: int) -> list[str]:
    with gzip.open(SHARED / "data/replay/reuters_calm_2014.jsonl.gz", "rt", encoding="utf-8") as file:
        rows = (json.loads(line) for line in file)
        return [row["title"] for row, _ in zip((r for r in rows if not r["press_release"]), range(n), strict=False)]


def seconds_of(work: Callable[[], object], repeats: int = 3, of: Callable[[list[float]], float] = median) -> float:
    """The median (or another figure) of some runs, after one that is not counted."""
    work()
    taken: list[float] = []
    for _ in range(repeats):
        start = time.perf_counter()
        work()
        taken.append(time.perf_counter() - start)
    return of(taken)


def limit(compute: str) -> float:
    """The best rate, in FLOP/s, of [4096,384] x [384,1536]."""
    x, kernel = jnp.ones((4096, 384), compute), jnp.ones((384, 1536), compute)
    multiply = jax.jit(product)
    seconds = seconds_of(lambda: [multiply(x, kernel) for _ in range(10)][-1].block_until_ready(), 10, min)
    return 10 * 2 * 4096 * 384 * 1536 / seconds


def bucketed(encoded: Sequence[Encoded]) -> list[tuple[list[Encoded], tuple[int, int]]]:
    waiting: dict[tuple[int, int], list[Encoded]] = {bucket: [] for bucket in BUCKETS}
    for one in encoded:
        waiting[bucket_of(len(one.ids))].append(one)
    return [
        (rows[at : at + bucket[1]], bucket) for bucket, rows in waiting.items() for at in range(0, len(rows), bucket[1])
    ]


def onnx_int8(tokenizer: HeadlineTokenizer, texts: Sequence[str]) -> float:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 2
    session = onnxruntime.InferenceSession(str(SHARED / "peers/minilm_l6_int8.onnx"), options)

    def work() -> None:
        for rows, bucket in bucketed(tokenizer.encode(texts)):
            packed = pack(rows, *bucket)
            session.run(None, {"i": packed.ids.astype(np.int64), "a": packed.mask.astype(np.int64)})

    return len(texts) / seconds_of(work)


def finbert_sized(tokenizer: HeadlineTokenizer, texts: Sequence[str]) -> float:
    graph, state = nnx.split(Encoder(FINBERT, rngs=nnx.Rngs(0)))
    forward = jax.jit(lambda s, i, t, m: nnx.merge(graph, s)(i, t, m)[-1])

    def work() -> None:
        for rows, bucket in bucketed(tokenizer.encode(texts)):
            packed = pack(rows, *bucket)
            forward(state, packed.ids, packed.types, packed.mask).block_until_ready()

    return len(texts) / seconds_of(work, repeats=1)


def useful_flops(encoded: Sequence[Encoded], depths: Sequence[int]) -> float:
    """FLOPs of the encoder's matrices and attention over real tokens."""
    return sum(
        depth * (2 * len(one.ids) * 12 * 384**2 + 4 * len(one.ids) ** 2 * 384)
        for one, depth in zip(encoded, depths, strict=True)
    )


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--items", type=int, default=5000)
    parser.add_argument("--compute", default="float32")
    parser.add_argument("--depth", default="adaptive")
    chosen = parser.parse_args()
    texts = headlines(chosen.items)
    scorer, tokenizer = Scorer.load(compute=chosen.compute, depth=chosen.depth), HeadlineTokenizer(encoder_folder())
    scores = scorer.score(texts)
    encoded = tokenizer.encode(texts)
    seconds = seconds_of(lambda: scorer.score(texts))
    depths = [score.depth for score in scores]
    work, rate = useful_flops(encoded, depths), limit(chosen.compute)
    ours, peer = len(texts) / seconds, onnx_int8(tokenizer, texts)
    large = finbert_sized(tokenizer, texts[:LARGE_ITEMS])
    figures = {
        "machine": f"{platform.machine()}, {jax.devices()[0].device_kind}, {os.cpu_count()} cores",
        "items": len(texts),
        "compute": chosen.compute,
        "mean_depth": float(np.mean(depths)),
        "items_per_second": ours,
        "onnx_int8_items_per_second": peer,
        "times_onnx_int8": ours / peer,
        "finbert_sized_items_per_second": large,
        "times_finbert_sized": ours / large,
        "limit_gflops": rate / 1e9,
        "useful_share_of_limit": work / seconds / rate,
        "mean_tokens": float(np.mean([len(one.ids) for one in encoded])),
    }
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
