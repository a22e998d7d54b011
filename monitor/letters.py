"""Dead letters one by one: found, and marked as put back where they came from.

The mark (table `redriven`) is all that a command beside the runner writes, and follows what it tells of.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Engine, RowMapping, Select, and_, delete, insert, select, tuple_

from monitor import schema
from monitor.engine import StoreError, open_engine
from monitor.rows import dead_letter
from monitor.tables import dead_letters, redriven
from streams.records import DeadLetter

PAGE_ROWS = 100
QUERY = select(dead_letters, redriven.c.time_ms.label("redriven_ms"), redriven.c.target).outerjoin(
    redriven,
    and_(redriven.c.partition == dead_letters.c.partition, redriven.c.offset == dead_letters.c.offset),
)


@dataclass(frozen=True, slots=True)
class KeptLetter:
    """A dead letter as the store has it; a time is None, and a target empty, where the thing has not happened.

    Attributes:
        letter: the record.
        topic: where it is to be published; empty: nowhere.
        published_ms: when it was.
        redriven_ms: when it was put back.
        target: where to.
    """

    letter: DeadLetter
    topic: str
    published_ms: int | None
    redriven_ms: int | None
    target: str

    @property
    def place(self) -> str:
        """What the commands call it: "news/0:17"."""
        return f"{self.letter.partition}:{self.letter.offset}"


class Letters:
    """The dead letters of a store, beside whatever runner writes to it."""

    def __init__(self, url: str) -> None:
        """Connect.

        Raises:
            StoreError: the store does not exist, cannot be read, or was written by another version of the program.
        """
        self._url = url
        self._reading = open_engine(url, writable=False)
        self._writing: Engine | None = None
        try:
            with self._reading.connect() as connection:
                schema.check(connection)
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Give the connections back."""
        self._reading.dispose()
        if self._writing is not None:
            self._writing.dispose()

    def find(self, place: str) -> KeptLetter:
        """The letter of that place.

        Raises:
            StoreError: there is none.
        """
        partition, _, offset = place.rpartition(":")
        row = None
        if partition and offset.isdecimal():
            here = (dead_letters.c.partition == partition) & (dead_letters.c.offset == int(offset))
            with self._reading.connect() as connection:
                row = connection.execute(QUERY.where(here)).mappings().first()
        if row is None:
            msg = f"no dead letter {place}: write PARTITION:OFFSET as `groundswell deadletters list` shows them"
            raise StoreError(msg)
        return _kept(row)

    def matching(self, reason: str | None = None) -> Iterator[KeptLetter]:
        """Every letter, or those of one reason, the oldest first."""
        column = dead_letters.c
        order = tuple_(column.seq, column.partition, column.offset)
        query = QUERY.order_by(column.seq, column.partition, column.offset).limit(PAGE_ROWS)
        if reason is not None:
            query = query.where(column.reason == reason)
        page = self._rows(query)
        while page:
            yield from map(_kept, page)
            last = page[-1]
            page = self._rows(query.where(order > (last["seq"], last["partition"], last["offset"])))

    def _rows(self, query: Select[Any]) -> Sequence[RowMapping]:
        with self._reading.connect() as connection:
            return connection.execute(query).mappings().all()

    def mark(self, letters: Sequence[DeadLetter], target: str, now_ms: int) -> None:
        """Note that these were put back; a second time counts as the time.

        Raises:
            StoreError: the store cannot be written.
        """
        if self._writing is None:
            self._writing = open_engine(self._url, writable=True)
        with self._writing.begin() as connection:
            for letter in letters:
                row = {"partition": letter.partition, "offset": letter.offset, "time_ms": now_ms, "target": target}
                here = (redriven.c.partition == letter.partition) & (redriven.c.offset == letter.offset)
                connection.execute(delete(redriven).where(here))
                connection.execute(insert(redriven).values(row))


def _kept(row: RowMapping) -> KeptLetter:
    return KeptLetter(
        letter=dead_letter(row),
        topic=row["topic"] or "",
        published_ms=row["published_ms"],
        redriven_ms=row["redriven_ms"],
        target=row["target"] or "",
    )
