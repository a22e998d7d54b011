"""What the benches of the pipeline share: a real broker, real headlines on a topic, and a run of the real runner."""

from __future__ import annotations

import gzip
import json
import os
import platform
import time
import uuid
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing, contextmanager
from itertools import count, cycle, islice
from pathlib import Path
from threading import Event

from monitor.config import Config, parse_config
from monitor.parts import open_source
from monitor.pipeline import Progress
from monitor.scoring import Scorer
from monitor.session import drive
from monitor.store import Store
from streams.broker import local_broker
from streams.kafka_admin import create_topic
from streams.kafka_settings import KafkaSettings
from streams.kafka_sink import KafkaSink

ARCHIVE = Path(__file__).resolve().parents[3] / "shared/data/replay/reuters_lehman_2008.jsonl.gz"
PARTITIONS = 6
START_MS = 1_700_000_000_000
SECTION = """
[[watch]]
name = "banks"
any = ["bank", "banks", "lender", "lenders"]
[[rule]]
name = "bad"
watch = "topic:*"
below = -0.3
window = "1h"
"""


def machine() -> str:
    """The processor and how many of it there are."""
    names = [line.split(":", 1)[1].strip() for line in _cpu_lines() if line.startswith("model name")]
    return f"{platform.machine()}, {names[0] if names else 'unknown'}, {os.cpu_count()} cores"


def _cpu_lines() -> list[str]:
    path = Path("/proc/cpuinfo")
    return path.read_text(encoding="utf-8").splitlines() if path.exists() else []


def headlines() -> Iterator[str]:
    """Real headlines, one after the other, for ever; made ones where the archive is not there."""
    if not ARCHIVE.exists():
        return (f"Northgate Bank lifts its outlook for quarter {n} after a strong start" for n in count())
    with gzip.open(ARCHIVE, "rt", encoding="utf-8") as file:
        return cycle([json.loads(line)["title"] for line in file])


def payloads(items: int, every_ms: float, start_ms: int = START_MS, first: int = 0) -> list[bytes]:
    """Records as a wire would send them, one every `every_ms` of event time."""
    return [
        payload(title, n, start_ms + int(n * every_ms)) for n, title in enumerate(islice(headlines(), items), first)
    ]


def payload(title: str, number: int, time_ms: int) -> bytes:
    """One record, with a link as wires have it."""
    record = {"id": f"n{number:07}", "ts": time_ms, "title": title, "source": "wire", "url": f"https://wire/{number}"}
    return json.dumps(record).encode()


@contextmanager
def broker() -> Generator[str]:
    """`host:port` of the Kafka that $KAFKA_BOOTSTRAP names, or of a local one for as long as this lasts."""
    given = os.environ.get("KAFKA_BOOTSTRAP")
    if given:
        yield given
        return
    with local_broker() as local:
        yield local.bootstrap


def fill_topic(bootstrap: str, records: Sequence[bytes]) -> str:
    """A new topic with the records in turn over its partitions; its name."""
    topic = f"bench-{uuid.uuid4().hex[:12]}"
    create_topic(KafkaSettings(bootstrap), topic, PARTITIONS)
    with closing(KafkaSink(KafkaSettings(bootstrap), topic)) as sink:
        for number, record in enumerate(records):
            sink.send_bytes(record, partition=number % PARTITIONS)
        sink.flush(120_000)
    return topic


def settings(bootstrap: str, topic: str, folder: Path, scorer: str, compute: str = "float32") -> Config:
    """Windows of an hour and a day, a watch list and a rule over all topics; all else as it comes."""
    source = {"bootstrap": bootstrap, "topics": [topic], "group": topic}
    model = {"scorer": scorer, "compute": compute}
    return parse_config(
        {**_toml(SECTION), "source": source, "model": model, "store": {"url": _url(folder)}},
        "bench",
    )


def _toml(text: str) -> dict[str, object]:
    import tomllib

    return tomllib.loads(text)


def _url(folder: Path) -> str:
    return f"sqlite:///{folder / uuid.uuid4().hex[:8]}.db"


def run_to_end(config: Config, scorer: Scorer, report: Callable[[Progress], None] = lambda progress: None) -> float:
    """Seconds of a run from the first poll until everything that is on the topic now is in the store."""
    with closing(Store.open(config.store.url)) as store:
        source = open_source(config, until_end=True)
        started = time.perf_counter()
        drive(config, source, scorer, store, Event(), report, deliver=True)
        return time.perf_counter() - started
