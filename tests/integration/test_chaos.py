"""Everything that goes wrong leaves the store as an undisturbed run would; `make chaos` is the full case."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.integration.chaos import EVENTS, MOODS, Case, chaos
from tests.integration.conftest import REFUSED_SOCKETS, require_broker_tools

pytestmark = [pytest.mark.integration, pytest.mark.timeout(420), REFUSED_SOCKETS]


@pytest.mark.usefixtures("refused_sockets")
def test_kills_outages_locks_and_a_full_disk_change_nothing(tmp_path: Path) -> None:
    require_broker_tools()
    with chaos(Case(items=30_000, kills=5, limit_s=300), tmp_path) as one:
        report = one.run()
    assert report["ok"], json.dumps(report, indent=1)
    assert report["items"] == 30_000 and report["records_stored"] == report["records_in_log"] == 30_300
    assert all(report["happened"][event] == 1 for event in EVENTS)
    assert report["happened"]["kills"] >= 5 and report["happened"]["kills_inside_a_transaction"] >= 1
    assert report["windows"] > 5_000 and report["alert_events"] > 50, "too little came of it to prove anything"
    assert report["notices"] > 50 and report["messages"] >= max(MOODS), "too little was told to prove anything"
    assert report["messages_repeated"] >= 2, "the receiver forgot two, so two came again"
