"""The surge detector: negative sentiment above a watch's own baseline, with a false-alarm budget. A pure fold.

An e-detector (Shin, Ramdas, Rinaldo 2022, "E-detectors: a nonparametric framework for sequential change detection",
https://arxiv.org/abs/2203.03532). A closed pane with n stories of mean p(negative) y has the weight
w = min(1, n / stories_for_full_weight). For each f of a grid in (0, 1)

    M_f = M_f * (1 + f * w * (y - m0) / m0) + s

and M is their mean. m0 is known before the pane: the weighted mean of past panes, an upper bound of it while the watch
is young, plus what this hour of the day departs from it (`departure`), plus `effect`. It alarms at
M >= A = caution * panes in `budget`; then every M_f is 0 again.

If E[w * (y - m0) | past] <= 0, M less the sum of s is a supermartingale, so between alarms the expected sum of s is
at least A. With s = w, up to any time t at most t / budget false alarms are expected for each watch, whatever the
distribution. With `budget_per = "rule"` the watches that speak in a pane share it: their s add up to 1 at most, and t /
budget bounds the alarms of all of them together.

Arithmetic is + - * / and the square root in a fixed order, so it gives the same bits on every machine.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from monitor.rule_settings import RuleSettings
from monitor.windows import NEGATIVE, STORIES, Pane
from streams.records import MILLION

Floats = NDArray[np.float64]
Ids = NDArray[np.int64]

GRID = (0.05, 0.1, 0.2, 0.4, 0.8)
WEIGHT, NEGATIVE_WEIGHT = range(len(GRID), len(GRID) + 2)
COLUMNS = len(GRID) + 2
SLOTS = 48  # the hours of a working day, then those of a day at the weekend, UTC
HALF_BELIEVED = 24.0  # the weight in a slot at which its departure is believed by half: two hours of full panes
HOUR_MS, DAY_MS = 3_600_000, 86_400_000
NEVER = np.iinfo(np.int64).min

Row = tuple[int, int, list[float], list[tuple[int, float, float]]]  # key id, its first pane's end, its row, its season


class Level(NamedTuple):
    """What a pane said: `ids [n]` of the keys that had a story, their mean `negative [n]`, and which `alarm [n]`."""

    ids: Ids
    negative: Floats
    alarm: NDArray[np.bool_]


@dataclass(slots=True)
class Surge:
    """One rule's detectors, a row a key: `table [keys, 7]` and when each key had its first pane, `first_ms [keys]`.

    The columns are the M_f, then the baseline's sums of w and of w * y, which forget by `1 / panes of memory` each w.
    `season [48, keys, 2]` are the same two sums of each hour of the day; a slot has its share of `memory`.
    """

    table: Floats = field(default_factory=lambda: np.zeros((0, COLUMNS)))
    season: Floats = field(default_factory=lambda: np.zeros((SLOTS, 0, 2)))
    first_ms: Ids = field(default_factory=lambda: np.zeros(0, np.int64))

    def close(self, rule: RuleSettings, pane: Pane, watched: NDArray[np.bool_], hop_ms: int) -> Level:
        """Take one closed pane; `watched [keys]` is for all keys that there are."""
        self._grow(len(watched))
        rows = watched[pane.ids] & (pane.sums[:, STORIES] > 0)
        ids, sums = pane.ids[rows], pane.sums[rows]
        stories = sums[:, STORIES]
        negative = sums[:, NEGATIVE] / (MILLION * stories)
        weight = np.minimum(1.0, stories / rule.stories_for_full_weight)
        end_ms = (pane.number + 1) * hop_ms
        self.first_ms[ids] = np.where(self.first_ms[ids] == NEVER, end_ms, self.first_ms[ids])
        young = end_ms - self.first_ms[ids] < rule.min_history
        slot = slot_of(pane.number * hop_ms)
        table, season = self.table[ids], self.season[slot, ids]
        mean = baseline(table, season, rule.effect)
        share = weight if rule.budget_per == "watch" else _shared(rule, stories, young)
        alarm = _evidence(table, weight * (negative - mean) / mean, share) >= rule.caution * (rule.budget / hop_ms)
        table[alarm | young, : len(GRID)] = 0.0
        memory_panes = rule.memory / hop_ms
        _learn(table[:, WEIGHT:], negative, weight, memory_panes)
        _learn(season, negative, weight, max(1.0, memory_panes / SLOTS))
        self.table[ids], self.season[slot, ids] = table, season
        return Level(ids, negative, alarm & ~young)

    def drop(self, ids: Ids) -> None:
        """Let the detectors of some keys `[n]` begin anew."""
        ids = ids[ids < len(self.table)]
        self.table[ids], self.season[:, ids], self.first_ms[ids] = 0.0, 0.0, NEVER

    def _grow(self, keys: int) -> None:
        """Make room for every key seen."""
        if keys > len(self.table):
            room = 2 * keys - len(self.table)
            self.table = np.concatenate([self.table, np.zeros((room, COLUMNS))])
            self.season = np.concatenate([self.season, np.zeros((SLOTS, room, 2))], axis=1)
            self.first_ms = np.append(self.first_ms, np.full(room, NEVER))

    def rows(self) -> Iterable[Row]:
        """What the detectors of the keys that had a pane hold."""
        ids: list[int] = np.flatnonzero(self.first_ms != NEVER).tolist()
        return [
            (key_id, int(self.first_ms[key_id]), self.table[key_id].tolist(), _heard(self.season[:, key_id]))
            for key_id in ids
        ]

    @classmethod
    def of(cls, rows: Iterable[Row], keys: int) -> Surge:
        """The detectors whose `rows` these are, with room for `keys`."""
        surge = cls()
        surge._grow(keys)
        for key_id, first_ms, row, season in rows:
            surge.first_ms[key_id], surge.table[key_id] = first_ms, row
            for slot, weight, negative_weight in season:
                surge.season[slot, key_id] = weight, negative_weight
        return surge


def _heard(season: Floats) -> list[tuple[int, float, float]]:
    """`[48, 2]` -> the slots with a pane: number and sums."""
    slots: list[int] = np.flatnonzero(season[:, 0]).tolist()
    return [(slot, float(season[slot, 0]), float(season[slot, 1])) for slot in slots]


def slot_of(start_ms: int) -> int:
    """The slot of the season that a pane beginning at `start_ms` belongs to; a day is that of UTC."""
    days, rest_ms = divmod(start_ms, DAY_MS)
    at_weekend = days % 7 in (2, 3)  # 1970 began on a Thursday
    return rest_ms // HOUR_MS + (SLOTS // 2 if at_weekend else 0)


def baseline(table: Floats, season: Floats, effect: float) -> Floats:
    """`[n, 7]` rows and the `[n, 2]` sums of one slot -> `[n]` m0.

    As if one pane, all negative, had come first; plus a standard error, the slot's departure and `effect`.
    """
    weights = table[:, WEIGHT] + 1.0
    mean = (table[:, NEGATIVE_WEIGHT] + 1.0) / weights
    return np.minimum(1.0, mean + np.sqrt(mean * (1.0 - mean) / weights) + departure(table, season) + effect)


def departure(table: Floats, season: Floats) -> Floats:
    """How far the slot's mean lies from the mean of all panes, `[n]`: drawn to 0 while the slot has little weight."""
    mean = table[:, NEGATIVE_WEIGHT] / np.maximum(table[:, WEIGHT], 1e-9)
    return (season[:, 1] - season[:, 0] * mean) / (season[:, 0] + HALF_BELIEVED)


def _shared(rule: RuleSettings, stories: Ids, young: NDArray[np.bool_]) -> Floats:
    """`[n]` s where all watches share one budget; a sum of integers, so that the order of the keys is no matter."""
    full = rule.stories_for_full_weight
    counted = np.where(young, 0, np.minimum(stories, full))
    return counted / max(full, int(counted.sum()))


def _evidence(table: Floats, step: Floats, share: Floats) -> Floats:
    """Move every M_f in place by `step [n]`, w * (y - m0) / m0, and `share [n]`, s; returns M `[n]`."""
    total = np.zeros(len(table))
    for column, bet in enumerate(GRID):
        table[:, column] = table[:, column] * (1.0 + bet * step) + share
        total = total + table[:, column]
    return total / len(GRID)


def _learn(sums: Floats, negative: Floats, weight: Floats, memory_panes: float) -> None:
    """Take the pane into `[n, 2]` sums of w and w * y, in place."""
    kept = 1.0 - weight / memory_panes
    sums[:, 0] = sums[:, 0] * kept + weight
    sums[:, 1] = sums[:, 1] * kept + weight * negative
