"""Our reader of Kafka's batches finds what kafka-python's own writer wrote, and refuses bytes that do not add up."""

from __future__ import annotations

import warnings

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.kafka_batches import MalformedBatch, read_batch, read_headers

with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)
    from kafka.record.default_records import DefaultRecordBatch, DefaultRecordBatchBuilder

BYTES = st.none() | st.binary(max_size=300)
HEADERS = st.lists(st.tuples(st.text(max_size=5), BYTES), max_size=2)


def written(rows: list[tuple[int, int, bytes | None, bytes | None, list[tuple[str, bytes | None]]]]) -> bytes:
    """A batch of (offset, time, key, value, headers) rows, without its header."""
    builder = DefaultRecordBatchBuilder(2, 0, False, -1, -1, -1, 10_000_000)
    for offset, time_ms, key, value, headers in rows:
        assert builder.append(offset, time_ms, key, value, headers) is not None
    return bytes(builder.build()[DefaultRecordBatch.HEADER_STRUCT.size :])


@given(st.lists(st.tuples(st.integers(-(2**40), 2**40), BYTES, BYTES, HEADERS), min_size=1, max_size=20))
def test_what_was_written_is_read(rows: list[tuple[int, bytes | None, bytes | None, list[tuple[str, bytes | None]]]]):
    data = written([(n * 3, 2**41 + delta, *rest) for n, (delta, *rest) in enumerate(rows)])
    found = read_batch(data, len(rows), 1_000)
    assert [(one.offset, one.payload, one.key) for one in found] == [
        (1_000 + n * 3, value or b"", key) for n, (_, key, value, _) in enumerate(rows)
    ]
    expected = [tuple((name, value or b"") for name, value in headers) for *_, headers in rows]
    assert [read_headers(one.headers) for one in found] == expected


GOOD = written([(0, 0, b"key", b"value", []), (1, 0, None, b"x" * 200, [])])


@pytest.mark.parametrize("data", [b"", GOOD[:-1], GOOD + b"\0", GOOD[1:], b"\xff" * 40, bytes([20]) + GOOD[1:]])
def test_bytes_that_do_not_add_up_are_refused(data: bytes) -> None:
    assert len(read_batch(GOOD, 2, 0)) == 2
    with pytest.raises(MalformedBatch, match="at offset 5 "):
        read_batch(data, 2, 5)


@given(st.binary(max_size=40))
def test_headers_that_do_not_add_up_are_none(data: bytes) -> None:
    assert all(isinstance(value, bytes) for _, value in read_headers(data))
    assert read_headers(read_batch(written([(0, 0, None, b"", [("a", b"b")])]), 1, 0)[0].headers + b"x") == ()
    assert read_headers(b"\x02\x02a") == ()
