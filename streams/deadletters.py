"""A dead letter as a record of a topic: what it is called, and what goes with the bytes."""

from __future__ import annotations

import hashlib
import json

from streams.records import DeadLetter

Headers = list[tuple[str, bytes]]

DETAIL_KEPT = 1_000


def letter_id(letter: DeadLetter) -> str:
    """24 hex digits over partition, offset and content: the same however often the letter is published."""
    parts = [letter.partition, letter.offset, letter.sha256]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:24]


def is_cut(letter: DeadLetter) -> bool:
    """Whether only the first bytes of the record were kept."""
    return len(letter.payload) < letter.length


def headers(letter: DeadLetter) -> Headers:
    """What a record of the dead letter's topic says of its bytes; `length` and `sha256` are those of the whole."""
    facts = {
        "id": letter_id(letter),
        "reason": letter.reason,
        "detail": letter.detail[:DETAIL_KEPT],
        "partition": letter.partition,
        "offset": letter.offset,
        "tick_ms": letter.tick_ms,
        "length": letter.length,
        "kept": len(letter.payload),
        "sha256": letter.sha256,
    }
    return [(f"groundswell.{name}", str(fact).encode("utf-8", "backslashreplace")) for name, fact in facts.items()]


def redriven_headers(letter: DeadLetter) -> Headers:
    """What marks a record that was put back on its topic."""
    return [("groundswell.redriven", letter_id(letter).encode())]
