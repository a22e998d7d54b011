"""What every Source keeps, whatever is behind it; a new one is a line in MAKERS."""

from __future__ import annotations

import json
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest

from streams.codec import FeedFormat
from streams.files import FileSource
from streams.kafka_source import KafkaSource
from streams.simulate import DEFAULT_START_MS, SimulatedSource
from streams.source import Batch, Source
from tests.streams.paper_log import PaperLog

NOW_MS = 1_800_000_000_000
PAYLOADS = [
    b"not JSON" if i % 7 == 3 else json.dumps({"title": f"Oil slips {i}", "ts": 1_221_436_800_000 + i}).encode()
    for i in range(60)
]


class Clock:
    """Jumps ahead at each reading, and once back."""

    def __init__(self) -> None:
        self.readings = 0

    def __call__(self) -> int:
        self.readings += 1
        return NOW_MS + 400 * self.readings - (30_000 if self.readings == 40 else 0)


def kafka(folder: Path) -> Source:
    del folder
    log = PaperLog(news_0=[*PAYLOADS[:40], None], news_1=PAYLOADS[40:], news_2=[])
    return KafkaSource(log, ("news",), FeedFormat(), Clock(), until_end=True)


def files(folder: Path) -> Source:
    (folder / "a.jsonl").write_bytes(b"\n".join(PAYLOADS[:40]))
    (folder / "b.jsonl").write_bytes(b"\n".join(PAYLOADS[40:]))
    return FileSource([folder / "a.jsonl", folder / "b.jsonl"], FeedFormat(), Clock())


def paced(folder: Path) -> Source:
    (folder / "a.jsonl").write_bytes(b"\n".join(PAYLOADS))
    return FileSource([folder / "a.jsonl"], FeedFormat(), Clock(), pace=0.001, sleep=lambda _: None)


def simulated(folder: Path) -> Source:
    del folder
    return SimulatedSource(Clock(), end_ms=DEFAULT_START_MS + 15 * 60_000, sleep=lambda _: None)


MAKERS: list[Callable[[Path], Source]] = [kafka, files, paced, simulated]
pytestmark = pytest.mark.parametrize("make", MAKERS, ids=lambda make: make.__name__)


def read(source: Source, max_items: int = 4, batches: int = 10_000) -> list[Batch]:
    found = [source.poll(max_items, 10)]
    while not found[-1].ended and len(found) < batches:
        found.append(source.poll(max_items, 10))
    assert batches < 10_000 or found[-1].ended
    return found


def records(batches: list[Batch]) -> list[tuple[str, int]]:
    return sorted(
        [(arrival.partition, arrival.offset) for batch in batches for arrival in batch.arrivals]
        + [(letter.partition, letter.offset) for batch in batches for letter in batch.dead]
    )


def test_each_record_comes_once_in_bounded_batches(make: Callable[[Path], Source], tmp_path: Path) -> None:
    batches = read(make(tmp_path))
    found = records(batches)
    assert len(found) == len(set(found)) >= 60
    assert max(len(batch.arrivals) + len(batch.dead) for batch in batches) <= 4
    assert any(batch.dead for batch in batches) or make is simulated
    for partition in batches[-1].positions:
        offsets = [item.offset for batch in batches for item in batch.arrivals if item.partition == partition]
        assert offsets == sorted(offsets)


def test_positions_name_every_partition_and_never_go_back(make: Callable[[Path], Source], tmp_path: Path) -> None:
    batches = read(make(tmp_path))
    assert len({frozenset(batch.positions) for batch in batches}) == 1
    for before, after in pairwise(batches):
        assert all(after.positions[name] >= position for name, position in before.positions.items())
    for batch in batches:
        assert batch.at_end <= batch.positions.keys()
        assert not batch.at_end & batch.silent
        assert all(arrival.offset < batch.positions[arrival.partition] for arrival in batch.arrivals)


def test_the_tick_never_goes_back(make: Callable[[Path], Source], tmp_path: Path) -> None:
    ticks = [batch.tick_ms for batch in read(make(tmp_path))]
    assert ticks == sorted(ticks)


def test_a_restart_anywhere_goes_on_exactly(make: Callable[[Path], Source], tmp_path: Path) -> None:
    whole = records(read(make(tmp_path)))
    for stop in (1, 3, 7, 14):
        first = read(make(tmp_path), batches=stop)
        again = make(tmp_path)
        again.seek(first[-1].positions)
        assert sorted(records(first) + records(read(again))) == whole


def test_what_has_ended_stays_ended_and_brings_nothing(make: Callable[[Path], Source], tmp_path: Path) -> None:
    source = make(tmp_path)
    last = read(source)[-1]
    again = source.poll(10, 0)
    assert (again.arrivals, again.dead, again.ended, again.positions) == ((), (), True, last.positions)


def test_paused_partitions_bring_nothing(make: Callable[[Path], Source], tmp_path: Path) -> None:
    source = make(tmp_path)
    source.seek({})
    first = source.poll(4, 10)
    source.pause(frozenset(first.positions))
    held = [source.poll(4, 10) for _ in range(3)]
    assert not any(batch.arrivals or batch.dead or batch.ended for batch in held)
    source.pause(frozenset())
    assert records([first, *read(source)]) == records(read(make(tmp_path)))


def test_committing_and_closing_twice_is_harmless(make: Callable[[Path], Source], tmp_path: Path) -> None:
    source = make(tmp_path)
    source.commit(source.poll(4, 10).positions)
    source.close()
    source.close()
