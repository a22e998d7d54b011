"""What a channel must have got, computed from the ledger alone."""

from __future__ import annotations

import hashlib
import json
import re
import sqlite3
from collections import Counter, defaultdict
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

TOLD = ("firing", "resolved")
ALERT = re.compile(r"^Alert ([0-9a-f]{16}), rule version", re.MULTILINE)


def judge_notices(store: Path, channel: str, posts: Sequence[dict[str, Any]], ends: int) -> dict[str, int]:
    """Counts of what had to be told and what arrived; every `*_wrong` must be 0.

    Args:
        store: a runner's, which told one channel.
        channel: its name.
        posts: what its receiver got, in the order of arrival.
        ends: how often a message may have been sent and not been marked: the sender was killed, or the store refused.
    """
    with closing(sqlite3.connect(store)) as here:
        told = here.execute(
            "SELECT alert_id, transition, time_ms FROM alert_events WHERE transition IN ('firing', 'resolved')"
        ).fetchall()
        outbox = here.execute("SELECT message_id, notice_id FROM outbox ORDER BY time_ms, notice_id").fetchall()
        marked = dict(here.execute("SELECT DISTINCT message_id, attempts FROM outbox").fetchall())
    wanted = {_hash_id(*event, channel) for event in told}
    messages: dict[str, list[str]] = defaultdict(list)
    for message_id, notice_id in outbox:
        messages[message_id].append(notice_id)
    by_id: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for post in posts:
        by_id[post["message"].rpartition("\nNotice ")[2]].append(post)
    arrived = {notice_id for message_id in by_id for notice_id in messages.get(message_id, ())}
    named = {alert_id for post in posts for alert_id in ALERT.findall(post["message"])}
    return {
        "notices": len(wanted),
        "messages": len(by_id),
        "messages_repeated": len(posts) - len(by_id),
        "notices_missing_wrong": len(wanted - arrived),
        "notices_unknown_wrong": len({notice_id for _, notice_id in outbox} ^ wanted)
        + len(set(by_id) - set(messages))
        + len(named - {alert_id for alert_id, *_ in told}),
        "messages_repeated_wrong": max(
            0, sum(max(0, len(same) - marked.get(one, 0)) for one, same in by_id.items()) - ends
        ),
        "messages_garbled_wrong": sum(_is_garbled(one, same, messages[one]) for one, same in by_id.items()),
    }


def _is_garbled(message_id: str, same: Sequence[dict[str, Any]], notice_ids: Sequence[str]) -> bool:
    """Whether repeats of a message differ, or its id or its title do not speak of these notices."""
    if len(Counter((one["title"], one["message"]) for one in same)) > 1:
        return True
    if len(notice_ids) == 1:
        return message_id != notice_ids[0]
    return message_id != _hash_id(*notice_ids) or not same[0]["title"].startswith(
        f"{len(notice_ids)} alert transitions"
    )


def _hash_id(*parts: str | int) -> str:
    """24 hex digits over the parts, as the documents promise."""
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:24]
