"""The plots of the page, as SVG that is the same for the same numbers."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from models.study.arms import ARMS, BY_FLOPS, BY_TIME, FIXED, FULL, HYBRID, PLAIN
from models.study.ledger import Ledger
from models.study.summary import Summary

TITLES = {
    "accuracy": "Accuracy",
    "macro_f1": "Macro F1",
    "ece_excess": "Excess ECE, less is better",
    "utility": "Utility of the decision",
}
_BLUE, _ORANGE, _GREY = "#2f5d8a", "#c8641e", "#8a8f98"
STYLE: Any = {
    "svg.hashsalt": "groundswell",
    "font.size": 9,
    "axes.titlesize": 9,
    "axes.spines.top": False,
    "axes.spines.right": False,
}


def draw(folder: Path, ledger: Ledger, summary: Summary) -> list[str]:
    """Write every plot into `folder` and return the names of the files."""
    folder.mkdir(parents=True, exist_ok=True)
    with rc_context(STYLE):
        plots = {
            "lam.svg": _lam(ledger, summary),
            "differences.svg": _differences(summary),
            "selective.svg": _selective(ledger, summary),
            "coverage.svg": _coverage(ledger.of("coverage")[0]),
        }
        for name, figure in plots.items():
            figure.savefig(folder / name, metadata={"Date": None})
    return list(plots)


def _panels(columns: int, *, rows: int = 1, height: float = 3.0) -> tuple[Figure, list[Axes]]:
    figure = Figure(figsize=(9.5, height * rows), layout="constrained")
    return figure, list(np.atleast_1d(figure.subplots(rows, columns)).ravel())


def _lam(ledger: Ledger, summary: Summary) -> Figure:
    """Each metric against a fixed lam: a dot a seed, a line through the means."""
    figure, axes = _panels(4)
    for axis, (metric, title) in zip(axes, TITLES.items(), strict=True):
        for arm in FIXED:
            seeds = [run[metric] for run in ledger.of(arm.name).values()]
            axis.plot([arm.lam] * len(seeds), seeds, "o", color=_GREY, markersize=3)
        means = [summary["arms"][arm.name][metric][0] for arm in FIXED]
        axis.plot([arm.lam for arm in FIXED], means, "-o", color=_BLUE, markersize=5)
        axis.set(title=title, xlabel="λ", xticks=[arm.lam for arm in FIXED])
    return figure


def _differences(summary: Summary) -> Figure:
    """Differences to plain cross-entropy with their 95 % intervals."""
    figure, axes = _panels(4)
    arms = [arm for arm in HYBRID if arm is not PLAIN and arm.form != "literal"]
    for axis, (metric, title) in zip(axes, TITLES.items(), strict=True):
        gaps = [summary["to_plain"][arm.name][metric] for arm in arms]
        _intervals(axis, gaps)
        axis.set(
            title=title, yticks=range(len(arms)), yticklabels=[arm.title for arm in arms] if axis is axes[0] else []
        )
    return figure


def _intervals(axis: Axes, gaps: Sequence[dict[str, Any]]) -> None:
    axis.axvline(0.0, color=_GREY, linewidth=0.8)
    for place, gap in enumerate(gaps):
        colour = _GREY if gap["verdict"] == "tie" else _BLUE if gap["verdict"] == "better" else _ORANGE
        axis.plot([gap["low"], gap["high"]], [place, place], color=colour)
        axis.plot([gap["mean"]], [place], "o", color=colour, markersize=5)
    axis.invert_yaxis()


def _selective(ledger: Ledger, summary: Summary) -> Figure:
    """Macro F1 against the share of full training's operations, and of its time: a dot a seed, a bar at the mean."""
    figure, axes = _panels(2, height=3.4)
    sides = (
        ("equal operations", (*BY_FLOPS, FULL)),
        ("equal time", (*BY_TIME, ARMS["random"], FULL)),
    )
    for axis, (title, arms) in zip(axes, sides, strict=True):
        for place, arm in enumerate(arms):
            seeds = [run["macro_f1"] for run in ledger.of(arm.name).values()]
            mean = summary["arms"][arm.name]["macro_f1"][0]
            axis.plot(seeds, [place] * len(seeds), "o", color=_GREY, markersize=3)
            axis.plot([mean], [place], "|", color=_BLUE, markersize=16, markeredgewidth=2.5)
        names = ["full training" if arm is FULL else arm.title for arm in arms]
        axis.set(title=f"Macro F1 at {title}", yticks=range(len(arms)), yticklabels=names)
        axis.invert_yaxis()
    return figure


def _coverage(record: dict[str, Any]) -> Figure:
    """Risk against coverage, by V and by the maximum probability, for each task and each kind of loss."""
    tasks = record["tasks"]
    figure, axes = _panels(2, rows=len(tasks))
    kinds = [(task, kind) for task in tasks for kind in ("label", "utility")]
    for axis, (task, kind) in zip(axes, kinds, strict=True):
        curves = tasks[task][kind]
        for name, colour, title in (("value", _BLUE, "critic's V"), ("confidence", _ORANGE, "maximum probability")):
            axis.plot(curves["coverage"], curves[f"{name}_curve"], color=colour, label=f"{title}: {curves[name]:.4f}")
        lost = "share of wrong labels" if kind == "label" else "lost utility of the decision"
        axis.set(title=task, xlabel="coverage", ylabel=lost)
        axis.legend(frameon=False, title="area")
    return figure
