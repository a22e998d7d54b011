"""How to reach a Kafka cluster; secrets are named by environment variables and read at the last moment."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from streams.secrets import note_secret
from streams.source import AccessDenied


@dataclass(frozen=True, slots=True)
class Security:
    """SASL and TLS as Kafka clients know them; only the names of the secrets' environment variables are kept.

    Attributes:
        protocol: the listener's security protocol.
        mechanism: the SASL mechanism, for the two SASL protocols.
        username_env: the environment variable that holds the SASL user.
        password_env: the one that holds its password.
        ca_file: certificates of the authorities to trust; empty: the system's.
        cert_file: the client's own certificate, where the broker asks for one.
        key_file: its private key.
        key_password_env: the environment variable that holds that key's password.
        check_hostname: whether the broker's certificate must name its host.
    """

    protocol: Literal["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"] = "PLAINTEXT"
    mechanism: Literal["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"] = "SCRAM-SHA-512"
    username_env: str = "KAFKA_USERNAME"
    password_env: str = "KAFKA_PASSWORD"
    ca_file: str = ""
    cert_file: str = ""
    key_file: str = ""
    key_password_env: str = ""
    check_hostname: bool = True

    def client_config(self, environ: Mapping[str, str] = os.environ) -> dict[str, Any]:
        """Settings for a kafka-python client, secrets included: never to be logged.

        Raises:
            AccessDenied: an environment variable that is named is not set, or a file cannot be read.
        """
        config: dict[str, Any] = {"security_protocol": self.protocol}
        if self.protocol.startswith("SASL"):
            config["sasl_mechanism"] = self.mechanism
            config["sasl_plain_username"] = _secret(environ, self.username_env)
            config["sasl_plain_password"] = note_secret(_secret(environ, self.password_env))
        if self.protocol.endswith("SSL"):
            self._check_files()
            config["ssl_check_hostname"] = self.check_hostname
            config["ssl_cafile"] = self.ca_file or None
            config["ssl_certfile"] = self.cert_file or None
            config["ssl_keyfile"] = self.key_file or None
            config["ssl_password"] = self._key_password(environ)
        return config

    def _key_password(self, environ: Mapping[str, str]) -> str | None:
        return note_secret(_secret(environ, self.key_password_env)) if self.key_password_env else None

    def _check_files(self) -> None:
        for name in ("ca_file", "cert_file", "key_file"):
            path = getattr(self, name)
            try:
                if path:
                    Path(path).read_bytes()
            except OSError as error:
                msg = f"{name} {path}: cannot be read: {error.strerror}"
                raise AccessDenied(msg) from error


@dataclass(frozen=True, slots=True)
class KafkaSettings:
    """A cluster and what is read from it.

    Attributes:
        bootstrap: `host:port`, several with commas between.
        topics: the topics that are read, all partitions of each.
        group: where the lag tools look for our positions; empty: nowhere.
        security: SASL and TLS.
        start_ms: how long the first answer may take.
        answer_ms: how long a leader may take to say where its log ends, before it counts as silent.
        fetch_wait_ms: how long a leader with nothing new holds a fetch back.
        refresh_ms: how old the knowledge of topics, partitions and leaders may grow.
        commit_every_ms: the group learns our positions at most this often.
    """

    bootstrap: str = "localhost:9092"
    topics: tuple[str, ...] = ()
    group: str = ""
    security: Security = field(default_factory=Security)
    start_ms: int = 10_000
    answer_ms: int = 2_000
    fetch_wait_ms: int = 200
    refresh_ms: int = 5_000
    commit_every_ms: int = 1_000

    def client_config(self) -> dict[str, Any]:
        """What every client of this cluster needs, secrets included."""
        return {
            "bootstrap_servers": [address.strip() for address in self.bootstrap.split(",")],
            "client_id": "groundswell",
            "bootstrap_timeout_ms": self.start_ms,
            "request_timeout_ms": 10_000,
            "reconnect_backoff_max_ms": 1_000,
            "metadata_max_age_ms": self.refresh_ms,
            **self.security.client_config(),
        }


def _secret(environ: Mapping[str, str], name: str) -> str:
    if not environ.get(name):
        msg = f"The environment variable {name} is not set; it must hold the secret for Kafka"
        raise AccessDenied(msg)
    return environ[name]
