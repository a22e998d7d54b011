"""A dead letter as a record of a topic: what it is called, and what goes with the bytes."""

from __future__ import annotations

import hashlib
import json

from streams.records import DeadLetter

Headers = list[tuple[str, bytes]]

DETAIL_KEPT = 1_000
REDRIVEN = "groundswell.redriven"


def letter_id(letter: DeadLetter) -> str:
    """24 hex digits over partition, offset and content: the same however often the letter is published."""
    parts = [letter.partition, letter.offset, letter.sha256]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:24]


def is_cut(letter: DeadLetter) -> bool:
    """Whether only the first bytes of the record were kept."""
    return len(letter.payload) < letter.length


def headers(letter: DeadLetter) -> Headers:
    """The record's own headers, and what a record of the dead letter's topic says of its bytes.

    `length` and `sha256` are those of the whole; `key` is the record's own, for the dead letter goes by its id.
    """
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
    key = [("groundswell.key", letter.key)] if letter.key is not None else []
    said = [(f"groundswell.{name}", str(fact).encode("utf-8", "backslashreplace")) for name, fact in facts.items()]
    return [*letter.headers, *said, *key]


def redriven_headers(letter: DeadLetter) -> Headers:
    """The record's own headers, and the one that marks it as put back on its topic."""
    own = [(name, value) for name, value in letter.headers if name != REDRIVEN]
    return [*own, (REDRIVEN, letter_id(letter).encode())]
