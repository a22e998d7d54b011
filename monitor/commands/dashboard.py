"""`groundswell dashboard`: serve the page."""

from __future__ import annotations

import click

from monitor.commands.errors import plain_errors

STORE = click.option("--store", default="sqlite:///groundswell.db", show_default=True, help="URL of the store.")


@click.command()
@STORE
@click.option("--port", default=8501, show_default=True)
@click.option("--address", default="localhost", show_default=True, help="0.0.0.0 lets other machines in.")
@click.option("--theme", type=click.Choice(["dark", "light", "auto"]), default="dark", show_default=True)
@plain_errors
def dashboard(store: str, port: int, address: str, theme: str) -> None:
    """Serve the page of a store until Ctrl-C."""
    from dashboard.serve import start, wait_until_up

    process = start(store, port, address=address, theme=theme)
    try:
        wait_until_up(process, port)
        click.echo(f"http://{address}:{port}", err=True)
        process.wait()
    finally:
        process.terminate()
        process.wait(10)
