"""No error of kafka-python's is unmapped, and what it calls retriable stays so."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from streams.kafka_errors import DENIED, DOWN, GONE, UNKNOWN, translate
from streams.kafka_python import kafka_errors
from streams.kafka_settings import KafkaSettings, Security
from streams.secrets import redact
from streams.source import AccessDenied, PositionGone, StreamError, UnknownTopic, Unreachable


def error_classes(root: type = kafka_errors.KafkaError) -> list[type[Exception]]:
    below = [found for child in root.__subclasses__() for found in error_classes(child)]
    return sorted({root, *below}, key=lambda found: found.__name__)


def test_there_are_many() -> None:
    assert len(error_classes()) > 130


@pytest.mark.parametrize("kind", error_classes(), ids=lambda kind: kind.__name__)
def test_each_is_mapped(kind: type[Exception]) -> None:
    ours = translate(kind("what happened"), "fetching")
    assert isinstance(ours, StreamError)
    assert "Kafka, fetching: " in str(ours)
    named = issubclass(kind, GONE + UNKNOWN + DENIED)
    if not named:
        retriable = getattr(kind, "retriable") or issubclass(kind, DOWN)  # noqa: B009 (the stubs do not know it)
        assert ours.retriable == retriable
        assert isinstance(ours, Unreachable) == retriable


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("OffsetOutOfRangeError", PositionGone),
        ("LogTruncationError", PositionGone),
        ("UnknownTopicOrPartitionError", UnknownTopic),
        ("TopicAuthorizationFailedError", AccessDenied),
        ("SaslAuthenticationFailedError", AccessDenied),
        ("NotLeaderForPartitionError", Unreachable),
        ("KafkaTimeoutError", Unreachable),
        ("BrokerNotAvailableError", Unreachable),
        ("CorruptRecordError", StreamError),
    ],
)
def test_by_name(name: str, expected: type) -> None:
    assert type(translate(getattr(kafka_errors, name)("x"), "fetching")) is expected


def test_what_names_access_is_access_denied() -> None:
    words = ("Authorization", "Sasl", "Credential", "DelegationToken")
    named = [kind for kind in error_classes() if any(word in kind.__name__ for word in words)]
    assert len(named) > 10
    assert all(issubclass(kind, DENIED) for kind in named)


def test_a_socket_error_is_unreachable() -> None:
    assert type(translate(ConnectionRefusedError("no"), "reaching")) is Unreachable


def test_plain_text_needs_no_secret() -> None:
    assert KafkaSettings("a:1, b:2").client_config()["bootstrap_servers"] == ["a:1", "b:2"]
    assert Security().client_config({}) == {"security_protocol": "PLAINTEXT"}


def test_secrets_come_from_the_environment_and_stay_out_of_the_settings(tmp_path: Path) -> None:
    ca_file = tmp_path / "ca.pem"
    ca_file.touch()
    security = Security("SASL_SSL", "SCRAM-SHA-256", "U", "P", ca_file=str(ca_file))
    config = security.client_config({"U": "ada", "P": "hush"})
    assert (config["sasl_plain_username"], config["sasl_plain_password"]) == ("ada", "hush")
    assert (config["sasl_mechanism"], config["ssl_cafile"], config["ssl_check_hostname"]) == (
        "SCRAM-SHA-256",
        str(ca_file),
        True,
    )
    assert "hush" not in repr(security) and redact("password hush") == "password ***"


def test_a_missing_secret_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(os.environ, "KAFKA_USERNAME", raising=False)
    with pytest.raises(AccessDenied, match="KAFKA_USERNAME is not set"):
        KafkaSettings(security=Security("SASL_PLAINTEXT", "PLAIN")).client_config()
