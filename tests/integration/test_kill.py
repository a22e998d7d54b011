"""kill -9 at any moment and a restart give what an undisturbed run gives; replay of the same log gives it again."""

from __future__ import annotations

import json
import random
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from monitor.queries import Reader
from monitor.store import Store
from streams.kafka_admin import create_topic
from streams.kafka_settings import KafkaSettings
from streams.kafka_sink import KafkaSink

ITEMS = 12_000
KILLS = 5
WORDS = (
    "shares",
    "profit",
    "loss",
    "bank",
    "oil",
    "rates",
    "deal",
    "court",
    "plant",
    "chief",
    "output",
    "ship",
    "grain",
)
RULES = """
[windows]
hop = "5m"
sizes = ["1h"]
[[watch]]
name = "banks"
any = ["bank"]
[[rule]]
name = "bad"
watch = "topic:*"
below = -0.01
window = "1h"
min_stories = 3
for = "10m"
keep_firing_for = "10m"
[model]
scorer = "stub"
batch = 50
[store]
url = "sqlite:///STORE"
snapshot_every = 40
"""


def write_feed(path: Path) -> None:
    """Five days of news, in order, with repeats, copies and a few records that are no news."""
    rng = random.Random(4)
    lines = []
    time_ms = 1_700_000_000_000
    for n in range(ITEMS):
        time_ms += rng.randrange(0, 72_000)
        headline = " ".join(rng.choices(WORDS, k=7)) + (f" {n}" if n % 9 else "")
        lines.append(json.dumps({"id": str(n % (ITEMS - 200)), "ts": time_ms, "title": headline}))
        if n % 1_500 == 0:
            lines.append('{"title": ')
    path.write_text("\n".join(lines), encoding="utf-8")


def config(folder: Path, name: str, source: str) -> Path:
    file = folder / f"{name}.toml"
    file.write_text(source + RULES.replace("STORE", f"{folder}/{name}.db"), encoding="utf-8")
    return file


def command(file: Path) -> list[str]:
    return [sys.executable, "-m", "monitor", "run", "--config", str(file), "--until-end", "--json"]


def run(file: Path) -> dict[str, Any]:
    done = subprocess.run(command(file), capture_output=True, text=True, timeout=240, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def run_with_kills(file: Path, seed: int) -> int:
    """Start and kill -9 at random moments after the first batch; returns how many were killed while they worked."""
    rng = random.Random(seed)
    store = Path(str(file).removesuffix(".toml") + ".db")
    killed = 0
    for _ in range(KILLS):
        before = last_seq(store)
        process = subprocess.Popen(command(file), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        deadline = time.monotonic() + 60
        while last_seq(store) == before and process.poll() is None and time.monotonic() < deadline:
            time.sleep(0.02)
        time.sleep(rng.random() * 0.5)
        if process.poll() is None:
            process.kill()
            killed += 1
        process.wait()
    return killed


def last_seq(store: Path) -> int:
    if not store.exists():
        return 0
    opened = Store.open(f"sqlite:///{store}")
    entry = opened.last_entry()
    opened.close()
    return entry.seq if entry else 0


def same(one: dict[str, Any], other: dict[str, Any]) -> bool:
    """Whether two summaries differ in their speed alone."""
    speed = {"seconds", "items_per_second"}
    return {k: v for k, v in one.items() if k not in speed} == {k: v for k, v in other.items() if k not in speed}


def every_position_once(store: Path) -> bool:
    """Whether items and dead letters together cover each record of the feed, once."""
    reader = Reader.open(f"sqlite:///{store}")
    status = reader.status()
    reader.close()
    return status.records + status.dead == ITEMS + 8


@pytest.mark.integration
def test_kills_over_a_file_change_nothing(tmp_path: Path) -> None:
    feed = tmp_path / "feed.jsonl"
    write_feed(feed)
    source = f'[source]\nkind = "files"\nfiles = ["{feed}"]\n'
    undisturbed = run(config(tmp_path, "whole", source))
    killed = config(tmp_path, "killed", source)
    assert run_with_kills(killed, seed=1) >= 3
    assert same(run(killed), undisturbed)
    assert undisturbed["alerts"] and undisturbed["late"] == 0 and undisturbed["dead"] == 8
    assert every_position_once(tmp_path / "killed.db")


@pytest.mark.integration
def test_kafka_with_kills_gives_the_digest_of_the_file(tmp_path: Path, kafka_bootstrap: str) -> None:
    feed = tmp_path / "feed.jsonl"
    write_feed(feed)
    from_file = run(config(tmp_path, "file", f'[source]\nkind = "files"\nfiles = ["{feed}"]\n'))
    topic = f"kill-{time.time_ns()}"
    settings = KafkaSettings(kafka_bootstrap)
    create_topic(settings, topic, 3)
    sink = KafkaSink(settings, topic)
    for number, line in enumerate(feed.read_bytes().splitlines()):
        sink.send_bytes(line, partition=number % 3)
    sink.flush()
    sink.close()
    source = f"""[source]
bootstrap = "{kafka_bootstrap}"
topics = ["{topic}"]
group = "{topic}"
max_drift = "12h"
"""
    killed = config(tmp_path, "kafka", source)
    assert run_with_kills(killed, seed=2) >= 3
    from_kafka = run(killed)
    assert (from_kafka["late"], from_kafka["dead"]) == (0, 8)
    assert same(from_kafka, from_file)
    assert every_position_once(tmp_path / "kafka.db")
