"""Dead letters on their way to the topic: all of them, at least once, under one id, none held up by another topic."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import pytest

from monitor.config import Config, parse_config
from monitor.deadfeed import DeadFeed, dead_topics
from monitor.store import Store
from streams.deadletters import headers, letter_id
from streams.source import AccessDenied, StreamError
from tests.monitor.shelf import T0, journaled, letter

KAFKA = parse_config({"source": {"topics": ["news"]}}, "test")


@dataclass
class Topic:
    """Records that were flushed, and how the next flush fails."""

    fails: StreamError | None = None
    records: list[tuple[bytes, bytes | None, dict[str, bytes]]] = field(default_factory=list)
    opened: int = 0
    queue: list[tuple[bytes, bytes | None, dict[str, bytes]]] = field(default_factory=list)

    def send_bytes(
        self,
        payload: bytes,
        key: bytes | None = None,
        partition: int | None = None,
        headers: Sequence[tuple[str, bytes]] = (),
    ) -> None:
        assert partition is None
        self.queue.append((payload, key, dict(headers)))

    def flush(self) -> None:
        if self.fails:
            raise self.fails
        self.records += self.queue
        self.queue = []

    def close(self) -> None:
        self.queue = []


@dataclass
class Cluster:
    topics: dict[str, Topic] = field(default_factory=dict)
    now_ms: int = T0

    def open(self, name: str) -> Topic:
        topic = self.topics.setdefault(name, Topic())
        topic.opened += 1
        return topic


@pytest.fixture
def kafka() -> Cluster:
    return Cluster()


@pytest.fixture
def feed(store: Store, store_url: str, kafka: Cluster) -> DeadFeed:
    assert store
    return DeadFeed(store_url, kafka.open, lambda: kafka.now_ms)


def add(store: Store, seq: int, offsets: Sequence[int], topic: str | None = "news.dead") -> None:
    with store.begin() as tx:
        topics = {"news-0": topic} if topic else None
        tx.add_dead([letter(offset, b"bytes %d" % offset) for offset in offsets], seq, topics)
        tx.add_entry(journaled(seq))


def test_a_record_says_what_the_letter_was_and_where_it_came_from(store: Store, feed: DeadFeed, kafka: Cluster) -> None:
    add(store, 1, [4])
    assert feed.publish_due() == 1
    ((payload, key, said),) = kafka.topics["news.dead"].records
    sent = letter(4, b"bytes 4")
    assert (payload, key) == (b"bytes 4", letter_id(sent).encode())
    assert said == {
        "groundswell.id": letter_id(sent).encode(),
        "groundswell.reason": b"not_json",
        "groundswell.detail": b"not JSON",
        "groundswell.partition": b"news-0",
        "groundswell.offset": b"4",
        "groundswell.tick_ms": b"%d" % T0,
        "groundswell.length": b"7",
        "groundswell.kept": b"7",
        "groundswell.sha256": sent.sha256.encode(),
    }
    assert feed.publish_due() == 0
    feed.stop(1)


def test_a_record_keeps_its_own_headers_and_names_its_own_key() -> None:
    told = headers(replace(letter(4), key=b"wire", headers=(("trace", b"1"), ("trace", b"2"))))
    assert told[:2] == [("trace", b"1"), ("trace", b"2")] and told[-1] == ("groundswell.key", b"wire")
    assert told[2:-1] == headers(letter(4))


def test_the_id_is_that_of_the_place_and_the_content() -> None:
    one = letter(4, b"x")
    assert letter_id(one) == letter_id(letter(4, b"x")) and len(letter_id(one)) == 24
    others = [replace(one, offset=5), replace(one, partition="news-1"), replace(one, sha256="cd" * 32)]
    assert len({letter_id(each) for each in [one, *others]}) == 4


def test_a_detail_of_any_length_and_text_fits_a_header() -> None:
    said = dict(headers(letter(1, detail="\udcff" + "x" * 100_000)))
    assert said["groundswell.detail"].startswith(b"\\udcffx") and len(said["groundswell.detail"]) < 2_000


def test_a_crash_between_the_topic_and_the_mark_publishes_it_again_under_the_same_id(
    store: Store, feed: DeadFeed, kafka: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    add(store, 1, [1, 2])
    with monkeypatch.context() as patch, pytest.raises(ZeroDivisionError):
        patch.setattr(DeadFeed, "_mark", lambda *_: 1 // 0)
        feed.publish_due()
    assert feed.publish_due() == 2
    keys = [key for _, key, _ in kafka.topics["news.dead"].records]
    assert len(keys) == 4 and keys[:2] == keys[2:] and keys[0] != keys[1]
    feed.stop(1)


def test_a_topic_that_fails_rests_and_holds_up_no_other(
    store: Store, feed: DeadFeed, kafka: Cluster, caplog: pytest.LogCaptureFixture
) -> None:
    kafka.topics["news.dead"] = Topic(fails=AccessDenied("not allowed"))
    add(store, 1, range(300))
    add(store, 2, [900], topic="wire.dead")
    assert feed.publish_due() == 0
    assert "dead letters wait 5 s for topic news.dead: not allowed" in caplog.text
    assert feed.publish_due() == 1
    kafka.topics["news.dead"].fails = None
    kafka.now_ms += 4_999
    assert feed.publish_due() == 0
    kafka.now_ms += 1
    assert feed.publish_due() + feed.publish_due() == 300
    offsets = [int(said["groundswell.offset"]) for _, _, said in kafka.topics["news.dead"].records]
    assert offsets == list(range(300))
    feed.stop(1)


def test_letters_that_go_nowhere_wait_for_nobody(store: Store, feed: DeadFeed, kafka: Cluster) -> None:
    add(store, 1, [1], topic=None)
    assert feed.publish_due() == 0 and kafka.topics == {}
    feed.stop(1)


def test_the_thread_publishes_and_stops(store: Store, feed: DeadFeed, kafka: Cluster) -> None:
    feed.start()
    add(store, 1, range(450))
    feed.wait_until_published(30)
    assert feed.stop(10)
    assert len(kafka.topics["news.dead"].records) == 450


@pytest.mark.parametrize(
    ("config", "topics"),
    [
        (KAFKA, {"news/0": "news.dead", "a/b/11": "a/b.dead"}),
        (parse_config({"source": {"kind": "files"}}, "test"), {}),
        (parse_config({"dead_letters": {"publish": False}}, "test"), {}),
        (parse_config({"dead_letters": {"suffix": "-dlq"}}, "test"), {"news/0": "news-dlq", "a/b/11": "a/b-dlq"}),
    ],
)
def test_which_topic(config: Config, topics: dict[str, str]) -> None:
    assert dead_topics(config, ["news/0", "a/b/11"]) == topics
