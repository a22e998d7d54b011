"""The stopping rule of adaptive depth, fitted on held-out rows, and what it costs against full depth.

A rule need not use every exit: one that is hardly better than the one before it only draws rows further.
"""

from collections.abc import Sequence
from itertools import combinations
from typing import Any, NamedTuple

import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray

from models.calibrate import calibration_arrays
from models.data import LABELS, SOURCES, TASKS, Row, Task
from models.depth import FEATURES, NEVER, WORST, ExitRule, features
from models.forward import ItemExit
from models.heads import Readings, task_sources
from models.recipe import utility_matrix

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

FOLDS = 5
PENALTY = 3.0
PRICES: tuple[float, ...] = tuple(float(each) for each in np.round(np.geomspace(1e-4, 0.1, 61), 6))
DOUBTS: tuple[float, ...] = tuple(float(each) for each in np.round(np.linspace(0.01, 0.9, 90), 2))
MOST_LOSS = 0.003
MOST_LOSS_BOUND = 0.006
MOST_HOUSE_LOSS = 0.006
LAYER_PRICE = 0.01
"""What a layer of mean depth may cost in utility where two rules are allowed."""
DRAWS = 1000


class Judged(NamedTuple):
    """Labelled rows at every exit."""

    features: Floats
    """[N, E - 1, FEATURES]"""
    utility: Floats
    """G = U[y, decision] of the row's own task, [N, E]."""
    tasks: NDArray[np.str_]
    """[N]"""
    house: NDArray[np.bool_]
    """Whether a row is the house's own, [N]."""
    layers: tuple[int, ...]
    """After how many layers each exit stands, [E]."""


class Point(NamedTuple):
    """A rule at one setting, on labelled rows."""

    rule: str
    layers: tuple[int, ...]
    """After how many layers the exits stand that it uses."""
    setting: float
    """The price of a layer, or the most doubt at which a row stops."""
    mean_depth: float
    loss: float
    """Mean utility at full depth less that at the exits."""
    loss_bound: float
    """One-sided upper 95 % bound of the loss, paired bootstrap."""
    house_loss: float
    """The loss on the rows of the house alone: what the pipeline reads by."""


def judge(
    rows: Sequence[Row],
    answers: Sequence[Sequence[ItemExit]],
    calibration: dict[str, dict[str, Any]],
    layers: tuple[int, ...],
) -> Judged:
    """Return what the rules are fitted on, from the readings of every exit."""
    own = [SOURCES.index(row.source) for row in rows]
    tasks = np.asarray([row.task for row in rows])
    house = np.asarray([row.source == "house" for row in rows])
    return Judged(exit_features(answers, own, calibration), _utilities(rows, answers), tasks, house, layers)


def exit_features(
    answers: Sequence[Sequence[ItemExit]], conventions: Sequence[int], calibration: dict[str, dict[str, Any]]
) -> Floats:
    """Return the features of each row, read in its convention, at each exit but the last, [N, E - 1, FEATURES]."""
    found = np.zeros((len(answers), len(answers[0]) - 1, FEATURES))
    for index in range(found.shape[1]):
        readings: dict[Task, Readings] = {
            task: Readings(*(jnp.asarray(np.stack([a[index][task][i] for a in answers])) for i in range(3)))
            for task in TASKS
        }
        each = np.asarray(features(readings, *calibration_arrays(calibration, index)), np.float64)
        found[:, index] = each[np.arange(len(each)), np.asarray(conventions)]
    return found


def _utilities(rows: Sequence[Row], answers: Sequence[Sequence[ItemExit]]) -> Floats:
    worth = np.zeros((len(rows), len(answers[0])))
    for i, (row, exits) in enumerate(zip(rows, answers, strict=True)):
        place = min(SOURCES.index(row.source), len(task_sources(row.task)) - 1)
        matrix, label = utility_matrix(row.task), LABELS[row.task].index(row.label)
        worth[i] = [matrix[label, int(np.argmax(one[row.task].policy_logits[place]))] for one in exits]
    return worth


def fit_kernels(judged: Judged, kept: NDArray[np.bool_]) -> list[Floats]:
    """Return for each exit but the last the kernel [E - 1, FEATURES] of what the later exits gain.

    Each task's gain is a ridge regression on the kept rows that carry its label. Later exits stand first to last; the
    rest of a kernel is zeros.
    """
    exits = judged.utility.shape[1]
    kernels = [np.zeros((exits - 1, FEATURES)) for _ in range(exits - 1)]
    for k, kernel in enumerate(kernels):
        for task in TASKS:
            mine = kept & (judged.tasks == task)
            x, worth = judged.features[mine, k], judged.utility[mine]
            normal = x.T @ x + PENALTY * np.eye(FEATURES)
            gains = worth[:, k + 1 :] - worth[:, k : k + 1]
            kernel[: exits - 1 - k] += np.linalg.solve(normal, x.T @ gains).T
    return kernels


def prices_at(price: float, layers: Sequence[int], used: Sequence[int]) -> list[Floats]:
    """Return for each exit but the last what each later one costs, [E - 1], at `price` a layer."""

    def costs(here: int) -> list[float]:
        later = [each for each in layers if each > here]
        return [price * (each - here) if each in used else NEVER for each in later]

    return _held_to(used, layers, [costs(here) for here in layers[:-1]])


def threshold_rule(doubt: float, layers: Sequence[int], used: Sequence[int]) -> tuple[list[Floats], list[Floats]]:
    """Return (kernels, prices) of the plain rule: stop where no task's 1 - max p exceeds `doubt`."""
    others = len(layers) - 1
    kernel = np.zeros((others, FEATURES))
    kernel[0, WORST] = 1.0
    return [kernel] * others, _held_to(used, layers, [[doubt]] * others)


def _held_to(used: Sequence[int], layers: Sequence[int], costs: Sequence[Sequence[float]]) -> list[Floats]:
    """Return the costs as prices [E - 1] of each exit but the last, such that rows leave at the used exits alone."""
    others = len(layers) - 1
    prices: list[Floats] = []
    for here, own in zip(layers[:-1], costs, strict=True):
        if here not in used:
            prices.append(np.full(others, -NEVER))
        elif here == max(used):
            prices.append(np.full(others, NEVER))
        else:
            prices.append(np.asarray([*own, *[NEVER] * (others - len(own))]))
    return prices


def left_at(gains: Sequence[Floats], prices: Sequence[Floats]) -> Ints:
    """Return the exit of each row, [N], from the gains [N, E - 1] that each exit predicts."""
    left = np.full(len(gains[0]), len(gains))
    for k in range(len(gains) - 1, -1, -1):
        left = np.where((gains[k] - prices[k] <= 0.0).all(-1), k, left)
    return left


def gains_of(found: Floats, kernels: Sequence[Floats]) -> list[Floats]:
    """Return the gains that each exit predicts, each [N, E - 1]."""
    return [found[:, k] @ kernel.T for k, kernel in enumerate(kernels)]


def out_of_fold_gains(judged: Judged) -> list[Floats]:
    """Return the gains of each row, predicted from the rows of other folds alone."""
    count, exits = judged.utility.shape
    fold = np.random.default_rng(0).integers(0, FOLDS, count)
    gains = [np.zeros((count, exits - 1)) for _ in range(exits - 1)]
    for f in range(FOLDS):
        parts = gains_of(judged.features[fold == f], fit_kernels(judged, fold != f))
        for k, part in enumerate(parts):
            gains[k][fold == f] = part
    return gains


def curve(judged: Judged) -> list[Point]:
    """Return both rules at every setting and choice of exits on the same rows, the learned one out of fold."""
    layers = judged.layers
    learned = out_of_fold_gains(judged)
    plain = gains_of(judged.features, threshold_rule(0.0, layers, layers)[0])
    points: list[Point] = []
    for used in choices(layers):
        for price in PRICES:
            left = left_at(learned, prices_at(price, layers, used))
            points.append(_point(judged, "learned", used, price, left))
        for doubt in DOUBTS:
            left = left_at(plain, threshold_rule(doubt, layers, used)[1])
            points.append(_point(judged, "threshold", used, doubt, left))
    return points


def choices(layers: Sequence[int]) -> list[tuple[int, ...]]:
    """Return every choice of two exits or more."""
    return [used for size in range(2, len(layers) + 1) for used in combinations(layers, size)]


def _point(judged: Judged, rule: str, used: tuple[int, ...], setting: float, left: Ints) -> Point:
    loss = judged.utility[:, -1] - judged.utility[np.arange(len(left)), left]
    house = float(loss[judged.house].mean()) if judged.house.any() else 0.0
    depth = float(np.asarray(judged.layers)[left].mean())
    return Point(rule, used, setting, depth, float(loss.mean()), loss_bound(loss), house)


def loss_bound(loss: Floats, share: float = 0.95) -> float:
    """Return the one-sided upper bound of the mean loss, by the paired bootstrap (Efron and Tibshirani 1993).

    A loss takes few values, so each draw counts how often it meets which.
    """
    values, counts = np.unique(loss, return_counts=True)
    drawn = np.random.default_rng(0).multinomial(len(loss), counts / len(loss), DRAWS)
    return float(np.quantile(drawn @ values / len(loss), share))


def choose(points: Sequence[Point]) -> Point | None:
    """Return the allowed point of the least loss plus price of its layers; None where every one loses too much.

    The house's rows may not pay for the others: what they lose is bounded too.
    """
    allowed = [each for each in points if _is_allowed(each)]
    return min(allowed, key=lambda each: each.loss + LAYER_PRICE * each.mean_depth, default=None)


def _is_allowed(point: Point) -> bool:
    few = point.loss <= MOST_LOSS and point.loss_bound <= MOST_LOSS_BOUND
    return few and point.house_loss <= MOST_HOUSE_LOSS


def rule_at(judged: Judged, point: Point) -> tuple[list[Floats], list[Floats]]:
    """Return (kernels, prices) of a point's rule, the learned one fitted on all rows."""
    if point.rule == "threshold":
        return threshold_rule(point.setting, judged.layers, point.layers)
    kernels = fit_kernels(judged, np.ones(len(judged.utility), np.bool_))
    return kernels, prices_at(point.setting, judged.layers, point.layers)


def fit_exits(judged: Judged) -> dict[str, Any] | None:
    """Return what adapter.json says of the exits: the rule that ships; None where no exit may be taken."""
    best = choose(curve(judged))
    if best is None:
        return None
    kernels, prices = rule_at(judged, best)
    return {
        "rule": best._asdict(),
        "kernels": [kernel.tolist() for kernel in kernels],
        "prices": [price.tolist() for price in prices],
    }


def exit_rules(meta: dict[str, Any]) -> list[ExitRule]:
    """Return the rules of an adapter's exits but the last, from its adapter.json."""
    fitted = meta["exits"]
    return [
        ExitRule(
            *calibration_arrays(meta["calibration"], k),
            np.asarray(kernel, np.float32),
            np.asarray(price, np.float32),
        )
        for k, (kernel, price) in enumerate(zip(fitted["kernels"], fitted["prices"], strict=True))
    ]
