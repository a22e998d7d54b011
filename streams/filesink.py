"""A file of JSON lines as a place where news goes, in the form of the topic: it can be replayed as it stands."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from streams.codec import encode
from streams.records import NewsItem
from streams.source import AccessDenied, StreamError


class FileSink:
    """Appends items to a file; what `flush` returned from is on the disk."""

    def __init__(self, path: Path) -> None:
        """Open for appending; a line that a crash cut short is ended.

        Raises:
            AccessDenied: it cannot be written.
        """
        self._path = path
        try:
            self._stream = path.open("a+b")
            if self._stream.tell():
                self._stream.seek(-1, os.SEEK_END)
                if self._stream.read(1) != b"\n":
                    self._stream.write(b"\n")
        except OSError as error:
            msg = f"{path}: cannot be written: {error.strerror}"
            raise AccessDenied(msg) from error

    def send(self, items: Iterable[NewsItem]) -> None:
        """Queue items."""
        for item in items:
            self._stream.write(encode(item) + b"\n")

    def flush(self) -> None:
        """Put what was queued on the disk.

        Raises:
            StreamError: it is full, or gone.
        """
        try:
            self._stream.flush()
            os.fsync(self._stream.fileno())
        except OSError as error:
            msg = f"{self._path}: cannot be written: {error.strerror}"
            raise StreamError(msg) from error

    def close(self) -> None:
        """Close the file."""
        self._stream.close()
