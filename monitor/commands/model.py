"""The model from the command line: train, evaluate, score. JAX is imported inside, so that --help stays fast."""

import json
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

import click

if TYPE_CHECKING:
    from models.scorer import Score, Scorer

_SOURCES = click.Choice(["fpb", "tfns", "sentfin", "house"])
_TASKS = click.Choice(["sentiment", "topic"])
_COMPUTE = click.Choice(["float32", "bfloat16"])
_BLOCK = 2048

adapter_option = click.option("--adapter", default="finance-en", show_default=True, help="Shipped name, or a folder.")
depth_option = click.option(
    "--depth",
    type=click.Choice(["adaptive", "full"]),
    default="adaptive",
    show_default=True,
    help="Leave early where more layers are not worth their price, or never.",
)
compute_option = click.option(
    "--compute", type=_COMPUTE, default="float32", show_default=True, help="Type of the matrix products' factors."
)


def print_json(value: dict[str, Any]) -> None:
    """Print one object on one line of stdout."""
    click.echo(json.dumps(value, ensure_ascii=False))


def load_scorer(adapter: str, compute: str, depth: str) -> "Scorer":
    """Load a model, its error as a message of the command line."""
    from models.runtime import ModelError
    from models.scorer import Scorer

    try:
        return Scorer.load(adapter, compute=compute, depth=depth)
    except ModelError as error:
        raise click.ClickException(str(error)) from error


@click.command()
@click.argument("file", type=click.File(encoding="utf-8", errors="replace"), default="-")
@click.option("--target", help="Score what the headline says of this name or ticker.")
@click.option("--source", type=_SOURCES, default="house", show_default=True, help="Whose meaning of neutral.")
@adapter_option
@compute_option
@depth_option
def score(file: TextIO, target: str | None, source: str, adapter: str, compute: str, depth: str) -> None:
    """Score headlines, one a line, from FILE or - (stdin); one JSON object a line."""
    scorer = load_scorer(adapter, compute, depth)
    for block in _blocks(file):
        for text, scored in zip(block, scorer.score(block, [target] * len(block), source), strict=True):
            print_json(score_object(text, scored, scorer.model_version, scorer.runtime_id))


def _blocks(file: TextIO) -> Iterator[list[str]]:
    """Yield the lines in blocks, a block at once where somebody types."""
    block: list[str] = []
    for line in file:
        block.append(line.rstrip("\r\n"))
        if len(block) == _BLOCK or file.isatty():
            yield block
            block = []
    if block:
        yield block


def score_object(text: str, scored: "Score", model_version: str, runtime_id: str) -> dict[str, Any]:
    """Return the object that `score` prints."""
    return {
        "text": text,
        "sentiment": {"negative": scored.negative, "neutral": scored.neutral, "positive": scored.positive},
        "polarity": scored.polarity,
        "topics": [{"topic": topic, "probability": probability} for topic, probability in scored.topics],
        "decision": scored.decision,
        "value": scored.value,
        "confidence": scored.confidence,
        "depth": scored.depth,
        "target": scored.target,
        "target_found": scored.target_found,
        "model_version": model_version,
        "runtime_id": runtime_id,
    }


@click.command()
@click.option(
    "--data",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    required=True,
    help="CSV: text,label[,target][,source].",
)
@click.option("--task", type=_TASKS, default="sentiment", show_default=True)
@click.option("--source", type=_SOURCES, help="Whose convention; without it the file's column, else house.")
@adapter_option
@compute_option
@depth_option
def evaluate(data: Path, task: str, source: str | None, adapter: str, compute: str, depth: str) -> None:
    """Measure a model on labelled headlines and print the figures as one JSON object."""
    from models.data import DataError, read_rows
    from models.evaluate import evaluate as measure

    try:
        rows = read_rows(data, source=source or "house", task=task)  # pyright: ignore[reportArgumentType]
        scorer = load_scorer(adapter, compute, depth)
        print_json(measure(scorer, rows, task, source))  # pyright: ignore[reportArgumentType]
    except (DataError, ValueError) as error:
        raise click.ClickException(str(error)) from error


@click.command()
@click.option(
    "--data",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    required=True,
    help="Folder with sentiment/ and topics/.",
)
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), required=True, help="Folder of the adapter.")
@click.option(
    "--work",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path(".cache/train"),
    show_default=True,
    help="Where a cut-off run goes on from.",
)
@click.option(
    "--recipe",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="JSON file with settings that differ from the default recipe.",
)
@click.option(
    "--encoder",
    default="all-MiniLM-L6-v2",
    show_default=True,
    help="Default, or a folder with a BERT-family checkpoint.",
)
@click.option("--epochs", type=click.IntRange(min=1), help="Instead of the recipe's.")
@click.option("--seed", type=int, default=1, show_default=True)
@click.option("--start", help="Adapter to go on from; without it the pretrained encoder.")
@click.option(
    "--blend",
    type=click.FloatRange(0.0, 1.0),
    default=0.0,
    show_default=True,
    help="Share of the adapter that --start names in the parameters that ship.",
)
@click.option("--house-rows", type=int, default=10_000, show_default=True, help="Generated house rows.")
@click.option("--copies", type=int, default=2, show_default=True, help="How often an epoch shows a written sentence.")
@click.option("--open-data", is_flag=True, help="Only what is MIT licensed, and our own sentences.")
def train(
    data: Path,
    out: Path,
    work: Path,
    recipe: Path | None,
    encoder: str,
    epochs: int | None,
    seed: int,
    house_rows: int,
    copies: int,
    open_data: bool,
    start: str | None,
    blend: float,
) -> None:
    """Train an adapter from labelled data; a run that was cut off goes on where it was."""
    from models.build import BuildPlan, build_adapter
    from models.data import DataError
    from models.runtime import ModelError

    today = datetime.now(tz=UTC).date().isoformat()
    command = as_published(sys.argv[1:], data)
    plan = BuildPlan(data, out, work, encoder, seed, house_rows, copies, open_data, start, blend, today, command)
    changed = json.loads(recipe.read_text(encoding="utf-8")) if recipe else {}
    if epochs:
        changed["epochs"] = epochs
    try:
        print_json(build_adapter(plan, changed))
    except (DataError, ModelError, TypeError, ValueError) as error:
        raise click.ClickException(str(error)) from error


def as_published(arguments: list[str], data: Path, feed: Path | None = None) -> str:
    """Return the command for a card: the folders of this machine named by what they are."""
    names = {str(path): name for path, name in ((data, "DATA"), (feed, "FEED")) if path}
    shown = [names.get(each, each) for each in arguments if each != "--json"]
    if "--work" in shown:
        at = shown.index("--work")
        del shown[at : at + 2]
    return " ".join(shown)


@click.group()
def model() -> None:
    """Show the adapters that ship, and choose one."""


@model.command("list")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
def list_adapters(as_json: bool) -> None:
    """List the shipped adapters, each with its size and what it was trained on."""
    from models.adapter import find_adapter, shipped_adapters

    for name in shipped_adapters():
        adapter = find_adapter(name)
        size = sum(path.stat().st_size for path in adapter.folder.iterdir())
        trained = adapter.meta["trained"]
        row = {"name": name, "bytes": size, "date": trained["date"], "rows": trained["rows"], "open": trained["open"]}
        if as_json:
            print_json(row)
        else:
            click.echo(f"{name}  {size / 1e6:.1f} MB  {trained['date']}  {trained['rows']:,} rows")


@model.command("use")
@click.argument("name")
@click.option(
    "--config",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    default=Path("groundswell.toml"),
    show_default=True,
    help="Settings file to change.",
)
def use(name: str, config: Path) -> None:
    """Make an adapter the one that a settings file names: a shipped NAME, or a folder."""
    from models.adapter import find_adapter
    from models.runtime import ModelError
    from monitor.chosen import choose_adapter
    from monitor.config import ConfigError

    try:
        adapter = find_adapter(name)
        choose_adapter(config, name)
    except (ConfigError, ModelError) as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"{config}: [model] adapter = {name!r} ({adapter.encoder}); a runner takes it up at its next start")


@model.command("measure")
@click.argument("name")
@click.option(
    "--validation",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    required=True,
    help="fpb_validation.csv.",
)
@click.option(
    "--sentences",
    multiple=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    default=[Path("tests/models/challenge.csv"), Path("tests/models/later.csv")],
    show_default=True,
)
def measure(name: str, validation: Path, sentences: tuple[Path, ...]) -> None:
    """Measure an adapter on sets that nothing was fitted on, and write the figures into its card."""
    from models.adapter import find_adapter
    from models.measured import write_measured
    from models.runtime import ModelError

    try:
        print_json(write_measured(find_adapter(name), validation, sentences))
    except ModelError as error:
        raise click.ClickException(str(error)) from error


@model.command("info")
@click.argument("name", default="finance-en")
@click.option("--json", "as_json", is_flag=True, help="adapter.json as one object.")
def info(name: str, as_json: bool) -> None:
    """Show an adapter's card."""
    from models.adapter import find_adapter
    from models.runtime import ModelError

    try:
        adapter = find_adapter(name)
    except ModelError as error:
        raise click.ClickException(str(error)) from error
    if as_json:
        print_json(adapter.meta)
    else:
        click.echo((adapter.folder / "README.md").read_text(encoding="utf-8").rstrip())
