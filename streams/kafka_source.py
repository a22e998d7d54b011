"""KafkaSource: what is read, what is at its end, what is silent, what is gone; pure bookkeeping over a Log.

Nothing here knows kafka-python.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import replace

from streams.codec import DecodeError, FeedFormat, dead_letter, decode
from streams.kafka_batches import read_headers
from streams.partitioned_log import Log, Record
from streams.partitions import newest_names, next_name, plain, topic_of
from streams.records import DeadLetter
from streams.source import NOTHING, Arrival, Batch, Gap, PositionGone, Unreachable

log = logging.getLogger(__name__)


class KafkaSource:
    """All partitions of some topics, read from given positions; new partitions are taken up as they appear.

    With `until_end`, the end offsets are taken once, at `seek`: nothing beyond them is read, and the feed ends there.
    With `accept_gaps`, `seek` goes on without what is missing. A log that was made anew, or cut below our position,
    has other records at offsets that we know: it is read under another name ("news/0~2").
    """

    def __init__(
        self,
        log: Log,
        topics: tuple[str, ...],
        feed: FeedFormat,
        clock: Callable[[], int],
        *,
        until_end: bool = False,
        accept_gaps: bool = False,
    ) -> None:
        self._log = log
        self._topics = topics
        self._feed = feed
        self._clock = clock
        self._until_end = until_end
        self._accept_gaps = accept_gaps
        self._gaps: tuple[Gap, ...] = ()
        self._names: dict[str, str] = {}  # ours -> the name outside, where that is another one
        self._tick_ms = 0
        self._positions: dict[str, int] = {}
        self._ends: dict[str, int] = {}
        self._topic_ids: dict[str, str] = {}
        self._closed = False

    def seek(self, positions: Mapping[str, int], log_ids: Mapping[str, str] = NOTHING) -> None:
        """Go on from these next offsets; a partition that is not named starts at its first record.

        Args:
            positions: the next offset of each partition.
            log_ids: topic -> what told it from another one of its name when these were read.

        Raises:
            PositionGone: the log no longer has one of them, and gaps are not accepted.
            UnknownTopic: a topic does not exist.
            Unreachable: nobody answered in time.
        """
        self._log.wait_for(self._topics)
        self._topic_ids = {topic: self._log.topic_id(topic) for topic in self._topics}
        names = self._known()
        begins, ends = self._log.begins(names), self._log.ends(names)
        before = self._recall(positions, log_ids, begins)
        anew = {topic for topic, now in self._topic_ids.items() if now and log_ids.get(topic, now) != now}
        gaps = _gaps(before, begins, ends, anew)
        if gaps and not self._accept_gaps:
            msg = "The broker no longer has the position to go on from (retention, truncation, or a topic made anew):"
            raise PositionGone(msg, self._named(gaps))
        self._gaps = self._named(gaps)
        found = {name: at for name, at in before.items() if name in begins}
        self._positions = begins | found | self._beyond(gaps, begins)
        self._ends = ends if self._until_end else {}
        self._log.start_at(self._positions)

    def _recall(
        self, positions: Mapping[str, int], log_ids: Mapping[str, str], begins: Mapping[str, int]
    ) -> dict[str, int]:
        """Positions under our names, and with them the names outside.

        A topic loses no partition while it lives: one that is not there was of a log before it, long accepted as gone.
        """
        self._names = newest_names(name for name in positions if topic_of(name) in self._topics)
        lives = {topic for topic, now in self._topic_ids.items() if now and log_ids.get(topic) == now}
        return {
            ours: positions[name] for ours, name in self._names.items() if ours in begins or topic_of(ours) not in lives
        }

    def _beyond(self, gaps: Iterable[Gap], begins: Mapping[str, int]) -> dict[str, int]:
        """Where to go on behind each gap; a log with other records at known offsets gets another name."""
        after: dict[str, int] = {}
        for gap in gaps:
            if gap.partition in begins:
                after[gap.partition] = gap.end if gap.missing is None and not gap.anew else gap.begin
                if gap.missing is None:
                    self._names[gap.partition] = next_name(self._names[gap.partition])
            log.warning("Going on without what is missing: %s", str(gap))
        return after

    def _name(self, name: str) -> str:
        """A partition's name outside."""
        return self._names.get(name, name)

    def _named(self, gaps: Iterable[Gap]) -> tuple[Gap, ...]:
        return tuple(replace(gap, partition=self._name(gap.partition)) for gap in gaps)

    def _known(self) -> list[str]:
        return [name for topic in self._topics for name in self._log.partitions(topic)]

    def poll(self, max_items: int, timeout_ms: int) -> Batch:
        """Wait up to `timeout_ms` for at most `max_items` records; an empty batch still carries a tick.

        Raises:
            PositionGone: the log was cut, or its topic was made anew, while it was read.
            AccessDenied: the broker no longer lets us read.
        """
        if not self._positions:
            self.seek({})
        self._refuse_another_topic()
        self._take_up_new_partitions()
        records = self._fetch(max_items, timeout_ms)
        at_end, silent = self._ask_where_logs_end(records)
        self._tick_ms = max(self._tick_ms, self._clock())
        arrivals, dead = self._decode(records)
        gaps, self._gaps = self._gaps, ()
        return Batch(
            arrivals=arrivals,
            dead=dead,
            positions={self._name(name): at for name, at in self._positions.items()},
            at_end=frozenset(map(self._name, at_end)),
            silent=frozenset(map(self._name, silent)),
            tick_ms=self._tick_ms,
            ended=self._until_end and all(self._positions[name] >= end for name, end in self._ends.items()),
            unread=self._unread(),
            log_ids={topic: known for topic, known in self._topic_ids.items() if known},
            gaps=gaps,
        )

    def _unread(self) -> dict[str, int]:
        """By the high watermarks of the last fetches, without asking."""
        known = ((name, position, self._log.high_watermark(name)) for name, position in self._positions.items())
        return {self._name(name): max(0, end - position) for name, position, end in known if end is not None}

    def _refuse_another_topic(self) -> None:
        for topic, before in self._topic_ids.items():
            now = self._log.topic_id(topic)
            if now and before and now != before:
                lost = {name: at for name, at in self._positions.items() if topic_of(name) == topic}
                msg = f"Topic {topic} was deleted and made anew while we read it; it is another log now:"
                raise PositionGone(msg, self._named(_gaps(lost, {}, {}, {topic})))

    def _take_up_new_partitions(self) -> None:
        new = [] if self._until_end else [name for name in self._known() if name not in self._positions]
        if not new:
            return
        try:
            begins = self._log.begins(new)
        except Unreachable as error:  # a partition just made has no leader yet: the next poll asks again
            log.info("New partitions %s: %s", ", ".join(new), str(error))
            return
        self._log.start_at(begins)
        self._positions.update(begins)

    def _fetch(self, max_items: int, timeout_ms: int) -> dict[str, list[Record]]:
        try:
            records = self._log.fetch(max_items, timeout_ms)
        except PositionGone as error:
            raise PositionGone(str(error), self._gaps_now()) from error
        except Unreachable as error:
            log.warning("%s", str(error))
            return {}
        records = {name: kept for name, found in records.items() if (kept := self._before_end(name, found))}
        for name in self._positions:
            found = records.get(name)
            self._positions[name] = found[-1].offset + 1 if found else self._stepped_over(name)
        return records

    def _before_end(self, name: str, found: list[Record]) -> list[Record]:
        return [record for record in found if record.offset < self._ends[name]] if name in self._ends else found

    def _stepped_over(self, name: str) -> int:
        """The position of a partition that brought nothing: end markers of transactions take offsets, too."""
        position = self._positions[name]
        if (self._log.high_watermark(name) or 0) > position:
            position = max(position, self._log.position(name) or 0)
        return min(position, self._ends[name]) if name in self._ends else position

    def _gaps_now(self) -> tuple[Gap, ...]:
        try:
            begins, ends = self._log.begins(self._positions), self._log.ends(self._positions)
            return self._named(_gaps(self._positions, begins, ends))
        except Unreachable as error:
            log.warning("The missing range cannot be named: %s", str(error))
            return ()

    def _ask_where_logs_end(self, records: Mapping[str, list[Record]]) -> tuple[frozenset[str], frozenset[str]]:
        """(partitions at their end, partitions whose leader is silent), asking only where it may matter.

        A partition that brought records, or of which we know some more, is not at its end; a poll that brought
        nothing at all asks for every one. The answer is the last stable offset: what a transaction that is still
        open wrote lies beyond it, below the high watermark of the last fetch.
        """
        quiet = [name for name in self._positions if name not in records]
        asked = [name for name in quiet if not records or self._looks_drained(name)]
        if not asked:
            return frozenset(), frozenset()
        try:
            ends = self._log.ends(asked)
        except Unreachable as error:
            log.warning("%s", str(error))
            return frozenset(), frozenset(asked)
        at_end = (name for name in asked if self._positions[name] >= ends[name] and self._looks_drained(name))
        return frozenset(at_end), frozenset()

    def _looks_drained(self, name: str) -> bool:
        high_watermark = self._log.high_watermark(name)
        return high_watermark is not None and self._positions[name] >= high_watermark

    def _decode(self, records: Mapping[str, list[Record]]) -> tuple[tuple[Arrival, ...], tuple[DeadLetter, ...]]:
        arrivals: list[Arrival] = []
        dead: list[DeadLetter] = []
        for ours, found in records.items():
            name = self._name(ours)
            for offset, payload, key, headers in found:
                try:
                    item = decode(payload, self._feed, self._tick_ms)
                    arrivals.append(Arrival(name, offset, item, payload, key, headers))
                except DecodeError as error:
                    came = (payload, error, self._tick_ms, key, read_headers(headers))
                    dead.append(dead_letter(name, offset, *came))
        return tuple(arrivals), tuple(dead)

    def pause(self, partitions: frozenset[str]) -> None:
        """Read from all partitions but these, from the next poll on (watermark alignment)."""
        self._log.pause_only(frozenset(map(plain, partitions)))

    def commit(self, positions: Mapping[str, int]) -> None:
        """Show the group's lag tools how far the store has come; a failure is logged and stops nothing."""
        ours = {name: positions.get(self._name(name)) for name in self._positions}
        self._log.commit({name: offset for name, offset in ours.items() if offset is not None})

    def close(self) -> None:
        """Send the last positions to the group and let go of the broker; calling it twice is harmless."""
        if not self._closed:
            self._closed = True
            self._log.close()


def _gaps(
    positions: Mapping[str, int], begins: Mapping[str, int], ends: Mapping[str, int], anew: Collection[str] = ()
) -> tuple[Gap, ...]:
    """Positions outside `[begin, end]`, or of topics made anew; a partition that is not there holds nothing."""
    return tuple(
        Gap(name, position, begins.get(name, 0), ends.get(name, 0), topic_of(name) in anew)
        for name, position in sorted(positions.items())
        if name not in begins or topic_of(name) in anew or not begins[name] <= position <= ends[name]
    )
