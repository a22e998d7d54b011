"""How late a reader of the store is: produce -> scored row, and watermark past a window's end -> alert row.

    python -m tests.bench.bench_latency [--scorer model] [--compute float32] [--rate R] [--seconds 60]

At half the greatest rate of the pipeline, measured first, unless a rate is given. The runner is a process of its own,
as a user runs it; the feed comes from here, one record at a time at an even pace, with the present as its event time. A
row counts from the moment at which another connection sees it. Windows of a second close every second, and two rules
over them change state now and then. An alert's clock starts when the last of the partitions has been sent a record
whose event time lies past the window's end: only then may the watermark pass it.
"""

from __future__ import annotations

import argparse
import json
import sqlite3
import subprocess
import sys
import tempfile
import time
from contextlib import closing
from itertools import islice
from pathlib import Path
from threading import Thread

import numpy as np

from monitor.parts import open_scorer
from streams.kafka_settings import KafkaSettings
from streams.kafka_sink import KafkaSink
from tests.bench.kafka_load import (
    PARTITIONS,
    broker,
    fill_topic,
    headlines,
    machine,
    payload,
    payloads,
    run_to_end,
    settings,
)

LOOK_S = 0.005
WARM_UP_S = 5.0
WARM_UP_ITEMS = 2_000
SETTINGS = """
[source]
bootstrap = "{bootstrap}"
topics = ["{topic}"]
group = "{topic}"
[model]
scorer = "{scorer}"
compute = "{compute}"
[windows]
hop = "1s"
sizes = ["1s"]
[[rule]]
name = "mood"
watch = "all"
above = 0.0
window = "1s"
min_stories = 1
[[rule]]
name = "topics"
watch = "topic:*"
below = 0.0
window = "1s"
min_stories = 1
[store]
url = "sqlite:///{store}"
"""


class Watcher(Thread):
    """Notes when each scored item and each alert event is first seen in the store, by a connection of its own."""

    def __init__(self, store: Path) -> None:
        super().__init__(daemon=True)
        self.items: dict[str, float] = {}
        self.alerts: list[tuple[int, float]] = []
        self.ended = False
        self._store = store

    def run(self) -> None:
        with closing(sqlite3.connect(f"{self._store.as_uri()}?mode=ro", uri=True, timeout=30)) as connection:
            item_seq = alert_row = 0
            while not self.ended:
                rows = connection.execute("SELECT seq, news_id FROM items WHERE seq > ?", (item_seq,)).fetchall()
                now_s = time.time()
                self.items.update((news_id, now_s) for _, news_id in rows)
                item_seq = max((seq for seq, _ in rows), default=item_seq)
                query = "SELECT rowid, time_ms FROM alert_events WHERE rowid > ?"
                events = connection.execute(query, (alert_row,)).fetchall()
                now_s = time.time()
                self.alerts += [(time_ms, now_s) for _, time_ms in events]
                alert_row = max((row for row, _ in events), default=alert_row)
                time.sleep(LOOK_S)


def produce(bootstrap: str, topic: str, rate: float, seconds: float) -> list[tuple[str, int, int]]:
    """Send at an even pace; (id, partition, event time) of each record, the time being that of its sending."""
    sent: list[tuple[str, int, int]] = []
    texts = list(islice(headlines(), WARM_UP_ITEMS, WARM_UP_ITEMS + int(rate * seconds)))  # no copies
    with closing(KafkaSink(KafkaSettings(bootstrap), topic)) as sink:
        started = time.time()
        for number, title in enumerate(texts):
            wait = started + number / rate - time.time()
            if wait > 0:
                time.sleep(wait)
            now_ms = time.time_ns() // 1_000_000
            sink.send_bytes(payload(title, number, now_ms), partition=number % PARTITIONS)
            sent.append((f"n{number:07}", number % PARTITIONS, now_ms))
        sink.flush()
    return sent


def passed_at(sent: list[tuple[str, int, int]], end_ms: int) -> float | None:
    """When the last partition was sent a record at or past `end_ms`, in seconds: from then on the window may close."""
    times = [
        next((ms for _, partition, ms in sent if partition == one and ms >= end_ms), None) for one in range(PARTITIONS)
    ]
    known = [ms for ms in times if ms is not None]
    return max(known) / 1000 if len(known) == PARTITIONS else None


def greatest_rate(bootstrap: str, scorer: str, compute: str) -> float:
    """What the pipeline does with a backlog, of two runs the second."""
    items = 100_000 if scorer == "stub" else 4_000
    topic = fill_topic(bootstrap, payloads(items, 50.0))
    with tempfile.TemporaryDirectory() as folder:
        configs = [settings(bootstrap, topic, Path(folder), scorer, compute) for _ in range(2)]
        judge = open_scorer(configs[0])
        return [items / run_to_end(config, judge) for config in configs][-1]


def percentiles(seconds: list[float]) -> dict[str, float]:
    p50, p99 = np.percentile(seconds, [50, 99])
    return {"n": len(seconds), "p50_s": round(float(p50), 3), "p99_s": round(float(p99), 3)}


def bench(bootstrap: str, scorer: str, compute: str, rate: float, seconds: float) -> dict[str, object]:
    """One runner, one feed, one watcher."""
    topic = fill_topic(bootstrap, [])
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        store = folder / "live.db"
        text = SETTINGS.format(bootstrap=bootstrap, topic=topic, scorer=scorer, compute=compute, store=store)
        (folder / "live.toml").write_text(text, encoding="utf-8")
        command = [sys.executable, "-m", "monitor", "run", "--config", "live.toml"]
        with (folder / "log").open("wb") as log:
            runner = subprocess.Popen(command, cwd=folder, stderr=log)
        try:
            warm_up(bootstrap, topic, store)
            watcher = Watcher(store)
            watcher.start()
            sent = produce(bootstrap, topic, rate, seconds + WARM_UP_S)
            time.sleep(3)
            watcher.ended = True
            watcher.join()
        finally:
            runner.terminate()
            runner.wait(60)
        return figures(sent, watcher)


def warm_up(bootstrap: str, topic: str, store: Path) -> None:
    """Send some records of every length, and wait until they are in the store: every program is compiled by then."""
    texts = islice(headlines(), WARM_UP_ITEMS)
    now_ms = time.time_ns() // 1_000_000 - 60_000
    with closing(KafkaSink(KafkaSettings(bootstrap), topic)) as sink:
        for number, title in enumerate(texts, 5_000_000):
            sink.send_bytes(payload(title, number, now_ms), partition=number % PARTITIONS)
        sink.flush()
    deadline = time.monotonic() + 300
    while time.monotonic() < deadline:
        time.sleep(0.5)
        if store.exists():
            with closing(sqlite3.connect(store, timeout=30)) as connection:
                try:
                    if connection.execute("SELECT count(*) FROM items").fetchone()[0] == WARM_UP_ITEMS:
                        return
                except sqlite3.OperationalError:
                    continue
    msg = "the runner has not stored the first records within 300 s"
    raise SystemExit(msg)


def figures(sent: list[tuple[str, int, int]], watcher: Watcher) -> dict[str, object]:
    """Latencies without the first seconds of the feed."""
    first_ms = sent[0][2] + int(WARM_UP_S * 1000)
    missing = sum(news_id not in watcher.items for news_id, _, _ in sent)
    assert not missing, f"{missing} of {len(sent)} items are not in the store"
    rows = [watcher.items[news_id] - ms / 1000 for news_id, _, ms in sent if ms >= first_ms]
    passed = {end_ms: passed_at(sent, end_ms) for end_ms, _ in watcher.alerts if end_ms >= first_ms}
    alerts = [seen_s - at for end_ms, seen_s in watcher.alerts if (at := passed.get(end_ms)) is not None]
    return {"produce_to_row": percentiles(rows), "watermark_to_alert_row": percentiles(alerts)}


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--scorer", choices=["model", "stub"], default="model")
    parser.add_argument("--compute", choices=["float32", "bfloat16"], default="float32")
    parser.add_argument("--rate", type=float, help="records a second; else half of what is measured first")
    parser.add_argument("--seconds", type=float, default=60)
    chosen = parser.parse_args()
    with broker() as bootstrap:
        greatest = None if chosen.rate else greatest_rate(bootstrap, chosen.scorer, chosen.compute)
        rate = chosen.rate or (greatest or 0) / 2
        done = bench(bootstrap, chosen.scorer, chosen.compute, rate, chosen.seconds)
    asked = {"machine": machine(), "scorer": chosen.scorer, "compute": chosen.compute}
    print(json.dumps({**asked, "greatest_rate": greatest, "rate": rate, **done}))


if __name__ == "__main__":
    main()
