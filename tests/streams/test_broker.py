"""The local broker without starting one: what is missing is named, and its settings are a single node's."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest

from streams import broker


@pytest.fixture
def empty_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine without Java and Maven, and an empty cache."""
    monkeypatch.setenv("PATH", str(tmp_path / "nothing"))
    monkeypatch.setenv(broker.CACHE_ENV, str(tmp_path / "cache"))
    return tmp_path


def test_what_is_missing_is_named_with_how_to_get_it(empty_path: Path) -> None:
    assert [line.split(":")[0] for line in broker.missing_tools(broker.cache_dir())] == ["java", "mvn"]
    with pytest.raises(broker.BrokerError, match="apt-get install maven"):
        broker.fetch(broker.cache_dir())
    assert not (empty_path / "cache").exists()


@pytest.mark.usefixtures("empty_path")
def test_maven_is_needed_only_until_the_jars_are_there() -> None:
    broker.jars_dir(broker.cache_dir()).mkdir(parents=True)
    assert [line.split(":")[0] for line in broker.missing_tools(broker.cache_dir())] == ["java"]


@pytest.mark.usefixtures("empty_path")
def test_the_command_line_says_it_and_fails(capsys: pytest.CaptureFixture[str]) -> None:
    assert broker.main(["fetch"]) == 1
    assert "openjdk-17" in capsys.readouterr().err


def test_stopping_what_does_not_run_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert broker.main(["stop", "--data", str(tmp_path)]) == 1
    assert str(tmp_path) in capsys.readouterr().err


def test_maven_that_fails_is_quoted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tools = tmp_path / "bin"
    tools.mkdir()
    for name in ("java", "mvn"):
        (tools / name).write_text("#!/bin/sh\necho 'no route to the repository'\nexit 1\n", encoding="utf-8")
        (tools / name).chmod(0o755)
    monkeypatch.setenv("PATH", f"{tools}{os.pathsep}{os.environ['PATH']}")
    with pytest.raises(broker.BrokerError, match="no route to the repository"):
        broker.fetch(tmp_path / "cache")
    assert not broker.jars_dir(tmp_path / "cache").exists()


def test_a_taken_port_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(broker, "fetch", lambda cache: cache)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(broker.BrokerError, match=f"Port {port} of this machine is taken"):
            broker.LocalBroker(tmp_path, port).start()


def test_settings_are_those_of_a_single_node_and_can_be_overridden() -> None:
    text = broker.server_properties(Path("/data"), 9092, 9093, {"num.partitions": "3", "node.id": "2"})
    settings = dict(line.split("=", 1) for line in text.splitlines())
    assert settings["listeners"] == "PLAINTEXT://127.0.0.1:9092,CONTROLLER://127.0.0.1:9093"
    assert settings["log.dirs"] == "/data/log"
    assert settings["auto.create.topics.enable"] == "false"
    assert (settings["num.partitions"], settings["node.id"]) == ("3", "2")
    replicas = {name for name in settings if name.endswith("replication.factor")}
    assert len(replicas) == 3
    assert {settings[name] for name in replicas} == {"1"}
