"""`groundswell config`: an example to start from, and what is wrong with yours."""

from __future__ import annotations

from importlib import resources
from pathlib import Path

import click

from monitor.commands.errors import plain_errors


@click.group()
def config() -> None:
    """Write an example groundswell.toml, or check yours."""


@config.command()
@plain_errors
def example() -> None:
    """Print a commented groundswell.toml to start from."""
    click.echo(resources.files("monitor").joinpath("example.toml").read_text(encoding="utf-8"), nl=False)


@config.command()
@click.argument("file", type=click.Path(path_type=Path))
@plain_errors
def check(file: Path) -> None:
    """Validate FILE; every wrong setting is named."""
    from monitor.config import load_config

    settings = load_config(file)
    click.echo(
        f"{file} is valid: {len(settings.watch)} watches, {len(settings.rule)} rules, "
        f"{len(settings.channel)} channels; settings version {settings.version}"
    )
