"""SASL and TLS against a real broker: who is let in, and what is said to who is not."""

from __future__ import annotations

import io
import json
import logging
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from monitor.queries import Reader
from streams.broker import SCRAM, LocalBroker, free_port
from streams.kafka_admin import create_topic
from streams.kafka_settings import KafkaSettings, Security
from streams.kafka_sink import KafkaSink
from streams.source import AccessDenied, Unreachable
from tests.integration.certificates import Authority
from tests.integration.conftest import REFUSED_SOCKETS, require_broker_tools
from tests.integration.kafka_tools import ids, news, poll_until, seen, source, write, write_raw
from tests.monitor.test_secrets import content_of

# kafka-python leaves the socket of a handshake that failed to the garbage collector, as it does a refused one
REFUSED_HANDSHAKES = pytest.mark.filterwarnings(
    "ignore:Exception ignored in. <ssl.SSLSocket:pytest.PytestUnraisableExceptionWarning"
)
pytestmark = [pytest.mark.integration, pytest.mark.timeout(120, func_only=True), REFUSED_SOCKETS, REFUSED_HANDSHAKES]

PASSWORD = "s3cret-of-alice"
KEY_PASSWORD = "s3cret-of-the-key"
PATIENCE_MS, QUICK_S = 60_000, 25  # generous to a busy machine, and far from waiting the patience out
MODULES = "org.apache.kafka.common.security"
BY_SCRAM = f"{MODULES}.scram.ScramLoginModule required;"
LOGINS = [("SASL_SSL", "PLAIN"), *((protocol, each) for protocol in ("SASL_SSL", "SASL_PLAINTEXT") for each in SCRAM)]


SETTINGS = """
[source]
WHERE
group = "monitor"
[source.security]
protocol = "SASL_SSL"
mechanism = "SCRAM-SHA-256"
ca_file = "CA_FILE"
[windows]
hop = "5m"
sizes = ["1h"]
[model]
scorer = "stub"
[store]
url = "sqlite:///news.db"
"""


@dataclass(frozen=True)
class World:
    ports: dict[str, int]
    authority: Authority
    stranger: Authority
    cert_file: str
    key_file: str

    def settings(self, protocol: str = "SASL_SSL", **security: object) -> KafkaSettings:
        chosen = Security(protocol, ca_file=str(self.authority.ca_file))  # type: ignore[arg-type]
        bootstrap, chosen = f"127.0.0.1:{self.ports[protocol]}", replace(chosen, **security)
        return KafkaSettings(bootstrap, ("news",), security=chosen, start_ms=PATIENCE_MS, answer_ms=PATIENCE_MS)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    require_broker_tools()
    folder = tmp_path_factory.mktemp("secure")
    authority = Authority(folder)
    cert, key = authority.sign("broker")
    store = folder / "broker.pem"
    store.write_bytes(key.read_bytes() + cert.read_bytes())
    mine = authority.sign("client", password=KEY_PASSWORD)
    overrides = {
        "ssl.keystore.type": "PEM",
        "ssl.keystore.location": str(store),
        "ssl.truststore.type": "PEM",
        "ssl.truststore.location": str(authority.ca_file),
        "listener.name.ssl.ssl.client.auth": "required",
        "sasl.enabled.mechanisms": ",".join(SCRAM),
        "listener.name.sasl_ssl.sasl.enabled.mechanisms": ",".join(("PLAIN", *SCRAM)),
        "listener.name.sasl_ssl.plain.sasl.jaas.config": (
            f'{MODULES}.plain.PlainLoginModule required user_alice="{PASSWORD}";'
        ),
        **{
            f"listener.name.{protocol}.{mechanism.lower()}.sasl.jaas.config": BY_SCRAM
            for protocol in ("sasl_ssl", "sasl_plaintext")
            for mechanism in SCRAM
        },
    }
    ports = {protocol: free_port() for protocol in ("SASL_SSL", "SASL_PLAINTEXT", "SSL")}
    broker = LocalBroker(folder / "kafka", overrides=overrides, secure=ports, scram={"alice": PASSWORD})
    try:
        broker.start()
        create_topic(KafkaSettings(broker.bootstrap), "news")
        with closing(KafkaSink(KafkaSettings(broker.bootstrap), "news")) as sink:
            sink.send(news(5))
            sink.flush()
        yield World(ports, authority, Authority(folder, "Stranger"), str(mine[0]), str(mine[1]))
    finally:
        broker.stop()


@pytest.fixture(autouse=True)
def secrets(monkeypatch: pytest.MonkeyPatch, refused_sockets: None) -> None:
    monkeypatch.setenv("KAFKA_USERNAME", "alice")
    monkeypatch.setenv("KAFKA_PASSWORD", PASSWORD)
    monkeypatch.setenv("KEY_PASSWORD", KEY_PASSWORD)


def read_all(settings: KafkaSettings) -> list[str]:
    with source(settings) as feed:
        return ids(poll_until(feed, seen(5)))


@pytest.mark.parametrize(("protocol", "mechanism"), LOGINS)
def test_a_user_with_the_password_reads(world: World, protocol: str, mechanism: str) -> None:
    assert read_all(world.settings(protocol, mechanism=mechanism)) == ["n0", "n1", "n2", "n3", "n4"]


def test_a_client_with_a_certificate_reads(world: World) -> None:
    mine = {"cert_file": world.cert_file, "key_file": world.key_file, "key_password_env": "KEY_PASSWORD"}
    assert len(read_all(world.settings("SSL", **mine))) == 5


def refusal(settings: KafkaSettings, kind: type[Exception] = AccessDenied) -> str:
    started = time.monotonic()
    with pytest.raises(kind) as caught, source(settings):
        pass
    assert time.monotonic() - started < QUICK_S
    return str(caught.value)


@pytest.mark.parametrize(("protocol", "mechanism"), LOGINS)
def test_a_wrong_password_is_said_quickly_and_not_shown(
    world: World, protocol: str, mechanism: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KAFKA_PASSWORD", "wr0ng-one")
    text = refusal(world.settings(protocol, mechanism=mechanism))
    assert "the user in $KAFKA_USERNAME or the password in $KAFKA_PASSWORD" in text and "wr0ng-one" not in text


def test_an_untrusted_certificate_is_said_quickly(world: World) -> None:
    text = refusal(world.settings(ca_file=str(world.stranger.ca_file)))
    assert "certificate" in text and "set ca_file" in text


def test_a_mechanism_that_the_broker_lacks_is_named(world: World) -> None:
    text = refusal(world.settings("SASL_PLAINTEXT", mechanism="PLAIN"))
    assert "does not know the mechanism PLAIN: set another one" in text


def test_a_client_without_a_certificate_is_told_so(world: World) -> None:
    assert "cert_file" in refusal(world.settings("SSL"))


def test_tls_to_a_plain_listener_is_named(world: World, kafka_bootstrap: str) -> None:
    settings = replace(world.settings(), bootstrap=kafka_bootstrap)
    assert "TLS" in refusal(settings)


def test_a_secret_that_is_not_set_and_a_file_that_is_not_there(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "ca_file /nowhere.pem" in refusal(world.settings(ca_file="/nowhere.pem"))
    monkeypatch.delenv("KAFKA_PASSWORD")
    assert "KAFKA_PASSWORD is not set" in refusal(world.settings())


def test_nobody_there_is_unreachable(world: World) -> None:
    settings = replace(world.settings(), bootstrap=f"127.0.0.1:{free_port()}", start_ms=1_000)
    assert "is it up there" in refusal(settings, Unreachable)


def test_no_debug_line_of_the_library_shows_a_secret(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    lines = io.StringIO()
    handler = logging.StreamHandler(lines)
    library = logging.getLogger("kafka")
    monkeypatch.setattr(library, "level", logging.DEBUG)
    library.addHandler(handler)
    try:
        create_topic(world.settings(mechanism="PLAIN"), "other")
        read_all(world.settings(mechanism="PLAIN"))
    finally:
        library.removeHandler(handler)
    said = lines.getvalue()
    assert "sasl_plain_password" in said and "SaslAuthenticateRequest" in said
    assert PASSWORD not in said


def run(world: World, folder: Path, topic: str) -> subprocess.CompletedProcess[str]:
    """`groundswell run` to the end of a topic, with the secrets of this process' environment."""
    where = f'bootstrap = "127.0.0.1:{world.ports["SASL_SSL"]}"\ntopics = ["{topic}"]'
    settings = SETTINGS.replace("WHERE", where).replace("CA_FILE", str(world.authority.ca_file))
    (folder / "groundswell.toml").write_text(settings)
    command = [sys.executable, "-m", "monitor", "run", "--until-end", "--config", "groundswell.toml", "--json"]
    return subprocess.run(command, capture_output=True, text=True, timeout=100, check=False, cwd=folder)


def test_a_run_from_the_settings_to_the_store_shows_the_password_nowhere(world: World, tmp_path: Path) -> None:
    topic = f"wire-{time.time_ns()}"
    settings = replace(world.settings(), topics=(topic,))
    create_topic(settings, topic)
    write(settings, news(40))
    write_raw(settings, [b"no news at all"])
    done = run(world, tmp_path, topic)
    assert done.returncode == 0, done.stderr
    printed = json.loads(done.stdout)
    assert (printed["items"], printed["late"], printed["dead"]) == (40, 0, 1) and printed["windows"]
    with closing(Reader.open(f"sqlite:///{tmp_path}/news.db")) as reader:
        assert sorted(reader.items()["news_id"]) == sorted(item.news_id for item in news(40))
        assert reader.status().records == 40
    with source(replace(settings, topics=(f"{topic}.dead",))) as feed:
        poll_until(feed, seen(1))  # the dead letter went out by the same login
    stored = content_of(tmp_path)
    assert b"quarter 39" in stored, "it was not the store that was read"
    for shown in (stored, done.stdout.encode(), done.stderr.encode()):
        assert PASSWORD.encode() not in shown


def test_a_run_with_a_wrong_password_ends_and_shows_it_nowhere(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KAFKA_PASSWORD", "wr0ng-one")
    done = run(world, tmp_path, "news")
    assert done.returncode == 1 and done.stdout == "" and "Traceback" not in done.stderr
    assert "the user in $KAFKA_USERNAME or the password in $KAFKA_PASSWORD (SCRAM-SHA-256)" in done.stderr
    assert "wr0ng-one" not in done.stderr and b"wr0ng-one" not in content_of(tmp_path)
