"""How much waits to be delivered, counted in the store at each scrape."""

from __future__ import annotations

from sqlalchemy import Engine, func, select

from monitor.engine import StoreError, open_engine
from monitor.tables import IS_WAITING, dead_letters, outbox

WAITING = {
    "notices": select(func.count()).select_from(outbox).where(outbox.c.next_attempt_ms.is_not(None)),
    "dead_letters": select(func.count()).select_from(dead_letters).where(IS_WAITING),
}
WAIT_MS = 1_000


class Depth:
    """Counts what waits in a store, once it is there."""

    def __init__(self, store_url: str) -> None:
        self._url = store_url
        self._engine: Engine | None = None

    def __call__(self, outbox: str) -> float:
        """How many wait in one of WAITING; NaN where the store does not answer."""
        try:
            self._engine = self._engine or open_engine(self._url, writable=False, wait_ms=WAIT_MS)
            with self._engine.connect() as connection:
                return float(connection.scalar(WAITING[outbox]) or 0)
        except StoreError:
            return float("nan")

    def close(self) -> None:
        """Give the connections back."""
        if self._engine is not None:
            self._engine.dispose()
