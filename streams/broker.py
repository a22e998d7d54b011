"""A local single-node Apache Kafka (KRaft, one process), for trying things out and for tests.

From the command line:

    python -m streams.broker run            start one and stay until Ctrl-C
    python -m streams.broker start | stop   the same in the background, by its pid file
    python -m streams.broker fetch          only fetch the jars, through Maven, into the cache folder
"""

from __future__ import annotations

import argparse
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from pathlib import Path

KAFKA = "org.apache.kafka:kafka_2.13:4.3.1"
LOGGER = "org.slf4j:slf4j-simple:1.7.36"
SCRAM = ("SCRAM-SHA-256", "SCRAM-SHA-512")
CACHE_ENV = "GROUNDSWELL_KAFKA_CACHE"
READY_TIMEOUT_S = 120
STOP_TIMEOUT_S = 30
TOOLS = {
    "java": "a Java runtime, 17 or newer (Debian: apt-get install openjdk-17-jre-headless)",
    "mvn": "Maven (Debian: apt-get install maven)",
}


class BrokerError(Exception):
    """The local broker cannot be fetched, started or stopped; the text says what to do."""


def cache_dir() -> Path:
    """Where the jars are kept: `$GROUNDSWELL_KAFKA_CACHE`, or .cache/kafka under the working directory."""
    return Path(os.environ.get(CACHE_ENV, ".cache/kafka")).absolute()


def jars_dir(cache: Path) -> Path:
    """The folder of this Kafka version's jars."""
    return cache / ("jars-" + KAFKA.rsplit(":", 1)[1])


def missing_tools(cache: Path) -> list[str]:
    """What is not on this machine and is needed, each with how to get it; Maven only until the jars are there."""
    needed = ["java"] if jars_dir(cache).is_dir() else ["java", "mvn"]
    return [f"{tool}: {TOOLS[tool]}" for tool in needed if shutil.which(tool) is None]


def fetch(cache: Path) -> Path:
    """Fetch Kafka's jars once, through Maven's own configuration; returns their folder.

    Raises:
        BrokerError: Java or Maven is missing, or Maven failed.
    """
    missing = missing_tools(cache)
    if missing:
        msg = "A local Kafka needs what is not on this machine:\n  " + "\n  ".join(missing)
        raise BrokerError(msg)
    jars = jars_dir(cache)
    if not jars.is_dir():
        cache.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=cache) as work:
            _run_maven(Path(work))
            _move_into_place(Path(work) / "jars", jars)
    return jars


def _run_maven(work: Path) -> None:
    (work / "pom.xml").write_text(_pom(), encoding="utf-8")
    command = ["mvn", "-q", "-B", "dependency:copy-dependencies", f"-DoutputDirectory={work / 'jars'}"]
    result = subprocess.run(command, cwd=work, capture_output=True, text=True, check=False)
    if result.returncode:
        msg = f"Maven could not fetch {KAFKA}; is its repository in reach?\n{(result.stdout + result.stderr)[-2000:]}"
        raise BrokerError(msg)


def _move_into_place(fetched: Path, jars: Path) -> None:
    try:
        fetched.rename(jars)
    except OSError:  # another process fetched them at the same time
        if not jars.is_dir():
            raise


def _pom() -> str:
    dependencies = "".join(
        f"<dependency><groupId>{group}</groupId><artifactId>{artifact}</artifactId><version>{version}</version></dependency>"
        for group, artifact, version in (name.split(":") for name in (KAFKA, LOGGER))
    )
    return (
        '<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion>'
        "<groupId>groundswell</groupId><artifactId>local-kafka</artifactId><version>1</version>"
        f"<dependencies>{dependencies}</dependencies></project>\n"
    )


def free_port() -> int:
    """A TCP port of this machine that nobody listens on right now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def server_properties(
    data: Path, port: int, controller_port: int, overrides: Mapping[str, str], secure: Mapping[str, int] | None = None
) -> str:
    """The settings of a single node that is broker and controller at once; `secure` is protocol -> port."""
    shown = "".join(f",{protocol}://127.0.0.1:{number}" for protocol, number in (secure or {}).items())
    protocols = "".join(f",{protocol}:{protocol}" for protocol in secure or {})
    single = ("offsets.topic", "transaction.state.log", "share.coordinator.state.topic")
    properties = {
        "process.roles": "broker,controller",
        "node.id": "1",
        "controller.quorum.bootstrap.servers": f"127.0.0.1:{controller_port}",
        "listeners": f"PLAINTEXT://127.0.0.1:{port},CONTROLLER://127.0.0.1:{controller_port}{shown}",
        "advertised.listeners": f"PLAINTEXT://127.0.0.1:{port}{shown}",
        "inter.broker.listener.name": "PLAINTEXT",
        "controller.listener.names": "CONTROLLER",
        "listener.security.protocol.map": f"PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT{protocols}",
        "log.dirs": str(data / "log"),
        "offsets.topic.num.partitions": "4",
        "transaction.state.log.num.partitions": "4",
        "group.initial.rebalance.delay.ms": "0",
        "auto.create.topics.enable": "false",
        **{f"{name}.replication.factor": "1" for name in single},
        **{f"{name}.min.isr": "1" for name in single[1:]},
        **overrides,
    }
    return "".join(f"{name}={value}\n" for name, value in properties.items())


class LocalBroker:
    """One Kafka process with its data in a folder; started again in the same folder, it has its records back.

    Args:
        data: its folder.
        port: of the plain listener; 0: any that is free.
        overrides: settings of the server.
        secure: further listeners, protocol ("SSL", "SASL_SSL", "SASL_PLAINTEXT") -> port.
        scram: users that are there from the first start, for each mechanism of SCRAM, name -> password.
    """

    def __init__(
        self,
        data: Path,
        port: int = 0,
        overrides: Mapping[str, str] | None = None,
        *,
        secure: Mapping[str, int] | None = None,
        scram: Mapping[str, str] | None = None,
    ) -> None:
        self.data = data.absolute()
        self.port = port or free_port()
        self._overrides = dict(overrides or {})
        self._secure = dict(secure or {})
        self._scram = dict(scram or {})
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def bootstrap(self) -> str:
        """`host:port` for clients."""
        return f"127.0.0.1:{self.port}"

    @property
    def pid(self) -> int | None:
        """The process id while it runs."""
        return self._process.pid if self._process and self._process.poll() is None else None

    def start(self) -> None:
        """Format the folder if it is new, start, and wait until the broker answers.

        Raises:
            BrokerError: it cannot be fetched, formatted or started; the end of its log is in the text.
        """
        jars = fetch(cache_dir())
        if _listens(self.port):
            msg = f"Port {self.port} of this machine is taken already: stop what listens there, or choose another port"
            raise BrokerError(msg)
        self.data.mkdir(parents=True, exist_ok=True)
        properties = self.data / "server.properties"
        settings = server_properties(self.data, self.port, free_port(), self._overrides, self._secure)
        properties.write_text(settings, encoding="utf-8")
        if not (self.data / "log" / "meta.properties").exists():
            self._format(jars, properties)
        with (self.data / "broker.log").open("ab") as log:
            command = [*_java(jars, "-Xmx512m", "-XX:+UseSerialGC"), "kafka.Kafka", str(properties)]
            self._process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True
            )
        self._wait_until_ready()

    def _format(self, jars: Path, properties: Path) -> None:
        tool = [*_java(jars, "-XX:TieredStopAtLevel=1"), "kafka.tools.StorageTool"]
        cluster_id = _checked([*tool, "random-uuid"]).split()[-1]
        logins = [f"[name={name},password={password}]" for name, password in self._scram.items()]
        users = [word for each in logins for mechanism in SCRAM for word in ("--add-scram", f"{mechanism}={each}")]
        _checked([*tool, "format", "--standalone", "-t", cluster_id, "-c", str(properties), *users])

    def _wait_until_ready(self) -> None:
        deadline = time.monotonic() + READY_TIMEOUT_S
        while time.monotonic() < deadline:
            if self.pid is None:
                break
            if all(_listens(port) for port in (self.port, *self._secure.values())):
                return
            time.sleep(0.1)
        self.kill()
        tail = (self.data / "broker.log").read_text(encoding="utf-8", errors="replace")[-2000:]
        msg = f"Kafka did not come up on port {self.port}; its log ({self.data / 'broker.log'}) ends with:\n{tail}"
        raise BrokerError(msg)

    def wait(self) -> int:
        """Stay until the process ends; its exit status."""
        return self._process.wait() if self._process else 0

    def stop(self) -> None:
        """End it in good order, or by force if it does not listen."""
        if self._process is None:
            return
        self._process.terminate()
        try:
            self._process.wait(STOP_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            self.kill()

    def kill(self) -> None:
        """End it at once (SIGKILL), as a power cut would."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()


def _java(jars: Path, *options: str) -> list[str]:
    return ["java", *options, "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn", "-cp", str(jars / "*")]


def _checked(command: list[str]) -> str:
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    if result.returncode:
        msg = f"{' '.join(command[-4:])} failed: {(result.stdout + result.stderr)[-2000:]}"
        raise BrokerError(msg)
    return result.stdout


@contextmanager
def local_broker(overrides: Mapping[str, str] | None = None) -> Generator[LocalBroker]:
    """A broker on a free port with a folder of its own, both gone at the end."""
    with tempfile.TemporaryDirectory(prefix="groundswell-kafka-", ignore_cleanup_errors=True) as folder:
        broker = LocalBroker(Path(folder), overrides=overrides)
        try:
            broker.start()
            yield broker
        finally:
            broker.stop()


def _stop_by_pid_file(pid_file: Path) -> None:
    try:
        pid = int(pid_file.read_text(encoding="utf-8"))
        os.kill(pid, signal.SIGTERM)
    except (FileNotFoundError, ProcessLookupError):
        msg = f"No broker runs from {pid_file.parent} (looked in {pid_file.name})"
        raise BrokerError(msg) from None
    finally:
        pid_file.unlink(missing_ok=True)


def main(arguments: list[str] | None = None) -> int:
    """The command line; returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m streams.broker", description="A local Apache Kafka.")
    parser.add_argument("action", choices=["run", "start", "stop", "fetch"])
    parser.add_argument("--port", type=int, default=9092, help="port to listen on (default 9092; 0: any free one)")
    parser.add_argument("--data", type=Path, default=None, help="folder of its records (default: data in the cache)")
    options = parser.parse_args(arguments)
    try:
        return _act(options.action, options.port, options.data or cache_dir() / "data")
    except BrokerError as error:
        print(error, file=sys.stderr)
        return 1


def _act(action: str, port: int, data: Path) -> int:
    pid_file = data / "broker.pid"
    if action == "fetch":
        print(f"Kafka's jars are in {fetch(cache_dir())}")
    elif action == "stop":
        _stop_by_pid_file(pid_file)
        print("Asked the broker to stop.")
    else:
        broker = LocalBroker(data, port)
        broker.start()
        pid_file.write_text(str(broker.pid), encoding="utf-8")
        print(f"Kafka listens on {broker.bootstrap} (pid {broker.pid}, records in {data})", flush=True)
        if action == "run":
            return _stay(broker, pid_file)
    return 0


def _stay(broker: LocalBroker, pid_file: Path) -> int:
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        return broker.wait()
    except KeyboardInterrupt:
        broker.stop()
        return 0
    finally:
        pid_file.unlink(missing_ok=True)


if __name__ == "__main__":
    sys.exit(main())
