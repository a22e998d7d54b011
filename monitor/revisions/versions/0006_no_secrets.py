"""The settings in the store hold no address of a channel or of the store any more: secrets may have stood in them."""

from __future__ import annotations

import json
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

SETTINGS = sa.table("settings", sa.column("version", sa.Text()), sa.column("content", sa.Text()))


def upgrade() -> None:
    """Keep what a replay needs, and on SQLite overwrite what was there instead of only letting go of its place."""
    connection = op.get_bind()
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("PRAGMA secure_delete=ON").close()
    for version, content in connection.execute(sa.select(SETTINGS)).all():
        row = SETTINGS.c.version == version
        connection.execute(sa.update(SETTINGS).where(row).values(content=json.dumps(_kept(json.loads(content)))))
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("PRAGMA secure_delete=OFF").close()


def _kept(content: dict[str, Any]) -> dict[str, Any]:
    kept = {name: content[name] for name in ("source", "windows", "watch", "rule") if name in content}
    kept.get("source", {}).pop("security", None)
    return kept | {"channel": [{"name": one["name"], "url": "***"} for one in content.get("channel", [])]}
