"""Every usual mistake is found, named, and told what to do about; a healthy desk gets no complaint."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner

from monitor import doctor, tune
from monitor.cli import groundswell
from monitor.clock import wall_clock_ms
from monitor.doctor import Finding, examine
from monitor.lease import own_name
from monitor.scoring import StubJudgement, StubScorer
from monitor.store import Store
from streams.broker import free_port


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with valid settings over a file."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "feed.jsonl").write_text('{"title": "Oil slips", "ts": 1}')
    write(tmp_path)
    return tmp_path


def write(desk: Path, source: str = 'kind = "files"\nfiles = ["feed.jsonl"]', more: str = "", model: str = "") -> None:
    scorer = model or 'scorer = "stub"'
    (desk / "groundswell.toml").write_text(f"[source]\n{source}\n[model]\n{scorer}\n{more}")


def found(desk: Path, check: str) -> Finding:
    return next(finding for finding in examine(desk / "groundswell.toml") if finding.check == check)


def test_a_healthy_desk_gets_no_complaint_and_is_left_as_it_was(desk: Path) -> None:
    before = sorted(path.name for path in desk.iterdir())
    findings = list(examine(desk / "groundswell.toml"))
    assert {finding.check for finding in findings} == {"settings", "source", "folder", "store", "model"}
    assert all((finding.state, finding.todo) == ("ok", "") for finding in findings), findings
    assert sorted(path.name for path in desk.iterdir()) == before


@pytest.mark.parametrize(
    ("source", "more", "model", "check", "says"),
    [
        ('kind = "files"\nfils = []', "", "", "settings", "source.fils"),
        ('kind = "files"', "", "", "source", "no files"),
        ('kind = "files"\nfiles = ["nowhere.jsonl"]', "", "", "source", "nowhere.jsonl: no such file"),
        ('kind = "files"\nfiles = ["feed.txt"]', "", "", "source", "feed.txt"),
        ('kind = "simulate"', '[store]\nurl = "mysql://x"', "", "store", "mysql is not supported"),
        ('kind = "simulate"', '[store]\nurl = "sqlite:////nowhere/news.db"', "", "store", "does not exist"),
        ('kind = "simulate"', '[store]\nurl = "sqlite:////proc/news.db"', "", "folder", "/proc: cannot be written"),
        ('kind = "simulate"', '[store]\nurl = "sqlite:///feed.jsonl"', "", "store", "not a SQLite database"),
        ('kind = "simulate"', '[[channel]]\nname = "desk"\nurl_env = "NOT_SET"', "", "channels", "NOT_SET"),
        ('kind = "simulate"', "", 'adapter = "nowhere"', "model", "nowhere: ScorerDown"),
    ],
)
def test_a_mistake_is_named_with_what_to_do(
    desk: Path, source: str, more: str, model: str, check: str, says: str
) -> None:
    write(desk, source, more, model)
    finding = found(desk, check)
    assert finding.state == "wrong" and says in finding.found and finding.todo


def test_no_settings_at_all(tmp_path: Path) -> None:
    (finding,) = examine(tmp_path / "groundswell.toml")
    assert finding.state == "wrong" and "no such file" in finding.found and "config example" in finding.todo


def test_a_locked_store_is_wrong_and_a_runner_at_work_is_not(desk: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "LOCK_MS", 50)
    with closing(Store.open("sqlite:///groundswell.db")) as store:
        store.acquire(own_name(), wall_clock_ms())
        finding = found(desk, "store")
        assert finding.state == "ok" and "writes to it now" in finding.found
        with closing(sqlite3.connect("groundswell.db", isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            finding = found(desk, "store")
    assert finding.state == "wrong" and "locked" in finding.found and "end what holds it" in finding.todo


def test_a_damaged_model_is_named_whatever_its_library_raises(desk: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_: object) -> StubScorer:
        msg = "header too large"
        raise OSError(msg)

    monkeypatch.setattr(doctor, "open_scorer", broken)
    finding = found(desk, "model")
    assert finding.state == "wrong" and "OSError: header too large" in finding.found


def test_nobody_at_the_bootstrap_is_said_and_ends_the_look_at_kafka(
    desk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(doctor, "ANSWER_MS", 200)
    monkeypatch.setattr("streams.kafka_admin.topics", refuse)
    write(desk, f'bootstrap = "127.0.0.1:{free_port()}"')
    findings = list(examine(desk / "groundswell.toml"))
    (broker,) = (finding for finding in findings if finding.check in ("broker", "topics", "clock"))
    assert broker.state == "wrong" and "start the broker, or correct bootstrap" in broker.todo


def refuse(settings: object) -> frozenset[str]:
    from streams.source import Unreachable

    msg = f"nobody at {settings}"
    raise Unreachable(msg)


def test_the_command_exits_with_1_where_something_is_wrong(desk: Path) -> None:
    run = CliRunner()
    healthy = run.invoke(groundswell, ["doctor", "--json"])
    assert healthy.exit_code == 0 and len(healthy.output.splitlines()) == 5
    assert set(json.loads(healthy.output.splitlines()[0])) == {"check", "state", "found", "todo"}
    write(desk, 'kind = "files"')
    ill = run.invoke(groundswell, ["doctor"])
    assert ill.exit_code == 1 and "WRONG   source:" in ill.output and "-> name them" in ill.output


class Timed(StubScorer):
    """Scores in a time of its own, by a clock that only it moves."""

    def __init__(self, clock: list[float], seconds: float) -> None:
        self._clock = clock
        self._seconds = seconds

    def score(self, texts: Sequence[str], targets: Sequence[str | None] | None = None) -> list[StubJudgement]:
        self._clock[0] += self._seconds
        return super().score(texts, targets)


def test_tune_measures_both_types_and_pins_what_is_worth_it() -> None:
    clock = [0.0]
    scorers = {"float32": Timed(clock, 0.5), "bfloat16": Timed(clock, 0.1)}
    rates = tune.measure(scorers.__getitem__, ["Oil slips"] * 10, lambda: clock[0])
    assert rates == pytest.approx({"float32": 20.0, "bfloat16": 100.0})
    assert tune.choose(rates) == "bfloat16"
    assert tune.choose({"float32": 100.0, "bfloat16": 109.0}) == "float32"


def test_the_sample_is_headlines_of_the_market() -> None:
    sample = tune.sample_headlines(50)
    assert len(sample) == 50 and all(sample) and sample == tune.sample_headlines(50)


def test_tune_prints_both_medians_and_the_line_to_pin(desk: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tune, "measure", lambda load, texts: {"float32": 100.0, "bfloat16": 300.0})
    out = CliRunner().invoke(groundswell, ["doctor", "--tune"]).output
    assert (
        "float32      100.0" in out and "bfloat16     300.0" in out and out.endswith('[model]\ncompute = "bfloat16"\n')
    )
    out = CliRunner().invoke(groundswell, ["doctor", "--tune", "--json"]).stdout
    assert json.loads(out.splitlines()[-1]) == {
        "headlines_per_second": {"float32": 100.0, "bfloat16": 300.0},
        "compute": "bfloat16",
    }
