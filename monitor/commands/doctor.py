"""`groundswell doctor`: what is wrong, and what to do about it."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

import click

from monitor.commands.errors import plain_errors

SIGNS = {"ok": "ok     ", "warning": "WARNING", "wrong": "WRONG  "}


@click.command()
@click.option(
    "--config", "config_file", type=click.Path(path_type=Path), default=Path("groundswell.toml"), show_default=True
)
@click.option("--tune", is_flag=True, help="Only measure which compute type scores faster on this machine.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
@plain_errors
def doctor(config_file: Path, tune: bool, as_json: bool) -> None:
    """Find what would keep `run` from working; exit code 1 where something is wrong."""
    if tune:
        _tune(config_file, as_json)
        return
    from monitor.doctor import examine

    wrong = 0
    for finding in examine(config_file):
        wrong += finding.state == "wrong"
        if as_json:
            click.echo(json.dumps(asdict(finding)))
            continue
        click.echo(f"{SIGNS[finding.state]} {finding.check}: {finding.found}")
        if finding.todo:
            click.echo(f"        -> {finding.todo}")
    if wrong:
        raise click.exceptions.Exit(1)


def _tune(config_file: Path, as_json: bool) -> None:
    from monitor.config import Config, load_config
    from monitor.parts import open_scorer
    from monitor.tune import choose, measure, sample_headlines

    config = load_config(config_file) if config_file.exists() else Config()
    click.echo("measuring both compute types, about a minute ...", err=True)
    rates = measure(lambda compute: open_scorer(config.with_compute(compute)), sample_headlines())
    best = choose(rates)
    if as_json:
        rounded = {compute: round(rate, 1) for compute, rate in rates.items()}
        click.echo(json.dumps({"headlines_per_second": rounded, "compute": best}))
        return
    for compute, rate in rates.items():
        click.echo(f"{compute:9} {rate:8.1f} headlines a second (median)")
    click.echo(f'pin it in groundswell.toml:\n[model]\ncompute = "{best}"')
