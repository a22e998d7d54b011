"""The command `run` as a process: its metrics, its log, its end at SIGTERM under load, and what it holds back."""

from __future__ import annotations

import base64
import json
import os
import re
import signal
import sqlite3
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Generator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from streams.kafka_settings import KafkaSettings
from streams.kafka_sink import KafkaSink
from tests.integration.kafka_tools import MakeTopic

pytestmark = pytest.mark.integration

SLOW = Path(__file__).with_name("slow_run.py")
HOUR_MS = 3_600_000
END_S = 5.0
RULE = """
[[rule]]
name = "bad"
watch = "topic:*"
below = -0.02
window = "1h"
min_stories = 2
[windows]
hop = "5m"
sizes = ["1h"]
"""


@dataclass
class Run:
    """A runner in a process of its own, its log read as it comes."""

    process: subprocess.Popen[str]
    log: Path
    port: int = 0
    lines: list[dict[str, Any]] = field(default_factory=list)

    def events(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.log.read_text(encoding="utf-8").splitlines()]

    def wait_for(self, event: str, seconds: float = 60) -> dict[str, Any]:
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            found = [line for line in self.events() if line["event"] == event]
            if found:
                return found[0]
            assert self.process.poll() is None, self.log.read_text(encoding="utf-8")
            time.sleep(0.05)
        raise AssertionError(event, self.log.read_text(encoding="utf-8"))

    def get(self, path: str) -> tuple[int, str]:
        if not self.port:
            self.port = int(self.wait_for("metrics")["url"].rsplit(":", 1)[1].split("/")[0])
        try:
            with urllib.request.urlopen(f"http://localhost:{self.port}{path}", timeout=10) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.read().decode()

    def number(self, name: str) -> float:
        """The sum of a metric over its labels."""
        lines = self.get("/metrics")[1].splitlines()
        return sum(float(line.split()[-1]) for line in lines if line.startswith((f"{name} ", f"{name}{{")))

    def wait_until(self, name: str, least: float, seconds: float = 60) -> None:
        deadline = time.monotonic() + seconds
        while self.number(name) < least:
            assert time.monotonic() < deadline, (name, self.number(name), self.log.read_text(encoding="utf-8"))
            time.sleep(0.1)

    def terminate(self) -> float:
        """SIGTERM; how many seconds it took to end."""
        started = time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(30)
        return time.monotonic() - started


@contextmanager
def running(folder: Path, settings: KafkaSettings, *slow: str, batch: int = 200, stale: str = "60s") -> Generator[Run]:
    """`groundswell run`, or the same made slow by slow_run.py."""
    (folder / "groundswell.toml").write_text(
        f'[source]\nbootstrap = "{settings.bootstrap}"\ntopics = ["{settings.topics[0]}"]\nout_of_orderness = "30m"\n'
        f'[model]\nscorer = "stub"\nbatch = {batch}\n[metrics]\nstale_after = "{stale}"\n'
        f'[store]\nurl = "sqlite:///{folder}/news.db"\n{RULE}',
        encoding="utf-8",
    )
    command = [sys.executable, str(SLOW), *slow] if slow else [sys.executable, "-m", "monitor"]
    options = ["run", "--config", str(folder / "groundswell.toml"), "--metrics-port", "0", "--log-format", "json"]
    log = folder / f"log-{len(list(folder.glob('log-*')))}.jsonl"
    with log.open("w", encoding="utf-8") as stream:
        process = subprocess.Popen([*command, *options], stdout=subprocess.DEVNULL, stderr=stream, text=True)
    try:
        yield Run(process, log)
    finally:
        process.kill()
        process.wait()


def body(size: int) -> str:
    """Text that no compression makes small."""
    return base64.b64encode(os.urandom(size * 3 // 4)).decode()


def fill(settings: KafkaSettings, count: int, body_bytes: int = 0, first: int = 0) -> None:
    start_ms = time.time_ns() // 1_000_000 - 2 * HOUR_MS
    with closing(KafkaSink(settings, settings.topics[0])) as sink:
        for n in range(first, first + count):
            record = {"id": str(n), "ts": start_ms + n, "title": f"Report number {n}", "body": body(body_bytes)}
            sink.send_bytes(json.dumps(record).encode())
            if n % 250 == 0:
                sink.flush()
        sink.send_bytes(b"no news at all")
        sink.flush()


def stored(folder: Path) -> tuple[int, int]:
    """(items, different places in the log) in the store: equal, or something was stored twice."""
    with closing(sqlite3.connect(folder / "news.db")) as store:
        return store.execute("SELECT count(*), count(DISTINCT partition || offset) FROM items").fetchone()


def test_metrics_health_and_log_of_a_run_that_ends_at_sigterm_under_load(tmp_path: Path, make_topic: MakeTopic) -> None:
    settings = make_topic(partitions=2)
    fill(settings, 8_000)
    with running(tmp_path, settings, batch=50) as run:
        run.wait_until("groundswell_items_total", 1_000)
        assert run.get("/healthz")[0] == 200
        assert run.number("groundswell_consumer_lag_records") > 1_000, "not under load any more"
        assert run.number("groundswell_model_seconds_count") > 1 and run.number("groundswell_batch_seconds_count") > 1
        assert run.terminate() < END_S
        assert run.process.returncode == 0
        told = [event["event"] for event in run.events() if event["logger"] == "groundswell"]
        assert told[:4] == ["metrics", "start", "lease taken", "positions"] and told[-2:] == ["stopping", "stopped"]
        assert set(told[4:-2]) <= {"alert", "dead letters", "status"}
        assert run.wait_for("positions")["stored"] == 0
        with closing(sqlite3.connect(tmp_path / "news.db")) as store:
            held = dict(store.execute("SELECT partition, next_offset FROM positions").fetchall())
        assert run.wait_for("stopped")["positions"] == held and sum(held.values()) >= 1_000
        assert run.wait_for("stopping")["signal"] == "SIGTERM"
    with running(tmp_path, settings) as run:
        deadline = time.monotonic() + 120
        while stored(tmp_path)[0] < 8_000:
            assert time.monotonic() < deadline, (stored(tmp_path), run.events())
            time.sleep(0.2)
        run.wait_for("dead letters")
    assert stored(tmp_path) == (8_000, 8_000)


@pytest.mark.parametrize("slow", ["model", "store"])
def test_what_does_not_let_go_is_given_up_in_time(tmp_path: Path, make_topic: MakeTopic, slow: str) -> None:
    settings = make_topic()
    fill(settings, 500)
    with running(tmp_path, settings, slow, "20", batch=100, stale="1s") as run:
        run.wait_for("slow")
        deadline = time.monotonic() + 15
        while run.get("/healthz")[0] == 200:
            assert time.monotonic() < deadline, "well, though no batch was finished for longer than stale_after"
            time.sleep(0.2)
        assert run.terminate() < END_S
        assert run.process.returncode == 0
        given_up = run.wait_for("the batch in hand was given up")
        assert (given_up["records"], given_up["positions"]) == (100, {})
    with running(tmp_path, settings, batch=100):
        deadline = time.monotonic() + 60
        while not (tmp_path / "news.db").exists() or stored(tmp_path)[0] < 500:
            assert time.monotonic() < deadline, "the next run does not go on"
            time.sleep(0.2)
    assert stored(tmp_path) == (500, 500)


def test_a_run_on_a_locked_store_ends_in_time_and_says_what_is_in_it(tmp_path: Path, make_topic: MakeTopic) -> None:
    settings = make_topic()
    fill(settings, 100)
    with running(tmp_path, settings) as run:
        run.wait_until("groundswell_items_total", 100)
        with closing(sqlite3.connect(tmp_path / "news.db", isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            fill(settings, 100, first=100)
            time.sleep(1)
            assert run.terminate() < END_S
        assert run.process.returncode == 1
        last = run.events()[-1]
        assert (last["event"], last["level"]) == ("failed", "error")
        assert f"In it: all before the positions {{'{settings.topics[0]}/0': 101}}. " in last["why"]
        assert re.search(r"Not in it: [1-9]\d* records read after that; they are read again", last["why"])
    with running(tmp_path, settings) as run:
        run.wait_until("groundswell_items_total", 100)
        assert run.terminate() < END_S
    assert stored(tmp_path) == (200, 200)


@pytest.mark.parametrize("slow", ["model", "store"])
def test_a_slow_part_holds_the_consumer_back_and_memory_does_not_grow(
    tmp_path: Path, make_topic: MakeTopic, slow: str
) -> None:
    settings = make_topic(partitions=4, config={"max.message.bytes": "2000000"})
    fill(settings, 3_000, body_bytes=20_000)  # 60 MB in the log
    with running(tmp_path, settings, slow, "0.4", batch=50) as run:
        run.wait_until("groundswell_items_total", 200)
        before = run.number("process_resident_memory_bytes")
        for second in range(1, 5):
            fill(settings, 250, body_bytes=20_000, first=3_000 + 250 * second)  # 5 MB a second more
            time.sleep(1)
        assert run.number("process_resident_memory_bytes") - before < 48e6
        assert run.number("groundswell_consumer_lag_records") > 2_000
        assert run.get("/healthz")[0] == 200
        assert run.terminate() < END_S and run.process.returncode == 0
