"""Kafka to store: items a second through the whole runner, against the bare scorer in the same run.

    python -m tests.bench.bench_pipeline [--stub-items 200000] [--model-items 8000] [--compute float32] [--runs 3]

A real broker (a local one, or $KAFKA_BOOTSTRAP), real headlines in 6 partitions, windows of an hour and a day, a watch
list, a rule over every topic, a new SQLite file each run. The time runs from the first poll until the last batch is
committed.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from itertools import islice
from pathlib import Path
from statistics import median

from monitor.parts import open_scorer
from monitor.pipeline import Progress
from monitor.scoring import Scorer
from tests.bench.kafka_load import broker, fill_topic, headlines, machine, payloads, run_to_end, settings

EVERY_MS = 50.0


class Batches:
    """Told of every batch; keeps their sizes."""

    def __init__(self) -> None:
        self.sizes: list[int] = []

    def __call__(self, progress: Progress) -> None:
        if progress.records:
            self.sizes.append(progress.records)


def through_the_pipeline(
    bootstrap: str, topic: str, items: int, scorer: Scorer, name: str, compute: str = "float32"
) -> dict[str, float]:
    """One run over the topic into a new store."""
    batches = Batches()
    with tempfile.TemporaryDirectory() as folder:
        cpu = time.process_time()
        seconds = run_to_end(settings(bootstrap, topic, Path(folder), name, compute), scorer, batches)
        cpu = time.process_time() - cpu
    assert sum(batches.sizes) == items, f"{sum(batches.sizes)} of {items} items"
    return {"rate": items / seconds, "cpu_us_an_item": cpu / items * 1e6, "batch": median(batches.sizes)}


def bare_rate(scorer: Scorer, items: int) -> float:
    """The scorer alone over the same headlines, all in one call."""
    texts = list(islice(headlines(), items))
    started = time.perf_counter()
    scorer.score(texts)
    return items / (time.perf_counter() - started)


def stub_figures(bootstrap: str, items: int, runs: int) -> dict[str, object]:
    """The stream by itself: a scorer that costs next to nothing."""
    config = settings(bootstrap, "-", Path("/"), "stub")
    topic = fill_topic(bootstrap, payloads(items, EVERY_MS))
    done = [through_the_pipeline(bootstrap, topic, items, open_scorer(config), "stub") for _ in range(runs)]
    return {
        "stub_items": items,
        "stub_items_per_second": median(one["rate"] for one in done),
        "stub_slowest_and_fastest": [min(one["rate"] for one in done), max(one["rate"] for one in done)],
        "stub_cpu_us_an_item": median(one["cpu_us_an_item"] for one in done),
        "stub_median_batch": median(one["batch"] for one in done),
    }


def model_figures(bootstrap: str, items: int, compute: str, runs: int) -> dict[str, object]:
    """The real model: pipeline and bare scorer in turn, so that both meet the same machine."""
    scorer = open_scorer(settings(bootstrap, "-", Path("/"), "model", compute))
    topic = fill_topic(bootstrap, payloads(items, EVERY_MS))
    bare_rate(scorer, items)  # compiles every program
    done = [
        (bare_rate(scorer, items), through_the_pipeline(bootstrap, topic, items, scorer, "model", compute))
        for _ in range(runs)
    ]
    return {
        "model_items": items,
        "compute": compute,
        "bare_items_per_second": median(bare for bare, _ in done),
        "model_items_per_second": median(one["rate"] for _, one in done),
        "share_of_bare": median(one["rate"] / bare for bare, one in done),
        "model_median_batch": median(one["batch"] for _, one in done),
    }


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--stub-items", type=int, default=200_000)
    parser.add_argument("--model-items", type=int, default=8_000)
    parser.add_argument("--compute", choices=["float32", "bfloat16"], default="float32")
    parser.add_argument("--runs", type=int, default=3)
    chosen = parser.parse_args()
    with broker() as bootstrap:
        figures: dict[str, object] = {"machine": machine()}
        if chosen.stub_items:
            figures |= stub_figures(bootstrap, chosen.stub_items, chosen.runs)
        if chosen.model_items:
            figures |= model_figures(bootstrap, chosen.model_items, chosen.compute, chosen.runs)
    print(json.dumps({name: round(value, 3) if isinstance(value, float) else value for name, value in figures.items()}))


if __name__ == "__main__":
    main()
