"""Connections to the store, and the one place where a driver's error becomes ours.

    StoreError                 the store cannot be used; the text says what, where and what to do
    +-- StoreBusyError         retriable: locked, disk full, connection lost; nothing of the transaction was kept
    +-- LeaseError             another runner writes (monitor/lease.py)
    SnapshotError              the store can be used, but no snapshot in it can be read

SQLite is used in WAL mode with synchronous=FULL: a commit is on the disk before `begin()` returns. A killed process
loses nothing at any setting, but with NORMAL a power cut may take the last commits, and then a notice was sent for an
alert that the ledger does not know. One fsync per batch is the price (docs/decisions.md).

Python's sqlite3 opens a transaction by itself, and only before INSERT, UPDATE and DELETE: a SELECT or CREATE before
it runs outside. So its own handling is turned off (isolation_level None) and BEGIN is ours: IMMEDIATE for a writer,
which waits for the lock at once instead of failing half-way on an upgrade, plain for a reader.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Engine, Table, create_engine, event, make_url
from sqlalchemy.engine import Connection, ExceptionContext
from sqlalchemy.exc import ArgumentError
from sqlalchemy.pool import QueuePool

from streams.secrets import note_secret

WRITER_WAIT_MS = 30_000
LOCK_STEP_MS = 100
READER_WAIT_MS = 5_000
FORMS = "write sqlite:///groundswell.db, sqlite:////absolute/path.db or postgresql://user@host/database"


class StoreError(Exception):
    """The store cannot be used; the text says what happened, where, and what to do."""

    retriable = False


class StoreBusyError(StoreError):
    """The store cannot be used now; the transaction left nothing and may be tried again."""

    retriable = True


class LeaseError(StoreError):
    """Another runner holds the right to write."""


class SnapshotError(Exception):
    """No snapshot that this version can read; `replay.restore` knows whether the state can be folded anew."""


def open_engine(url: str, *, writable: bool, wait_ms: int | None = None) -> Engine:
    """An engine whose every error is a `StoreError`.

    Args:
        url: a SQLAlchemy URL of SQLite or PostgreSQL.
        writable: a reader cannot write, and does not create the file.
        wait_ms: how long to wait for a lock.

    Raises:
        StoreError: the URL is of neither, or the file or its folder is missing.
    """
    wait = wait_ms if wait_ms is not None else (WRITER_WAIT_MS if writable else READER_WAIT_MS)
    try:
        parsed = make_url(url)
    except ArgumentError:
        shown = repr(url) if "@" not in url else "URL"
        msg = f"store {shown} is not a database URL: {FORMS}"
        raise StoreError(msg) from None
    note_secret(parsed.password or "")
    match parsed.get_backend_name():
        case "sqlite":
            engine = _sqlite(parsed, wait, writable=writable)
        case "postgresql":
            engine = _postgresql(parsed, wait, writable=writable)
        case other:
            msg = f"store {parsed.render_as_string(hide_password=True)}: {other} is not supported: {FORMS}"
            raise StoreError(msg)
    place = place_of(engine)

    @event.listens_for(engine, "handle_error")
    def raise_ours(context: ExceptionContext) -> None:  # pyright: ignore[reportUnusedFunction]
        error = context.original_exception
        if not isinstance(error, Exception):  # a Ctrl-C, a stop that is overdue: not the store's
            return
        if context.is_pre_ping and context.is_disconnect:  # the pool then makes a new connection
            return
        kind = _sqlite_error if isinstance(error, sqlite3.Error) else _postgresql_error
        raise kind(error, place) from error

    return engine


def place_of_url(url: str) -> str:
    """A store's address as a log line names it: without its password."""
    return make_url(url).render_as_string(hide_password=True)


def place_of(engine: Engine) -> str:
    """Where a store is, as an error names it: without its password."""
    if engine.dialect.name == "sqlite":
        return f"store {engine.url.database}"
    return f"store {engine.url.set(drivername=engine.dialect.name).render_as_string(hide_password=True)}"


def reading(engine: Engine) -> Engine:
    """The same connections, for reads that see one state of the store and hold up no writer."""
    if engine.dialect.name == "sqlite":
        return engine.execution_options(reading=True)
    return engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)


def copy_rows(connection: Connection, table: Table, rows: Iterable[Sequence[Any]]) -> None:
    """Write rows to PostgreSQL by COPY, in the connection's transaction; a value for every column, in its order.

    Raises:
        StoreError: as for any other statement.
    """
    import psycopg  # a store of SQLite's need not have it

    driver: Any = connection.connection.driver_connection
    quote = connection.dialect.identifier_preparer.quote
    columns = ", ".join(quote(column.name) for column in table.columns)
    try:
        with driver.cursor() as cursor, cursor.copy(f"COPY {quote(table.name)} ({columns}) FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)
    except psycopg.Error as error:
        raise _postgresql_error(error, place_of(connection.engine)) from error


def _sqlite(url: URL, wait_ms: int, *, writable: bool) -> Engine:
    path = _checked_path(url, writable=writable)
    uri = f"{path.as_uri()}?mode={'rwc' if writable else 'ro'}"
    engine = create_engine(
        URL.create("sqlite", database=url.database),
        creator=lambda: sqlite3.connect(
            uri, uri=True, timeout=wait_ms / 1000, isolation_level=None, check_same_thread=False
        ),
        poolclass=QueuePool,
    )

    @event.listens_for(engine, "connect")
    def configure(connection: sqlite3.Connection, _record: object) -> None:  # pyright: ignore[reportUnusedFunction]
        for pragma in _pragmas(writable=writable):
            connection.execute(pragma).close()

    @event.listens_for(engine, "begin")
    def begin_ours(connection: Connection) -> None:  # pyright: ignore[reportUnusedFunction]
        only_reads = not writable or connection.get_execution_options().get("reading", False)
        if only_reads:
            connection.exec_driver_sql("BEGIN")
        else:
            _begin_writing(connection, wait_ms)

    return engine


def _begin_writing(connection: Connection, wait_ms: int) -> None:
    """Wait for SQLite's lock in short steps: a wait in C as a whole would let no signal in."""
    driver: Any = connection.connection.driver_connection
    deadline_s = time.monotonic() + wait_ms / 1000
    driver.execute(f"PRAGMA busy_timeout={min(LOCK_STEP_MS, wait_ms)}").close()
    try:
        while time.monotonic() < deadline_s and _is_locked_out(driver):
            pass
        if not driver.in_transaction:
            connection.exec_driver_sql("BEGIN IMMEDIATE")  # once more: its error is ours
    finally:
        driver.execute(f"PRAGMA busy_timeout={wait_ms}").close()


def _is_locked_out(driver: sqlite3.Connection) -> bool:
    """Try to begin; whether another connection has the lock."""
    try:
        driver.execute("BEGIN IMMEDIATE").close()
    except sqlite3.Error as error:
        return error.sqlite_errorname.startswith("SQLITE_BUSY")
    return False


def _pragmas(*, writable: bool) -> tuple[str, ...]:
    shared = ("PRAGMA cache_size=-65536", "PRAGMA temp_store=MEMORY", "PRAGMA foreign_keys=ON")
    if not writable:
        return (*shared, "PRAGMA query_only=ON")
    return (
        *shared,
        "PRAGMA page_size=8192",  # of a new file: a tenth less time and disk than 4096
        "PRAGMA journal_mode=WAL",
        "PRAGMA synchronous=FULL",
        "PRAGMA wal_autocheckpoint=2000",
        "PRAGMA journal_size_limit=67108864",
    )


def _checked_path(url: URL, *, writable: bool) -> Path:
    if not url.database or url.database == ":memory:":
        msg = f"store {url}: a store in memory can be read by nobody else: {FORMS}"
        raise StoreError(msg)
    path = Path(url.database).absolute()
    if path.is_dir():
        msg = f"store {path}: is a folder: name a file in it"
        raise StoreError(msg)
    if writable and not path.parent.is_dir():
        msg = f"store {path}: the folder {path.parent} does not exist: create it, or name another one"
        raise StoreError(msg)
    if not writable and not path.exists():
        msg = f"store {path}: no such file: `groundswell run` or `groundswell replay --store` writes one"
        raise StoreError(msg)
    return path


def _postgresql(url: URL, wait_ms: int, *, writable: bool) -> Engine:
    options = f"-c lock_timeout={wait_ms} -c timezone=UTC"
    if not writable:
        options += " -c default_transaction_read_only=on -c default_transaction_isolation=repeatable\\ read"
    return create_engine(
        url.set(drivername="postgresql+psycopg"),
        paramstyle="format",  # positional, as SQLite's: one way to write many rows
        pool_pre_ping=True,
        connect_args={"connect_timeout": 10, "options": options},
    )


# The first prefix of the driver's code that fits decides.
SQLITE_ERRORS: dict[str, tuple[type[StoreError], str]] = {
    "SQLITE_BUSY": (StoreBusyError, "is locked by another process: stop it, or try again"),
    "SQLITE_LOCKED": (StoreBusyError, "is locked by another connection: try again"),
    "SQLITE_FULL": (StoreBusyError, "the disk is full: free some space, and go on; nothing was lost"),
    "SQLITE_IOERR": (StoreBusyError, "the disk does not answer as it should: check it, and try again"),
    "SQLITE_CORRUPT": (
        StoreError,
        "is damaged: move it away, save what `sqlite3 FILE .recover` can read, and replay the log into a new store",
    ),
    "SQLITE_NOTADB": (StoreError, "is not a SQLite database: name another file, or move this one away"),
    "SQLITE_CANTOPEN": (StoreError, "cannot be opened: check the rights of the file and of its folder"),
    "SQLITE_READONLY": (StoreError, "cannot be written: check the rights of the file and of its folder"),
    "SQLITE_PERM": (StoreError, "cannot be written: check the rights of the file and of its folder"),
    "SQLITE_CONSTRAINT": (StoreError, "holds such a row already: two runners write, or a batch was written twice"),
    "": (StoreError, "the statement failed"),
}

# By SQLSTATE; "" is a connection that was refused or broke before the server could name a state.
POSTGRESQL_ERRORS: dict[str, tuple[type[StoreError], str]] = {
    "08": (StoreBusyError, "the connection broke: check the server, and try again"),
    "40": (StoreBusyError, "two transactions were in each other's way: try again"),
    "53": (StoreBusyError, "the server has no disk, memory or connection left: free some, and try again"),
    "55P03": (StoreBusyError, "is locked by another process: stop it, or try again"),
    "57": (StoreBusyError, "the server is stopping or starting: try again"),
    "23": (StoreError, "holds such a row already: two runners write, or a batch was written twice"),
    "25006": (StoreError, "cannot be written: this connection only reads"),
    "28": (StoreError, "the server refused the user or the password: check the URL"),
    "3D": (StoreError, "there is no such database: create it (`createdb`), or name another one"),
    "42501": (StoreError, "the user may not do this: grant it the rights on the schema"),
    "XX": (StoreError, "the server reports damaged data: see its log"),
    "": (StoreError, "the statement failed"),
}

# A connection that is refused carries no SQLSTATE; these words of the server stand for one.
CONNECTION_PHRASES = {"authentication failed": "28", "pg_hba.conf": "28", "role ": "28", "does not exist": "3D"}


def _sqlite_error(error: BaseException, place: str) -> StoreError:
    return _first_fit(SQLITE_ERRORS, getattr(error, "sqlite_errorname", ""), place, error)


def _postgresql_error(error: BaseException, place: str) -> StoreError:
    state = getattr(error, "sqlstate", None)
    if state is None and type(error).__name__ in {"OperationalError", "ConnectionTimeout"}:
        state = next((state for phrase, state in CONNECTION_PHRASES.items() if phrase in str(error)), "08")
    return _first_fit(POSTGRESQL_ERRORS, state or "", place, error)


def _first_fit(
    table: dict[str, tuple[type[StoreError], str]], code: str, place: str, error: BaseException
) -> StoreError:
    kind, advice = next(value for prefix, value in table.items() if code.startswith(prefix))
    detail = " ".join(str(error).split()) or type(error).__name__
    return kind(f"{place}: {advice} ({detail})")
