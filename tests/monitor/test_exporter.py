"""/metrics and /healthz as a scraper sees them, and what each poll, score and batch does to them."""

from __future__ import annotations

import json
import math
import urllib.error
import urllib.request
from collections.abc import Iterator

import pytest
from prometheus_client.parser import text_string_to_metric_families

from monitor.config import ConfigError
from monitor.exporter import Exporter
from monitor.journal import BEFORE_TIME_MS
from monitor.metrics import Metrics
from monitor.observe import Observer
from monitor.pipeline import Progress
from monitor.scoring import StubScorer
from monitor.vitals import Vitals
from streams.records import AlertEvent, DeadLetter
from streams.source import Batch
from tests.monitor.feeds import MemorySource, news

NOW_MS = 1_700_000_100_000
DEAD = DeadLetter("news/0", 7, "not_json", "no", b"x", 1, "", 0)
ALERT = AlertEvent("a1", "bad", "v", "all", "firing", 1, 1, 1, 0.5)


@pytest.fixture
def observer() -> Observer:
    waiting = {"notices": 4.0, "dead_letters": float("nan")}
    return Observer(Metrics(lambda name: waiting[name], lambda: NOW_MS), Vitals(60.0))


@pytest.fixture
def exporter(observer: Observer) -> Iterator[Exporter]:
    ours = Exporter(observer.metrics, observer.vitals, "127.0.0.1", 0)
    ours.start()
    yield ours
    ours.stop()


def get(exporter: Exporter, path: str) -> tuple[int, str]:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{exporter.port}{path}", timeout=5) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode()


def scrape(exporter: Exporter) -> dict[str, float]:
    """`name{label values}` -> value, as a Prometheus parser reads it."""
    _, text = get(exporter, "/metrics")
    samples = (sample for family in text_string_to_metric_families(text) for sample in family.samples)
    return {" ".join((each.name.removeprefix("groundswell_"), *each.labels.values())): each.value for each in samples}


def test_a_batch_moves_every_number(exporter: Exporter, observer: Observer) -> None:
    batch = Batch((), (), {"news/0": 5}, frozenset(), frozenset(), 0, unread={"news/0": 12, "news/1": 0})
    observer.polled(batch)
    observer.scorer(StubScorer()).score(["Oil slips"] * 3)
    observer(Progress(5, False, NOW_MS - 30_000, late=2, dead=[DEAD, DEAD], events=[ALERT]))
    seen = scrape(exporter)
    assert (seen["items_total"], seen["late_items_total"], seen["dead_letters_total not_json"]) == (3, 2, 2)
    assert (seen["consumer_lag_records news/0"], seen["consumer_lag_records news/1"]) == (12, 0)
    assert seen["watermark_lag_seconds"] == 30 and seen["alert_transitions_total firing"] == 1
    assert seen["batch_seconds_count"] == seen["model_seconds_count"] == 1
    assert seen["outbox_depth notices"] == 4 and math.isnan(seen["outbox_depth dead_letters"])
    assert seen["process_resident_memory_bytes"] > 1e6


def test_a_poll_that_brought_nothing_is_no_batch(exporter: Exporter, observer: Observer) -> None:
    observer(Progress(0, False, BEFORE_TIME_MS))
    seen = scrape(exporter)
    assert seen["batch_seconds_count"] == 0 and math.isnan(seen["watermark_lag_seconds"])


def test_health_says_why_not(exporter: Exporter, observer: Observer) -> None:
    status, body = get(exporter, "/healthz")
    assert status == 503 and "no batch was finished yet" in json.loads(body)["reason"]
    observer(Progress(0, False, BEFORE_TIME_MS))
    assert get(exporter, "/healthz") == (200, '{"ok": true, "reason": "", "doing": "starting"}\n')
    assert get(exporter, "/else")[0] == 404


def test_a_port_that_is_taken_is_named(exporter: Exporter, observer: Observer) -> None:
    with pytest.raises(ConfigError, match=f"127.0.0.1:{exporter.port} cannot be listened on"):
        Exporter(observer.metrics, observer.vitals, "127.0.0.1", exporter.port)


def test_a_seen_source_is_the_source(observer: Observer) -> None:
    inner = MemorySource({"a": [news(1, "Oil slips")]})
    source = observer.source(inner)
    source.seek({})
    batch = source.poll(10, 0)
    assert len(batch.arrivals) == 1
    source.pause(frozenset({"a"}))
    source.commit(batch.positions)
    source.close()
