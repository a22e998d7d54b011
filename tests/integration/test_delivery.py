"""`groundswell run` to a real HTTP receiver: the notice that a person would get, with its evidence."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest

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


@pytest.fixture
def receiver() -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """The address of a receiver on loopback, and what it has got."""
    got: list[dict[str, Any]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            got.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(200)
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"json://127.0.0.1:{server.server_port}/notices", got
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.integration
def test_an_alert_is_delivered_with_its_headlines_and_only_once(
    tmp_path: Path, receiver: tuple[str, list[dict[str, Any]]]
) -> None:
    url, got = receiver
    (tmp_path / "live.toml").write_text(SETTINGS)
    lines = [{"ts": 1_700_000_000_000 + n * 60_000, "title": f"Northgate report number {n}"} for n in range(60)]
    (tmp_path / "feed.jsonl").write_text("\n".join(map(json.dumps, lines)))
    command = [sys.executable, "-m", "monitor", "run", "--config", "live.toml", "--until-end", "--json"]
    for _ in range(2):
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=120, check=False, cwd=tmp_path, env={"DESK_URL": url}
        )
        assert done.returncode == 0, done.stderr
    (fired, _) = got
    assert "FIRING" in fired["title"] and "busy" in fired["title"]
    assert "Northgate report number" in fired["message"] and "DESK_URL" not in done.stderr
