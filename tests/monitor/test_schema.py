"""Stores of other versions: an old one is brought up to date, a newer one is refused, nothing is lost."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, insert, inspect, select, text

from monitor import schema, tables
from monitor.engine import LeaseError, StoreError, open_engine
from monitor.queries import Reader
from monitor.store import Store
from tests.monitor.shelf import T0, journaled, write

JOURNAL_ROW = {
    "seq": 1,
    "tick_ms": T0,
    "moves": True,
    "ended": False,
    "idle": "[]",
    "positions": '{"news-0":1}',
    "watermark_ms": T0,
    "config_version": "c1",
    "model_version": "m1",
    "runtime_id": "r1",
    "records": 0,
    "items": 0,
    "late": 0,
    "dead": 1,
    "windows": 0,
}
DEAD_ROW = {
    "partition": "news-0",
    "offset": 0,
    "seq": 1,
    "reason": "not_json",
    "detail": "",
    "payload": b"\xff",
    "length": 1,
    "sha256": "ab",
    "tick_ms": T0,
}


@pytest.fixture
def engine(store_url: str) -> Iterator[Engine]:
    opened = open_engine(store_url, writable=True)
    yield opened
    opened.dispose()


def make_first(engine: Engine, *, named: bool = False) -> None:
    """A store of the first revision with a batch in it; the first program did not write the revision down."""
    with engine.begin() as connection:
        command.upgrade(schema.alembic_settings(connection), schema.FIRST)
        if not named:
            schema.VERSION.drop(connection)
        for name, row in (("journal", JOURNAL_ROW), ("dead_letters", DEAD_ROW)):
            columns = ", ".join(f'"{column}"' for column in row)
            values = ", ".join(f":{column}" for column in row)
            connection.execute(text(f'INSERT INTO "{name}" ({columns}) VALUES ({values})'), row)


def form(engine: Engine) -> dict[str, Any]:
    """Everything that a database says of its tables."""
    inspector = inspect(engine)
    found: dict[str, Any] = {}
    for table in sorted(inspector.get_table_names()):
        columns = [
            (c["name"], str(c["type"]), getattr(c["type"], "collation", None), c["nullable"], c["default"])
            for c in inspector.get_columns(table)
        ]
        indexes = sorted(
            (str(index["name"]), index["column_names"], [str(one) for one in index.get("dialect_options", {}).values()])
            for index in inspector.get_indexes(table)
        )
        found[table] = (
            sorted(columns),
            inspector.get_pk_constraint(table),
            indexes,
            inspector.get_unique_constraints(table),
            inspector.get_foreign_keys(table),
            _is_without_rowid(engine, table),
        )
    return found


def _is_without_rowid(engine: Engine, table: str) -> bool:
    if engine.dialect.name != "sqlite":
        return False
    with engine.connect() as connection:
        made = connection.exec_driver_sql("SELECT sql FROM sqlite_master WHERE name = ?", (table,)).scalar_one()
    return "WITHOUT ROWID" in made


def revision(engine: Engine) -> str | None:
    with engine.connect() as connection:
        return schema.revision(connection)


def test_the_newest_file_is_the_revision_of_the_program() -> None:
    engine = open_engine("sqlite:////tmp/none.db", writable=True)
    with engine.connect() as connection:
        script = ScriptDirectory.from_config(schema.alembic_settings(connection))
    engine.dispose()
    assert script.get_heads() == [schema.REVISION]
    assert script.get_bases() == [schema.FIRST]


@pytest.mark.parametrize("named", [False, True])
def test_an_old_store_brought_up_to_date_is_as_a_new_one(store_url: str, engine: Engine, named: bool) -> None:
    make_first(engine, named=named)
    Store.open(store_url).close()
    upgraded = form(engine)
    with engine.begin() as connection:
        differences = compare_metadata(MigrationContext.configure(connection), tables.metadata)
        tables.metadata.drop_all(connection)
        schema.VERSION.drop(connection)
    assert differences == []
    Store.open(store_url).close()
    assert upgraded == form(engine)
    assert revision(engine) == schema.REVISION


def test_nothing_is_lost_and_the_store_goes_on(store_url: str, engine: Engine) -> None:
    make_first(engine)
    store = Store.open(store_url)
    assert store.last_entry() == journaled(1, tick_ms=T0)
    assert [letter.payload for letter in store.dead_letters(1)] == [b"\xff"]
    write(store, 2, [])
    store.close()
    reader = Reader.open(store_url)
    assert reader.status().seq == 2
    reader.close()


def test_an_upgrade_that_breaks_off_leaves_the_old_store(
    store_url: str, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_first(engine)
    before = form(engine)

    def upgrade_and_die(*_: object) -> None:
        upgrade(*_)
        raise KeyboardInterrupt

    upgrade = command.upgrade
    monkeypatch.setattr(command, "upgrade", upgrade_and_die)
    with pytest.raises(KeyboardInterrupt):
        Store.open(store_url)
    assert form(engine) == before
    assert revision(engine) == schema.FIRST


def test_a_store_of_a_newer_program_is_refused(store: Store, store_url: str, engine: Engine) -> None:
    assert store
    with engine.begin() as connection:
        connection.execute(schema.VERSION.update().values(version_num="9999"))
    says = rf"store .*: a newer version of the program wrote it \(revision 9999; this one knows {schema.REVISION}\)"
    for opening in (Store.open, Reader.open):
        with pytest.raises(StoreError, match=says):
            opening(store_url)
    assert revision(engine) == "9999"


def test_a_reader_changes_nothing_and_says_who_does(store_url: str, engine: Engine) -> None:
    make_first(engine)
    with pytest.raises(StoreError, match=r"an older version .* \(revision 0001; .*`groundswell run`, or"):
        Reader.open(store_url)
    assert revision(engine) == schema.FIRST


def test_a_reader_of_something_else(store_url: str, engine: Engine) -> None:
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE other (x INTEGER)"))
    with pytest.raises(StoreError, match="holds no tables of ours"):
        Reader.open(store_url)


def test_not_under_a_runner_of_the_old_version(store_url: str, engine: Engine) -> None:
    make_first(engine)
    holder = {"name": "writer", "holder": "there:1:a", "epoch": 1, "expires_ms": 2**42}
    with engine.begin() as connection:
        connection.execute(insert(tables.lease).values(holder))
    with pytest.raises(LeaseError, match=r"there:1:a .* and its tables are of an older version: stop it"):
        Store.open(store_url)
    assert revision(engine) == schema.FIRST
    with engine.begin() as connection:
        connection.execute(tables.lease.update().values(expires_ms=0))
    Store.open(store_url).close()
    with engine.connect() as connection:
        assert connection.scalar(select(schema.VERSION.c.version_num)) == schema.REVISION
