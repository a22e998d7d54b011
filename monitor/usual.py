"""What a surge rule takes as usual for a watch, hour by hour: read out of the newest snapshot, for those who look."""

from __future__ import annotations

import json
import zlib
from dataclasses import dataclass
from typing import Any

import numpy as np
from sqlalchemy import select
from sqlalchemy.engine import Connection

from monitor.snapshot import FORMAT
from monitor.surge import COLUMNS, SLOTS, baseline
from monitor.tables import snapshots


@dataclass(frozen=True, slots=True)
class Usual:
    """The mean p(negative) of a watch above which a rule begins to gather evidence, by `surge.slot_of`."""

    rule: str
    bounds: tuple[float, ...]


def newest_usual(connection: Connection, key: str) -> tuple[Usual, ...]:
    """What each surge rule takes as usual for a key; a snapshot that cannot be read says nothing."""
    state = connection.scalar(select(snapshots.c.state).order_by(snapshots.c.seq.desc()).limit(1))
    try:
        content: dict[str, Any] = json.loads(zlib.decompress(state)) if state else {}
    except (zlib.error, ValueError):
        return ()
    if content.get("format") != FORMAT:
        return ()
    return tuple(
        Usual(each["rule"]["name"], _bounds(row, season, each["rule"]["effect"]))
        for each in content["rules"]
        for known, _, row, season in each["surges"]
        if known == key
    )


def _bounds(row: list[float], heard: list[tuple[int, float, float]], effect: float) -> tuple[float, ...]:
    season = np.zeros((SLOTS, 2))
    for slot, weight, negative_weight in heard:
        season[slot] = weight, negative_weight
    table = np.broadcast_to(np.array(row), (SLOTS, COLUMNS))
    return tuple(baseline(table, season, effect).tolist())
