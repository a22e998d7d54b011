"""The hash table against a dictionary."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.keytable import EMPTY, KeyTable

# Few low bits and many collisions; 0 is a key like any other.
KEYS = st.integers(0, 2**64 - 1) | st.integers(0, 40).map(lambda n: n * 4_096) | st.integers(0, 40)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.lists(KEYS, max_size=400), max_size=6))
def test_against_a_dictionary(batches: list[list[int]]) -> None:
    table, plain = KeyTable(), dict[int, int]()
    for n, batch in enumerate(batches):
        keys = np.array(batch, np.uint64)
        assert table.find(keys).tolist() == [plain.get(key, EMPTY) for key in batch]
        once = list(dict.fromkeys(batch))
        rows = np.arange(1_000 * n, 1_000 * n + len(once), dtype=np.int32)
        assert table.put(np.array(once, np.uint64), rows).tolist() == [plain.get(key, EMPTY) for key in once]
        plain |= dict(zip(once, rows.tolist(), strict=True))
        assert table.taken == len(plain)
        assert table.find(keys).tolist() == [plain[key] for key in batch]


def test_it_grows_and_keeps_what_it_has() -> None:
    table = KeyTable()
    keys = np.arange(20_000, dtype=np.uint64) * np.uint64(64)
    for part in np.split(keys, 10):
        table.put(part, (part // np.uint64(64)).astype(np.int32))
    assert table.find(keys).tolist() == list(range(20_000))
    assert 2 * table.taken <= len(table.keys)
