"""Options that several commands share."""

from __future__ import annotations

import click

STORE = click.option("--store", default="sqlite:///groundswell.db", show_default=True, help="URL of the store.")
