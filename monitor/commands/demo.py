"""`groundswell demo`: a simulated market, the shipped model and the dashboard; no broker, no configuration."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Generator
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING, Any

import click

from monitor.commands.errors import plain_errors

if TYPE_CHECKING:
    from monitor.pipeline import Progress
    from streams.simulate import SimulatedSource

NEAR_MS = 15 * 60_000  # an alert belongs to an episode when it fires at most this long after the end


@click.command()
@click.option("--seconds", type=click.FloatRange(min=1), help="Stop after this many seconds; else at Ctrl-C.")
@click.option("--no-dashboard", is_flag=True, help="Do not serve the page.")
@click.option("--json", "as_json", is_flag=True, help="Print the summary as one JSON object.")
@click.option("--speed", default=60.0, show_default=True, help="Simulated seconds a second.")
@click.option("--seed", default=7, show_default=True, help="Tells one market from another.")
@click.option("--port", default=8501, show_default=True, help="Where the page is served.")
@click.option("--scorer", type=click.Choice(["model", "stub"]), default="model", show_default=True)
@plain_errors
def demo(
    seconds: float | None, no_dashboard: bool, as_json: bool, speed: float, seed: int, port: int, scorer: str
) -> None:
    """Watch an invented market in which a bank run, an oil spill and a fraud are scripted."""
    from monitor.clock import wall_clock_ms
    from monitor.commands.replay import tell
    from monitor.config import packaged_config
    from monitor.parts import open_scorer
    from monitor.session import drive
    from monitor.shutdown import stop_on_signals
    from monitor.store import Store
    from streams.simulate import DEFAULT_START_MS, SimulatedSource

    config = packaged_config("demo.toml").with_scorer(scorer)
    with tempfile.TemporaryDirectory(prefix="groundswell-demo-") as folder, stop_on_signals() as stop:
        url = f"sqlite:///{folder}/demo.db"
        started = time.monotonic()
        with closing(Store.open(url)) as store, page(url, None if no_dashboard else port):
            model = open_scorer(config)
            model.score(["Shares were little changed."])  # compiles before the market's clock starts
            end_ms = DEFAULT_START_MS + int(seconds * speed * 1_000) if seconds else None
            source = SimulatedSource(wall_clock_ms, seed=seed, speed=speed, end_ms=end_ms)
            drive(config, source, model, store, stop, Ticker(), deliver=False)
        elapsed = time.monotonic() - started
        tell(url, elapsed, as_json=as_json, episodes=found(url, source))


@contextmanager
def page(url: str, port: int | None) -> Generator[None]:
    """Serve the dashboard while the block runs; without a port, do nothing."""
    if port is None:
        yield
        return
    from dashboard.serve import serving

    with serving(url, port):
        click.echo(f"dashboard: http://localhost:{port}   (stop with Ctrl-C)", err=True)
        yield


class Ticker:
    """Tell on stderr when the first headline is in, and then every ten seconds how many."""

    def __init__(self) -> None:
        self._records = 0
        self._next = 0.0

    def __call__(self, progress: Progress) -> None:
        """Take one poll's progress."""
        self._records += progress.records
        now = time.monotonic()
        if self._records and (now >= self._next or progress.ended):
            self._next = now + 10
            click.echo(f"{self._records} headlines scored", err=True)


def found(url: str, market: SimulatedSource) -> list[dict[str, Any]]:
    """Return each episode that was scripted so far, with the alert that found it, if one did."""
    from monitor.queries import Reader

    with closing(Reader.open(url)) as reader:
        alerts = [alert for alert in reader.alerts() if alert.firing_ms is not None]
        until_ms = reader.status().tick_ms or 0
    rows: list[dict[str, Any]] = []
    for episode in market.episodes(until_ms):
        near = [
            alert
            for alert in alerts
            if alert.key == episode.key and episode.start_ms <= (alert.firing_ms or 0) < episode.end_ms + NEAR_MS
        ]
        first = min(near, key=lambda alert: alert.firing_ms or 0, default=None)
        rows.append(
            {
                "key": episode.key,
                "start_ms": episode.start_ms,
                "end_ms": episode.end_ms,
                "alert_id": first.alert_id if first else None,
                "detected_ms": first.firing_ms if first else None,
            }
        )
    return rows
