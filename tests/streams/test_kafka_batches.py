"""Our reader of Kafka's batches finds what kafka-python's own writer wrote, and refuses bytes that do not add up."""

from __future__ import annotations

import warnings

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.kafka_batches import MalformedBatch, read_batch
from streams.partitioned_log import Record

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
    assert read_batch(data, len(rows), 1_000) == [
        Record(1_000 + n * 3, value or b"") for n, (_, _, value, _) in enumerate(rows)
    ]


GOOD = written([(0, 0, b"key", b"value", []), (1, 0, None, b"x" * 200, [])])


@pytest.mark.parametrize("data", [b"", GOOD[:-1], GOOD + b"\0", GOOD[1:], b"\xff" * 40, bytes([20]) + GOOD[1:]])
def test_bytes_that_do_not_add_up_are_refused(data: bytes) -> None:
    assert len(read_batch(GOOD, 2, 0)) == 2
    with pytest.raises(MalformedBatch, match="at offset 5 "):
        read_batch(data, 2, 5)
