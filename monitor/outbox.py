"""Which notices of the outbox go out together, and as what message: pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter

from monitor.notify import Notice, hash_id, utc

GROUP_ABOVE = 5  # more notices than this, due at once for one channel, become one message
LINES_IN_GROUP = 50
LONGEST_QUIET_MS = 600_000  # summed notices that keep coming go out at least this often
SEVERITIES = ("info", "warning", "critical")


@dataclass(frozen=True, slots=True)
class Waiting:
    """A notice that was not delivered yet; `message_id` is None until its first attempt is planned."""

    notice: Notice
    message_id: str | None
    attempts: int


@dataclass(frozen=True, slots=True)
class Message:
    """What is sent: one notice, or a group of them under an id of its own."""

    message_id: str
    channel: str
    title: str
    body: str
    severity: str
    attempts: int


def untied_groups(waiting: Iterable[Waiting], now_ms: int) -> list[list[Waiting]]:
    """Notices without a message that are to have one now, as those that go out together.

    Summed notices of a channel wait until no more of them come; many fresh ones at once become one message too.
    """
    groups: list[list[Waiting]] = []
    for _, of_channel in _by_channel(one for one in waiting if one.message_id is None):
        summed = [one for one in of_channel if one.notice.summed]
        fresh = [one for one in of_channel if not one.notice.summed and one.notice.due_ms <= now_ms]
        if summed and _is_quiet(summed, now_ms):
            groups.append(summed)
        groups += [fresh] if len(fresh) > GROUP_ABOVE else [[one] for one in fresh]
    return groups


def _is_quiet(summed: Sequence[Waiting], now_ms: int) -> bool:
    dues = [one.notice.due_ms for one in summed]
    return max(dues) <= now_ms or min(dues) + LONGEST_QUIET_MS <= now_ms


def _by_channel(waiting: Iterable[Waiting]) -> Iterable[tuple[str, list[Waiting]]]:
    ordered = sorted(waiting, key=lambda one: (one.notice.channel, one.notice.time_ms, one.notice.notice_id))
    for channel, members in groupby(ordered, key=attrgetter("notice.channel")):
        yield channel, list(members)


def group_id(group: Sequence[Waiting]) -> str:
    """The id of the message: the notice's own, or the hash of those of the group."""
    ids = [one.notice.notice_id for one in group]
    return ids[0] if len(ids) == 1 else hash_id(*ids)


def due_messages(waiting: Iterable[Waiting], now_ms: int) -> list[Message]:
    """The messages whose time has come, the oldest first."""
    tied = [one for one in waiting if one.message_id is not None and one.notice.due_ms <= now_ms]
    ordered = sorted(tied, key=lambda one: (one.message_id, one.notice.time_ms, one.notice.notice_id))
    groups = [list(members) for _, members in groupby(ordered, key=attrgetter("message_id"))]
    return [message(group) for group in sorted(groups, key=lambda group: group[0].notice.time_ms)]


def message(group: Sequence[Waiting]) -> Message:
    """One notice as it is; several as a list of their titles, with the worst severity."""
    first, notices = group[0], [one.notice for one in group]
    if len(notices) == 1:
        title, body = notices[0].title, notices[0].body
    else:
        title = f"{len(notices)} alert transitions, {utc(notices[0].time_ms)} to {utc(notices[-1].time_ms)}"
        lines = [f"- {utc(notice.time_ms)} {notice.title}" for notice in notices[:LINES_IN_GROUP]]
        more = [f"- and {len(notices) - LINES_IN_GROUP} more"] if len(notices) > LINES_IN_GROUP else []
        body = "\n".join([*lines, *more])
    return Message(
        message_id=group_id(group),
        channel=notices[0].channel,
        title=title,
        body=f"{body}\nNotice {group_id(group)}",
        severity=max((notice.severity for notice in notices), key=SEVERITIES.index),
        attempts=first.attempts,
    )
