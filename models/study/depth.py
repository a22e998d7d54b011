"""docs/depth.md: what leaving the encoder early costs, the learned rule against the plain confidence threshold."""

import gzip
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib import rc_context
from matplotlib.figure import Figure
from numpy.typing import NDArray

from models.adapter import Adapter, load_classifier
from models.checkpoint import encoder_folder
from models.data import TASKS, Row
from models.depth_fit import (
    Judged,
    Point,
    choose,
    curve,
    exit_features,
    gains_of,
    judge,
    left_at,
    rule_at,
)
from models.fitting import run_rows
from models.study.figures import STYLE
from models.tokenizer import HeadlineTokenizer

Floats = NDArray[np.float64]
HEADLINES = 5000
_COLOURS = {"learned": "#2f5d8a", "threshold": "#c8641e"}


def read_feed(path: Path, most: int = HEADLINES) -> list[str]:
    """Return the first headlines of a JSON-lines feed (.gz too) that are no press release."""
    with gzip.open(path, "rt", encoding="utf-8") if path.suffix == ".gz" else path.open(encoding="utf-8") as file:
        rows = (json.loads(line) for line in file)
        return [
            row["title"] for row, _ in zip((r for r in rows if not r.get("press_release")), range(most), strict=False)
        ]


def measure_depth(adapter: Adapter, rows: Sequence[Row], feed: Sequence[str], compute: str) -> dict[str, Any]:
    """Return both rules at every setting on held-out rows, and the depth that each would have on a feed's headlines."""
    classifier = load_classifier(adapter, compute=compute)
    tokenizer = HeadlineTokenizer(encoder_folder(adapter.encoder))
    calibration = adapter.meta["calibration"]
    judged = judge(rows, run_rows(classifier, tokenizer, rows), calibration, classifier.exits_after)
    house = [Row(text, "neutral", "house") for text in feed]
    answers = run_rows(classifier, tokenizer, house)
    own = [adapter.meta["sources"].index("house")] * len(feed)
    feed_features = exit_features(answers, own, calibration) if feed else None
    points = curve(judged)
    return {
        "rows": len(rows),
        "headlines": len(feed),
        "exits": _by_exit(judged),
        "points": [{**point._asdict(), "feed_depth": _feed_depth(judged, feed_features, point)} for point in points],
        "best": {
            rule: chosen._asdict() if (chosen := choose([p for p in points if p.rule == rule])) else None
            for rule in _COLOURS
        },
    }


def _by_exit(judged: Judged) -> dict[str, list[float]]:
    return {
        task: [float(each) for each in judged.utility[judged.tasks == task].mean(0)]
        for task in TASKS
        if (judged.tasks == task).any()
    }


def _feed_depth(judged: Judged, found: Floats | None, point: Point) -> float | None:
    if found is None:
        return None
    kernels, prices = rule_at(judged, point)
    return float(np.asarray(judged.layers)[left_at(gains_of(found, kernels), prices)].mean())


def write_depth_page(out: Path, adapter: str, figures: dict[str, Any], command: str) -> None:
    """Write the page and its plot, `depth.svg` beside it in a folder of the page's name."""
    folder = out.with_suffix("")
    folder.mkdir(parents=True, exist_ok=True)
    with rc_context(STYLE):
        _plot(_shown(figures)).savefig(folder / "depth.svg", metadata={"Date": None})
    exits = "\n".join(
        f"| {task} | " + " | ".join(f"{each:.4f}" for each in utility) + " |"
        for task, utility in figures["exits"].items()
    )
    chosen = "\n".join(_chosen(rule, figures) for rule in _COLOURS)
    count = len(next(iter(figures["exits"].values())))
    head = " | ".join(["task", *(f"exit {k + 1}" for k in range(count))])
    out.write_text(
        f"""# What leaving the encoder early costs

Every number and the plot on this page come from `{command}`, with
the adapter `{adapter}`.

A headline leaves at the first exit where more layers are not worth their price; both tasks are answered at the exit
that it leaves at. `learned` predicts the gain in utility of going on from how sure label, policy and critic are (ridge
regression, out of fold on the {figures["rows"]:,} held-out rows, each with its own task's label and in its source's
convention). `threshold` stops where neither task's 1 - max p exceeds a bound. Either may use some of the exits only;
the plot shows each with those of its best setting.

Mean utility of the decision at each exit, if every row left there:

| {head} |
|{"---|" * (count + 1)}
{exits}

![Loss of utility against mean depth]({folder.name}/depth.svg)

The best of each rule (least loss plus .01 a layer) where the mean loss stays within .003, its one-sided 95 % bound
(paired bootstrap) within .006, and what the house's own rows lose within .006; the last column is the mean depth over
{figures["headlines"]:,} headlines of a feed, which carry no label:

| rule | exits after | setting | mean depth, held out | loss | bound | mean depth, feed |
|---|---|---|---|---|---|---|
{chosen}
""",
        encoding="utf-8",
    )


def _shown(figures: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the points of each rule with the exits of its best, or with all where none is good enough."""
    every = max((point["layers"] for point in figures["points"]), key=len)
    used = {rule: best["layers"] if best else every for rule, best in figures["best"].items()}
    return [point for point in figures["points"] if point["layers"] == used[point["rule"]]]


def _chosen(rule: str, figures: dict[str, Any]) -> str:
    best = figures["best"][rule]
    if best is None:
        return f"| {rule} | - | - | - | - | - | - |"
    points = _shown(figures)
    point = next(p for p in points if p["rule"] == rule and p["setting"] == best["setting"])
    used = ", ".join(str(each) for each in best["layers"])
    feed = "-" if point["feed_depth"] is None else f"{point['feed_depth']:.2f}"
    figures_of = f"{best['mean_depth']:.2f} | {best['loss']:.4f} | {best['loss_bound']:.4f}"
    return f"| {rule} | {used} | {best['setting']:g} | {figures_of} | {feed} |"


def _plot(points: Sequence[dict[str, Any]]) -> Figure:
    figure = Figure(figsize=(6.5, 3.6), layout="constrained")
    axis = figure.subplots()
    for rule, colour in _COLOURS.items():
        mine = sorted((p["mean_depth"], p["loss"], p["loss_bound"]) for p in points if p["rule"] == rule)
        depth, loss, bound = zip(*mine, strict=True)
        axis.plot(depth, loss, color=colour, label=rule)
        axis.fill_between(depth, loss, bound, color=colour, alpha=0.15, linewidth=0)
    axis.axhline(0.003, color="#8a8f98", linewidth=0.8, linestyle="--")
    axis.set(xlabel="mean depth in layers", ylabel="loss of utility against full depth", ylim=(-0.004, 0.03))
    axis.legend(frameon=False)
    return figure
