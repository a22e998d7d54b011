"""Putting dead letters back: on the topic that they came from, or into a file; each once, unless asked again.

A letter is marked after its target has it. A process that dies between the two leaves it unmarked, and the next call
puts it back again: where it has become an item, the second is a duplicate, which is counted once.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, Protocol

from monitor.deadfeed import Sink
from monitor.letters import KeptLetter
from streams.deadletters import is_cut, redriven_headers
from streams.partitions import plain
from streams.records import DeadLetter
from streams.source import StreamError

CHUNK = 100


class Target(Protocol):
    """Where letters are put back."""

    @property
    def name(self) -> str:
        """As the mark in the store has it."""
        ...

    def why_not(self, letter: DeadLetter) -> str:
        """Why the letter cannot be put there; empty where it can."""
        ...

    def put(self, letters: Sequence[DeadLetter]) -> None:
        """Put them there; returns once the target has them for good.

        Raises:
            StreamError: it has not.
        """
        ...

    def close(self) -> None:
        """Let go of it."""
        ...


@dataclass(slots=True)
class Outcome:
    """What came of it: letters put back, those that had been before, and (place, why) of those that cannot be."""

    redriven: int = 0
    already: int = 0
    refused: list[tuple[str, str]] = field(default_factory=list)


def redrive(
    letters: Iterable[KeptLetter],
    target: Target,
    mark: Callable[[Sequence[DeadLetter], str], None],
    *,
    again: bool = False,
) -> Outcome:
    """Put letters back, `CHUNK` at a time, each chunk marked before the next.

    Args:
        letters: the ones that are wanted.
        target: where to.
        mark: notes in the store that the target of that name has these.
        again: those that were put back before, too.

    Raises:
        StreamError: the target failed; what was put back before is marked.
    """
    outcome = Outcome()
    chunk: list[DeadLetter] = []
    for kept in letters:
        if kept.redriven_ms is not None and not again:
            outcome.already += 1
        elif why := _why_not(kept.letter, target):
            outcome.refused.append((kept.place, why))
        else:
            chunk.append(kept.letter)
        if len(chunk) == CHUNK:
            _put(chunk, target, mark, outcome)
            chunk = []
    _put(chunk, target, mark, outcome)
    return outcome


def _why_not(letter: DeadLetter, target: Target) -> str:
    if is_cut(letter):
        return (
            f"{letter.length} bytes came and {len(letter.payload)} were kept, so it cannot be put back whole; "
            f"the SHA-256 of the whole is {letter.sha256}"
        )
    return target.why_not(letter)


def _put(
    chunk: Sequence[DeadLetter], target: Target, mark: Callable[[Sequence[DeadLetter], str], None], outcome: Outcome
) -> None:
    if chunk:
        target.put(chunk)
        mark(chunk, target.name)
        outcome.redriven += len(chunk)


class TopicTarget:
    """The topics that the letters came from: the records as they were, and one more header that says what they are."""

    name = "topic"

    def __init__(self, topics: Sequence[str], open_sink: Callable[[str], Sink]) -> None:
        self._topics = topics
        self._open_sink = open_sink
        self._sinks: dict[str, Sink] = {}

    def why_not(self, letter: DeadLetter) -> str:
        """Only a letter of one of the topics can go back."""
        topic, _, number = plain(letter.partition).rpartition("/")
        if topic in self._topics and number.isdecimal():
            return ""
        return f"it did not come from a topic of these settings ({', '.join(self._topics)}): write it to a file (--to)"

    def put(self, letters: Sequence[DeadLetter]) -> None:
        """Write and wait for the broker's word."""
        used: dict[str, Sink] = {}
        for letter in letters:
            topic, _, number = plain(letter.partition).rpartition("/")
            used[topic] = self._sinks.get(topic) or self._sinks.setdefault(topic, self._open_sink(topic))
            used[topic].send_bytes(letter.payload, letter.key, int(number), redriven_headers(letter))
        for sink in used.values():
            sink.flush()

    def close(self) -> None:
        """Let go of the broker."""
        for sink in self._sinks.values():
            sink.close()


class FileTarget:
    """A new file of JSON lines, made with the first letter; `groundswell replay` and `feed` read it."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._stream: BinaryIO | None = None

    @property
    def name(self) -> str:
        """The file."""
        return str(self._path)

    def why_not(self, letter: DeadLetter) -> str:
        """A line has no line breaks, and a blank one is none."""
        if b"\n" in letter.payload or not letter.payload.strip():
            return "its bytes are no single line: `groundswell deadletters show --raw` prints them"
        return ""

    def put(self, letters: Sequence[DeadLetter]) -> None:
        """Write, down to the disk."""
        try:
            if self._stream is None:
                self._stream = self._path.open("xb")
            self._stream.write(b"".join(letter.payload + b"\n" for letter in letters))
            self._stream.flush()
            os.fsync(self._stream.fileno())
        except FileExistsError:
            msg = f"{self._path}: exists already: name a new file"
            raise StreamError(msg) from None
        except OSError as error:
            msg = f"{self._path}: cannot be written: {error.strerror}"
            raise StreamError(msg) from error

    def close(self) -> None:
        """Close the file."""
        if self._stream is not None:
            self._stream.close()
