r"""The digest: one SHA-256 over what a store concluded, equal for equal conclusions on any database.

The bytes, in this order, each row one line of JSON as below (ASCII, `\uXXXX` escapes, no spaces) with a newline:

    ["window",key,start_ms,end_ms,items,stories,negative_sum,neutral_sum,positive_sum,polarity_sum,polarity_sq_sum]
        every window row, by (key, end_ms, start_ms)
    ["alert",alert_id,transition,time_ms]
        every event of the ledger, by (alert_id, time_ms, transition)

Text is ordered by its UTF-8 bytes, integers by value. Late counts, evidence, floats and clock times stay outside.
An empty store has the SHA-256 of nothing.
"""

from __future__ import annotations

import hashlib
import json

from sqlalchemy import select
from sqlalchemy.engine import Connection

from monitor.tables import alert_events, windows

STREAM_ROWS = 5_000
_line = json.JSONEncoder(ensure_ascii=True, separators=(",", ":")).encode


def digest(connection: Connection) -> str:
    """64 hex digits over the windows and the alert events, streamed."""
    window, alert = windows.c, alert_events.c
    sums = (window.negative_sum, window.neutral_sum, window.positive_sum, window.polarity_sum, window.polarity_sq_sum)
    queries = {
        "window": select(window.key, window.start_ms, window.end_ms, window["items"], window.stories, *sums).order_by(
            window.key, window.end_ms, window.start_ms
        ),
        "alert": select(alert.alert_id, alert.transition, alert.time_ms).order_by(
            alert.alert_id, alert.time_ms, alert.transition
        ),
    }
    total = hashlib.sha256()
    streaming = connection.execution_options(yield_per=STREAM_ROWS)
    for kind, query in queries.items():
        for rows in streaming.execute(query).partitions():
            total.update("".join(_line([kind, *row]) + "\n" for row in rows).encode("ascii"))
    return total.hexdigest()
