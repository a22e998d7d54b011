"""`groundswell replay`: files, or the journal of a store, through the very pipeline that runs live."""

from __future__ import annotations

import json
import tempfile
import threading
import time
from collections.abc import Callable, Generator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from monitor.commands.errors import plain_errors
from monitor.commands.options import PACE

if TYPE_CHECKING:
    from monitor.config import Config


@click.command()
@click.argument("files", nargs=-1, type=click.Path(path_type=Path))
@click.option("--from-journal", is_flag=True, help="Replay the journal of --store, from its stored scores.")
@click.option("--config", "config_file", type=click.Path(path_type=Path), help="Settings; else the example's.")
@click.option("--store", help="URL of the store to keep the result in (else a temporary one), or of the journal.")
@click.option("--into", help="With --from-journal: URL of a new store to keep the result in.")
@click.option("--until-seq", type=int, help="With --from-journal: end after the batch of this number.")
@PACE
@click.option("--json", "as_json", is_flag=True, help="Print the summary as one JSON object.")
@click.option("--digest", "only_digest", is_flag=True, help="Print the digest alone.")
@plain_errors
def replay(
    files: tuple[Path, ...],
    from_journal: bool,
    config_file: Path | None,
    store: str | None,
    into: str | None,
    until_seq: int | None,
    pace: float | None,
    as_json: bool,
    only_digest: bool,
) -> None:
    """Replay news FILES (JSON lines, CSV or Parquet, .gz too), or a store's journal, and say what came of it."""
    if bool(files) == from_journal:
        msg = "name files, or --from-journal with --store URL: one of the two"
        raise click.UsageError(msg)
    if from_journal and pace is not None:
        msg = (
            "--pace is for files; a journal is replayed from its stored scores, at full speed: leave one of the two out"
        )
        raise click.UsageError(msg)
    if until_seq is not None and not from_journal:
        msg = "--until-seq is for --from-journal: files have no batches to count"
        raise click.UsageError(msg)
    with tempfile.TemporaryDirectory(prefix="groundswell-") as folder:
        config = settings(config_file)
        url = (into if from_journal else store) or f"sqlite:///{folder}/replay.db"
        started = time.monotonic()
        if from_journal:
            _replay_journal(store or config.store.url, url, until_seq)
        else:
            _replay_files(files, config, url, pace)
        seconds = time.monotonic() - started
        tell(url, seconds, as_json=as_json, only_digest=only_digest, to_watermark=until_seq is not None)


def settings(config_file: Path | None) -> Config:
    """Read the named settings, or those of the example where none are named."""
    from monitor.config import load_config, packaged_config

    return load_config(config_file) if config_file else packaged_config("example.toml")


def tell(
    url: str,
    seconds: float,
    *,
    as_json: bool,
    only_digest: bool = False,
    to_watermark: bool = False,
    **more: Any,
) -> None:
    """Print the summary of a run on stdout."""
    from monitor.session import patiently
    from monitor.summary import as_text, summarise

    summary = {**patiently(lambda: summarise(url, seconds, to_watermark=to_watermark), threading.Event()), **more}
    if only_digest:
        click.echo(summary["digest"])
    else:
        click.echo(json.dumps(summary) if as_json else as_text(summary))


def _replay_files(files: tuple[Path, ...], config: Config, url: str, pace: float | None) -> None:
    from monitor.clock import wall_clock_ms
    from monitor.parts import feed_format, open_scorer
    from monitor.session import drive
    from monitor.shutdown import stop_on_signals
    from monitor.store import Store
    from streams.files import FileSource

    source = FileSource(list(files), feed_format(config.source), wall_clock_ms, pace=pace)
    scorer = open_scorer(config)
    with _progress(source.total) as advance, stop_on_signals() as stop, closing(Store.open(url)) as store:
        drive(config, source, scorer, store, stop, lambda p: advance(p.records), deliver=False)
    _refuse_half(stop)


def _replay_journal(journal: str, url: str, until_seq: int | None) -> None:
    from monitor.journal import BEFORE_TIME_MS
    from monitor.replay import replay_journal
    from monitor.store import Store

    with closing(Store.open(journal)) as old, closing(Store.open(url)) as new:
        after_seq, total = old.replayable(until_seq)
        if after_seq:
            click.echo(f"it begins at batch {after_seq + 1}: [retention] has removed what was before", err=True)
        with _progress(total) as advance:
            replay_journal(old, new, advance, until_seq)
        last = new.last_entry()
    if until_seq is not None and not after_seq and last is not None and last.watermark_ms > BEFORE_TIME_MS:
        same = f"`groundswell digest --store ... --until-ms {last.watermark_ms}` of the run's own store says the same"
        click.echo(f"it ends at batch {until_seq}: {same}", err=True)


def _refuse_half(stop: threading.Event) -> None:
    if stop.is_set():
        msg = "stopped before the end: the same command with the same --store goes on where this one stood"
        raise click.ClickException(msg)


@contextmanager
def _progress(total: int) -> Generator[Callable[[int], Any]]:
    """Show a progress bar on stderr; yields the function that advances it."""
    from tqdm import tqdm

    with tqdm(total=total, unit="item", mininterval=0.5, smoothing=0.1) as bar:
        yield bar.update
