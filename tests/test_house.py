"""The house rules that a machine can check: who imports whom, and what --help costs."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
HOUSE = ("streams", "models", "monitor", "dashboard")
MAY_IMPORT = {
    "streams": set(),
    "models": set(),
    "monitor": {"streams", "models"},
    "dashboard": {"monitor", "streams"},
}
SERVING = "dashboard.serve"  # the one thing of the dashboard that a command needs: how to start its process


def imports(path: Path) -> set[str]:
    """Every module that a file imports, wherever in it."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module)
    return found


def files(package: str) -> list[Path]:
    return sorted((ROOT / package).rglob("*.py"))


@pytest.mark.parametrize("package", HOUSE)
def test_imports_go_down_the_house_only(package: str) -> None:
    for path in files(package):
        for module in imports(path) - ({SERVING} if package == "monitor" else set()):
            top = module.split(".")[0]
            if top in HOUSE and top != package:
                assert top in MAY_IMPORT[package], f"{path.relative_to(ROOT)} imports {module}"


@pytest.mark.parametrize(
    ("library", "places"),
    [
        ("kafka", {"streams/kafka_python.py"}),
        ("streamlit", "dashboard"),
        ("jax", "models"),
        ("flax", "models"),
        ("optax", "models"),
        ("apprise", {"monitor/channels.py"}),
        ("prometheus_client", {"monitor/metrics.py", "monitor/exporter.py"}),
        ("structlog", {"monitor/logs.py"}),
        ("feedparser", {"streams/rss.py"}),
        ("httpx", {"streams/fetch.py"}),
    ],
)
def test_a_library_is_imported_in_its_own_room(library: str, places: str | set[str]) -> None:
    users = {
        str(path.relative_to(ROOT))
        for package in HOUSE
        for path in files(package)
        if library in {module.split(".")[0] for module in imports(path)}
    }
    assert users, f"nobody imports {library}: this test would prove nothing"
    if isinstance(places, str):
        assert {user.split("/")[0] for user in users} == {places}
    else:
        assert users == places


def loaded_by(code: str) -> set[str]:
    """The top-level modules in memory after a fresh interpreter ran some code."""
    script = f"{code}\nimport sys; print(' '.join({{m.split('.')[0] for m in sys.modules}}))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd=ROOT)
    return set(done.stdout.split())


def test_windows_and_alerts_do_not_load_the_model() -> None:
    loaded = loaded_by("import monitor.fold, monitor.store, monitor.queries, monitor.pipeline")
    assert "numpy" in loaded and not loaded & {"jax", "flax", "streamlit"}


def test_the_store_does_not_load_the_fold() -> None:
    loaded = loaded_by("import monitor.store, monitor.commands.errors")
    assert "sqlalchemy" in loaded and not loaded & {"numpy", "pandas", "jax"}


def test_help_loads_nothing_heavy() -> None:
    loaded = loaded_by(
        "import monitor.cli\ntry: monitor.cli.groundswell(['--help'], standalone_mode=False)\nexcept SystemExit: pass"
    )
    assert not loaded & {"jax", "numpy", "pandas", "sqlalchemy", "streamlit", "pydantic"}


def test_every_command_answers_help() -> None:
    from click.testing import CliRunner

    from monitor.cli import COMMANDS, groundswell

    for name in COMMANDS:
        result = CliRunner().invoke(groundswell, [name, "--help"])
        assert result.exit_code == 0, result.output


def test_the_lock_names_no_registry_and_pins_every_line() -> None:
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    assert "://" not in lock and "--index" not in lock
    pins = [line for line in lock.splitlines() if line and not line.startswith((" ", "#"))]
    assert len(pins) > 50 and all("==" in line for line in pins)
    assert lock.count("--hash=sha256:") >= len(pins)
    assert "sentence-transformers" not in lock and "\ntorch==" not in lock
