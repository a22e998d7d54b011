"""`groundswell` with a slow part: slow_run.py model|store SECONDS ARGUMENTS...; each batch takes that long."""

from __future__ import annotations

import sys
import time
from typing import Any

from monitor import cli, writer
from monitor.logs import run_logger
from monitor.scoring import StubScorer


def slowed(call: Any, seconds: float) -> Any:
    def wrapped(*arguments: Any, **named: Any) -> Any:
        run_logger().info("slow")
        time.sleep(seconds)
        return call(*arguments, **named)

    return wrapped


if __name__ == "__main__":
    part, seconds = sys.argv[1], float(sys.argv[2])
    del sys.argv[1:3]
    if part == "model":
        StubScorer.score = slowed(StubScorer.score, seconds)
    else:
        writer.Writer.write = slowed(writer.Writer.write, seconds)
    cli.main()
