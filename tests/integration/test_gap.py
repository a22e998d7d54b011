"""News that the broker no longer has stops the runner with the range named; --accept-gap goes on, and says so."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from streams.kafka_admin import create_topic
from streams.kafka_settings import KafkaSettings
from streams.kafka_sink import KafkaSink
from tests.integration.kafka_tools import PATIENCE_S

pytestmark = [pytest.mark.integration, pytest.mark.timeout(240)]
START_MS = 1_700_000_000_000
SETTINGS = """
[source]
bootstrap = "BOOTSTRAP"
topics = ["TOPIC"]
[model]
scorer = "stub"
[store]
url = "sqlite:///gap.db"
"""


@pytest.fixture
def admin(kafka_bootstrap: str) -> Iterator[Any]:
    from kafka import KafkaAdminClient

    with closing(KafkaAdminClient(bootstrap_servers=kafka_bootstrap)) as client:
        yield client


def send(settings: KafkaSettings, first: int, count: int) -> None:
    """A minute between two items."""
    with closing(KafkaSink(settings, settings.topics[0])) as sink:
        for n in range(first, first + count):
            record = {"id": f"n{n}", "ts": START_MS + n * 60_000, "title": f"Report {n:x} {n * 7919:x} {n * 104729:x}"}
            sink.send_bytes(json.dumps(record).encode(), partition=0)
        sink.flush()


def make_anew(admin: Any, settings: KafkaSettings) -> None:
    admin.delete_topics(list(settings.topics))
    deadline = time.monotonic() + PATIENCE_S
    while settings.topics[0] in {found["name"] for found in admin.describe_topics()}:
        assert time.monotonic() < deadline
        time.sleep(0.1)
    create_topic(settings, settings.topics[0])


def groundswell(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "monitor", *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=False, cwd=folder)


def test_what_is_gone_stops_the_runner_until_it_is_accepted(tmp_path: Path, kafka_bootstrap: str, admin: Any) -> None:
    from kafka import TopicPartition

    topic = f"gap-{time.time_ns()}"
    settings = KafkaSettings(kafka_bootstrap, (topic,))
    create_topic(settings, topic)
    (tmp_path / "gap.toml").write_text(SETTINGS.replace("BOOTSTRAP", kafka_bootstrap).replace("TOPIC", topic))
    run = ("run", "--config", "gap.toml", "--until-end", "--json")

    def refused() -> str:
        done = groundswell(tmp_path, *run)
        assert done.returncode == 1 and "Traceback" not in done.stderr and "--accept-gap" in done.stderr
        return done.stderr

    def counts(*flags: str) -> tuple[int, int, int]:
        done = groundswell(tmp_path, *run, *flags)
        assert done.returncode == 0, done.stderr
        summary = json.loads(done.stdout)
        return summary["items"], summary["late"], summary["gaps"]

    send(settings, 0, 50)
    assert counts() == (50, 0, 0)

    send(settings, 5_000, 50)
    admin.delete_records({TopicPartition(topic, 0): 80})
    assert f"{topic}/0: offsets 50 to 79 (30 offsets) are gone" in refused()
    assert counts("--accept-gap") == (70, 0, 1)

    make_anew(admin, settings)
    send(settings, 10_000, 150)  # as long as the old one and longer: only its id tells that it is another
    assert f"{topic}/0: position 100 is of another log" in refused()
    assert counts("--accept-gap") == (220, 0, 2)
    send(settings, 15_000, 5)
    assert counts() == (225, 0, 2)

    listed = groundswell(tmp_path, "gaps", "--store", "sqlite:///gap.db", "--json").stdout.splitlines()
    assert [(gap["position"], gap["anew"], gap["missing"]) for gap in map(json.loads, listed)] == [
        (50, False, 30),
        (100, True, None),
    ]
