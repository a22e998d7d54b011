"""The one place where the time of day is read."""

from __future__ import annotations

import time


def wall_clock_ms() -> int:
    """Milliseconds since 1970, UTC."""
    return time.time_ns() // 1_000_000
