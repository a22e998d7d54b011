"""Durations in the settings: written "90s", "5m", "24h", "7d" (or whole milliseconds), kept as integer milliseconds."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import BeforeValidator, Field

UNITS_MS = {"ms": 1, "s": 1_000, "m": 60_000, "h": 3_600_000, "d": 86_400_000}


def parse_duration_ms(value: object) -> int:
    """'90s' -> 90000; an integer is milliseconds.

    Raises:
        ValueError: neither; the text shows the forms that work.
    """
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    match = re.fullmatch(r"(\d+)(ms|s|m|h|d)", str(value).strip())
    if not match:
        msg = f"{value!r} is not a duration: write it as '500ms', '90s', '5m', '24h' or '7d'"
        raise ValueError(msg)
    return int(match[1]) * UNITS_MS[match[2]]


DurationMs = Annotated[int, BeforeValidator(parse_duration_ms), Field(ge=0)]
