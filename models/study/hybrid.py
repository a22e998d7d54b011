"""The study of the hybrid update: every arm with every seed, then risk and coverage, then the page."""

import os
import platform
from collections.abc import Callable, Iterable, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

from models.study.arms import BY_FLOPS, BY_TIME, FULL, HYBRID, ROWS_PER_STEP, SHARE, Arm
from models.study.covered import covered
from models.study.crew import Crew, Task
from models.study.ledger import Ledger
from models.study.plan import StudyPlan

Report = Callable[[int, int, str], None]
"""(done, of so many, what was done last)"""


def run_study(plan: StudyPlan, work: Path, jobs: int, report: Report) -> Ledger:
    """Run what is not yet in the results of `work`; return them all.

    Raises:
        StudyError: `work` holds another study, or a worker died.
        DataError: a data file is missing or damaged.
        ModelError: the encoder or the adapter is missing or damaged.
    """
    ledger = Ledger(work, plan, machine())
    total = plan.seeds * (len(HYBRID) + len(BY_FLOPS) + len(BY_TIME)) + 1

    def told(last: str) -> None:
        report(len(ledger.records), total, last)

    told("start")
    with Crew(plan, work, jobs) as crew:
        for arms in ((*HYBRID, *BY_FLOPS), BY_TIME):
            for result in crew.do(_missing(ledger, plan, arms)):
                ledger.add(result)
                told(f"{result['arm']}, seed {result['seed']}")
    if not ledger.of("coverage"):
        ledger.add(covered(plan))
        told("coverage")
    return ledger


def _missing(ledger: Ledger, plan: StudyPlan, arms: Sequence[Arm]) -> list[Task]:
    """Return the runs that are not there yet, seed by seed, so that a study that is cut off has whole pairs."""
    return [
        {"arm": arm.name, "seed": seed, "steps": steps_of(ledger, plan, arm)}
        for seed in range(1, plan.seeds + 1)
        for arm in arms
        if seed not in ledger.of(arm.name)
    ]


def steps_of(ledger: Ledger, plan: StudyPlan, arm: Arm) -> int:
    """Return the steps of an arm: full training's, or as many as its share of operations or of time allows.

    The time of a step is what the runs so far took; once a seed has run, the others take as many steps.
    """
    if done := ledger.of(arm.name):
        return next(iter(done.values()))["steps"]
    visits = plan.epochs * plan.rows
    if arm.budget == "full":
        return visits // ROWS_PER_STEP
    if arm.budget == "flops":
        return max(1, visits // arm.pool())
    allowed = SHARE * (visits // ROWS_PER_STEP) * step_seconds(ledger.of(FULL.name).values())
    same = arm.name.removesuffix("-time")
    return max(1, int(allowed / step_seconds(ledger.of(same).values())))


def step_seconds(records: Iterable[dict[str, Any]]) -> float:
    """Return the median over runs of a step's median processor time."""
    return float(np.median([record["step_seconds"] for record in records]))


def machine() -> dict[str, Any]:
    """Return what the numbers depend on."""
    cpuinfo = Path("/proc/cpuinfo")
    lines = cpuinfo.read_text(encoding="utf-8").splitlines() if cpuinfo.exists() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return {
        "cpu": names[0] if names else platform.processor() or platform.machine(),
        "cores": os.cpu_count(),
        "jax": version("jax"),
        "system": platform.system(),
    }
