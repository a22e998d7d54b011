"""`groundswell run`: live, from Kafka or files to windows, alerts and notifications."""

from __future__ import annotations

import time
from pathlib import Path

import click

from monitor.commands.errors import plain_errors


@click.command()
@click.option("--config", "config_file", type=click.Path(path_type=Path), required=True, help="groundswell.toml")
@click.option("--store", help="URL of the store; else the settings'.")
@click.option(
    "--until-end",
    is_flag=True,
    help="Read to where the log ends now, close every window, print a summary; best into a store of its own.",
)
@click.option("--standby", is_flag=True, help="Wait while another runner writes to the store, and take over.")
@click.option(
    "--accept-gap",
    is_flag=True,
    help="Go on without news that the log no longer has; what is missing is written down.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the summary as one JSON object.")
@click.option("--metrics-port", type=click.IntRange(0, 65535), help="Serve /metrics and /healthz; 0: any free port.")
@click.option("--log-format", type=click.Choice(["text", "json"]), default="text", show_default=True)
@plain_errors
def run(
    config_file: Path,
    store: str | None,
    until_end: bool,
    standby: bool,
    accept_gap: bool,
    as_json: bool,
    metrics_port: int | None,
    log_format: str,
) -> None:
    """Watch a feed until it ends, SIGTERM or Ctrl-C; nothing that was read is lost or counted twice."""
    from monitor.commands.replay import tell
    from monitor.config import load_config
    from monitor.live import FAILURES, watch
    from monitor.logs import set_up
    from monitor.shutdown import stop_on_signals

    set_up("json" if log_format == "json" else "text")
    config = load_config(config_file)
    url = store or config.store.url
    started = time.monotonic()
    try:
        with stop_on_signals() as stop:
            watch(
                *(config, url, stop),
                until_end=until_end,
                standby=standby,
                accept_gaps=accept_gap,
                metrics_port=metrics_port,
            )
    except FAILURES as error:
        if log_format == "json":  # it is in the log, and a line of text has no place there
            raise click.exceptions.Exit(1) from error
        raise
    if until_end and not stop.is_set():
        tell(url, time.monotonic() - started, as_json=as_json)
