"""`groundswell feed` into a real topic and `run` out of it: files, feeds by URL, and JSON under other names."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import uuid
from pathlib import Path
from typing import Any

import pytest

from monitor.queries import Reader
from streams.kafka_admin import create_topic
from streams.kafka_settings import KafkaSettings
from tests.integration.kafka_tools import write_raw
from tests.streams.feed_server import RSS, fixed, serving_feeds

pytestmark = pytest.mark.integration


def groundswell(folder: Path, *arguments: str) -> str:
    command = [sys.executable, "-m", "monitor", *arguments]
    environ = os.environ | {"PYTHONPATH": str(Path(__file__).resolve().parents[2])}
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False, cwd=folder, env=environ)
    assert done.returncode == 0, done.stderr
    return done.stdout


def run(folder: Path, bootstrap: str, topic: str, more: str = "") -> list[dict[str, Any]]:
    """What `run` makes of a topic: its items."""
    (folder / "groundswell.toml").write_text(
        f'[source]\nbootstrap = "{bootstrap}"\ntopics = ["{topic}"]\nname = "wire"\n{more}\n'
        f'[model]\nscorer = "stub"\n[store]\nurl = "sqlite:///{topic}.db"\n'
    )
    groundswell(folder, "run", "--config", "groundswell.toml", "--until-end")
    reader = Reader.open(f"sqlite:///{folder}/{topic}.db")
    try:
        return reader.items(limit=100).to_dict("records")
    finally:
        reader.close()


@pytest.fixture
def topic() -> str:
    return f"feed-{uuid.uuid4().hex[:8]}"


def test_a_file_reaches_the_store_through_a_topic(tmp_path: Path, kafka_bootstrap: str, topic: str) -> None:
    lines = [json.dumps({"ts": 1_700_000_000_000 + n, "title": f"Report {n}"}) for n in range(20)]
    (tmp_path / "news.jsonl").write_text("\n".join([*lines, "no news"]))
    groundswell(tmp_path, "feed", "news.jsonl", "--bootstrap", kafka_bootstrap, "--topic", topic, "--partitions", "2")
    items = run(tmp_path, kafka_bootstrap, topic)
    assert {item["headline"] for item in items} == {f"Report {n}" for n in range(20)} and len(items) == 20


def test_a_feed_reaches_the_store_with_the_time_of_first_sight(
    tmp_path: Path, kafka_bootstrap: str, topic: str
) -> None:
    with serving_feeds(rss=fixed(RSS)) as server:
        ask = (
            "feed",
            "--rss",
            f"wire={server.url('/rss')}",
            "--once",
            "--bootstrap",
            kafka_bootstrap,
            "--topic",
            topic,
        )
        groundswell(tmp_path, *ask)
        groundswell(tmp_path, *ask)
    items = run(tmp_path, kafka_bootstrap, topic, 'time = "first_seen"')
    assert {item["news_id"] for item in items} == {"id-1", "id-2"} and len(items) == 2
    assert all(item["event_time_ms"] > 1_700_000_000_000 for item in items)


def test_a_topic_whose_json_has_other_names_is_mapped_by_the_settings(
    tmp_path: Path, kafka_bootstrap: str, topic: str
) -> None:
    settings = KafkaSettings(kafka_bootstrap, (topic,))
    create_topic(settings, topic)
    payloads = [
        {
            "meta": {"ref": n, "wire": "Metro"},
            "head": {"line": f"Report {n}"},
            "when": 1_700_000_000 + n,
            "isin": ["ABC"],
        }
        for n in range(5)
    ]
    write_raw(settings, [json.dumps(each).encode() for each in payloads])
    fields = {"headline": "head.line", "time": "when", "source": "meta.wire", "id": "meta.ref", "tickers": "isin"}
    table = "\n".join(f'{name} = "{theirs}"' for name, theirs in fields.items())
    items = run(tmp_path, kafka_bootstrap, topic, f"[source.fields]\n{table}")
    assert sorted(item["news_id"] for item in items) == ["0", "1", "2", "3", "4"]
    assert {(item["source"], item["headline"]) for item in items} == {("Metro", f"Report {n}") for n in range(5)}
    assert sorted(item["event_time_ms"] for item in items) == [1_700_000_000_000 + n * 1_000 for n in range(5)]
