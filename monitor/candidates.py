"""Which stories a headline has to be compared with: those of a common key whose sets of bits allow it, on arrays.

Of each key the newest `PER_KEY` stories count. Which headlines of the batch in hand begin one is not known yet, so
all of them stand as candidates, and a pair says what it hangs on: it holds while, with the `rank` stories before, fewer
than `PER_KEY` of the headlines `members[first:last]` began one.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from monitor.keytable import EMPTY
from monitor.signature import Hashes, Signatures
from monitor.storybook import KEYS, Book, Entries, Rows, in_groups

PER_KEY = 8
STORY_MS = 86_400_000

Flags = NDArray[np.bool_]
Sets = tuple[Hashes, Hashes, Hashes]


class Groups(NamedTuple):
    """The keys of n headlines, equal ones together: `keys [m]`, whose they are, `members [m]`, where each group begins.

    Within a group the order is that of the fold.
    """

    keys: Hashes
    members: Rows
    starts: Rows

    @property
    def ranks(self) -> Rows:
        """`[m]`: how many headlines of the batch have the key before this one."""
        return np.arange(len(self.keys)) - self.starts


class Pairs(NamedTuple):
    """Headlines `item [p]` and stories `story [p]` that they may join, by item, then the oldest story first.

    A story is its row today; rows of yesterday count from -1 down, headlines of the batch from today's last row on.
    """

    item: Rows
    story: Rows
    rank: Rows
    first: Rows
    last: Rows


def group(keys: Hashes) -> Groups:
    """`[n, 4]` keys of n headlines, put together."""
    flat = keys.ravel()
    order, follows = in_groups(flat)
    starts = np.maximum.accumulate(np.where(follows, 0, np.arange(len(order))))
    return Groups(flat[order], order // KEYS, starts)


def find_pairs(groups: Groups, times_ms: Rows, found: Signatures, before: Book, book: Book) -> Pairs:
    """The pairs of headlines and stories of yesterday, of today, and of headlines before them in the batch."""
    seen = np.zeros(len(groups.keys), np.int64)
    parts: list[Pairs] = []
    for one, offset in ((book, 0), (before, -len(before.headlines))):
        for at, rows in _newest(one, groups.keys, seen):
            items = groups.members[at]
            fits = _may_match(_sets(found, items), one.sets(rows))
            fits &= times_ms[items] - one.begun_ms(rows) <= STORY_MS
            at, rows = at[fits], rows[fits]
            parts.append(Pairs(items[fits], rows + offset, seen[at] - 1, groups.starts[at], at))
    parts.append(_within(groups, found, len(book.headlines)))
    columns = [np.concatenate(column) for column in zip(*parts, strict=True)]
    order = np.lexsort((columns[1], columns[0]))
    return Pairs(*(column[order] for column in columns))


def _newest(book: Book, keys: Hashes, seen: Rows) -> Iterator[tuple[Rows, Rows]]:
    """Step by step from the newest story of each key to older ones: `(places in keys, rows)`; `seen` counts them."""
    entries: Entries = book.table.find(keys)
    at = np.flatnonzero((entries != EMPTY) & (seen < PER_KEY))
    entries = entries[at]
    while len(at):
        seen[at] += 1
        yield at, (entries // KEYS).astype(np.int64)
        entries = book.next_older(entries)
        onward = (entries != EMPTY) & (seen[at] < PER_KEY)
        at, entries = at[onward], entries[onward]


def _within(groups: Groups, found: Signatures, offset: int) -> Pairs:
    """Each headline with all before it in the batch that share a key."""
    ranks = groups.ranks
    last = np.repeat(np.arange(len(ranks)), ranks)
    first = np.arange(len(last)) - np.repeat(np.cumsum(ranks) - ranks, ranks) + groups.starts[last]
    items, others = groups.members[last], groups.members[first]
    fits = _may_match(_sets(found, items), _sets(found, others))
    items, others, first, last = items[fits], others[fits], first[fits], last[fits]
    return Pairs(items, others + offset, np.zeros_like(items), first + 1, last)


def _sets(found: Signatures, rows: Rows) -> Sets:
    return found.words[rows], found.names[rows], found.numbers[rows]


def _may_match(one: Sets, other: Sets) -> Flags:
    """Whether headlines with these sets can be copies of one another, as far as they say."""
    (words, names, numbers), (words_2, names_2, numbers_2) = one, other
    extra, missing = words & ~words_2, words_2 & ~words
    reworded = (extra != 0) & (missing != 0)
    other_fact = ((numbers & ~numbers_2) != 0) & ((numbers_2 & ~numbers) != 0)
    other_name = ((extra & names) != 0) & ((missing & names_2) != 0)
    few = 5 * _sizes(words & words_2) < 3 * _sizes(words | words_2)
    return ~(other_fact | (reworded & (other_name | few)))


def _sizes(sets: Hashes) -> NDArray[np.int16]:
    return np.bitwise_count(sets).astype(np.int16)
