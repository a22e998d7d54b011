"""For all tests: the folder of real data, and no skip in CI."""

from __future__ import annotations

import os
from collections.abc import Generator
from pathlib import Path

import pytest

SHARED = Path(__file__).resolve().parents[2] / "shared"


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real data beside the checkout; it never enters the project."""
    if not (SHARED / "data").is_dir():
        pytest.skip("needs ../shared/data, real data that is not part of the project")
    return SHARED


@pytest.hookimpl(wrapper=True)
def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> Generator[None]:
    """In CI a skipped test is a failed run: what it wants for has to be installed."""
    del exitstatus  # only the reports count here
    yield
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if os.environ.get("CI") and reporter is not None and reporter.stats.get("skipped"):
        reporter.write_line("CI: a test was skipped for want of a part (see the summary)", red=True)
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
