"""`groundswell dashboard`: serve the page."""

from __future__ import annotations

import click

from monitor.commands.errors import plain_errors
from monitor.commands.options import STORE


@click.command()
@STORE
@click.option("--port", default=8501, show_default=True)
@click.option("--address", default="localhost", show_default=True, help="0.0.0.0 lets other machines in.")
@click.option("--theme", type=click.Choice(["dark", "light", "auto"]), default="dark", show_default=True)
@plain_errors
def dashboard(store: str, port: int, address: str, theme: str) -> None:
    """Serve the page of a store until Ctrl-C."""
    from dashboard.serve import serving

    with serving(store, port, address=address, theme=theme) as process:
        click.echo(f"http://{address}:{port}", err=True)
        process.wait()
