"""The records in one batch of Kafka's log, message format 2, read in one pass; headers are unpacked on request.

kafka-python makes three objects a record and reads timestamp and headers too: 8 microseconds of CPU a record
against 2 (docs/decisions.md). The format: https://kafka.apache.org/documentation/#record
"""

from __future__ import annotations

from streams.partitioned_log import Record


class MalformedBatch(ValueError):
    """The bytes of a batch are no records."""


def read_batch(data: bytes, count: int, base_offset: int) -> list[Record]:
    """Return the `count` records in `data`, the uncompressed part of a batch after its header; no value is empty.

    Raises:
        MalformedBatch: the lengths in it do not add up.
    """
    records: list[Record] = []
    at = 0
    try:
        for _ in range(count):
            length, at = _varint(data, at)
            end = at + length
            at += 1  # attributes: none are in use
            while data[at] > 127:  # the timestamp
                at += 1
            delta, at = _varint(data, at + 1)
            key_length, at = _varint(data, at)
            key_end = at + key_length if key_length > 0 else at
            key = data[at:key_end] if key_length >= 0 else None
            size, at = _varint(data, key_end)
            value_end = at + size if size > 0 else at
            if end > len(data) or value_end > end:
                _refuse(base_offset)
            records.append(Record(base_offset + delta, data[at:value_end], key, data[value_end:end]))
            at = end
    except IndexError:
        _refuse(base_offset)
    if at != len(data):
        _refuse(base_offset)
    return records


def read_headers(packed: bytes) -> tuple[tuple[str, bytes], ...]:
    """Unpack the headers of a record as `read_batch` left them; none where the lengths in them do not add up.

    A value of null reads as empty: kafka-python writes none.
    """
    headers: list[tuple[str, bytes]] = []
    try:
        count, at = _varint(packed, 0) if packed else (0, 0)
        for _ in range(count):
            name, at = _sized(packed, at)
            value, at = _sized(packed, at)
            headers.append((name.decode("utf-8", "replace"), value))
    except IndexError:
        return ()
    return tuple(headers) if at == len(packed) else ()


def _sized(data: bytes, at: int) -> tuple[bytes, int]:
    """(bytes with their length before them, where they end)."""
    size, at = _varint(data, at)
    end = at + max(size, 0)
    return data[at:end], end


def _varint(data: bytes, at: int) -> tuple[int, int]:
    """(a zigzag-coded integer, where it ends)."""
    byte = data[at]
    value, shift = byte & 127, 7
    while byte > 127:
        at += 1
        byte = data[at]
        value |= (byte & 127) << shift
        shift += 7
    return (value >> 1) ^ -(value & 1), at + 1


def _refuse(base_offset: int) -> None:
    msg = f"the batch at offset {base_offset} does not hold the records that it says it holds"
    raise MalformedBatch(msg)
