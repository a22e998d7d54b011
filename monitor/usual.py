"""What a surge rule takes as usual for a watch, hour by hour: read out of a snapshot, for those who look."""

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
    """What each surge rule takes as usual for a key, as of the newest snapshot that can be read; else nothing."""
    states = select(snapshots.c.state).order_by(snapshots.c.seq.desc()).execution_options(yield_per=1)
    with connection.execute(states) as rows:
        rules = next((rules for (state,) in rows if (rules := _rules(state)) is not None), [])
    return tuple(
        Usual(each["rule"]["name"], _bounds(row, season, each["rule"]["effect"]))
        for each in rules
        for known, _, row, season in each["surges"]
        if known == key
    )


def _rules(state: bytes) -> list[dict[str, Any]] | None:
    """The rules in a snapshot; None where it is damaged or of another version."""
    try:
        content: dict[str, Any] = json.loads(zlib.decompress(state))
    except (zlib.error, ValueError):
        return None
    return content["rules"] if content.get("format") == FORMAT else None


def _bounds(row: list[float], heard: list[tuple[int, float, float]], effect: float) -> tuple[float, ...]:
    season = np.zeros((SLOTS, 2))
    for slot, weight, negative_weight in heard:
        season[slot] = weight, negative_weight
    table = np.broadcast_to(np.array(row), (SLOTS, COLUMNS))
    return tuple(baseline(table, season, effect).tolist())
