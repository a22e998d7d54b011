"""Copies and near-copies of one report share a story, and a story counts once per watch key.

A headline joins the most similar story (wording.py; ties: the oldest) whose first copy is at most 24 hours older, and
is compared with that first copy alone. Compared are the stories that share one of the four keys of signature.py, of
each key the newest `PER_KEY`, where the sets of words, names and numbers allow it. The state is a pure fold in the
order of event time: a book of stories for each day that an item can still reach.

Of a batch, most headlines share no key with anything. They begin stories of their own, all at once on arrays; the
others are taken one by one, in the order of the fold.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby, pairwise

import numpy as np
from numpy.typing import NDArray

from monitor.keytable import EMPTY, Hashes
from monitor.signature import Signatures, signatures
from monitor.storybook import PER_KEY, Book, Keys, Known
from monitor.wording import similarity

STORY_MS = 86_400_000


@dataclass(slots=True)
class Stories:
    """The stories of the days that an item can still reach, by day (`first_ms // STORY_MS`), oldest first."""

    books: dict[int, Book] = field(default_factory=lambda: dict[int, Book]())
    begun: int = 0

    def count(self, times_ms: Sequence[int], headlines: Sequence[str], keys: Sequence[Keys]) -> list[Keys]:
        """Give items, in the order of the fold, their stories.

        Returns:
            For each item the keys for which it is its story's first copy: the very `keys` given where it is for all.
        """
        fresh = list(keys)
        days = np.array(times_ms, np.int64) // STORY_MS
        for first, last in pairwise(np.flatnonzero(np.r_[True, days[1:] != days[:-1], True]).tolist() if fresh else ()):
            part = slice(first, last)
            fresh[part] = self._count_day(int(days[first]), times_ms[part], headlines[part], fresh[part])
        return fresh

    def _count_day(self, day: int, times_ms: Sequence[int], headlines: Sequence[str], keys: list[Keys]) -> list[Keys]:
        book, before = self.books.setdefault(day, Book()), self.books.get(day - 1, Book())
        found = signatures(headlines)
        flat, shape = found.keys.ravel(), found.keys.shape
        firsts, older = book.table.find(flat).reshape(shape), before.table.find(flat).reshape(shape)
        alone = ~((firsts != EMPTY) | (older != EMPTY) | _repeated(flat).reshape(shape)).any(axis=1)
        own = np.flatnonzero(alone)
        known = [(times_ms[n], headlines[n], keys[n]) for n in own.tolist()]
        book.extend((own + self.begun).tolist(), known, Signatures(*(column[own] for column in found)))
        fresh = list(keys)
        others: list[int] = np.flatnonzero(~alone).tolist()
        lists = [column[others].tolist() for column in (found.keys, older, firsts, *found[1:])]
        for n, (index_keys, olds, rows, *sets) in zip(others, zip(*lists, strict=True), strict=True):
            near = _near(before, olds, book, rows, index_keys)
            story = _nearest(near, times_ms[n], headlines[n], sets)
            if story is None:
                book.begin(self.begun + n, (times_ms[n], headlines[n], keys[n]), index_keys, rows, sets)
            else:
                fresh[n] = story[0].count(story[1], keys[n])
        self.begun += len(headlines)
        book.settle()
        return fresh

    def forget(self, before_ms: int) -> None:
        """Drop the days that no item from `before_ms` on can reach."""
        for day in [day for day in self.books if day < before_ms // STORY_MS - 1]:
            del self.books[day]

    def open(self, before_ms: int) -> Iterator[Known]:
        """The stories that an item at `before_ms` may join, oldest first."""
        for _, book in sorted(self.books.items()):
            for row in sorted(range(len(book.first_ms)), key=book.numbers.__getitem__):
                if before_ms - book.first_ms[row] <= STORY_MS:
                    yield book.first_ms[row], book.headlines[row], book.counted[row]

    @classmethod
    def of(cls, known: Iterable[Known]) -> Stories:
        """Open stories again, in the order of `open`."""
        stories = cls()
        for day, group in groupby(known, key=lambda story: story[0] // STORY_MS):
            rows = list(group)
            book = stories.books.setdefault(day, Book())
            keys, *columns = signatures([headline for _, headline, _ in rows])
            sets = zip(*(column.tolist() for column in columns), strict=True)
            for row, index_keys, own in zip(rows, keys.tolist(), sets, strict=True):
                book.begin(stories.begun, row, index_keys, [EMPTY] * len(index_keys), own)
                stories.begun += 1
            book.settle()
        return stories


def _repeated(keys: Hashes) -> NDArray[np.bool_]:
    """Which of the keys occur more than once."""
    order = np.argsort(keys)
    same = keys[order[1:]] == keys[order[:-1]]
    repeated = np.zeros(len(keys), np.bool_)
    repeated[order[1:][same]] = True
    repeated[order[:-1][same]] = True
    return repeated


def _near(
    before: Book, older: Sequence[int], book: Book, firsts: Sequence[int], index_keys: Sequence[int]
) -> list[tuple[Book, int]]:
    """The stories that share a key, of each key the newest, oldest first and each once."""
    found: dict[int, tuple[Book, int]] = {}
    for key, old, first in zip(index_keys, older, firsts, strict=True):
        rows = book.rows_of(key, first) if first != EMPTY or key in book.pending else ()
        if old != EMPTY:
            old_rows = before.rows_of(key, old)
            for row in old_rows[max(0, len(old_rows) + len(rows) - PER_KEY) :]:
                found[before.numbers[row]] = (before, row)
        for row in rows:
            found[book.numbers[row]] = (book, row)
    return [found[number] for number in sorted(found)] if len(found) > 1 else list(found.values())


def _nearest(
    near: Sequence[tuple[Book, int]], time_ms: int, headline: str, sets: Sequence[int]
) -> tuple[Book, int] | None:
    """The most similar story, the oldest of several; None where none is of the same report."""
    best, share = None, 0.0
    for book, row in near:
        if share < 1.0 and time_ms - book.first_ms[row] <= STORY_MS and book.may_match(row, *sets):
            other = similarity(headline, book.headlines[row])
            if other > share:
                best, share = (book, row), other
    return best
