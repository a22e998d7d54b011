"""Delivery: what stands in the outbox goes out, at least once, whatever crashes in between.

A notice is marked as delivered after the channel took it. A process that dies between the two sends it again, under
the same id: a receiver that must not see it twice drops the id it knows. What goes out together is tied to one
message before the first attempt, so that a repeat is the same message.
"""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Callable, Mapping, Sequence

from sqlalchemy import RowMapping, select, update

from monitor.channels import open_channel
from monitor.clock import wall_clock_ms
from monitor.engine import StoreError, open_engine, reading
from monitor.notify import Notice, next_attempt_ms
from monitor.outbox import Message, Waiting, due_messages, group_id, untied_groups
from monitor.settings import ChannelSettings, NotifySettings
from monitor.tables import outbox

POLL_SECONDS = 1.0
log = logging.getLogger(__name__)


class Notifier:
    """Sends the outbox of a store: in a thread of its own, or one pass at a time by `deliver_due`."""

    def __init__(
        self,
        store_url: str,
        channels: Sequence[ChannelSettings],
        settings: NotifySettings,
        environment: Mapping[str, str] = os.environ,
        now_ms: Callable[[], int] = wall_clock_ms,
    ) -> None:
        """Check every address and connect.

        Raises:
            ConfigError: a channel has no usable address.
            StoreError: the store cannot be opened.
        """
        self._channels = {one.name: open_channel(one, settings.timeout, environment) for one in channels}
        self._max_attempts = settings.max_attempts
        self._now_ms = now_ms
        self._resting_until_ms: dict[str, int] = {}
        self._engine = open_engine(store_url, writable=True)
        self._reading = reading(self._engine)
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="notifier", daemon=True)

    def start(self) -> None:
        """Deliver in the background until `stop`."""
        self._thread.start()

    def wait_for_due(self, timeout: float) -> None:
        """Return once the thread has nothing left that is due, or after `timeout` seconds."""
        deadline = time.monotonic() + timeout
        while any(one.notice.due_ms <= self._now_ms() for one in self._waiting()) and time.monotonic() < deadline:
            self._stopping.wait(POLL_SECONDS)

    def stop(self, timeout: float) -> bool:
        """Ask the thread to end; what was not sent stays in the outbox.

        Args:
            timeout: seconds to wait, for a channel may be in the middle of an attempt.

        Returns:
            Whether it ended in time.
        """
        self._stopping.set()
        if self._thread.ident is not None:
            self._thread.join(timeout)
        if self._thread.is_alive():
            return False
        self._engine.dispose()
        return True

    def deliver_due(self, now_ms: int) -> int:
        """One pass over what is due; returns how many messages were taken.

        A channel that fails rests until its next attempt, so that it holds up no other.

        Raises:
            StoreError: the outbox cannot be read or marked; what was sent unmarked is sent again.
        """
        taken = 0
        self._tie(now_ms)
        for message in due_messages(self._waiting(), now_ms):
            if self._stopping.is_set():
                break
            if self._resting_until_ms.get(message.channel, now_ms) <= now_ms:
                why = self._send(message)
                self._record(message, why, now_ms)
                taken += not why
        return taken

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                self.deliver_due(self._now_ms())
            except StoreError as error:
                log.warning("notices wait: %s", error)
            self._stopping.wait(POLL_SECONDS)

    def _waiting(self) -> list[Waiting]:
        with self._reading.connect() as connection:
            rows = connection.execute(select(outbox).where(outbox.c.next_attempt_ms.is_not(None))).mappings()
            return [_waiting(row) for row in rows]

    def _tie(self, now_ms: int) -> None:
        groups = untied_groups(self._waiting(), now_ms)
        if not groups:
            return
        with self._engine.begin() as connection:
            for group in groups:
                members = outbox.c.notice_id.in_([one.notice.notice_id for one in group])
                tied = {"message_id": group_id(group), "next_attempt_ms": now_ms}
                connection.execute(update(outbox).where(members).values(tied))

    def _send(self, message: Message) -> str:
        channel = self._channels.get(message.channel)
        if channel is None:
            return f"no channel is named {message.channel} in the settings"
        return channel.send(message.title, message.body, message.severity)

    def _record(self, message: Message, why: str, now_ms: int) -> None:
        attempts = message.attempts + 1
        again_ms = next_attempt_ms(attempts, now_ms) if why and attempts < self._max_attempts else None
        if why:
            self._resting_until_ms[message.channel] = next_attempt_ms(attempts, now_ms)
            rest = "given up" if again_ms is None else "to be tried again"
            log.warning(
                "channel %s, message %s, attempt %d: %s; %s", message.channel, message.message_id, attempts, why, rest
            )
        marks = {
            "attempts": attempts,
            "next_attempt_ms": again_ms,
            "delivered_ms": None if why else now_ms,
            "last_error": why,
        }
        try:
            with self._engine.begin() as connection:
                connection.execute(update(outbox).where(outbox.c.message_id == message.message_id).values(marks))
        except StoreError:
            log.warning("message %s is out and could not be marked: it goes out again", message.message_id)
            raise


def _waiting(row: RowMapping) -> Waiting:
    notice = Notice(
        notice_id=row["notice_id"],
        channel=row["channel"],
        alert_id=row["alert_id"],
        transition=row["transition"],
        time_ms=row["time_ms"],
        title=row["title"],
        body=row["body"],
        severity=row["severity"],
        summed=row["summed"],
        due_ms=row["next_attempt_ms"],
    )
    return Waiting(notice, row["message_id"], row["attempts"])
