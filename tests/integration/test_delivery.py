"""`groundswell run` to a real HTTP receiver: the notice that a person would get, with its evidence."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.receiver import Receiver, listening

SETTINGS = """
[source]
kind = "files"
files = ["feed.jsonl"]
[model]
scorer = "stub"
[windows]
hop = "5m"
sizes = ["1h"]
[[rule]]
name = "busy"
watch = "all"
statistic = "stories"
above = 20
window = "1h"
min_stories = 0
[[channel]]
name = "desk"
url_env = "DESK_URL"
[notify]
max_age = "36500d"
[store]
url = "sqlite:///news.db"
"""


@pytest.mark.integration
def test_an_alert_is_delivered_with_its_headlines_and_only_once(tmp_path: Path) -> None:
    (tmp_path / "live.toml").write_text(SETTINGS)
    lines = [{"ts": 1_700_000_000_000 + n * 60_000, "title": f"Northgate report number {n}"} for n in range(60)]
    (tmp_path / "feed.jsonl").write_text("\n".join(map(json.dumps, lines)))
    command = [sys.executable, "-m", "monitor", "run", "--config", "live.toml", "--until-end", "--json"]
    with listening(Receiver()) as receiver:
        environ = {"DESK_URL": f"{receiver.url}/notices"}
        for _ in range(2):
            done = subprocess.run(
                command, capture_output=True, text=True, timeout=120, check=False, cwd=tmp_path, env=environ
            )
            assert done.returncode == 0 and "/notices" not in done.stderr, done.stderr
    (fired, _) = receiver.posts
    assert "FIRING" in fired["title"] and "busy" in fired["title"]
    assert "Northgate report number" in fired["message"]
