"""What the doctor finds out about a real broker: its topics, what it lets us read, and its clock."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from monitor.doctor import Finding, examine
from tests.integration.kafka_tools import MakeTopic, news, write

pytestmark = pytest.mark.integration


def look(folder: Path, bootstrap: str, topic: str, ahead_ms: int = 0) -> dict[str, Finding]:
    """What is found with these settings by a machine whose clock runs ahead of the true time."""
    file = folder / "groundswell.toml"
    file.write_text(
        f'[source]\nbootstrap = "{bootstrap}"\ntopics = ["{topic}"]\n[model]\nscorer = "stub"\n'
        f'[store]\nurl = "sqlite:///{folder}/news.db"\n'
    )
    return {each.check: each for each in examine(file, lambda: time.time_ns() // 1_000_000 + ahead_ms)}


def test_a_topic_that_is_there_and_clocks_that_agree(tmp_path: Path, make_topic: MakeTopic) -> None:
    settings = make_topic(partitions=2)
    write(settings, news(3))
    findings = look(tmp_path, settings.bootstrap, settings.topics[0])
    assert all(each.state == "ok" for each in findings.values()), findings
    assert findings["topics"].found == f"{settings.topics[0]} hold 3 records"


@pytest.mark.parametrize(("ahead_ms", "way"), [(60_000, "behind"), (-60_000, "ahead of")])
def test_a_clock_that_is_off_is_measured(tmp_path: Path, make_topic: MakeTopic, ahead_ms: int, way: str) -> None:
    settings = make_topic()
    clock = look(tmp_path, settings.bootstrap, settings.topics[0], ahead_ms)["clock"]
    assert clock.state == "wrong" and f" ms {way} ours" in clock.found and "NTP" in clock.todo
    assert abs(int(clock.found.split(" is ")[1].split()[0]) - 60_000) < 2_000


def test_a_topic_that_is_not_there(tmp_path: Path, make_topic: MakeTopic) -> None:
    settings = make_topic()
    topics = look(tmp_path, settings.bootstrap, "nowhere")["topics"]
    assert topics.state == "wrong" and "no topic nowhere" in topics.found and settings.topics[0] in topics.todo
