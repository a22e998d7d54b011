"""Which form the tables of a store have, and bringing an old one up to date (monitor/revisions, by Alembic).

A new store gets all tables at once. An old one is brought up to date by the first writer that opens it, in one
transaction, so a crash leaves it as it was. A test holds that both end the same. Alembic is loaded for an upgrade only.
"""

from __future__ import annotations

import logging
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Column, MetaData, PrimaryKeyConstraint, String, Table, insert, inspect, select
from sqlalchemy.engine import Connection

from monitor import lease, tables
from monitor.engine import StoreError, place_of

if TYPE_CHECKING:
    from alembic.config import Config

REVISION = "0007"  # the newest file in monitor/revisions/versions
FIRST = "0001"  # what a store is that was made before revisions were written down
VERSION = Table(  # as Alembic makes it
    "alembic_version",
    MetaData(),
    Column("version_num", String(32), nullable=False),
    PrimaryKeyConstraint("version_num", name="alembic_version_pkc"),
)
log = logging.getLogger(__name__)


def bring_up_to_date(connection: Connection, now_ms: int) -> None:
    """Create what a new store lacks, or move an old one to `REVISION`; one that is there already stays as it is.

    Args:
        connection: in a transaction that shuts out every other writer.
        now_ms: the wall clock, for the lease of a runner that may be at work.

    Raises:
        StoreError: a newer program wrote the store.
        LeaseError: it is to be upgraded while a runner writes to it.
    """
    found = revision(connection)
    if found is None:
        tables.metadata.create_all(connection)
        VERSION.create(connection)
        connection.execute(insert(VERSION).values(version_num=REVISION))
    elif found != REVISION:
        _refuse_newer(connection, found)
        lease.refuse_while_held(connection, now_ms)
        _upgrade(connection, found)
        log.info("the store was brought from revision %s to %s", found, REVISION)


def check(connection: Connection) -> None:
    """See that a reader of this version can read the store.

    Raises:
        StoreError: it holds nothing of ours, or another version wrote it.
    """
    found, place = revision(connection), place_of(connection.engine)
    if found is None:
        msg = f"{place}: holds no tables of ours: `groundswell run` or `groundswell replay` writes them"
        raise StoreError(msg)
    _refuse_newer(connection, found)
    if found != REVISION:
        msg = (
            f"{place}: an older version of the program wrote it (revision {found}; this one reads {REVISION}): "
            "`groundswell run`, or `groundswell replay --from-journal --store`, brings it up to date"
        )
        raise StoreError(msg)


def revision(connection: Connection) -> str | None:
    """The revision of the tables; None where there are none."""
    inspector = inspect(connection)
    if inspector.has_table(VERSION.name):
        return connection.scalar(select(VERSION.c.version_num))
    return FIRST if inspector.has_table(tables.journal.name) else None


def _refuse_newer(connection: Connection, found: str) -> None:
    if found > REVISION:
        msg = (
            f"{place_of(connection.engine)}: a newer version of the program wrote it (revision {found}; this one knows "
            f"{REVISION}): use that version, or name another store"
        )
        raise StoreError(msg)


def _upgrade(connection: Connection, found: str) -> None:
    from alembic import command

    logging.getLogger("alembic").setLevel(logging.WARNING)
    settings = alembic_settings(connection)
    if not inspect(connection).has_table(VERSION.name):
        command.stamp(settings, found)
    command.upgrade(settings, REVISION)


def alembic_settings(connection: Connection) -> Config:
    """What Alembic's commands need, on this connection and in its transaction."""
    from alembic.config import Config

    settings = Config(attributes={"connection": connection})
    settings.set_main_option("script_location", str(Path(__file__).parent / "revisions").replace("%", "%%"))
    return settings
