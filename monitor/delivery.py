"""Delivery: what stands in the outbox goes out, at least once, whatever crashes in between.

A notice is marked as delivered after the channel took it. A process that dies between the two sends it again, under
the same id: a receiver that must not see it twice drops the id it knows. Notices that go out together are tied to
one group before the first attempt, so that a repeat of the group is the same group.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import groupby
from typing import Any

import structlog
from sqlalchemy import RowMapping, and_, select, update
from sqlalchemy.engine import Connection

from monitor.channels import Channel, Message, open_channel
from monitor.config import ChannelSettings, NotifySettings
from monitor.engine import StoreError, open_engine
from monitor.notify import hash_id, next_attempt_ms, utc
from monitor.tables import outbox

GROUP_ABOVE = 5  # more notices than this, due at once for one channel, become one message
LINES_IN_GROUP = 50
LONGEST_QUIET_MS = 600_000  # summed notices that keep coming go out at least this often
SEVERITIES = ("info", "warning", "critical")
POLL_SECONDS = 1.0

log = structlog.get_logger(__name__)


def clock_ms() -> int:
    """The wall clock."""
    return time.time_ns() // 1_000_000


class Notifier:
    """Sends the outbox of a store, from a thread of its own or by `deliver_due`.

    Raises:
        ConfigError: a channel has no usable address.
        StoreError: the store cannot be opened.
    """

    def __init__(
        self,
        store_url: str,
        channels: Sequence[ChannelSettings],
        settings: NotifySettings,
        environment: Mapping[str, str] = os.environ,
    ) -> None:
        self._channels = {one.name: open_channel(one, settings.timeout, environment) for one in channels}
        self._settings = settings
        self._resting: dict[str, int] = {}
        self._engine = open_engine(store_url, writable=True)
        self._reading = self._engine.execution_options(reading=True)
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="notifier", daemon=True)
        self._clock: Callable[[], int] = clock_ms

    def start(self) -> None:
        """Deliver in the background until `stop`."""
        self._thread.start()

    def stop(self, timeout: float) -> bool:
        """Ask the thread to end and wait for it; what is left stays in the outbox.

        Args:
            timeout: seconds to wait, for a channel may be in the middle of an attempt.

        Returns:
            Whether it ended in time.
        """
        self._stopping.set()
        if self._thread.ident is not None:
            self._thread.join(timeout)
        ended = not self._thread.is_alive()
        if ended:
            self._engine.dispose()
        return ended

    def deliver_due(self, now_ms: int) -> int:
        """One pass over what is due; returns the number of messages that were taken.

        A channel that fails rests until its next attempt, so that it holds up no other.
        """
        taken = 0
        for rows in self._due(now_ms):
            channel = rows[0]["channel"]
            if self._resting.get(channel, now_ms) > now_ms or self._stopping.is_set():
                continue
            message = _message(rows)
            why = self._send(channel, message)
            self._record(rows, why, now_ms)
            taken += not why
        return taken

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                self.deliver_due(self._clock())
            except StoreError as error:
                log.warning("outbox_unreadable", error=str(error), retriable=error.retriable)
            self._stopping.wait(POLL_SECONDS)

    def _send(self, name: str, message: Message) -> str:
        channel: Channel | None = self._channels.get(name)
        if channel is None:
            return f"no channel is named {name} in the settings: add it again, or let its notices lapse"
        return channel.send(message)

    def _due(self, now_ms: int) -> list[list[RowMapping]]:
        """Messages to send now, each as the rows behind it, the oldest first."""
        with self._reading.connect() as connection:
            waiting = _waiting(connection)
        due = [row for row in waiting if row["next_attempt_ms"] <= now_ms]
        singles: list[list[RowMapping]] = []
        for members in _together(waiting, due, now_ms):
            self._tie(members)
        if any(True for _ in _together(waiting, due, now_ms)):
            return self._due_tied(now_ms)
        return singles
