"""Holding the lease on the store while the model computes: a batch may take longer than a lease lasts."""

from __future__ import annotations

import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager

from monitor.engine import StoreError
from monitor.lease import RENEW_MS
from monitor.store import Store

MOST_RENEWALS = 60  # five minutes: a model that hangs holds the store no longer


@contextmanager
def holding(store: Store, clock: Callable[[], int]) -> Generator[None]:
    """Renew the lease, again and again, beside what is done in the block; no renewal comes after it.

    Args:
        store: whose lease.
        clock: the wall clock in milliseconds.
    """
    done = threading.Event()
    beside = threading.Thread(target=_renew_until, args=(done, store, clock), name="lease", daemon=True)
    beside.start()
    try:
        yield
    finally:
        done.set()
        beside.join()


def _renew_until(done: threading.Event, store: Store, clock: Callable[[], int]) -> None:
    for _ in range(MOST_RENEWALS):
        if done.wait(RENEW_MS / 1000):
            return
        try:
            store.renew(clock())
        except StoreError as error:
            if not error.retriable:  # replaced: the write of the batch says so
                return
