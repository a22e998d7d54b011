"""Studies of the model: what its parts buy. JAX and Matplotlib are imported inside, so that --help stays fast."""

import json
import os
import sys
from pathlib import Path

import click

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
@click.option("--rows", default=1600, show_default=True, help="Training rows of a seed.")
@click.option("--epochs", default=3, show_default=True)
@click.option("--seeds", default=5, show_default=True)
@click.option("--held-out", default=1600, show_default=True, help="At most so many test rows.")
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
    from models.study.page import write_page
    from models.study.summary import summarised
    from tqdm import tqdm

    from models.data import DataError
    from models.runtime import ModelError
    from models.study.hybrid import run_study
    from models.study.plan import StudyError, StudyPlan

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
        write_page(out, plan, ledger, summary, " ".join(["groundswell", *sys.argv[1:]]))
    except (DataError, ModelError, StudyError, ValueError) as error:
        raise click.ClickException(str(error)) from error
    click.echo(json.dumps({"page": str(out), **summary}) if as_json else f"wrote {out}")
