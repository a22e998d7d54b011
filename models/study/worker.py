"""A worker: one process, one core, one bench; tasks come as JSON lines on stdin, results leave on stdout."""

import json
import os
import sys
from pathlib import Path
from typing import Any, TextIO

from models.study.plan import StudyPlan


def pin(core: int) -> None:
    """Keep this process on one core, where the system can: two small runs side by side beat two cores on one."""
    if hasattr(os, "sched_setaffinity"):
        cores = sorted(os.sched_getaffinity(0))
        os.sched_setaffinity(0, {cores[core % len(cores)]})


def serve(tasks: TextIO, results: TextIO) -> None:
    """Do tasks until there are no more: the first line is {plan, work}, each other {arm, seed, steps}."""
    import jax

    from models.study.arms import ARMS
    from models.study.bench import Bench

    head: dict[str, Any] = json.loads(tasks.readline())
    work = Path(head["work"])
    jax.config.update("jax_compilation_cache_dir", str(work / "compiled"))
    bench = Bench(StudyPlan(**head["plan"]))
    for line in tasks:
        task = json.loads(line)
        print(json.dumps(bench.run(ARMS[task["arm"]], task["seed"], task["steps"])), file=results, flush=True)


if __name__ == "__main__":
    pin(int(sys.argv[1]))
    serve(sys.stdin, sys.stdout)
