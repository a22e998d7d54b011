"""The right to write: one runner at a time, fenced by an epoch.

A runner takes the lease, and every transaction of its store checks that the epoch is still its own and pushes the
expiry on. A runner that slept past its expiry and was replaced finds another epoch and writes nothing. The clock is
that of the runners; where they run on several machines, it must agree to well within the length of the lease.
"""

from __future__ import annotations

import os
import secrets
import socket
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import RowMapping, insert, select, update
from sqlalchemy.engine import Connection

from monitor.engine import LeaseError
from monitor.tables import lease as table

NAME = "writer"
LEASE_MS = 15_000
RENEW_MS = LEASE_MS // 3


@dataclass(frozen=True, slots=True)
class Lease:
    """What a holder holds; `length_ms` is how far each transaction pushes the expiry on."""

    holder: str
    epoch: int
    length_ms: int


def own_name() -> str:
    """A name for this process: the machine, the process id, and a random part."""
    return f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(4)}"


def is_gone(holder: str) -> bool:
    """Whether the holder was a process of this machine that runs no more, so that nobody need wait for it.

    A wrong yes is harmless: the epoch keeps out whoever was replaced.
    """
    host, _, rest = holder.partition(":")
    pid = rest.partition(":")[0]
    if host != socket.gethostname() or not pid.isdigit() or os.name != "posix":
        return False
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    return False


def acquire(connection: Connection, holder: str, now_ms: int, length_ms: int) -> Lease:
    """Take the lease, under an epoch that nobody had.

    Raises:
        LeaseError: another holder has it and is not known to be gone.
    """
    row = _row(connection)
    if row is None:
        values = {"name": NAME, "holder": holder, "epoch": 1, "expires_ms": now_ms + length_ms}
        connection.execute(insert(table).values(values))
        return Lease(holder, 1, length_ms)
    if row["holder"] != holder and _is_held(row, now_ms):
        msg = f"{_who_until(row)}: stop it, or start with --standby to take over when it ends"
        raise LeaseError(msg)
    epoch = row["epoch"] + 1
    taken = {"holder": holder, "epoch": epoch, "expires_ms": now_ms + length_ms}
    connection.execute(update(table).where(table.c.name == NAME).values(taken))
    return Lease(holder, epoch, length_ms)


def refuse_while_held(connection: Connection, now_ms: int) -> None:
    """See that nobody writes, before the tables themselves are changed.

    Raises:
        LeaseError: somebody does.
    """
    row = _row(connection)
    if row is not None and _is_held(row, now_ms):
        msg = f"{_who_until(row)}, and its tables are of an older version: stop it, then start this one again"
        raise LeaseError(msg)


def _row(connection: Connection) -> RowMapping | None:
    return connection.execute(select(table).where(table.c.name == NAME)).mappings().first()


def _is_held(row: RowMapping, now_ms: int) -> bool:
    return row["expires_ms"] > now_ms and not is_gone(row["holder"])


def _who_until(row: RowMapping) -> str:
    until = datetime.fromtimestamp(row["expires_ms"] / 1000, UTC).strftime("%H:%M:%S UTC")
    return f"{row['holder']} (machine:process) writes to this store, at least until {until}"


def renew(connection: Connection, held: Lease, now_ms: int) -> None:
    """Push the expiry on, from within the transaction that it protects.

    Raises:
        LeaseError: another runner has taken over; the transaction must not be committed.
    """
    if not _set_expiry(connection, held, now_ms + held.length_ms):
        msg = f"another runner has taken over the store since epoch {held.epoch}: this one stops; nothing was lost"
        raise LeaseError(msg)


def release(connection: Connection, held: Lease) -> None:
    """Let the lease end now, so that a successor need not wait; one that has taken over already is left alone."""
    _set_expiry(connection, held, 0)


def _set_expiry(connection: Connection, held: Lease, expires_ms: int) -> bool:
    """Whether the lease was still ours."""
    ours = (table.c.name == NAME) & (table.c.holder == held.holder) & (table.c.epoch == held.epoch)
    return connection.execute(update(table).where(ours).values(expires_ms=expires_ms)).rowcount == 1
