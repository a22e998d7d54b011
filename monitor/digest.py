r"""The digest: one SHA-256 over what a store concluded, equal for equal conclusions on any database.

The bytes, in this order, each row one line of JSON as below (ASCII, `\uXXXX` escapes, no spaces) with a newline:

    ["window",key,start_ms,end_ms,items,stories,negative_sum,neutral_sum,positive_sum,polarity_sum,polarity_sq_sum]
        every window row, by (key, end_ms, start_ms)
    ["alert",alert_id,transition,time_ms]
        every event of the ledger, by (alert_id, time_ms, transition)

Text is ordered by its UTF-8 bytes, integers by value. Late counts, evidence, floats and clock times stay outside.
An empty store has the SHA-256 of nothing.

Up to a watermark T the rows are the windows with end_ms <= T and the events with time_ms <= T, less the events at T
with which new settings closed alerts: those take effect in the batch after the one that brought the watermark to T.
"""

from __future__ import annotations

import hashlib
import json

from sqlalchemy import or_, select
from sqlalchemy.engine import Connection

from monitor.alerts import REMOVED
from monitor.tables import alert_events, windows

STREAM_ROWS = 5_000
_line = json.JSONEncoder(ensure_ascii=True, separators=(",", ":")).encode


def digest(connection: Connection, until_ms: int | None = None) -> str:
    """64 hex digits over the windows and the alert events, streamed; with `until_ms` those up to this watermark."""
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
    if until_ms is not None:
        settled = or_(alert.time_ms < until_ms, (alert.time_ms == until_ms) & (alert.reason != REMOVED))
        queries["window"] = queries["window"].where(window.end_ms <= until_ms)
        queries["alert"] = queries["alert"].where(settled)
    total = hashlib.sha256()
    streaming = connection.execution_options(yield_per=STREAM_ROWS)
    for kind, query in queries.items():
        for rows in streaming.execute(query).partitions():
            total.update("".join(_line([kind, *row]) + "\n" for row in rows).encode("ascii"))
    return total.hexdigest()
