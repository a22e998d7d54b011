"""From runs to what is reported: means, spreads, and differences over the seeds that two arms share."""

from collections.abc import Callable
from typing import Any

from models.study.arms import ARMS, BY_FLOPS, BY_TIME, FULL, HYBRID, PLAIN, Arm
from models.study.intervals import Difference, paired, spread
from models.study.ledger import Ledger, Record

METRICS = {"accuracy": 1, "macro_f1": 1, "ece_excess": -1, "utility": 1}
"""What is compared, and whether more or less of it is better."""

Summary = dict[str, Any]


def summarised(ledger: Ledger) -> Summary:
    """Return the means, differences and areas of a whole study as JSON values."""
    plain, exact, full = ledger.of(PLAIN.name), ledger.of("lam-0.5"), ledger.of(FULL.name)
    arms = {arm.name: ledger.of(arm.name) for arm in HYBRID}
    return {
        "arms": {name: _figures(ledger.of(name)) for name in ARMS},
        "to_plain": {name: _compared(runs, plain) for name, runs in arms.items() if name != PLAIN.name},
        "sampled_to_exact": _compared(ledger.of("sampled"), exact),
        "policy_to_own_careful": {name: _gap(runs, runs, "utility", "utility_careful") for name, runs in arms.items()},
        "policy_to_plain_careful": {
            name: _gap(runs, plain, "utility", "utility_careful") for name, runs in arms.items()
        },
        "selective": {arm.name: _selective(ledger, arm, full) for arm in (*BY_FLOPS, *BY_TIME)},
        "coverage": _areas(ledger.of("coverage")[0]),
    }


def _figures(runs: dict[int, Record]) -> Summary:
    """Return [mean, standard deviation] of every number of an arm's runs, and the mean share of each decision."""
    records = [runs[seed] for seed in sorted(runs)]
    numbers = [name for name, each in records[0].items() if isinstance(each, (int, float)) and name != "seed"]
    means = {name: list(spread([record[name] for record in records])) for name in numbers}
    shares = zip(*(record["decisions"] for record in records), strict=True)
    return {**means, "decisions": [sum(share) / len(records) for share in shares]}


def _gap(ours: dict[int, Record], theirs: dict[int, Record], our_metric: str, their_metric: str) -> Summary:
    return _json(paired([ours[seed][our_metric] for seed in sorted(ours)], _of_seeds(theirs, ours, their_metric)), 1)


def _of_seeds(runs: dict[int, Record], like: dict[int, Record], metric: str) -> list[float]:
    return [runs[seed][metric] for seed in sorted(like)]


def _compared(ours: dict[int, Record], theirs: dict[int, Record]) -> Summary:
    def one(metric: str, sign: int) -> Summary:
        return _json(paired(_of_seeds(ours, ours, metric), _of_seeds(theirs, ours, metric)), sign)

    return {metric: one(metric, sign) for metric, sign in METRICS.items()}


def _json(difference: Difference, sign: int) -> Summary:
    """Return a difference with its verdict, `sign` being -1 where less is better."""
    low, high = sorted((sign * difference.low, sign * difference.high))
    return {**difference._asdict(), "verdict": "better" if low > 0 else "worse" if high < 0 else "tie"}


def _selective(ledger: Ledger, arm: Arm, full: dict[int, Record]) -> Summary:
    """Return the budget that an arm used, in shares of full training's, and how it fared."""
    runs = ledger.of(arm.name)
    random = ledger.of("random")

    def share(cost: Callable[[Record], float]) -> float:
        return sum(cost(runs[seed]) / cost(full[seed]) for seed in runs) / len(runs)

    return {
        "flops_share": share(lambda run: run["flops"]),
        "seconds_share": share(lambda run: run["steps"] * run["step_seconds"]),
        "to_full": _compared(runs, full),
        "to_random": _compared(runs, random),
    }


def _areas(record: Record) -> Summary:
    """Return the areas of both orders without the curves, and which is better beyond the interval."""
    tasks: Summary = {}
    for task, figures in record["tasks"].items():
        tasks[task] = {"n": figures["n"]}
        for kind in ("label", "utility"):
            low, high = figures[kind]["difference"]
            better = "value" if high < 0 else "confidence" if low > 0 else "tie"
            areas = {name: figures[kind][name] for name in ("value", "confidence", "difference")}
            tasks[task][kind] = {**areas, "better": better}
    return {"model_version": record["model_version"], "tasks": tasks}
