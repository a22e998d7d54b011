"""docs/hybrid.md, written from the results; what a person wrote between its two marks stays."""

from collections.abc import Sequence
from pathlib import Path
from textwrap import fill

from models.recipe import Recipe
from models.study.arms import BY_FLOPS, BY_TIME, FULL, HYBRID, PLAIN, ROWS_PER_STEP, SHARE
from models.study.figures import TITLES, draw
from models.study.ledger import Ledger
from models.study.plan import StudyPlan
from models.study.selective import UNIFORM
from models.study.summary import METRICS, Summary

BEGIN, END = "<!-- written by hand: begin -->", "<!-- written by hand: end -->"


def write_page(out: Path, plan: StudyPlan, ledger: Ledger, summary: Summary) -> None:
    """Write the page and its plots."""
    folder = out.with_suffix("")
    draw(folder, ledger, summary)
    parts = [
        "# What the hybrid update buys",
        f"Every number and plot on this page comes from\n\n    {_command(plan)}",
        _by_hand(out),
        _what_was_run(plan, ledger),
        _lam(summary, folder.name),
        _utility(summary),
        _selective(summary, folder.name),
        _coverage(plan, summary, folder.name),
    ]
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text("\n\n".join(map(_filled, parts)) + "\n", encoding="utf-8")


def _filled(text: str) -> str:
    """Return the text with its paragraphs filled to one width; tables, plots and what a person wrote stay."""
    if text.startswith(BEGIN):
        return text
    blocks = text.split("\n\n")
    return "\n\n".join(block if block[0] in "|!# " else fill(block, 120, break_on_hyphens=False) for block in blocks)


def _command(plan: StudyPlan) -> str:
    data = "--data DATA " if plan.data else ""
    sizes = f"--layers {plan.layers} --length {plan.length} --rows {plan.rows} --epochs {plan.epochs}"
    return f"groundswell study hybrid {data}{sizes} --seeds {plan.seeds} --held-out {plan.held_out}"


def _by_hand(out: Path) -> str:
    """Return the part of the page that a person wrote, marks included."""
    text = out.read_text(encoding="utf-8") if out.exists() else ""
    if BEGIN in text and END in text:
        return text[text.index(BEGIN) : text.index(END) + len(END)]
    return f"{BEGIN}\n{END}"


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a Markdown table, its first column to the left and the others to the right."""
    lines = [head, ["---", *["---:"] * (len(head) - 1)], *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def _mean(pair: Sequence[float], digits: int = 3) -> str:
    return f"{pair[0]:.{digits}f} ± {pair[1]:.{digits}f}"


def _gap(gap: Summary) -> str:
    text = f"{gap['mean']:+.3f} [{gap['low']:+.3f}, {gap['high']:+.3f}]"
    return text if gap["verdict"] == "tie" else f"**{text}** {gap['verdict']}"


def _what_was_run(plan: StudyPlan, ledger: Ledger) -> str:
    machine, steps = ledger.machine, plan.epochs * plan.rows // ROWS_PER_STEP
    data = "PhraseBank, Twitter and SEntFiN headlines" if plan.data else "generated sentences of the house guideline"
    seconds = sum(run["wall_seconds"] for run in ledger.records if "wall_seconds" in run)
    return f"""## What was run

The first {plan.layers} layers of {Path(plan.encoder).name}, the first exit after a third of them: a smaller encoder
than the one that ships, so that {plan.seeds} seeds of every arm fit into an hour of two cores. Sentiment alone; {data},
of at most {plan.length} tokens. A seed draws its own {plan.rows:,} training rows, their order and the first readouts;
every arm of that seed gets the same rows in the same order, {steps} steps of {ROWS_PER_STEP} ({plan.epochs} epochs),
and is judged on the same held-out rows (at most {plan.held_out:,}, no near copies of training rows). What an arm
does not name is the default recipe's ({_recipe()}),
without twins and the house's share. Each half of the held-out rows is calibrated on the other, per source.

λ = 1 is plain cross-entropy. Means are over seeds, with the standard deviation; differences are paired by seed, with
Student's 95 % interval. It speaks of other seeds, not of other test rows, and among so many intervals one or two leave
out 0 by chance alone: a difference that counts shows in neighbours too. Machine: {machine["cpu"]},
{machine["cores"]} cores, {machine["system"]}, jax {machine["jax"]}; one run a core, {seconds / 3600:.1f} core-hours
in all."""


def _recipe() -> str:
    recipe = Recipe()
    named = {"β": recipe.beta, "smoothing": recipe.smoothing, "distillation": recipe.distillation}
    named |= {"dropout": recipe.dropout, "rate": recipe.learning_rate}
    return ", ".join(f"{name} {number:g}" for name, number in named.items())


def _lam(summary: Summary, folder: str) -> str:
    means = [[arm.title, *_means(summary["arms"][arm.name])] for arm in HYBRID]
    gaps = [
        [arm.title, *(_gap(summary["to_plain"][arm.name][metric]) for metric in METRICS)]
        for arm in HYBRID
        if arm is not PLAIN
    ]
    sampled = [_gap(summary["sampled_to_exact"][metric]) for metric in METRICS]
    return f"""## λ, the form of the policy gradient, and the literal loss

{table(["arm", *TITLES.values(), "λ at the end", "decisions: negative, neutral, positive"], means)}

Less plain cross-entropy (λ = 1), with the interval; bold where it leaves out 0:

{table(["arm", *TITLES.values()], gaps)}

Sampled less exact, both at λ = 0.5: accuracy {sampled[0]}, macro F1 {sampled[1]}, excess ECE {sampled[2]}, utility
{sampled[3]}.

![Each metric against λ; a dot is a seed, the line joins the means]({folder}/lam.svg)

![Differences to λ = 1 with 95 % intervals]({folder}/differences.svg)"""


def _means(figures: Summary) -> list[str]:
    shares = " / ".join(f"{share:.2f}" for share in figures["decisions"])
    return [*(_mean(figures[metric]) for metric in METRICS), f"{figures['lam'][0]:.2f}", shares]


def _utility(summary: Summary) -> str:
    rows = [
        [
            arm.title,
            *(_mean(summary["arms"][arm.name][name]) for name in ("utility", "utility_careful", "utility_label")),
            _gap(summary["policy_to_own_careful"][arm.name]),
            _gap(summary["policy_to_plain_careful"][arm.name]),
        ]
        for arm in HYBRID
    ]
    head = ["arm", "policy", "careful", "likeliest label", "policy less own careful", "policy less λ = 1's careful"]
    return f"""## Expected utility against the two baselines

The class-weighted cross-entropy is a row of the table. The careful decision is the other baseline: argmax over acts of
sum_y p(y|x) U[y, act] with calibrated label probabilities, which needs no reinforcement at all.

{table(head, rows)}"""


def _selective(summary: Summary, folder: str) -> str:
    rows = [["full training", "100 %", "100 %", _mean(summary["arms"][FULL.name]["macro_f1"]), "", ""]]
    for arm in (*BY_FLOPS, *BY_TIME):
        figures = summary["selective"][arm.name]
        budget = "operations" if arm.budget == "flops" else "time"
        title = f"{arm.title}, equal {budget}" if arm.choice != "random" else f"{arm.title}, either"
        rows.append(
            [
                title,
                _percent(figures["flops_share"]),
                _percent(figures["seconds_share"]),
                _mean(summary["arms"][arm.name]["macro_f1"]),
                _gap(figures["to_full"]["macro_f1"]),
                "" if arm.choice == "random" else _gap(figures["to_random"]["macro_f1"]),
            ]
        )
    pools = {arm.choice: arm.pool() for arm in BY_FLOPS}
    return f"""## Selective updates

{ROWS_PER_STEP} rows of a pool get a backward pass; the budget is {_percent(SHARE)} of full training (λ = {FULL.lam:g}).
The critic looks at {pools["critic"]} rows through the first exit and never sees a label: a row is drawn with a
probability that grows with 1 - V, {_percent(UNIFORM)} of it even, and weighs by the inverse. Random takes from
{pools["random"]}. Highest loss looks at {pools["loss"]} rows through all layers and with their labels, and takes the
top. Looking counts: a forward pass is 1, a backward pass 2, the first exit 1/3. Time is the processor time of one core,
which a busy neighbour does not lengthen.

{table(["choice", "operations", "time", "macro F1", "less full training", "less random"], rows)}

![Macro F1 of each choice]({folder}/selective.svg)"""


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %"


def _coverage(plan: StudyPlan, summary: Summary, folder: str) -> str:
    rows: list[list[str]] = []
    for task, figures in summary["coverage"]["tasks"].items():
        for kind, title in (("label", "wrong label"), ("utility", "lost utility")):
            one = figures[kind]
            low, high = one["difference"]
            gap = f"{one['value'] - one['confidence']:+.4f} [{low:+.4f}, {high:+.4f}]"
            areas = (f"{one[name]:.4f}" for name in ("value", "confidence"))
            better = {"value": "V", "confidence": "maximum probability", "tie": "tie"}[one["better"]]
            rows.append([f"{task}, {title}", f"{figures['n']:,}", *areas, gap, better])
    head = ["task, loss", "rows", "V", "maximum probability", "difference", "better"]
    return f"""## Risk and coverage

Which tells better where the shipped model is right: the critic's V or the maximum probability? Area under the
risk-coverage curve on held-out rows, lower is better; the interval is over resampled rows. The adapter is
`{Path(plan.adapter).name}` ({summary["coverage"]["model_version"]}); temperature, bias and the critic's last scale were
fitted on these very rows, a few numbers a source.

{table(head, rows)}

![Risk against coverage]({folder}/coverage.svg)"""
