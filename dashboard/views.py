"""Status and alerts -> what the page says in words. Pure: the clock's reading is an argument."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from dashboard.wording import DAY_MS, HOUR_MS, MINUTE_MS, date_time, duration
from monitor.queries import AlertSummary, Status

STALE_AFTER_MS = MINUTE_MS
PATIENCE_MS = 15_000  # how long a page that has just opened waits for a batch before it says that nobody is running
SPANS_MS: dict[str, int | None] = {
    "1 h": HOUR_MS,
    "6 h": 6 * HOUR_MS,
    "24 h": DAY_MS,
    "3 d": 3 * DAY_MS,
    "7 d": 7 * DAY_MS,
    "all": None,
}
DEFAULT_SPAN = "6 h"
OPEN_STATES = ("firing", "recovering")
EVIDENCE_SHOWN = 3


@dataclass(frozen=True, slots=True)
class Picked:
    """The window `[start_ms, end_ms)` that a click narrowed the headlines of `key` to."""

    key: str
    start_ms: int
    end_ms: int


@dataclass(frozen=True, slots=True)
class Jump:
    """A click that led from one watch to another.

    The browser repeats what it last knew at every refresh, so until `echo_until_s` it may still say `before`.
    """

    before: str
    after: str
    echo_until_s: float

    def watch(self, shown: str, now_s: float) -> str:
        """The watch that stands where the browser says `shown`."""
        return self.after if shown == self.before and now_s < self.echo_until_s else shown


@dataclass(frozen=True, slots=True)
class Choice:
    """What the viewer chose: a key of None follows what is firing, a span of None is everything."""

    key: str | None = None
    size_ms: int | None = None
    span_ms: int | None = SPANS_MS[DEFAULT_SPAN]
    picked: Picked | None = None


@dataclass(frozen=True, slots=True)
class Watched:
    """What one open page saw of the journal: `moved` once a batch arrived since it opened."""

    seq: int
    changed_ms: int
    moved: bool = False

    def look(self, seq: int, now_ms: int) -> Watched:
        """The state after another look; a store made anew counts as a change."""
        return self if seq == self.seq else replace(self, seq=seq, changed_ms=now_ms, moved=True)


@dataclass(frozen=True, slots=True)
class Liveness:
    """Whether the numbers are fresh: `state` is live, waiting, stale or ended."""

    state: str
    words: str

    @property
    def is_current(self) -> bool:
        """Whether "now" on the page means now."""
        return self.state in ("live", "ended")


def liveness(status: Status, watched: Watched, now_ms: int) -> Liveness:
    """Judge by the age of the last tick, and by what this page saw itself.

    A simulated clock may be years away from ours, so a batch that arrives while the page is open is fresh whatever
    its tick says.
    """
    if status.ended:
        return Liveness("ended", "feed complete")
    if status.tick_ms is None:
        return Liveness("waiting", "waiting for the first batch")
    age_ms, quiet_ms = now_ms - status.tick_ms, now_ms - watched.changed_ms
    if abs(age_ms) < STALE_AFTER_MS:
        return Liveness("live", f"live, last batch {duration(max(0, age_ms))} ago")
    if watched.moved and quiet_ms < STALE_AFTER_MS:
        return Liveness("live", f"live, on a clock of its own ({date_time(status.tick_ms)} UTC)")
    if quiet_ms < PATIENCE_MS:
        return Liveness("waiting", f"waiting for a batch; the last is of {date_time(status.tick_ms)} UTC")
    silent_ms = quiet_ms if watched.moved else max(age_ms, quiet_ms)
    return Liveness("stale", f"no runner: nothing new for {duration(silent_ms)}")


def anchor_ms(status: Status, size_ms: int) -> int | None:
    """The event time that "the last hours" count back from: the watermark; None before there is any.

    A finite feed ends its watermark at the end of the longest window, so a shorter one looks from where its own last
    window ends: else a finished archive would show an empty page.
    """
    if status.watermark_ms is None:
        return status.last_event_ms
    if status.ended and status.last_event_ms is not None:
        return min(status.watermark_ms, status.last_event_ms + size_ms)
    return status.watermark_ms


def since_ms(choice: Choice, anchor: int, first_ms: int | None) -> int:
    """The start of the time range on show: never before the first event."""
    start = anchor - choice.span_ms if choice.span_ms is not None else (first_ms or 0)
    return start if first_ms is None else max(start, min(first_ms, anchor))


def chosen_key(choice: Choice, alerts: Sequence[AlertSummary]) -> str:
    """The key on show: the viewer's, else the one that began to fire last, else all."""
    if choice.key is not None:
        return choice.key
    firing = open_alerts(alerts)
    return firing[0].key if firing else "all"


def chosen_window(choice: Choice, key: str) -> tuple[int, int] | None:
    """The picked window, where it was picked for the key on show."""
    picked = choice.picked
    return (picked.start_ms, picked.end_ms) if picked is not None and picked.key == key else None


def open_alerts(alerts: Sequence[AlertSummary]) -> list[AlertSummary]:
    """Those that fire or recover, the latest first."""
    found = [alert for alert in alerts if alert.state in OPEN_STATES]
    return sorted(found, key=lambda alert: (-(alert.firing_ms or 0), alert.key, alert.rule))


def pending_alerts(alerts: Sequence[AlertSummary]) -> list[AlertSummary]:
    """Those whose condition holds but not for long enough yet, the latest first."""
    found = [alert for alert in alerts if alert.state == "pending"]
    return sorted(found, key=lambda alert: (-alert.pending_ms, alert.key, alert.rule))


def key_order(key: str) -> tuple[int, str]:
    """Sorts keys as a reader looks for them: all, lists, topics, tickers, sources, each by name."""
    kinds = ("all", "list", "topic", "ticker", "source")
    kind = key.partition(":")[0]
    return kinds.index(kind) if kind in kinds else len(kinds), key
