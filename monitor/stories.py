"""Copies and near-copies of one report share a story, and a story counts once per watch key.

A headline joins the most similar story (wording.py; ties: the oldest) whose first copy is at most 24 hours older, and
is compared with that first copy alone. Compared are the stories that share one of the four keys of signature.py, of
each key the newest `PER_KEY`, where the sets of words, names and numbers allow it (candidates.py). The state is a pure
fold in the order of event time: a book of stories for each day that an item can still reach.

Of a batch, most headlines have nothing to be compared with. They begin stories of their own, all at once on arrays;
the others are taken one by one, in the order of the fold.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby, pairwise

import numpy as np

from monitor.candidates import PER_KEY, STORY_MS, Flags, find_pairs, group
from monitor.signature import Signatures, signatures
from monitor.storybook import Book, Keys, Rows
from monitor.wording import similarity

MOST_PAIRS = 65_536  # of headlines of one part of a batch: where many share a key, the parts get smaller

Known = tuple[int, str, Keys]  # the time of a story's first copy, its headline, the keys counted for


@dataclass(slots=True)
class Stories:
    """The stories of the days that an item can still reach, by day (`first_ms // STORY_MS`), oldest first."""

    books: dict[int, Book] = field(default_factory=lambda: dict[int, Book]())

    def count(self, times_ms: Sequence[int], headlines: Sequence[str], keys: Sequence[Keys]) -> list[Keys]:
        """Give items, in the order of the fold, their stories.

        Returns:
            For each item the keys for which it is its story's first copy: the very `keys` given where it is for all.
        """
        fresh = list(keys)
        if not fresh:
            return fresh
        times, found = np.array(times_ms, np.int64), signatures(headlines)
        days = times // STORY_MS
        for first, last in pairwise(np.flatnonzero(np.r_[True, days[1:] != days[:-1], True]).tolist()):
            day, part = int(days[first]), slice(first, last)
            before, book = self.books.get(day - 1, Book()), self.books.setdefault(day, Book())
            own = Signatures(*(column[part] for column in found))
            fresh[part] = _Part(times[part], headlines[part], fresh[part], own, before, book).count()
        return fresh

    def forget(self, before_ms: int) -> None:
        """Drop the days that no item from `before_ms` on can reach."""
        for day in [day for day in self.books if day < before_ms // STORY_MS - 1]:
            del self.books[day]

    def drop(self, keys: frozenset[str]) -> None:
        """Let no story have counted for some keys."""
        for book in self.books.values():
            book.counted = [
                counted if keys.isdisjoint(counted) else tuple([key for key in counted if key not in keys])
                for counted in book.counted
            ]

    def open(self, before_ms: int) -> Iterator[Known]:
        """The stories that an item at `before_ms` may join, oldest first."""
        for _, book in sorted(self.books.items()):
            for first_ms, headline, counted in zip(book.first_ms, book.headlines, book.counted, strict=True):
                if before_ms - first_ms <= STORY_MS:
                    yield first_ms, headline, counted

    @classmethod
    def of(cls, known: Iterable[Known]) -> Stories:
        """Open stories again, in the order of `open`."""
        stories = cls()
        for day, one in groupby(known, key=lambda story: story[0] // STORY_MS):
            times_ms, headlines, counted = zip(*one, strict=True)
            stories.books.setdefault(day, Book()).extend(times_ms, headlines, counted, signatures(headlines))
        return stories


@dataclass(slots=True)
class _Part:
    """Headlines of one day, in the order of the fold, and the books of yesterday and today; `counted` as in a book."""

    times_ms: Rows
    headlines: Sequence[str]
    keys: Sequence[Keys]
    found: Signatures
    before: Book
    book: Book
    counted: list[Keys] = field(init=False)

    def count(self) -> list[Keys]:
        """Let each join a story or begin one; returns the keys for which it is the first."""
        groups = group(self.found.keys)
        if int(groups.ranks.sum()) > MOST_PAIRS:
            middle = len(self.headlines) // 2
            return [*self._part(slice(middle)).count(), *self._part(slice(middle, None)).count()]
        fresh, self.counted = list(self.keys), list(self.keys)
        began = np.ones(len(fresh), np.bool_)
        pairs = find_pairs(groups, self.times_ms, self.found, self.before, self.book)
        columns: Iterator[tuple[int, ...]] = zip(*(column.tolist() for column in pairs), strict=True)
        for item, near in groupby(columns, key=_item):
            story = self._nearest(self.headlines[item], near, began, groups.members)
            if story is not None:
                began[item] = False
                fresh[item] = _first_for(*self._place(story)[1:], self.keys[item])
        self._begin(began)
        return fresh

    def _part(self, part: slice) -> _Part:
        found = Signatures(*(column[part] for column in self.found))
        return _Part(self.times_ms[part], self.headlines[part], self.keys[part], found, self.before, self.book)

    def _nearest(self, headline: str, near: Iterable[tuple[int, ...]], began: Flags, members: Rows) -> int | None:
        """The most similar story, the oldest of several; None where none is of the same report."""
        best, share, done, base = None, 0.0, None, len(self.book.headlines)
        for _, story, rank, first, last in near:
            if story == done or (story >= base and not began[story - base]):
                continue
            if rank + last - first >= PER_KEY and rank + np.count_nonzero(began[members[first:last]]) >= PER_KEY:
                continue
            headlines, _, row = self._place(story)
            done, other = story, similarity(headline, headlines[row])
            if other > share:
                best, share = story, other
            if share == 1.0:
                break
        return best

    def _place(self, story: int) -> tuple[Sequence[str], list[Keys], int]:
        """Where a story of candidates.py stands: the headlines, the keys counted for, and the row in both."""
        row = story - len(self.book.headlines)
        if row >= 0:
            return self.headlines, self.counted, row
        book = self.book if story >= 0 else self.before
        return book.headlines, book.counted, story

    def _begin(self, began: Flags) -> None:
        """Put the stories that began into today's book."""
        rows: list[int] = np.flatnonzero(began).tolist()
        self.book.extend(
            self.times_ms[began].tolist(),
            [self.headlines[row] for row in rows],
            [self.counted[row] for row in rows],
            Signatures(*(column[began] for column in self.found)),
        )


def _item(pair: tuple[int, ...]) -> int:
    return pair[0]


def _first_for(counted: list[Keys], row: int, keys: Keys) -> Keys:
    """Count a copy of a story; returns the keys for which it is the first."""
    before = counted[row]
    fresh = tuple([key for key in keys if key not in before])
    if fresh:
        counted[row] = before + fresh
    return fresh
