"""Ten kinds of bad input on a real topic: dead letters with their reason, and the good records untouched."""

from __future__ import annotations

import json
import uuid

import pytest

from streams.kafka_admin import create_topic
from streams.kafka_settings import KafkaSettings
from tests.integration.kafka_tools import poll_until, seen, source, write_raw

pytestmark = [pytest.mark.integration, pytest.mark.timeout(180)]

BAD: list[tuple[bytes, str]] = [
    (b"Oil slips", "not_json"),
    (b"", "not_json"),
    (b'{"title": "Oil \xff"}', "not_json"),
    (b'["Oil slips"]', "not_an_object"),
    (b'{"ts": 1221436800}', "no_headline"),
    (b'{"title": "Oil slips"}', "no_time"),
    (b'{"title": "Oil slips", "ts": "soon"}', "bad_time"),
    (b'{"title": 5, "ts": 1221436800}', "wrong_type"),
    (b'{"title": "Oil \\u0007 slips", "ts": 1221436800}', "control_characters"),
    (b'{"title": "Oil \\u0000 slips", "ts": 1221436800}', "control_characters"),
    (b'{"title": "Oil \\udc00 slips", "ts": 1221436800}', "lone_surrogates"),
    (json.dumps({"title": "Oil slips", "ts": 1_221_436_800, "body": "x" * 10_000_000}).encode(), "oversized"),
]


@pytest.mark.parametrize(("payload", "reason"), BAD, ids=[f"{reason}-{i}" for i, (_, reason) in enumerate(BAD)])
def test_a_bad_record_is_a_dead_letter_and_its_neighbours_are_untouched(
    bad_topic: KafkaSettings, payload: bytes, reason: str
) -> None:
    with source(bad_topic) as feed:
        batches = poll_until(feed, seen(2 * len(BAD) + 1))
    dead = {letter.offset: letter for batch in batches for letter in batch.dead}
    good = [arrival.offset for batch in batches for arrival in batch.arrivals]
    offset = 2 * BAD.index((payload, reason)) + 1
    letter = dead[offset]
    assert (letter.reason, letter.length, letter.payload) == (reason, len(payload), payload[:65_536])
    assert {offset - 1, offset + 1} <= set(good)
    assert good == list(range(0, 2 * len(BAD) + 1, 2))


@pytest.fixture(scope="module")
def bad_topic(kafka_bootstrap: str) -> KafkaSettings:
    """Good, bad, good, bad, ..., good: the good ones at even offsets."""
    topic = f"test-bad-{uuid.uuid4().hex[:8]}"
    settings = KafkaSettings(kafka_bootstrap, (topic,))
    create_topic(settings, topic, config={"max.message.bytes": "20000000"})
    payloads = [b'{"title": "Good 0", "ts": 1221436800}']
    for number, (payload, _) in enumerate(BAD, start=1):
        payloads += [payload, f'{{"title": "Good {number}", "ts": 1221436800}}'.encode()]
    write_raw(settings, payloads)
    return settings
