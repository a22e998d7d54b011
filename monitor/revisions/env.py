"""What Alembic runs for an upgrade: the revisions, on the connection and in the transaction of monitor/schema.py."""

from __future__ import annotations

from alembic import context

from monitor.tables import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
context.run_migrations()
