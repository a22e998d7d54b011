"""Studies of the model: what its parts buy. JAX and Matplotlib are imported inside, so that --help stays fast."""

import json
import os
import sys
from pathlib import Path

import click

from monitor.commands.model import as_published

QUICK = {"rows": 64, "epochs": 1, "seeds": 2, "held_out": 128}


@click.group()
def study() -> None:
    """Measure what the parts of the model buy."""


@study.command()
@click.option(
    "--data",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Folder with sentiment/ and topics/; without it, sentences that are generated.",
)
@click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    default=Path("docs/hybrid.md"),
    show_default=True,
    help="The page; its plots go into a folder of the same name.",
)
@click.option(
    "--work",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path(".cache/study"),
    show_default=True,
    help="Where a cut-off study goes on from.",
)
@click.option("--encoder", default="all-MiniLM-L6-v2", show_default=True)
@click.option("--adapter", default="finance-en", show_default=True, help="Whose risk and coverage are measured.")
@click.option("--layers", default=3, show_default=True, help="Layers of the encoder that are used.")
@click.option("--length", default=24, show_default=True, help="Longest headline, in tokens.")
@click.option("--rows", default=1280, show_default=True, help="Training rows of a seed.")
@click.option("--epochs", default=2, show_default=True)
@click.option("--seeds", default=5, show_default=True)
@click.option("--held-out", default=1200, show_default=True, help="At most so many test rows.")
@click.option("--jobs", default=os.cpu_count() or 1, show_default="the cores", help="Runs side by side.")
@click.option("--quick", is_flag=True, help="Tiny settings that show nothing but that it works.")
@click.option("--json", "as_json", is_flag=True, help="Print the summary as one JSON object.")
def hybrid(
    data: Path | None,
    out: Path,
    work: Path,
    encoder: str,
    adapter: str,
    layers: int,
    length: int,
    rows: int,
    epochs: int,
    seeds: int,
    held_out: int,
    jobs: int,
    quick: bool,
    as_json: bool,
) -> None:
    """Compare plain, hybrid and selective training over seeds, and write docs/hybrid.md with its plots."""
    from tqdm import tqdm

    from models.data import DataError
    from models.runtime import ModelError
    from models.study.hybrid import run_study
    from models.study.page import write_page
    from models.study.plan import StudyError, StudyPlan
    from models.study.summary import summarised

    sizes = QUICK if quick else {"rows": rows, "epochs": epochs, "seeds": seeds, "held_out": held_out}
    try:
        plan = StudyPlan(
            data=str(data) if data else None, encoder=encoder, layers=layers, length=length, adapter=adapter, **sizes
        )
        with tqdm(desc="study", unit="run", file=sys.stderr) as bar:

            def report(done: int, total: int, last: str) -> None:
                bar.total, bar.n = total, done
                bar.set_postfix_str(last, refresh=True)

            ledger = run_study(plan, work, jobs, report)
        summary = summarised(ledger)
        write_page(out, plan, ledger, summary)
    except (DataError, ModelError, StudyError, ValueError) as error:
        raise click.ClickException(str(error)) from error
    click.echo(json.dumps({"page": str(out), **summary}) if as_json else f"wrote {out}")


@study.command()
@click.option(
    "--data",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    required=True,
    help="Folder with sentiment/ and topics/.",
)
@click.option("--adapter", default="finance-en", show_default=True)
@click.option(
    "--headlines",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Feed (JSON lines, .gz too) whose mean depth is measured.",
)
@click.option(
    "--out", type=click.Path(dir_okay=False, path_type=Path), default=Path("docs/depth.md"), show_default=True
)
@click.option("--compute", type=click.Choice(["float32", "bfloat16"]), default="float32", show_default=True)
@click.option("--json", "as_json", is_flag=True, help="Print the figures as one JSON object.")
def depth(data: Path, adapter: str, headlines: Path | None, out: Path, compute: str, as_json: bool) -> None:
    """Draw what leaving the encoder early costs, the learned rule against a threshold, and write docs/depth.md."""
    from models.adapter import find_adapter
    from models.build import held_out_rows
    from models.data import DataError
    from models.runtime import ModelError
    from models.study.depth import measure_depth, read_feed, write_depth_page

    try:
        found = find_adapter(adapter)
        rows = held_out_rows(data, open_data=bool(found.meta["trained"]["open"]))
        figures = measure_depth(found, rows, read_feed(headlines) if headlines else [], compute)
    except (DataError, ModelError) as error:
        raise click.ClickException(str(error)) from error
    write_depth_page(out, adapter, figures, f"groundswell {as_published(sys.argv[1:], data, headlines)}")
    click.echo(json.dumps(figures) if as_json else f"wrote {out}")
