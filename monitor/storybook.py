"""The stories that began on one day, in columns, and where to find those that share a key."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from monitor.keytable import EMPTY, KeyTable
from monitor.signature import Signatures

PER_KEY = 8

Keys = tuple[str, ...]
Known = tuple[int, str, Keys]  # the time of a story's first copy, its headline, the keys counted for


@dataclass(slots=True)
class Book:
    """One row a story: its place among all, its first copy, the watch keys it has counted for, and three sets of bits.

    A key of a single story stands in `table`; of several, the newest rows are in `shared`. `pending` are keys of the
    batch in hand, until `settle`.
    """

    numbers: array[int] = field(default_factory=lambda: array("q"))
    first_ms: array[int] = field(default_factory=lambda: array("q"))
    headlines: list[str] = field(default_factory=lambda: list[str]())
    counted: list[Keys] = field(default_factory=lambda: list[Keys]())
    words: array[int] = field(default_factory=lambda: array("Q"))
    names: array[int] = field(default_factory=lambda: array("Q"))
    facts: array[int] = field(default_factory=lambda: array("Q"))
    table: KeyTable = field(default_factory=KeyTable)
    shared: dict[int, list[int]] = field(default_factory=lambda: dict[int, list[int]]())
    pending: dict[int, int] = field(default_factory=lambda: dict[int, int]())

    def extend(self, numbers: Sequence[int], known: Sequence[Known], found: Signatures) -> None:
        """Add stories none of whose keys is here yet or is shared among them."""
        rows = np.arange(len(self.headlines), len(self.headlines) + len(known), dtype=np.int32)
        self.numbers.extend(numbers)
        self.first_ms.extend([first_ms for first_ms, _, _ in known])
        self.headlines.extend([headline for _, headline, _ in known])
        self.counted.extend([keys for _, _, keys in known])
        for column, bits in ((self.words, found.words), (self.names, found.names), (self.facts, found.numbers)):
            column.frombytes(bits.tobytes())
        self.table.insert(found.keys.ravel(), np.repeat(rows, found.keys.shape[1]))

    def begin(
        self, number: int, known: Known, index_keys: Sequence[int], firsts: Sequence[int], sets: Sequence[int]
    ) -> None:
        """Add one story, whatever its keys; `firsts` are the table's rows for them."""
        row = len(self.headlines)
        first_ms, headline, keys = known
        self.numbers.append(number)
        self.first_ms.append(first_ms)
        self.headlines.append(headline)
        self.counted.append(keys)
        for column, bits in zip((self.words, self.names, self.facts), sets, strict=True):
            column.append(bits)
        for key, first in zip(index_keys, firsts, strict=True):
            oldest = first if first != EMPTY else self.pending.setdefault(key, row)
            if oldest == row:
                continue
            rows = self.shared.setdefault(key, [oldest])
            if rows[-1] != row:
                rows.append(row)
                del rows[:-PER_KEY]

    def settle(self) -> None:
        """Put the keys of the batch in hand into the table."""
        self.table.insert(np.array(list(self.pending), np.uint64), np.array(list(self.pending.values()), np.int32))
        self.pending.clear()

    def rows_of(self, key: int, first: int) -> Sequence[int]:
        """The newest rows with a key that is here, oldest first; `first` is the table's row for it."""
        return self.shared.get(key) or (first if first != EMPTY else self.pending[key],)

    def count(self, row: int, keys: Keys) -> Keys:
        """Count a copy of a story; returns the keys for which it is the first."""
        counted = self.counted[row]
        fresh = tuple([key for key in keys if key not in counted])
        if fresh:
            self.counted[row] = counted + fresh
        return fresh

    def may_match(self, row: int, words: int, names: int, numbers: int) -> bool:
        """Whether a headline with these sets can be a copy of a story, as far as they say."""
        if self.facts[row] & ~numbers and numbers & ~self.facts[row]:
            return False
        own = self.words[row]
        extra, missing = words & ~own, own & ~words
        if not (extra and missing):
            return True
        if extra & names and missing & self.names[row]:
            return False
        return 5 * (words & own).bit_count() >= 3 * (words | own).bit_count()
