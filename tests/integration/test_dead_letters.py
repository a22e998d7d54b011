"""Dead letters on a real broker: published beside the topic, shown, put back, and then news after all."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from streams.kafka_sink import KafkaSink
from tests.integration.kafka_tools import PATIENCE_S, MakeTopic, write_raw

pytestmark = [pytest.mark.integration, pytest.mark.timeout(180)]

TIME = 1_221_436_800
FOREIGN = [json.dumps({"head": f"Grain  ship {n}", "when": TIME + n}).encode() for n in range(3)]
FUTURE = b'{"ts": 4102444800,   "title":"From  the future",  "extra":[1, 2]}'
HUGE = json.dumps({"title": "Oil", "ts": TIME, "body": "x" * 150_000}).encode()
OWN_HEADERS = [("trace", b"\x00\xff"), ("trace", b"two"), ("empty", b"")]
GOOD = json.dumps({"title": "Oil slips", "ts": TIME}).encode()


def groundswell(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "monitor", *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=False, cwd=cwd)


def summary(done: subprocess.CompletedProcess[str]) -> dict[str, Any]:
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def records(bootstrap: str, topic: str, count: int) -> list[Any]:
    """The first records of a topic, as kafka-python gives them."""
    from kafka import KafkaConsumer

    reader = KafkaConsumer(
        topic, bootstrap_servers=bootstrap, auto_offset_reset="earliest", consumer_timeout_ms=PATIENCE_S * 1_000
    )
    found: list[Any] = []
    with closing(reader):
        while len(found) < count:
            found.append(next(reader))
        found += [one for some in reader.poll(timeout_ms=1_000).values() for one in some]
    return found


def write_settings(path: Path, bootstrap: str, topic: str, more: str = "") -> None:
    path.write_text(
        f'[source]\nbootstrap = "{bootstrap}"\ntopics = ["{topic}"]\ngroup = ""\nmax_record_bytes = 100000\n{more}'
        '[model]\nscorer = "stub"\n[store]\nurl = "sqlite:///news.db"\n'
    )


def test_from_dead_letter_to_news(make_topic: MakeTopic, tmp_path: Path) -> None:
    kafka = make_topic(partitions=2)
    topic = kafka.topics[0]
    write_raw(kafka, [GOOD], partition=0)
    with closing(KafkaSink(kafka, topic)) as sink:
        for n, payload in enumerate(FOREIGN):
            sink.send_bytes(payload, b"wire-%d" % n, 0, OWN_HEADERS if n else ())
        sink.send_bytes(FUTURE, b"ahead", 1, OWN_HEADERS)
        sink.send_bytes(HUGE, partition=1)
        sink.flush()
    write_settings(tmp_path / "groundswell.toml", kafka.bootstrap, topic)
    run = ("run", "--config", "groundswell.toml", "--until-end", "--json")
    first = summary(groundswell(*run, cwd=tmp_path))
    assert (first["items"], first["dead"]) == (1, 5)

    published = records(kafka.bootstrap, f"{topic}.dead", 5)
    assert len(published) == 5
    by_place: dict[tuple[bytes, bytes], Any] = {}
    for one in published:
        said = dict(one.headers)
        by_place[said["groundswell.partition"], said["groundswell.offset"]] = one
    foreign = by_place[f"{topic}/0".encode(), b"1"]
    future, huge = (by_place[f"{topic}/1".encode(), offset] for offset in (b"0", b"1"))
    assert (foreign.value, dict(foreign.headers)["groundswell.reason"]) == (FOREIGN[0], b"no_headline")
    keyed = by_place[f"{topic}/0".encode(), b"2"]
    assert keyed.headers[:3] == OWN_HEADERS and keyed.headers[-1] == ("groundswell.key", b"wire-1")
    assert (future.value, dict(future.headers)["groundswell.reason"]) == (FUTURE, b"future_event_time")
    said = dict(huge.headers)
    assert (huge.value, said["groundswell.length"]) == (HUGE[:65_536], str(len(HUGE)).encode())
    assert said["groundswell.sha256"].decode() == hashlib.sha256(HUGE).hexdigest()
    assert all(one.key == dict(one.headers)["groundswell.id"] for one in published)
    assert len({one.key for one in published}) == 5

    own_names = '[source.fields]\nheadline = "head"\ntime = "when"\n'
    write_settings(tmp_path / "groundswell.toml", kafka.bootstrap, topic, own_names)
    back = ("deadletters", "redrive", "--config", "groundswell.toml", "--json", "--all")
    done = groundswell(*back, cwd=tmp_path)
    told = json.loads(done.stdout)
    assert done.returncode == 1 and (told["redriven"], told["already"]) == (4, 0)
    assert [one["place"] for one in told["refused"]] == [f"{topic}/1:1"]
    assert f"{len(HUGE)} bytes came and 65536 were kept" in done.stderr
    assert json.loads(groundswell(*back, cwd=tmp_path).stdout)["already"] == 4

    on_topic = [one for one in records(kafka.bootstrap, topic, 10) if "groundswell.redriven" in dict(one.headers)]
    assert sorted((one.partition, one.value, one.key) for one in on_topic) == sorted(
        [*((0, payload, b"wire-%d" % n) for n, payload in enumerate(FOREIGN)), (1, FUTURE, b"ahead")]
    )
    own = {one.value: one.headers[:-1] for one in on_topic}
    assert own == {FOREIGN[0]: [], FOREIGN[1]: OWN_HEADERS, FOREIGN[2]: OWN_HEADERS, FUTURE: OWN_HEADERS}
    second = summary(groundswell(*run, cwd=tmp_path))
    assert (second["items"], second["dead"]) == (4, 6)
