"""Notices: what is said, when, once; and delivery to a real receiver over loopback."""

from __future__ import annotations

import logging
import re
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from monitor.channels import open_channel, secret_parts
from monitor.config import ConfigError
from monitor.delivery import Notifier
from monitor.engine import StoreBusyError, open_engine
from monitor.notify import Notice, duration, next_attempt_ms, notices_for
from monitor.outbox import GROUP_ABOVE, LONGEST_QUIET_MS, Waiting, due_messages, untied_groups
from monitor.queries import Reader
from monitor.rule_settings import RuleSettings
from monitor.settings import ChannelSettings, NotifySettings
from monitor.store import Store
from monitor.tables import outbox
from tests.monitor.shelf import HOUR, MINUTE, T0, moved
from tests.receiver import Receiver, listening

# Apprise imports the standard library's imghdr, which Python 3.11 announces the end of.
pytestmark = pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning")

RULE = RuleSettings(name="slump", watch="all", statistic="polarity", below=-0.3, severity="critical")
SETTINGS = NotifySettings(timeout=2_000, max_attempts=3)


class TestNotices:
    def test_firing_says_rule_key_value_window_and_headlines(self) -> None:
        [notice] = notices_for(moved("firing", T0 + HOUR, value=-0.4567), RULE, ["desk"], T0 + HOUR, HOUR)
        assert notice.title == "FIRING critical all (slump): polarity -0.457 (below -0.3)"
        assert notice.body.splitlines() == [
            "Rule slump watches all: polarity -0.457 (below -0.3)",
            "Window: the 1 h to 2011-08-05 00:20 UTC",
            "Since 2011-08-04 23:20 UTC",
            "Headlines:",
            "- 2011-08-04 23:20 UTC [-0.30] Bank's shares fall by a third (wire)",
            "Alert a1, rule version v1",
        ]
        assert (notice.severity, notice.channel, notice.summed, notice.due_ms) == ("critical", "desk", False, T0 + HOUR)

    def test_resolved_says_how_long_it_lasted_and_why(self) -> None:
        event = replace(moved("resolved", T0 + 26 * HOUR), reason="no_data")
        [notice] = notices_for(event, RULE, ["desk"], event.time_ms, HOUR)
        assert notice.title == "RESOLVED all (slump) after 1 d 2 h"
        assert "Resolved 2011-08-06 01:20 UTC, lasted 1 d 2 h, since 2011-08-04 23:20 UTC" in notice.body
        assert "Reason: no_data" in notice.body

    @pytest.mark.parametrize("transition", ["pending", "recovering", "lapsed"])
    def test_the_rest_is_not_told(self, transition: str) -> None:
        assert notices_for(moved(transition, T0), RULE, ["desk"], T0, HOUR) == []

    def test_channels_of_the_rule_or_all(self) -> None:
        def told(rule: RuleSettings | None) -> list[str]:
            return [notice.channel for notice in notices_for(moved("firing", T0), rule, ["desk", "boss"], T0, HOUR)]

        assert told(RULE) == ["desk", "boss"]
        assert told(RULE.model_copy(update={"channels": ("boss",)})) == ["boss"]
        assert told(RULE.model_copy(update={"channels": ()})) == []
        assert told(None) == ["desk", "boss"]

    def test_the_id_is_stable_and_its_own(self) -> None:
        def ids(event_id: str, transition: str, time_ms: int, now_ms: int) -> list[str]:
            event = moved(transition, time_ms, event_id)
            return [notice.notice_id for notice in notices_for(event, RULE, ["desk", "boss"], now_ms, HOUR)]

        assert ids("a1", "firing", T0, T0) == ids("a1", "firing", T0, T0 + 9 * HOUR)
        every = ids("a1", "firing", T0, T0) + ids("a2", "firing", T0, T0)
        every += ids("a1", "resolved", T0, T0) + ids("a1", "firing", T0 + 1, T0)
        assert len(set(every)) == 8

    def test_old_transitions_are_summed_up(self) -> None:
        def summed(age_ms: int) -> bool:
            return notices_for(moved("firing", T0), RULE, ["desk"], T0 + age_ms, HOUR)[0].summed

        assert not summed(HOUR)
        assert summed(HOUR + 1)


@pytest.mark.parametrize(
    ("length_ms", "text"),
    [(0, "0 s"), (999, "0 s"), (40_000, "40 s"), (85 * MINUTE, "1 h 25 m"), (90_061_000, "1 d 1 h"), (HOUR, "1 h")],
)
def test_duration(length_ms: int, text: str) -> None:
    assert duration(length_ms) == text


def test_backoff_doubles_up_to_an_hour() -> None:
    waits = [next_attempt_ms(attempts, T0) - T0 for attempts in range(1, 13)]
    assert waits[:4] == [5_000, 10_000, 20_000, 40_000]
    assert waits[-2:] == [3_600_000, 3_600_000]
    assert next_attempt_ms(10_000, T0) - T0 == 3_600_000


def waiting(number: int, *, channel: str = "desk", summed: bool = False, due_ms: int = T0) -> Waiting:
    severity = "critical" if number == 2 else "info"
    notice = Notice(
        f"i{number}", channel, "a", "firing", T0 + number, f"Title {number}", "Body", severity, summed, due_ms
    )
    return Waiting(notice, None, 0)


def ids_of(groups: list[list[Waiting]]) -> list[list[str]]:
    return [[one.notice.notice_id for one in group] for group in groups]


class TestGroups:
    def test_few_go_alone_and_many_together(self) -> None:
        few = [waiting(n) for n in range(GROUP_ABOVE)]
        assert ids_of(untied_groups(few, T0)) == [[f"i{n}"] for n in range(GROUP_ABOVE)]
        many = [*few, waiting(GROUP_ABOVE), waiting(99, channel="boss"), waiting(50, due_ms=T0 + 1)]
        assert ids_of(untied_groups(many, T0)) == [["i99"], [f"i{n}" for n in range(GROUP_ABOVE + 1)]]

    def test_summed_ones_wait_until_no_more_come_but_not_for_ever(self) -> None:
        first, second = waiting(1, summed=True, due_ms=T0), waiting(2, summed=True, due_ms=T0 + 20)
        assert untied_groups([first, second], T0 + 19) == []
        assert ids_of(untied_groups([first, second], T0 + 20)) == [["i1", "i2"]]
        later = waiting(3, summed=True, due_ms=T0 + LONGEST_QUIET_MS + 9)
        assert ids_of(untied_groups([first, second, later], T0 + LONGEST_QUIET_MS)) == [["i1", "i2", "i3"]]

    def test_a_group_lists_its_notices_with_the_worst_severity(self) -> None:
        tied = [replace(waiting(n), message_id="m") for n in (3, 1, 2)]
        [message] = due_messages(tied, T0)
        assert (message.title, message.severity) == (
            "3 alert transitions, 2011-08-04 23:20 UTC to 2011-08-04 23:20 UTC",
            "critical",
        )
        assert [line[-7:] for line in message.body.splitlines()[:3]] == ["Title 1", "Title 2", "Title 3"]
        assert message.body.splitlines()[-1] == f"Notice {message.message_id}"

    def test_a_long_group_is_cut_and_says_so(self) -> None:
        [message] = due_messages([replace(waiting(n), message_id="m") for n in range(70)], T0)
        assert message.body.splitlines()[-2] == "- and 20 more"


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with listening(Receiver()) as one:
        yield one


def channel(receiver: Receiver, name: str = "desk", path: str = "") -> ChannelSettings:
    return ChannelSettings(name=name, url=receiver.url + path)


def enqueue(store: Store, *notices: Notice) -> None:
    with store.begin() as tx:
        tx.add_notices(notices)


def notice(number: int, channel: str = "desk", **changes: Any) -> Notice:
    made = Notice(f"i{number}", channel, "a1", "firing", T0 + number, f"Title {number}", "Body", "info", due_ms=T0)
    return replace(made, **changes)


def rows(store_url: str) -> dict[str, Any]:
    engine = open_engine(store_url, writable=False)
    with engine.connect() as connection:
        found = {row["notice_id"]: row for row in connection.execute(outbox.select()).mappings()}
    engine.dispose()
    return found


@pytest.fixture
def notifier(store: Store, store_url: str, receiver: Receiver) -> Iterator[Notifier]:
    assert store
    one = Notifier(store_url, [channel(receiver)], SETTINGS)
    yield one
    one.stop(5)


class TestDelivery:
    def test_a_notice_arrives_once_with_its_id(
        self, store: Store, store_url: str, receiver: Receiver, notifier: Notifier
    ) -> None:
        [sent] = notices_for(moved("firing", T0), RULE, ["desk"], T0, HOUR)
        enqueue(store, sent)
        assert notifier.deliver_due(T0 - 1) == 0
        assert notifier.deliver_due(T0) == 1
        assert notifier.deliver_due(T0 + HOUR) == 0
        [post] = receiver.posts
        assert post["title"] == sent.title
        assert post["message"] == f"{sent.body}\nNotice {sent.notice_id}"
        assert post["type"] == "failure"
        row = rows(store_url)[sent.notice_id]
        assert (row["delivered_ms"], row["attempts"], row["next_attempt_ms"], row["last_error"]) == (T0, 1, None, "")

    def test_a_receiver_that_is_down_gets_it_once_it_is_up(
        self, store: Store, store_url: str, receiver: Receiver, notifier: Notifier, caplog: pytest.LogCaptureFixture
    ) -> None:
        receiver.down()
        enqueue(store, notice(1), notice(2))
        assert notifier.deliver_due(T0) == 0
        first = rows(store_url)["i1"]
        assert (first["attempts"], first["next_attempt_ms"], first["delivered_ms"]) == (1, T0 + 5_000, None)
        assert "connection error" in first["last_error"].lower()
        assert rows(store_url)["i2"]["attempts"] == 0  # the channel rests: one knock, not one per notice
        assert "channel desk, message i1, attempt 1" in caplog.text
        receiver.up()
        assert notifier.deliver_due(T0 + 4_999) == 0
        assert notifier.deliver_due(T0 + 5_000) == 2
        assert [post["title"] for post in receiver.posts] == ["Title 1", "Title 2"]
        assert notifier.deliver_due(T0 + HOUR) == 0

    def test_a_refusal_is_tried_again_and_given_up_at_last(
        self, store: Store, store_url: str, receiver: Receiver, notifier: Notifier, caplog: pytest.LogCaptureFixture
    ) -> None:
        receiver.status = 500
        enqueue(store, notice(1))
        for now_ms in (T0, T0 + 5_000, T0 + 15_000):
            assert notifier.deliver_due(now_ms) == 0
        row = rows(store_url)["i1"]
        assert (row["attempts"], row["next_attempt_ms"], row["delivered_ms"]) == (3, None, None)
        assert "500" in row["last_error"]
        assert "given up" in caplog.text
        reader = Reader.open(store_url)
        assert (reader.status().outbox_pending, reader.status().outbox_failed) == (0, 1)
        reader.close()

    def test_one_dead_channel_holds_up_no_other(self, store: Store, store_url: str, receiver: Receiver) -> None:
        closed = Receiver()
        closed.up()
        closed.down()
        notifier = Notifier(store_url, [channel(closed, "dead"), channel(receiver)], SETTINGS)
        enqueue(store, notice(1, "dead"), notice(2), notice(3, "gone"), notice(4))
        assert notifier.deliver_due(T0) == 2
        assert [post["title"] for post in receiver.posts] == ["Title 2", "Title 4"]
        assert rows(store_url)["i3"]["last_error"] == "no channel is named gone in the settings"
        notifier.stop(5)

    def test_many_at_once_are_one_message_and_stay_it(
        self, store: Store, receiver: Receiver, notifier: Notifier
    ) -> None:
        receiver.down()
        enqueue(store, *[notice(n) for n in range(GROUP_ABOVE + 1)])
        assert notifier.deliver_due(T0) == 0
        enqueue(store, notice(50, due_ms=T0 + 9))
        receiver.up()
        assert notifier.deliver_due(T0 + 5_000) == 2
        titles = [post["title"] for post in receiver.posts]
        assert titles == ["6 alert transitions, 2011-08-04 23:20 UTC to 2011-08-04 23:20 UTC", "Title 50"]

    @pytest.mark.parametrize("count", [1, GROUP_ABOVE + 1])
    def test_an_answer_that_is_an_error_brings_the_same_message_again(
        self, store: Store, receiver: Receiver, notifier: Notifier, count: int
    ) -> None:
        receiver.moods = {1: "forget"}
        enqueue(store, *[notice(n) for n in range(count)])
        assert (notifier.deliver_due(T0), notifier.deliver_due(T0 + 5_000)) == (0, 1)
        first, again = receiver.posts
        assert first == again and re.search(r"\nNotice (i0|[0-9a-f]{24})$", again["message"])

    def test_old_transitions_come_as_one_message(self, store: Store, receiver: Receiver, notifier: Notifier) -> None:
        for batch in range(3):
            now_ms = T0 + 10 * HOUR + batch * 1_000
            old = notices_for(moved("firing", T0 + batch, f"a{batch}"), RULE, ["desk"], now_ms, HOUR)
            enqueue(store, *old)
            assert notifier.deliver_due(now_ms) == 0
        assert notifier.deliver_due(T0 + 10 * HOUR + 32_000) == 1
        [post] = receiver.posts
        assert post["title"].startswith("3 alert transitions")

    def test_a_crash_before_the_mark_sends_it_again_under_the_same_id(
        self, store: Store, store_url: str, receiver: Receiver, notifier: Notifier
    ) -> None:
        enqueue(store, notice(1))
        script = (
            "import os, sys\n"
            "from monitor.settings import ChannelSettings, NotifySettings\n"
            "from monitor.delivery import Notifier\n"
            "notifier = Notifier(sys.argv[1], [ChannelSettings(name='desk', url=sys.argv[2])], NotifySettings())\n"
            "notifier._record = lambda *arguments: os.kill(os.getpid(), 9)\n"
            f"notifier.deliver_due({T0})\n"
        )
        command = [sys.executable, "-c", script, store_url, receiver.url]
        subprocess.run(command, cwd=Path(__file__).parents[2], check=False)
        assert notifier.deliver_due(T0) == 1
        assert len(receiver.posts) == 2
        assert receiver.posts[0] == receiver.posts[1]
        assert receiver.posts[0]["message"] == "Body\nNotice i1"

    def test_a_message_that_is_out_and_unmarked_is_named_and_goes_out_again(
        self, tmp_path: Path, receiver: Receiver, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
    ) -> None:
        monkeypatch.setattr("monitor.engine.WRITER_WAIT_MS", 50)
        url, file = f"sqlite:///{tmp_path}/news.db", tmp_path / "news.db"
        with closing(Store.open(url)) as store:
            enqueue(store, notice(1))
        notifier = Notifier(url, [channel(receiver)], SETTINGS)
        with closing(sqlite3.connect(file, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            with pytest.raises(StoreBusyError):
                notifier.deliver_due(T0)
            assert not receiver.posts and not caplog.records, "nothing was sent yet"
            other.rollback()
            receiver.moods = {1: "forget"}
            assert notifier.deliver_due(T0) == 0
            caplog.clear()
            other.execute("BEGIN IMMEDIATE")
            with pytest.raises(StoreBusyError):
                notifier.deliver_due(T0 + 5_000)
            assert [record.message for record in caplog.records] == [
                "message i1 is out and could not be marked: it goes out again"
            ]
            other.rollback()
        assert notifier.deliver_due(T0 + 5_000) == 1 and len(receiver.posts) == 3
        assert notifier.stop(5)

    def test_the_thread_delivers_and_stops(self, store: Store, store_url: str, receiver: Receiver) -> None:
        notifier = Notifier(store_url, [channel(receiver)], SETTINGS)
        notifier.start()
        enqueue(store, notice(1))
        until = time.monotonic() + 10
        while not receiver.posts and time.monotonic() < until:
            time.sleep(0.02)
        assert notifier.stop(5)
        assert [post["title"] for post in receiver.posts] == ["Title 1"]
        assert rows(store_url)["i1"]["delivered_ms"] is not None


class TestSecrets:
    def test_no_secret_reaches_error_or_log(
        self, store: Store, store_url: str, caplog: pytest.LogCaptureFixture
    ) -> None:
        closed = Receiver()
        closed.up()
        closed.down()
        url = f"json://marta:geheimwort@127.0.0.1:{closed.port}/hook/T0KENT0KEN?:key=qu3rys3cret"
        notifier = Notifier(store_url, [ChannelSettings(name="desk", url=url)], SETTINGS)
        with caplog.at_level(logging.DEBUG, logger="monitor"):
            enqueue(store, notice(1))
            notifier.deliver_due(T0)
        told = rows(store_url)["i1"]["last_error"] + caplog.text + repr(notifier._channels)  # pyright: ignore[reportPrivateUsage]
        assert "127.0.0.1" in told
        for secret in ("geheimwort", "T0KENT0KEN", "qu3rys3cret"):
            assert secret not in told
        notifier.stop(5)

    def test_what_a_plugin_raises_is_kept_clean(self) -> None:
        class Broken:
            def notify(self, **arguments: object) -> bool:
                del arguments
                msg = "POST https://hooks.example.test/T0KENT0KEN failed\n\n  hard"
                raise RuntimeError(msg)

        one = open_channel(ChannelSettings(name="desk", url="json://hooks.example.test/T0KENT0KEN"), 1_000, {})
        why = replace(one, plugin=Broken()).send("t", "b", "info")
        assert why == "RuntimeError: POST https://hooks.example.test/*** failed hard"

    def test_a_host_that_is_a_token_is_a_secret(self) -> None:
        parts = secret_parts("slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ", "slack://T...2/A...D/T...Q/")
        assert set(parts) == {"T1JJ3T3L2", "A1BRTD4JD", "TIiajkdnlazkcOXrIdevi7FQ"}


class TestAddresses:
    def test_from_the_environment(self, store_url: str, store: Store, receiver: Receiver) -> None:
        settings = ChannelSettings(name="desk", url_env="DESK_URL")
        with pytest.raises(ConfigError, match="channel desk: the environment variable DESK_URL is not set"):
            Notifier(store_url, [settings], SETTINGS, environment={})
        notifier = Notifier(store_url, [settings], SETTINGS, {"DESK_URL": receiver.url})
        enqueue(store, notice(1))
        assert notifier.deliver_due(T0) == 1
        notifier.stop(5)

    def test_that_apprise_does_not_know(self, store_url: str) -> None:
        with pytest.raises(ConfigError, match="channel desk: the URL is not one that Apprise knows") as raised:
            Notifier(store_url, [ChannelSettings(name="desk", url="pigeon://T0KENT0KEN")], SETTINGS)
        assert "T0KEN" not in str(raised.value)

    def test_the_timeout_holds(self, store: Store, store_url: str) -> None:
        silent = socket.create_server(("127.0.0.1", 0))
        url = f"json://127.0.0.1:{silent.getsockname()[1]}"
        notifier = Notifier(store_url, [ChannelSettings(name="desk", url=url)], NotifySettings(timeout=300))
        enqueue(store, notice(1))
        started = time.monotonic()
        assert notifier.deliver_due(T0) == 0
        assert time.monotonic() - started < 5
        notifier.stop(5)
        silent.close()
