"""`groundswell deadletters show | redrive`: the bytes that came, back where they came from, once."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from monitor.cli import groundswell
from monitor.letters import Letters
from monitor.queries import Reader
from monitor.redrive import CHUNK, FileTarget, Outcome, TopicTarget, redrive
from monitor.store import Store
from streams.deadletters import letter_id
from streams.records import DeadLetter
from streams.source import StreamError, Unreachable
from tests.monitor.shelf import T0, journaled

WHOLE = b'{"title": "Oil  slips", \xff}'
Redrive = Callable[..., Outcome]


def letter(offset: int, payload: bytes = WHOLE, *, cut_from: int = 0, partition: str = "news/1") -> DeadLetter:
    whole = payload + b"x" * (cut_from - len(payload))
    sha256 = hashlib.sha256(whole).hexdigest()
    return DeadLetter(partition, offset, "not_json", "not UTF-8", payload, len(whole), sha256, T0)


def add(store: Store, letters: Sequence[DeadLetter], seq: int = 1) -> None:
    with store.begin() as tx:
        tx.add_dead(letters, seq)
        tx.add_entry(journaled(seq))


class Topic:
    """What was flushed: (payload, partition, headers); `fails_at` breaks that flush."""

    def __init__(self, fails_at: int = 0) -> None:
        self.records: list[tuple[bytes, int | None, dict[str, bytes]]] = []
        self.queue: list[tuple[bytes, int | None, dict[str, bytes]]] = []
        self.keys: list[bytes | None] = []
        self.headers: list[tuple[str, bytes]] = []
        self.fails_at = fails_at
        self.flushes = 0

    def send_bytes(
        self,
        payload: bytes,
        key: bytes | None = None,
        partition: int | None = None,
        headers: Sequence[tuple[str, bytes]] = (),
    ) -> None:
        self.keys.append(key)
        self.headers += headers
        self.queue.append((payload, partition, dict(headers)))

    def flush(self) -> None:
        self.flushes += 1
        if self.flushes == self.fails_at:
            msg = "nobody answers"
            raise Unreachable(msg)
        self.records += self.queue
        self.queue = []

    def close(self) -> None:
        pass


@pytest.fixture
def topic() -> Topic:
    return Topic()


@pytest.fixture
def back_to(store: Store, store_url: str, topic: Topic) -> Redrive:
    """Redrive everything to the topic `news`."""
    assert store

    def run(*, again: bool = False) -> Outcome:
        letters = Letters(store_url)
        try:
            target = TopicTarget(("news",), lambda name: {"news": topic}[name])
            return redrive(letters.matching(), target, lambda some, name: letters.mark(some, name, T0 + 5), again=again)
        finally:
            letters.close()

    return run


def test_the_bytes_go_back_to_their_partition_under_their_id(store: Store, back_to: Redrive, topic: Topic) -> None:
    sent = letter(7)
    add(store, [sent])
    assert back_to() == Outcome(redriven=1)
    assert topic.records == [(WHOLE, 1, {"groundswell.redriven": letter_id(sent).encode()})]
    assert topic.keys == [None]


def test_key_and_headers_go_back_too(store: Store, back_to: Redrive, topic: Topic) -> None:
    own = (("trace", b"\xff\0"), ("trace", b""), ("groundswell.redriven", b"an earlier one"))
    sent = replace(letter(7), key=b"\0wire", headers=own)
    add(store, [sent])
    back_to()
    assert topic.keys == [b"\0wire"]
    assert topic.headers == [*own[:2], ("groundswell.redriven", letter_id(sent).encode())]


def test_a_second_call_puts_nothing_back_and_again_does(
    store: Store, store_url: str, back_to: Redrive, topic: Topic
) -> None:
    add(store, [letter(7), letter(8)])
    back_to()
    add(store, [letter(9)], seq=2)
    assert back_to() == Outcome(redriven=1, already=2)
    assert back_to(again=True) == Outcome(redriven=3)
    assert len(topic.records) == 6
    letters = Letters(store_url)
    kept = letters.find("news/1:7")
    letters.close()
    assert (kept.redriven_ms, kept.target) == (T0 + 5, "topic")
    reader = Reader.open(store_url)
    assert reader.dead_letters()["redriven_ms"].tolist() == [T0 + 5] * 3
    reader.close()


def test_what_was_cut_or_came_from_elsewhere_is_refused_and_the_rest_goes(
    store: Store, back_to: Redrive, topic: Topic
) -> None:
    cut = letter(1, b"y" * 65_536, cut_from=1_000_000)
    add(store, [cut, letter(2), letter(3, partition="files/aa"), letter(4, partition="wire/0")])
    outcome = back_to()
    assert (outcome.redriven, outcome.already, len(topic.records)) == (1, 0, 1)
    why = dict(outcome.refused)
    assert why.keys() == {"news/1:1", "files/aa:3", "wire/0:4"}
    assert why["news/1:1"] == (
        "1000000 bytes came and 65536 were kept, so it cannot be put back whole; "
        f"the SHA-256 of the whole is {cut.sha256}"
    )
    assert "did not come from a topic of these settings (news)" in why["wire/0:4"]
    assert back_to().already == 1


def test_a_failure_half_way_leaves_what_is_there_marked(store: Store, back_to: Redrive, topic: Topic) -> None:
    add(store, [letter(offset) for offset in range(2 * CHUNK + 1)])
    topic.fails_at = 2
    with pytest.raises(Unreachable):
        back_to()
    topic.queue = []
    assert back_to() == Outcome(redriven=CHUNK + 1, already=CHUNK)
    assert len(topic.records) == 2 * CHUNK + 1


class TestFiles:
    def test_lines_are_the_bytes(self, tmp_path: Path) -> None:
        target = FileTarget(tmp_path / "back.jsonl")
        target.put([letter(1), letter(2, b"{}")])
        target.put([letter(3, b"[]")])
        target.close()
        assert (tmp_path / "back.jsonl").read_bytes() == WHOLE + b"\n{}\n[]\n"

    @pytest.mark.parametrize("payload", [b"{\n}", b"", b"  "])
    def test_what_is_no_line_is_refused(self, tmp_path: Path, payload: bytes) -> None:
        assert "no single line" in FileTarget(tmp_path / "x").why_not(letter(1, payload))

    def test_a_file_that_is_there_is_left_alone(self, tmp_path: Path) -> None:
        (tmp_path / "x").write_text("mine")
        with pytest.raises(StreamError, match="exists already: name a new file"):
            FileTarget(tmp_path / "x").put([letter(1)])
        assert (tmp_path / "x").read_text() == "mine"


class TestCommands:
    @pytest.fixture
    def call(self, store: Store, store_url: str) -> Callable[..., Result]:
        long = b"y" * 65_536
        keyed = replace(letter(7), key=b"wire\xff", headers=(("trace", b"a\x1b"),))
        add(store, [keyed, letter(8, long, cut_from=70_000), letter(9, b"{\x1b[31m}", partition="files/aa")])

        def run(*arguments: str) -> Result:
            return CliRunner().invoke(groundswell, ["deadletters", *arguments, "--store", store_url])

        return run

    def test_show_says_all_and_obeys_no_control_character(self, call: Callable[..., Result]) -> None:
        shown = call("show", "files/aa:9").stdout
        assert "reason       not_json" in shown and "{\\x1b[31m}" in shown and "\x1b" not in shown
        assert call("show", "news/1:7", "--raw").stdout_bytes == WHOLE
        told = json.loads(call("show", "news/1:8", "--json").stdout)
        assert (told["length"], told["kept"], told["partition"]) == (70_000, 65_536, "news/1")
        assert (told["redriven_ms"], told["key_base64"], told["headers_base64"]) == (None, None, [])
        shown = call("show", "news/1:7").stdout
        assert "key          wire\\xff\n" in shown and "header trace a\\x1b\n" in shown
        told = json.loads(call("show", "news/1:7", "--json").stdout)
        assert (told["key_base64"], told["headers_base64"]) == ("d2lyZf8=", [["trace", "YRs="]])

    def test_list_takes_a_reason(self, call: Callable[..., Result]) -> None:
        listed = call("list", "--json", "--reason", "not_json").stdout.splitlines()
        assert [json.loads(line)["offset"] for line in listed] == [9, 8, 7]
        assert call("list", "--json", "--reason", "oversized").stdout == ""
        assert "\x1b" not in call("list").stdout

    def test_redrive_into_a_file_names_what_it_refuses(self, call: Callable[..., Result], tmp_path: Path) -> None:
        done = call("redrive", "--all", "--to", str(tmp_path / "back.jsonl"))
        assert done.exit_code == 1
        assert "2 put back, 0 were before, 1 cannot be" in done.stdout
        assert "news/1:8: 70000 bytes came and 65536 were kept" in done.stderr
        assert (tmp_path / "back.jsonl").read_bytes() == b"{\x1b[31m}\n" + WHOLE + b"\n"
        again = call("redrive", "news/1:7", "--to", str(tmp_path / "other.jsonl"), "--json")
        assert json.loads(again.stdout) == {"redriven": 0, "already": 1, "refused": []}
        assert not (tmp_path / "other.jsonl").exists()

    @pytest.mark.parametrize(
        ("arguments", "says"),
        [
            (("redrive",), "name PLACES, or --reason, or --all"),
            (("redrive", "--all", "news/1:7"), "one of the three"),
            (("redrive", "--all"), "--to a new file"),
            (("redrive", "news/1:99", "--to", "x.jsonl"), "no dead letter news/1:99: write PARTITION:OFFSET"),
            (("show", "news"), "no dead letter news"),
        ],
    )
    def test_a_mistake_is_told(self, call: Callable[..., Result], arguments: tuple[str, ...], says: str) -> None:
        done = call(*arguments)
        assert done.exit_code != 0 and says in done.stderr
