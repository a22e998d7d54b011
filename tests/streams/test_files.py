from __future__ import annotations

import csv
import gzip
import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.codec import FeedFormat
from streams.files import FileSource
from streams.source import AccessDenied, Batch, MalformedFeed, PositionGone, UnknownTopic

START_MS = 1_221_436_800_000
NOW_MS = 1_700_000_000_000
ROWS: list[dict[str, Any]] = [
    {"ts": "2008-09-15T00:02:00Z", "title": "Third", "url": "http://l.example/3", "tickers": "NGB,ABC"},
    {"ts": "2008-09-15T00:00:00Z", "title": "First", "url": "http://l.example/1", "tickers": ""},
    {"ts": "2008-09-15T00:01:00Z", "title": "Second, with a comma", "url": "http://l.example/2", "tickers": "NGB"},
]


def as_jsonl(path: Path, rows: list[dict[str, Any]] = ROWS) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def as_csv(path: Path) -> Path:
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, list(ROWS[0]))
        writer.writeheader()
        writer.writerows(ROWS)
    return path


def as_parquet(path: Path) -> Path:
    import pyarrow as pa
    from pyarrow import parquet

    rows = [{**row, "ts": datetime.fromisoformat(row["ts"]), "tickers": row["tickers"].split(",")} for row in ROWS]
    rows[1]["tickers"] = None
    parquet.write_table(pa.Table.from_pylist(rows), path)
    return path


def zipped(path: Path) -> Path:
    target = path.with_name(path.name + ".gz")
    target.write_bytes(gzip.compress(path.read_bytes()))
    return target


def open_files(*files: Path, **options: Any) -> FileSource:
    return FileSource(files, FeedFormat(name="archive"), lambda: NOW_MS, **options)


def read_all(source: FileSource, max_items: int = 2) -> list[Batch]:
    batches = [source.poll(max_items, 0)]
    while not batches[-1].ended:
        batches.append(source.poll(max_items, 0))
        assert len(batches) < 10_000
    return batches


def headlines(batches: list[Batch]) -> list[str]:
    return [arrival.item.headline for batch in batches for arrival in batch.arrivals]


MAKERS: list[Callable[[Path], Path]] = [
    lambda folder: as_jsonl(folder / "news.jsonl"),
    lambda folder: as_csv(folder / "news.csv"),
    lambda folder: as_parquet(folder / "news.parquet"),
    lambda folder: zipped(as_jsonl(folder / "news.jsonl")),
    lambda folder: zipped(as_csv(folder / "news.csv")),
]


@pytest.mark.parametrize("make", MAKERS, ids=["jsonl", "csv", "parquet", "jsonl.gz", "csv.gz"])
def test_every_kind_gives_the_same_items_in_the_order_of_event_time(
    make: Callable[[Path], Path], tmp_path: Path
) -> None:
    source = open_files(make(tmp_path))
    assert source.total == 3
    items = [arrival.item for batch in read_all(source) for arrival in batch.arrivals]
    assert [(item.headline, item.event_time_ms, item.url, item.tickers) for item in items] == [
        ("First", START_MS, "http://l.example/1", ()),
        ("Second, with a comma", START_MS + 60_000, "http://l.example/2", ("NGB",)),
        ("Third", START_MS + 120_000, "http://l.example/3", ("ABC", "NGB")),
    ]
    assert {item.source for item in items} == {"archive"}
    assert {item.ingest_time_ms for item in items} == {NOW_MS}


def test_ties_keep_the_order_of_files_and_lines(tmp_path: Path) -> None:
    files = [
        as_jsonl(tmp_path / f"{name}.jsonl", [{"ts": START_MS, "title": f"{name}{i}"} for i in range(3)])
        for name in "ba"
    ]
    assert headlines(read_all(open_files(*files))) == ["b0", "b1", "b2", "a0", "a1", "a2"]


def test_positions_index_the_order_and_a_restart_goes_on(tmp_path: Path) -> None:
    path = as_jsonl(tmp_path / "news.jsonl")
    source = open_files(path)
    first = source.poll(2, 0)
    assert first.positions == {source.partition: 2}
    assert [arrival.offset for arrival in first.arrivals] == [0, 1]
    again = open_files(path)
    again.seek(first.positions)
    rest = read_all(again)
    assert headlines(rest) == ["Third"]
    assert rest[-1].positions == {source.partition: 3}
    assert rest[-1].ended
    again.seek(rest[-1].positions)
    assert again.poll(1, 0).ended


def test_positions_of_changed_files_or_settings_are_refused(tmp_path: Path) -> None:
    path = as_jsonl(tmp_path / "news.jsonl")
    positions = open_files(path).poll(1, 0).positions
    other = FileSource([path], FeedFormat(name="archive", time="first_seen"), lambda: NOW_MS)
    with pytest.raises(PositionGone, match="new store"):
        other.seek(positions)
    as_jsonl(path, [*ROWS, {"ts": START_MS, "title": "One more"}])
    with pytest.raises(PositionGone, match="new store"):
        open_files(path).seek(positions)
    source = open_files(path)
    source.seek({"news/0": 17})
    with pytest.raises(PositionGone):
        source.seek({source.partition: 5})


def test_a_bad_line_is_a_dead_letter_in_its_place_and_the_rest_is_untouched(tmp_path: Path) -> None:
    path = tmp_path / "news.jsonl"
    good = [json.dumps({"ts": START_MS + 1000 * i, "title": f"Good {i}"}).encode() for i in range(4)]
    lines = [b"not JSON", good[0], b"", b'{"title": "No time"}', good[1], good[3], b"\xff", good[2]]
    path.write_bytes(b"\n".join(lines))
    source = open_files(path)
    batches = read_all(source, max_items=1)
    assert source.total == len(batches) == 7
    assert headlines(batches) == ["Good 0", "Good 1", "Good 2", "Good 3"]
    dead = [letter for batch in batches for letter in batch.dead]
    assert [(letter.partition, letter.offset, letter.reason) for letter in dead] == [
        (source.partition, 0, "not_json"),
        (source.partition, 2, "no_time"),
        (source.partition, 6, "not_json"),
    ]
    assert [letter.detail.removeprefix(f"{path}:").split(":")[0] for letter in dead] == ["1", "4", "7"]
    assert [batch.positions[source.partition] for batch in batches] == list(range(1, 8))


def test_csv_without_utf8_dies_only_where_it_matters(tmp_path: Path) -> None:
    path = tmp_path / "news.csv"
    path.write_bytes(b"\xef\xbb\xbfts,title,body\n2008-09-15,Caf\xe9 chain grows,x\n2008-09-15,Oil slips,caf\xe9\n")
    batches = read_all(open_files(path))
    assert headlines(batches) == ["Oil slips"]
    (letter,) = (letter for batch in batches for letter in batch.dead)
    assert (letter.offset, letter.reason) == (0, "lone_surrogates")
    assert letter.detail.startswith(f"{path}:2: ")


def test_dead_letters_of_files_that_share_a_name_stand_apart(tmp_path: Path) -> None:
    paths = [tmp_path / folder / "news.jsonl" for folder in ("a", "b", "a")]
    for path in paths:
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(b'{"ts": 1221436800, "title": "Oil slips"}\nnot JSON')
    dead = [letter for batch in read_all(open_files(*paths)) for letter in batch.dead]
    assert len({(letter.partition, letter.offset) for letter in dead}) == 3
    assert [letter.detail.split(": ")[0] for letter in dead] == [f"{path}:2" for path in paths]


def test_an_item_brings_the_bytes_that_it_came_in(tmp_path: Path) -> None:
    path = tmp_path / "news.jsonl"
    line = b'{"ts":1221436800,  "title":"Oil   slips", "extra": [1, 2]}'
    path.write_bytes(line + b"\n")
    assert [arrival.payload for batch in read_all(open_files(path)) for arrival in batch.arrivals] == [line]


def test_a_huge_csv_field_is_oversized(tmp_path: Path) -> None:
    path = tmp_path / "news.csv"
    path.write_text("ts,title,body\n2008-09-15,Oil,x\n2008-09-15,Oil," + "x" * 2_000_000 + "\n", encoding="utf-8")
    batches = read_all(open_files(path))
    assert headlines(batches) == ["Oil"]
    assert [letter.reason for batch in batches for letter in batch.dead] == ["oversized"]


@pytest.mark.parametrize(
    "name", ["news.jsonl.gz", "news.csv.gz", "news.parquet", "news.txt", "news", "news.parquet.gz"]
)
def test_a_file_that_is_not_what_its_name_says(name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(b'{"ts": 1221436800, "title": "Oil slips"}\n')
    with pytest.raises(MalformedFeed, match=name):
        open_files(tmp_path / name)


def test_a_gzip_that_stops_half_way(tmp_path: Path) -> None:
    path = zipped(as_jsonl(tmp_path / "news.jsonl"))
    path.write_bytes(path.read_bytes()[:-12])
    with pytest.raises(MalformedFeed, match=r"news\.jsonl\.gz"):
        open_files(path)


def test_a_missing_file_and_a_folder_are_named(tmp_path: Path) -> None:
    with pytest.raises(UnknownTopic, match=r"gone\.jsonl: no such file"):
        open_files(tmp_path / "gone.jsonl")
    (tmp_path / "folder.jsonl").mkdir()
    with pytest.raises(MalformedFeed, match=r"folder\.jsonl: a folder"):
        open_files(tmp_path / "folder.jsonl")


def test_a_file_that_may_not_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(self: Path, mode: str) -> None:
        del self, mode
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(AccessDenied, match="Permission denied"):
        open_files(tmp_path / "news.jsonl")


def test_an_empty_file_ends_at_once(tmp_path: Path) -> None:
    source = open_files(as_jsonl(tmp_path / "news.jsonl", []))
    assert source.total == 0
    assert source.poll(10, 0).ended


def test_a_paused_feed_brings_nothing(tmp_path: Path) -> None:
    source = open_files(as_jsonl(tmp_path / "news.jsonl"))
    source.pause(frozenset({source.partition}))
    batch = source.poll(10, 0)
    assert (batch.arrivals, batch.at_end, batch.ended) == ((), frozenset(), False)
    source.pause(frozenset())
    assert len(source.poll(10, 0).arrivals) == 3


class Clock:
    def __init__(self) -> None:
        self.now_ms = NOW_MS

    def __call__(self) -> int:
        return self.now_ms

    def sleep(self, seconds: float) -> None:
        assert seconds > 0
        self.now_ms += max(1, round(seconds * 1000))


def test_a_paced_feed_brings_each_record_when_its_time_has_come(tmp_path: Path) -> None:
    clock = Clock()
    source = FileSource([as_jsonl(tmp_path / "n.jsonl")], FeedFormat(), clock, pace=60, sleep=clock.sleep)
    batches = []
    while not (batches and batches[-1].ended):
        batches.append(source.poll(10, 250))
    # 60 simulated seconds a second: one minute of news is one second, four polls of 250 ms
    assert clock.now_ms - NOW_MS == 2_000
    brought = [(batch.tick_ms, arrival.item.event_time_ms) for batch in batches for arrival in batch.arrivals]
    assert brought == [(START_MS + n * 60_000, START_MS + n * 60_000) for n in range(3)]
    assert [batch.tick_ms for batch in batches] == [START_MS + n * 15_000 for n in range(9)]
    assert all(bool(batch.at_end) != bool(batch.arrivals) for batch in batches), "one that brings news is not idle"


def test_a_record_beyond_the_real_clock_does_not_hold_a_paced_feed_up(tmp_path: Path) -> None:
    clock = Clock()
    path = as_jsonl(tmp_path / "n.jsonl", [{"ts": START_MS, "title": "Now"}, {"ts": "2999-01-01", "title": "Wild"}])
    source = FileSource([path], FeedFormat(), clock, pace=1, sleep=clock.sleep)
    batch = source.poll(10, 250)
    assert (len(batch.arrivals), batch.tick_ms) == (2, NOW_MS), "it is judged by the clock, as at full speed"


def test_the_time_of_a_paced_feed_never_passes_the_clock(tmp_path: Path) -> None:
    clock = Clock()
    for pace in (1e300, 1e9):
        source = FileSource([as_jsonl(tmp_path / "n.jsonl")], FeedFormat(), clock, pace=pace, sleep=clock.sleep)
        source.poll(1, 250)
        clock.now_ms += 10_000_000_000
        assert source.poll(1, 250).tick_ms == clock.now_ms


@given(st.lists(st.integers(0, 5), max_size=30), st.lists(st.integers(1, 7), min_size=1, max_size=40))
def test_any_poll_sizes_and_restarts_give_the_same_sequence(
    tmp_path_factory: pytest.TempPathFactory, minutes: list[int], sizes: list[int]
) -> None:
    path = tmp_path_factory.mktemp("feed") / "news.jsonl"
    as_jsonl(path, [{"ts": START_MS + minute, "title": f"n{i}"} for i, minute in enumerate(minutes)])
    expected = [f"n{i}" for i in sorted(range(len(minutes)), key=lambda i: minutes[i])]
    found: list[str] = []
    positions: dict[str, int] = {}
    for size in [*sizes, 30]:
        source = open_files(path)
        source.seek(positions)
        batch = source.poll(size, 0)
        found += headlines([batch])
        positions = dict(batch.positions)
    assert found == expected


SHARED = Path(__file__).resolve().parents[3] / "shared" / "data" / "replay"


@pytest.mark.data
@pytest.mark.skipif(not SHARED.is_dir(), reason="../shared/data is not here: real feeds are not checked")
@pytest.mark.parametrize(
    ("name", "rows"),
    [("cnbc_2018_2020.csv", 2_800), ("guardian_2018_2020.csv", 17_760), ("yahoo_tickers_2017_2020.jsonl.gz", 4_107)],
)
def test_real_feeds_are_read_whole(name: str, rows: int) -> None:
    source = open_files(SHARED / name)
    batches = read_all(source, max_items=1_000)
    times = [arrival.item.event_time_ms for batch in batches for arrival in batch.arrivals]
    assert source.total == rows
    assert not any(batch.dead for batch in batches)
    assert times == sorted(times)
    assert datetime.fromtimestamp(times[0] / 1000, UTC).year in {2017, 2018}
