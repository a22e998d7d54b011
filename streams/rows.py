"""Files as records: each line or row of a JSONL, CSV or Parquet file as JSON bytes, with its number from 1.

A row becomes the JSON object that a topic would carry, so that a file and a topic mean the same.
"""

from __future__ import annotations

import csv
import gzip
import json
import math
import sys
import zlib
from collections.abc import Generator, Iterator, Mapping
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import Any, BinaryIO, cast

from streams.source import AccessDenied, MalformedFeed, StreamError, UnknownTopic, Unreachable

LINES = (".jsonl", ".ndjson", ".json")
KINDS = "*.jsonl, *.ndjson, *.json (one object a line), *.csv (each also with .gz) or *.parquet"


def read_rows(path: Path) -> Iterator[tuple[int, bytes]]:
    """(number from 1, JSON bytes) of each record; blank lines are none.

    Raises:
        UnknownTopic: there is no such file.
        MalformedFeed: it is not what its name says.
        AccessDenied: it may not be read.
        Unreachable: the file system failed.
    """
    suffixes = [suffix.lower() for suffix in path.suffixes[-2:]]
    zipped = suffixes[-1:] == [".gz"]
    kind = suffixes[-2] if zipped and len(suffixes) == 2 else suffixes[-1] if suffixes else ""
    if kind not in (*LINES, ".csv", ".parquet") or (zipped and kind == ".parquet"):
        msg = f"{path}: its name says nothing that can be read: {KINDS}"
        raise MalformedFeed(msg)
    with _mapped(path), path.open("rb") as raw:
        if kind == ".parquet":
            yield from _parquet(raw)
            return
        with gzip.open(raw) if zipped else raw as plain:
            stream = cast("BinaryIO", plain)
            yield from _csv(stream) if kind == ".csv" else _lines(stream)


@contextmanager
def _mapped(path: Path) -> Generator[None]:
    try:
        yield
    except (gzip.BadGzipFile, EOFError, zlib.error, csv.Error) as error:
        msg = f"{path}: not what its name says: {error}"
        raise MalformedFeed(msg) from error
    except OSError as error:
        raise _file_error(path, error) from error
    except ValueError as error:  # pyarrow's errors, and an encoding that csv cannot take
        msg = f"{path}: not what its name says: {error}"
        raise MalformedFeed(msg) from error


def _file_error(path: Path, error: OSError) -> StreamError:
    if isinstance(error, FileNotFoundError):
        return UnknownTopic(f"{path}: no such file")
    if isinstance(error, PermissionError):
        return AccessDenied(f"{path}: may not be read: {error.strerror}")
    if isinstance(error, IsADirectoryError):
        return MalformedFeed(f"{path}: a folder; name the files in it")
    return Unreachable(f"{path}: {error}")


def _lines(stream: BinaryIO) -> Iterator[tuple[int, bytes]]:
    for number, line in enumerate(stream, start=1):
        payload = line.strip()
        if payload:
            yield number, payload


def _csv(stream: BinaryIO) -> Iterator[tuple[int, bytes]]:
    """A byte that is not UTF-8 becomes half a surrogate pair, which the codec refuses where it matters."""
    csv.field_size_limit(sys.maxsize)  # an endless field is the codec's to refuse (oversized)
    text = (line.decode("utf-8", "surrogateescape") for line in stream)
    reader = csv.DictReader(_without_mark(text))
    for row in reader:
        yield reader.line_num, _json(row)


def _without_mark(lines: Iterator[str]) -> Iterator[str]:
    for number, line in enumerate(lines):
        yield line.removeprefix("\ufeff") if number == 0 else line


def _parquet(stream: BinaryIO) -> Iterator[tuple[int, bytes]]:
    from pyarrow import parquet  # a second to import: only where it is needed

    number = 0
    for batch in parquet.ParquetFile(stream).iter_batches():
        for row in batch.to_pylist():
            number += 1
            yield number, _json(row)


def _json(row: Mapping[Any, Any]) -> bytes:
    present = {str(name): value for name, value in row.items() if not _is_nan(value)}
    return json.dumps(present, default=_plain).encode()


def _is_nan(value: object) -> bool:
    return isinstance(value, float) and math.isnan(value)


def _plain(value: object) -> str:
    """What JSON has no type for: times as ISO 8601, the rest (decimals, bytes) as text."""
    return value.isoformat() if isinstance(value, date | datetime) else str(value)
