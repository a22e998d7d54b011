"""The surge detector: negative sentiment above a watch's own baseline, with a false-alarm budget. A pure fold.

An e-detector (Shin, Ramdas, Rinaldo 2022, "E-detectors: a nonparametric framework for sequential change detection",
https://arxiv.org/abs/2203.03532). A closed pane with n stories of mean p(negative) y has the weight
w = min(1, n / stories_for_full_weight). For each f of a grid in (0, 1)

    M_f = M_f * (1 + f * w * (y - m0) / m0) + w

and M is their mean. m0 is known before the pane: the weighted mean of past panes, an upper bound of it while the watch
is young, plus `effect`. It alarms at M >= A = caution * panes in `budget`; then every M_f is 0 again.

If E[w * (y - m0) | past] <= 0, M less the sum of w is a supermartingale, so between alarms the expected sum of w is
at least A: up to any time t at most t / budget false alarms are expected, whatever the distribution.

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
NEVER = np.iinfo(np.int64).min


class Level(NamedTuple):
    """What a pane said: `ids [n]` of the keys that had a story, their mean `negative [n]`, and which `alarm [n]`."""

    ids: Ids
    negative: Floats
    alarm: NDArray[np.bool_]


@dataclass(slots=True)
class Surge:
    """One rule's detectors, a row a key: `table [keys, 7]` and when each key had its first pane, `first_ms [keys]`.

    The columns are the M_f, then the baseline's sums of w and of w * y, which forget by `1 / panes of memory` each w.
    """

    table: Floats = field(default_factory=lambda: np.zeros((0, COLUMNS)))
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
        table = self.table[ids]
        alarm = _evidence(table, rule, negative, weight) >= rule.caution * (rule.budget / hop_ms)
        young = end_ms - self.first_ms[ids] < rule.min_history
        table[alarm | young, : len(GRID)] = 0.0
        _learn(table, negative, weight, rule.memory / hop_ms)
        self.table[ids] = table
        return Level(ids, negative, alarm & ~young)

    def _grow(self, keys: int) -> None:
        """Make room for every key seen."""
        if keys > len(self.table):
            room = 2 * keys - len(self.table)
            self.table = np.concatenate([self.table, np.zeros((room, COLUMNS))])
            self.first_ms = np.append(self.first_ms, np.full(room, NEVER))

    def rows(self) -> Iterable[tuple[int, int, list[float]]]:
        """Key id, the time of its first pane and its row, for the keys that had one."""
        ids: list[int] = np.flatnonzero(self.first_ms != NEVER).tolist()
        return [(key_id, int(self.first_ms[key_id]), self.table[key_id].tolist()) for key_id in ids]

    @classmethod
    def of(cls, rows: Iterable[tuple[int, int, list[float]]], keys: int) -> Surge:
        """The detectors whose `rows` these are, with room for `keys`."""
        surge = cls()
        surge._grow(keys)
        for key_id, first_ms, row in rows:
            surge.first_ms[key_id], surge.table[key_id] = first_ms, row
        return surge


def baseline(table: Floats, effect: float) -> Floats:
    """`[n, 7]` rows -> `[n]` m0: as if one pane, all negative, had come first; plus a standard error and `effect`."""
    weights = table[:, WEIGHT] + 1.0
    mean = (table[:, NEGATIVE_WEIGHT] + 1.0) / weights
    return np.minimum(1.0, mean + np.sqrt(mean * (1.0 - mean) / weights) + effect)


def _evidence(table: Floats, rule: RuleSettings, negative: Floats, weight: Floats) -> Floats:
    """Move every M_f in place; returns M `[n]`."""
    mean = baseline(table, rule.effect)
    step = weight * (negative - mean) / mean
    total = np.zeros(len(table))
    for column, share in enumerate(GRID):
        table[:, column] = table[:, column] * (1.0 + share * step) + weight
        total = total + table[:, column]
    return total / len(GRID)


def _learn(table: Floats, negative: Floats, weight: Floats, memory_panes: float) -> None:
    """Take the pane into the baseline, in place."""
    kept = 1.0 - weight / memory_panes
    table[:, WEIGHT] = table[:, WEIGHT] * kept + weight
    table[:, NEGATIVE_WEIGHT] = table[:, NEGATIVE_WEIGHT] * kept + weight * negative
