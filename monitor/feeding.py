"""News on its way into a topic or a file: from files once, from RSS and Atom feeds until told to stop."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterable
from typing import Protocol

from streams.files import FileSource
from streams.poller import Poller
from streams.records import NewsItem
from streams.source import DeadLetter, Unreachable

CHUNK = 500
RETRY_SECONDS = 5.0
LONGEST_SLEEP_SECONDS = 3_600.0
log = logging.getLogger("groundswell.feed")


class Sink(Protocol):
    """Where news goes; streams.kafka_sink.KafkaSink and streams.filesink.FileSink are some."""

    def send(self, items: Iterable[NewsItem]) -> None:
        """Queue items."""
        ...

    def flush(self) -> None:
        """Wait until all that was queued is safe; a StreamError where it is not."""
        ...


def feed_files(source: FileSource, sink: Sink, report: Callable[[int, tuple[DeadLetter, ...]], None]) -> None:
    """Everything in some files, in the order of time; `report` is told of each chunk: items, and what is no news."""
    ended = False
    while not ended:
        batch = source.poll(CHUNK, 250)
        sink.send(arrival.item for arrival in batch.arrivals)
        sink.flush()
        report(len(batch.arrivals), batch.dead)
        ended = batch.ended


def feed_rss(poller: Poller, sink: Sink, clock: Callable[[], int], stop: threading.Event, *, once: bool) -> int:
    """Poll feeds and pass on what is new until `stop` is set, or once; returns how many items went out.

    Items count as seen once the sink has them: a crash in between sends them again, under the same ids.
    """
    total = 0
    while not stop.is_set():
        total += _round(poller, sink, clock, stop)
        due_ms = poller.next_due_ms()
        if once or due_ms is None:
            break
        stop.wait(min(max((due_ms - clock()) / 1000, 0.0), LONGEST_SLEEP_SECONDS))
    return total


def _round(poller: Poller, sink: Sink, clock: Callable[[], int], stop: threading.Event) -> int:
    done = poller.poll(clock)
    for note in done.notes:
        log.warning("%s", note)
    while done.items:
        try:
            sink.send(done.items)
            sink.flush()
            break
        except Unreachable as error:
            log.warning("%d items wait: %s", len(done.items), error)
            if stop.wait(RETRY_SECONDS):
                return 0
    poller.accept(done)
    if done.items:
        log.info("%d new items from %s", len(done.items), ", ".join(sorted({item.source for item in done.items})))
    return len(done.items)
