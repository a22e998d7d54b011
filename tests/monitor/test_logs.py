"""One line an event, readable by people and by machines, and no secret in it."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator

import pytest

from monitor import logs
from streams.secrets import guard_loggers, note_secret, redact

SECRET = 'pass"wörd\\\x01'


@pytest.fixture(autouse=True)
def root() -> Iterator[None]:
    logger = logging.getLogger()
    before = logger.handlers[:], logger.level
    yield
    logger.handlers[:], level = before
    logger.setLevel(level)


def told(log_format: logs.LogFormat) -> list[str]:
    stream = io.StringIO()
    logs.set_up(log_format, stream)
    logs.run_logger().info("lease taken", epoch=3, positions={"news/0": 7})
    logging.getLogger("streams.kafka_log").warning("%s is\n  away", "news/0")
    logging.getLogger("kafka.conn").info("Request 5")
    return stream.getvalue().splitlines()


def test_a_line_is_key_value_for_people() -> None:
    lines = told("text")
    assert len(lines) == 2
    assert "lease taken" in lines[0] and "epoch=3" in lines[0] and "positions={'news/0': 7}" in lines[0]
    assert "news/0 is | away" in lines[1] and "[warning" in lines[1]


def test_a_line_is_an_object_for_machines() -> None:
    first, second = map(json.loads, told("json"))
    assert (first["event"], first["epoch"], first["positions"]) == ("lease taken", 3, {"news/0": 7})
    assert (second["event"], second["level"], second["logger"]) == ("news/0 is\n  away", "warning", "streams.kafka_log")
    assert first["timestamp"].endswith("Z")


@pytest.mark.parametrize("log_format", ["text", "json"])
def test_a_noted_secret_is_cut_out_however_it_is_quoted(log_format: logs.LogFormat) -> None:
    note_secret(SECRET)
    stream = io.StringIO()
    logs.set_up(log_format, stream)
    log = logs.run_logger()
    log.info("plain", text=SECRET, inside={"deep": [SECRET]}, raw=SECRET.encode())
    logging.getLogger("other").warning("arguments %s and %r", SECRET, SECRET)
    try:
        raise ValueError(SECRET)
    except ValueError:
        log.exception("failed")
    said = stream.getvalue()
    assert said.count("***") >= 6 and "wörd" not in said and "w\\u00f6rd" not in said and "w\\xc3" not in said


def test_a_guarded_library_is_redacted_for_every_handler() -> None:
    note_secret(SECRET)
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    child = logging.getLogger("guarded.net.sasl")
    child.addHandler(handler)
    guard_loggers("guarded")
    child.warning("config %s", {"sasl_plain_password": SECRET})
    try:
        raise ValueError(SECRET)
    except ValueError:
        child.exception("failed")
    child.removeHandler(handler)
    assert "wörd" not in stream.getvalue() and stream.getvalue().count("***") == 2


def test_nothing_is_no_secret() -> None:
    note_secret("")
    assert redact("a plain line") == "a plain line"
