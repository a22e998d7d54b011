"""A disk that can be made full and roomy again while a runner writes to it.

A small tmpfs where we may mount one: the runner meets the real ENOSPC. Elsewhere a quota on the pages of the SQLite
file, read anew at each transaction, by a runner that is started through this module: SQLite's own SQLITE_FULL.
"""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import Protocol

QUOTA = "CHAOS_PAGE_QUOTA"
ROOMY_BYTES = 4 << 30
SPARE_BYTES = 256 << 10


class Disk(Protocol):
    """Where the store is."""

    folder: Path
    runner: list[str]  # how a runner is started that lives on it

    def fill(self, store: Path) -> None:
        """Leave no room."""
        ...

    def free(self) -> None:
        """Have room again."""
        ...

    def close(self) -> None:
        """Take it down."""
        ...


class Tmpfs:
    """A file system in memory; its size is set while it is in use."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.runner = [sys.executable, "-m", "monitor"]
        folder.mkdir()
        _mount("-t", "tmpfs", "-o", f"size={ROOMY_BYTES}", "tmpfs", str(folder))

    def fill(self, store: Path) -> None:
        """Empty the write-ahead log, which would be written over in place, and take all room but a little."""
        with closing(sqlite3.connect(store, timeout=30)) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        of = os.statvfs(self.folder)
        self._resize((of.f_blocks - of.f_bfree) * of.f_frsize + SPARE_BYTES)

    def free(self) -> None:
        self._resize(ROOMY_BYTES)

    def _resize(self, size: int) -> None:
        _mount("-o", f"remount,size={size}", str(self.folder))

    def close(self) -> None:
        subprocess.run(["umount", "--lazy", str(self.folder)], check=True)


class PageQuota:
    """No more pages for the store's file than it has."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir()
        self.folder = folder
        self.runner = [sys.executable, "-m", "tests.integration.full_disk"]
        self._quota = folder / "quota"
        os.environ[QUOTA] = str(self._quota)
        self.free()

    def fill(self, store: Path) -> None:
        del store  # a quota below what is there counts as that
        self._quota.write_text("1")

    def free(self) -> None:
        self._quota.write_text(str(ROOMY_BYTES // 4096))

    def close(self) -> None:
        del os.environ[QUOTA]


def small_disk(folder: Path) -> Disk:
    """A tmpfs, or the quota where none may be mounted."""
    try:
        return Tmpfs(folder)
    except (OSError, subprocess.CalledProcessError):
        folder.rmdir()
        return PageQuota(folder)


def _mount(*arguments: str) -> None:
    subprocess.run(["mount", *arguments], check=True, stderr=subprocess.DEVNULL)


def _run_with_quota() -> None:
    from sqlalchemy import Engine, event
    from sqlalchemy.engine import Connection

    from monitor.cli import main

    @event.listens_for(Engine, "begin")
    def limit(connection: Connection) -> None:  # pyright: ignore[reportUnusedFunction]
        pages = Path(os.environ[QUOTA]).read_text()
        connection.exec_driver_sql(f"PRAGMA max_page_count={pages}").close()

    main()


if __name__ == "__main__":
    _run_with_quota()
