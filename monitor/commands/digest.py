"""`groundswell digest`: one SHA-256 over what a store concluded, whole or up to a watermark."""

from __future__ import annotations

import json
from contextlib import closing

import click

from monitor.commands.errors import plain_errors
from monitor.commands.options import STORE


@click.command()
@STORE
@click.option(
    "--until-ms",
    type=int,
    help="Only windows and alert events up to this watermark (ms UTC), the store's or an earlier one.",
)
@click.option("--json", "as_json", is_flag=True, help="One JSON object, with where the store stands.")
@plain_errors
def digest(store: str, until_ms: int | None, as_json: bool) -> None:
    """Print the digest of the windows and alerts in a store: equal digests, equal conclusions.

    Two runs over the same news have the same digest up to a watermark that both have reached.
    """
    from monitor.queries import Reader

    with closing(Reader.open(store)) as reader:
        status, found = reader.status_and_digest(until_ms)
    if until_ms is not None and (status.watermark_ms is None or until_ms > status.watermark_ms):
        stands = "has no watermark yet" if status.watermark_ms is None else f"stands at {status.watermark_ms} ms"
        msg = f"--until-ms {until_ms}: the store {stands}, and what ends later is still open: name no later time"
        raise click.ClickException(msg)
    where = {"until_ms": until_ms, "watermark_ms": status.watermark_ms, "seq": status.seq}
    click.echo(json.dumps({"digest": found, **where}) if as_json else found)
