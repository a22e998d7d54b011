"""Real headlines through the real model: the file replayed, and the same file through a real Kafka, give one digest."""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
import time
from itertools import islice
from pathlib import Path
from typing import Any

import pytest

SAMPLE = 1_200
SETTINGS = """
[source]
bootstrap = "BOOTSTRAP"
topics = ["TOPIC"]
max_drift = "12h"
[windows]
hop = "5m"
sizes = ["1h"]
[[watch]]
name = "banks"
any = ["bank", "banks"]
[[rule]]
name = "bad"
watch = "*"
below = -0.2
window = "1h"
min_stories = 3
[store]
url = "sqlite:///live.db"
"""


def groundswell(folder: Path, *arguments: str) -> str:
    command = [sys.executable, "-m", "monitor", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, timeout=280, check=False, cwd=folder)
    assert done.returncode == 0, done.stderr
    return done.stdout


def without_speed(summary: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in summary.items() if name not in ("seconds", "items_per_second")}


@pytest.mark.integration
def test_file_kafka_and_journal_agree(tmp_path: Path, kafka_bootstrap: str, shared: Path) -> None:
    with gzip.open(shared / "data" / "replay" / "reuters_us_downgrade_2011.jsonl.gz", "rb") as stream:
        (tmp_path / "sample.jsonl").write_bytes(b"".join(islice(stream, SAMPLE)))
    topic = f"sample-{time.time_ns()}"
    settings = SETTINGS.replace("BOOTSTRAP", kafka_bootstrap).replace("TOPIC", topic)
    (tmp_path / "live.toml").write_text(settings)
    replayed = json.loads(groundswell(tmp_path, "replay", "sample.jsonl", "--config", "live.toml", "--json"))
    groundswell(
        tmp_path, *("feed", "sample.jsonl", "--bootstrap", kafka_bootstrap, "--topic", topic, "--partitions", "3")
    )
    live = json.loads(groundswell(tmp_path, "run", "--config", "live.toml", "--until-end", "--json"))
    assert live["items"] > SAMPLE * 0.99 and live["late"] == 0 and live["alerts"]
    assert {**without_speed(live), "dead": 0} == {**without_speed(replayed), "dead": 0}
    again = groundswell(tmp_path, "replay", "--from-journal", "--store", "sqlite:///live.db", "--digest")
    assert again.strip() == live["digest"]
