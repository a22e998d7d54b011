"""The commands as a user types them: JSON contracts, exit codes, and errors that say what to do."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

SUMMARY = {"items", "late", "dead", "gaps", "windows", "alerts", "digest", "seconds", "items_per_second"}
ALERT = {"alert_id", "rule", "key", "state", "pending_ms", "firing_ms", "resolved_ms", "value", "evidence"}
WINDOW = {
    *("key", "start_ms", "end_ms", "items", "stories", "negative", "neutral", "positive", "polarity"),
    *("ci_low", "ci_high", "late"),
}
ITEM = {
    *("event_time_ms", "source", "news_id", "headline", "url", "tickers", "sentiment", "polarity", "topics", "keys"),
    *("decision", "value", "confidence", "depth", "late", "model_version", "runtime_id"),
}
SETTINGS = """
[model]
scorer = "stub"
[windows]
hop = "5m"
sizes = ["1h"]
[[rule]]
name = "bad"
watch = "topic:*"
below = -0.02
window = "1h"
min_stories = 2
"""
BAD_PACES = ("0", "-1", "nan", "inf")


def groundswell(*arguments: str, **more: Any) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "monitor", *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=False, **more)


def objects(done: subprocess.CompletedProcess[str]) -> list[dict[str, Any]]:
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with settings, a feed, and a store into which it was replayed."""
    folder = tmp_path_factory.mktemp("cli")
    (folder / "stub.toml").write_text(SETTINGS)
    lines = [json.dumps({"ts": 1_700_000_000_000 + n * 60_000, "title": f"Report number {n}"}) for n in range(200)]
    (folder / "feed.jsonl").write_text("\n".join([*lines, "not json"]))
    done = groundswell("replay", "feed.jsonl", "--config", "stub.toml", "--store", "sqlite:///news.db", cwd=folder)
    assert done.returncode == 0, done.stderr
    return folder


def test_replay_prints_one_object_and_the_same_digest_again(world: Path) -> None:
    (first,) = objects(groundswell("replay", "feed.jsonl", "--config", "stub.toml", "--json", cwd=world))
    assert set(first) == SUMMARY and (first["items"], first["late"], first["dead"]) == (200, 0, 1)
    assert first["alerts"] and all(set(alert) == ALERT for alert in first["alerts"])
    alone = groundswell("replay", "feed.jsonl", "--config", "stub.toml", "--digest", cwd=world)
    journal = groundswell("replay", "--from-journal", "--store", "sqlite:///news.db", "--digest", cwd=world)
    assert alone.stdout == journal.stdout == first["digest"] + "\n"


def test_a_paced_replay_waits_for_the_news_and_gives_the_digest_of_full_speed(world: Path) -> None:
    from monitor.store import Store

    arguments = ("replay", "feed.jsonl", "--config", "stub.toml", "--json")
    (full,) = objects(groundswell(*arguments, cwd=world))
    (paced,) = objects(groundswell(*arguments, "--pace", "24000", "--store", "sqlite:///paced.db", cwd=world))
    for summary in (full, paced):
        del summary["seconds"], summary["items_per_second"]
    assert paced == full and full["alerts"]
    batches: dict[str, list[int]] = {}
    for name in ("news", "paced"):
        store = Store.open(f"sqlite:///{world}/{name}.db")
        batches[name] = [entry.tick_ms for entry, _ in store.entries(0)]
        store.close()
    assert len(batches["news"]) == 1 < len(batches["paced"]), "not all of it was due at once"
    assert batches["paced"][0] < 1_700_000_000_000 + 199 * 60_000, "its ticks are of the news' own time"


def test_replay_shows_progress_on_stderr_and_text_on_stdout(world: Path) -> None:
    done = groundswell("replay", "feed.jsonl", "--config", "stub.toml", cwd=world)
    assert "200 items (0 late, 1 dead letters)" in done.stdout and "201/201" in done.stderr


def test_alerts_and_windows_keep_their_contracts(world: Path) -> None:
    alerts = objects(groundswell("alerts", "--store", "sqlite:///news.db", "--json", cwd=world))
    assert alerts and all(set(alert) == ALERT for alert in alerts)
    windows = objects(groundswell("windows", "--store", "sqlite:///news.db", "--key", "all", "--json", cwd=world))
    assert windows and all(set(window) == WINDOW for window in windows)
    assert {window["key"] for window in windows} == {"all"}
    assert all(window["end_ms"] - window["start_ms"] == 3_600_000 for window in windows)
    table = groundswell("windows", "--store", "sqlite:///news.db", "--key", "all", cwd=world).stdout
    assert "polarity" in table.splitlines()[0]


def test_items_keep_their_contract_newest_first(world: Path) -> None:
    items = objects(groundswell("items", "--store", "sqlite:///news.db", "--limit", "3", "--json", cwd=world))
    assert [item["headline"] for item in items] == [f"Report number {n}" for n in (199, 198, 197)]
    assert all(set(item) == ITEM and not item["late"] for item in items)
    assert all(sum(item["sentiment"].values()) == pytest.approx(1) for item in items)
    times = ("--since-ms", str(items[2]["event_time_ms"]), "--until-ms", str(items[0]["event_time_ms"]))
    found = objects(groundswell("items", "--store", "sqlite:///news.db", *times, "--json", cwd=world))
    assert found == items[1:]
    topic = f"topic:{items[0]['topics'][0]['topic']}"
    of_topic = objects(groundswell("items", "--store", "sqlite:///news.db", "--key", topic, "--json", cwd=world))
    assert of_topic[0] == items[0] and all(topic in item["keys"] for item in of_topic)


def test_late_items_are_listed_and_do_not_command_the_terminal(world: Path) -> None:
    from monitor.store import Store
    from tests.monitor.shelf import keyed, write

    store = Store.open(f"sqlite:///{world}/late.db")
    write(store, 1, [keyed(0, headline="On time"), keyed(1, headline="Be\x1b[2Jhind", late=True)])
    store.close()
    (item,) = objects(groundswell("items", "--late", "--store", "sqlite:///late.db", "--json", cwd=world))
    assert (item["late"], item["headline"], item["news_id"]) == (True, "Be\x1b[2Jhind", "n1")
    assert item["topics"] == [
        {"topic": "Macro", "probability": 0.1 + 0.2},
        {"topic": "M&A | Investments", "probability": 1 / 3},
    ]
    table = groundswell("items", "--late", "--store", "sqlite:///late.db", cwd=world).stdout
    assert table.splitlines()[0].split()[:3] == ["event_time_ms", "late", "polarity"]
    assert "Be\\x1b[2Jhind" in table and "Macro, M&A | Investments" in table and "On time" not in table
    assert groundswell("items", "--late", "--store", "sqlite:///news.db", cwd=world).stdout == "none\n"


def test_dead_letters_are_listed_with_their_reason(world: Path) -> None:
    listed = groundswell("deadletters", "list", "--store", "sqlite:///news.db", "--json", cwd=world)
    (letter,) = objects(listed)
    assert (letter["reason"], letter["preview"], letter["offset"]) == ("not_json", "not json", 200)
    assert letter["detail"].startswith("feed.jsonl:201: ")
    assert (letter["length"], letter["kept"], letter["published_ms"], letter["redriven_ms"]) == (8, 8, None, None)


def test_the_demo_ends_by_itself_and_knows_its_episodes() -> None:
    arguments = ("--seconds", "3", "--speed", "2400", "--no-dashboard", "--json", "--scorer", "stub")
    (summary,) = objects(groundswell("demo", *arguments))
    assert set(summary) == SUMMARY | {"episodes"} and summary["items"] > 50
    (episode,) = summary["episodes"]
    assert set(episode) == {"key", "start_ms", "end_ms", "alert_id", "detected_ms"}


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("replay", "nowhere.jsonl", "--config", "stub.toml"), "nowhere.jsonl"),
        (("replay",), "name files, or --from-journal"),
        (("replay", "feed.jsonl", "--config", "missing.toml"), "no such file"),
        (("replay", "--from-journal", "--store", "sqlite:///news.db", "--pace", "60"), "--pace is for files"),
        *((("replay", "feed.jsonl", "--config", "stub.toml", "--pace", pace), "is no pace") for pace in BAD_PACES),
        (("feed", "feed.jsonl", "--to", "copy.jsonl", "--pace", "0"), "0 is no pace"),
        (("run", "--config", "wrong.toml"), "windows.hop: 'soon' is not a duration"),
        (("run", "--config", "typo.toml"), "sauce"),
        (("run", "--config", "gone.toml"), "gone.jsonl"),
        (("run", "--config", "gone.toml", "--log-format", "json"), "gone.jsonl"),
        (("alerts", "--store", "sqlite:///missing.db"), "missing.db"),
        (("windows", "--store", "sqlite:///news.db", "--size", "soon"), "not a duration"),
        (("items", "--store", "sqlite:///news.db", "--key", "topic:*"), "for one key, without a pattern"),
        (("items", "--store", "sqlite:///missing.db"), "missing.db"),
        (("replay", "feed.jsonl", "--config", "stub.toml", "--store", "mysql://x"), "sqlite:///"),
        (("replay", "other.jsonl", "--config", "stub.toml", "--store", "sqlite:///news.db"), "Use a new store"),
        (("config", "check", "wrong.toml"), "1 setting(s) are wrong"),
    ],
)
def test_a_mistake_gets_one_clear_message_and_no_traceback(world: Path, arguments: tuple[str, ...], says: str) -> None:
    (world / "wrong.toml").write_text('[windows]\nhop = "soon"\n')
    (world / "gone.toml").write_text('[source]\nkind = "files"\nfiles = ["gone.jsonl"]\n' + SETTINGS)
    (world / "typo.toml").write_text('[sauce]\nkind = "kafka"\n')
    (world / "other.jsonl").write_text('{"ts": 1, "title": "Another feed"}')
    done = groundswell(*arguments, cwd=world)
    assert done.returncode != 0 and done.stdout == ""
    assert says in done.stderr and "Traceback" not in done.stderr


def test_a_second_writer_is_refused(world: Path) -> None:
    from monitor.clock import wall_clock_ms
    from monitor.lease import own_name
    from monitor.store import Store

    store = Store.open(f"sqlite:///{world}/busy.db")
    store.acquire(own_name(), wall_clock_ms(), 10 * 60_000)
    done = groundswell("replay", "feed.jsonl", "--config", "stub.toml", "--store", "sqlite:///busy.db", cwd=world)
    store.close()
    assert done.returncode == 1 and "writes to this store" in done.stderr and "Traceback" not in done.stderr


def test_a_standby_takes_over_when_the_other_gives_up(world: Path) -> None:
    from monitor.clock import wall_clock_ms
    from monitor.lease import own_name
    from monitor.store import Store

    store = Store.open(f"sqlite:///{world}/shared.db")
    store.acquire(own_name(), wall_clock_ms(), 10 * 60_000)
    (world / "files.toml").write_text('[source]\nkind = "files"\nfiles = ["feed.jsonl"]\n' + SETTINGS)
    command = ["run", "--config", "files.toml", "--store", "sqlite:///shared.db", "--until-end", "--standby", "--json"]
    waiting = subprocess.Popen(
        [sys.executable, "-m", "monitor", *command],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=world,
    )
    assert waiting.stderr and any("standing by" in line for line in waiting.stderr)
    with pytest.raises(subprocess.TimeoutExpired):
        waiting.wait(1.5)
    store.release()
    store.close()
    out, _ = waiting.communicate(timeout=60)
    assert waiting.returncode == 0 and json.loads(out)["items"] == 200


def test_the_example_is_valid_settings(tmp_path: Path) -> None:
    (tmp_path / "groundswell.toml").write_text(groundswell("config", "example").stdout)
    done = groundswell("config", "check", "groundswell.toml", cwd=tmp_path)
    assert done.returncode == 0 and "is valid: 2 watches, 3 rules" in done.stdout
