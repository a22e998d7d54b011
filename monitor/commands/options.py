"""Options that several commands share."""

from __future__ import annotations

import math

import click


def _check_pace(context: click.Context, parameter: click.Parameter, pace: float | None) -> float | None:
    del context, parameter  # click names both in the message by itself
    if pace is None or (math.isfinite(pace) and pace > 0):
        return pace
    msg = f"{pace:g} is no pace: name a number above 0, such as 1 (as it happened) or 60 (an hour in a minute)"
    raise click.BadParameter(msg)


STORE = click.option("--store", default="sqlite:///groundswell.db", show_default=True, help="URL of the store.")
PACE = click.option(
    "--pace",
    type=float,
    callback=_check_pace,
    help="Seconds of the files a second, by their times: 1 as it happened, 60 an hour in a minute; else full speed.",
)
