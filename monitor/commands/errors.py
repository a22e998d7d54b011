"""Our errors as one clear message and exit code 1; anything else is a defect and keeps its traceback."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import ParamSpec, TypeVar

import click

P = ParamSpec("P")
R = TypeVar("R")
GO_ON = "`groundswell run --accept-gap` goes on without what is missing, and writes it down."


def plain_errors(command: Callable[P, R]) -> Callable[P, R]:
    """Turn the errors that the parts raise on purpose into a ClickException with their text."""

    @functools.wraps(command)
    def wrapped(*args: P.args, **kwargs: P.kwargs) -> R:
        from dashboard.serve import ServeError
        from monitor.config import ConfigError
        from monitor.engine import SnapshotError, StoreError
        from monitor.scoring import ScorerDown
        from streams.source import PositionGone, StreamError

        ours = (ConfigError, StoreError, ScorerDown, SnapshotError, StreamError, ServeError)
        try:
            return command(*args, **kwargs)
        except ours as error:
            advice = f"\n{GO_ON}" if isinstance(error, PositionGone) and error.gaps else ""
            msg = f"{error}{advice}"
            raise click.ClickException(msg) from error

    return wrapped
