"""The fold's state as canonical bytes: kept in the store every few batches, hashed to compare two runs.

JSON with sorted keys, so equal states give equal bytes on every machine; the running sums are not stored but
recomputed from the panes.
"""

from __future__ import annotations

import hashlib
import json
import zlib
from typing import Any

import numpy as np

from monitor.alerts import Alert, RuleState
from monitor.engine import SnapshotError
from monitor.fold import FoldItem, FoldState
from monitor.rule_settings import RuleSettings
from monitor.stories import Stories
from monitor.surge import Surge
from monitor.watermark import Watermark
from monitor.windows import FIELDS, Pane, Windows

FORMAT = 3


def dump(state: FoldState) -> bytes:
    """State -> compressed canonical JSON."""
    return zlib.compress(_canonical(state), level=1)


def state_hash(state: FoldState) -> str:
    """SHA-256 of the state: equal for two runs that stand at the same place."""
    return hashlib.sha256(_canonical(state)).hexdigest()


def _canonical(state: FoldState) -> bytes:
    content = {
        "format": FORMAT,
        "config_version": state.config_version,
        "windows": _windows_out(state.windows),
        "rules": [_rule_out(rule, state.windows.keys) for rule in state.rules],
        "dedup_ms": state.dedup_ms,
        "out_of_orderness_ms": state.out_of_orderness_ms,
        "mark": [state.mark.time_ms, dict(state.mark.maxima), state.mark.walking_since_ms],
        "buffer": state.buffer,
        "stories": list(state.stories.open(state.mark.time_ms)),
        "seen": [[*identity, time_ms] for identity, time_ms in state.seen.items()],
        "late_seen": sorted([*identity, time_ms] for identity, time_ms in state.late_seen.items()),
        "last_item_ms": state.last_item_ms,
    }
    return json.dumps(content, sort_keys=True, separators=(",", ":")).encode()


def load(data: bytes) -> FoldState:
    """Bytes of `dump` -> state.

    Raises:
        SnapshotError: another format, or damaged.
    """
    try:
        content: dict[str, Any] = json.loads(zlib.decompress(data))
    except (zlib.error, ValueError) as error:
        msg = f"the snapshot in the store is damaged ({error})"
        raise SnapshotError(msg) from error
    if content.get("format") != FORMAT:
        msg = (
            f"the snapshot in the store has format {content.get('format')}, this version of the program reads {FORMAT}"
        )
        raise SnapshotError(msg)
    windows = _windows_in(content["windows"])
    time_ms, maxima, walking_since_ms = content["mark"]
    return FoldState(
        config_version=content["config_version"],
        windows=windows,
        rules=[_rule_in(rule, windows) for rule in content["rules"]],
        dedup_ms=content["dedup_ms"],
        out_of_orderness_ms=content["out_of_orderness_ms"],
        mark=Watermark(time_ms, maxima, walking_since_ms),
        buffer=[_item_in(item) for item in content["buffer"]],
        stories=Stories.of((first_ms, headline, tuple(keys)) for first_ms, headline, keys in content["stories"]),
        seen={(source, news_id): time_ms for source, news_id, time_ms in content["seen"]},
        late_seen={(source, news_id): time_ms for source, news_id, time_ms in content["late_seen"]},
        last_item_ms=content["last_item_ms"],
    )


def _windows_out(windows: Windows) -> dict[str, Any]:
    order = sorted(range(len(windows.keys)), key=windows.keys.__getitem__)
    rank = np.empty(len(order), np.int64)
    rank[order] = np.arange(len(order))
    return {
        "hop_ms": windows.hop_ms,
        "sizes_ms": windows.sizes_ms,
        "keys": [windows.keys[i] for i in order],
        "panes": [_pane_out(pane, rank) for pane in windows.panes.values()],
        "next_close_ms": windows.next_close_ms,
    }


def _pane_out(pane: Pane, rank: np.ndarray[Any, Any]) -> list[Any]:
    ids = rank[pane.ids]
    order = np.argsort(ids)
    return [pane.number, ids[order].tolist(), pane.sums[order].tolist()]


def _windows_in(content: dict[str, Any]) -> Windows:
    windows = Windows(content["hop_ms"], tuple(content["sizes_ms"]), content["keys"])
    for number, ids, sums in content["panes"]:
        table = np.array(sums, np.int64).reshape(-1, len(FIELDS))
        windows.panes[number] = Pane(number, np.array(ids, np.int64), table)
    windows.next_close_ms = content["next_close_ms"]
    windows.rebuild_running()
    return windows


def _rule_out(state: RuleState, keys: list[str]) -> dict[str, Any]:
    alerts = {
        keys[key_id]: [alert.state, alert.started_ms, alert.since_ms, alert.data_ms, alert.value]
        for key_id, alert in state.open.items()
    }
    surges = sorted([keys[key_id], *rest] for key_id, *rest in state.surge.rows())
    return {"rule": state.rule.model_dump(mode="json", by_alias=True), "open": alerts, "surges": surges}


def _rule_in(content: dict[str, Any], windows: Windows) -> RuleState:
    alerts = {windows.ids[key]: Alert(*fields) for key, fields in content["open"].items()}
    surges = ((windows.ids[key], *rest) for key, *rest in content["surges"])
    return RuleState(RuleSettings.model_validate(content["rule"]), alerts, Surge.of(surges, len(windows.keys)))


def _item_in(fields: list[Any]) -> FoldItem:
    item = FoldItem._make(fields)
    return item._replace(keys=tuple(item.keys), overrides=tuple(tuple(own) for own in item.overrides))
