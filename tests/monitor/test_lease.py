"""One writer: who may write, who must wait, and who was replaced."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from monitor.lease import is_gone, own_name
from monitor.store import LeaseError, Store
from tests.monitor.shelf import T0, journaled, keyed

LENGTH_MS = 1_000


def write(store: Store, seq: int, now_ms: int) -> None:
    with store.begin(now_ms) as tx:
        tx.add_items([keyed(seq)], seq)
        tx.add_entry(journaled(seq))


def test_a_second_runner_is_refused_until_the_lease_lapses(store: Store, second: Store) -> None:
    store.acquire("there:1:a", T0, LENGTH_MS)
    with pytest.raises(LeaseError, match=r"there:1:a .* writes to this store, at least until 23:20:01 UTC.*--standby"):
        second.acquire("there:2:b", T0 + LENGTH_MS - 1, LENGTH_MS)
    second.acquire("there:2:b", T0 + LENGTH_MS, LENGTH_MS)


def test_each_transaction_pushes_the_expiry_on(store: Store, second: Store) -> None:
    store.acquire("there:1:a", T0, LENGTH_MS)
    write(store, 1, T0 + 900)
    with pytest.raises(LeaseError):
        second.acquire("there:2:b", T0 + 1_899, LENGTH_MS)
    second.acquire("there:2:b", T0 + 1_900, LENGTH_MS)


def test_one_that_was_replaced_writes_nothing_though_its_clock_says_it_may(store: Store, second: Store) -> None:
    store.acquire("there:1:a", T0, LENGTH_MS)
    write(store, 1, T0)
    second.acquire("there:2:b", T0 + 5_000, LENGTH_MS)
    write(second, 2, T0 + 5_000)
    with pytest.raises(LeaseError, match="another runner has taken over the store since epoch 1"):
        write(store, 3, T0 + 100)
    store.release()
    with pytest.raises(LeaseError, match="there:2:b"):
        store.acquire("there:3:c", T0 + 5_000 + LENGTH_MS - 1, LENGTH_MS)
    assert [entry.seq for entry, _ in second.entries(0)] == [1, 2]


def test_one_that_overslept_and_was_not_replaced_goes_on(store: Store, second: Store) -> None:
    store.acquire("there:1:a", T0, LENGTH_MS)
    write(store, 1, T0 + 60_000)
    with pytest.raises(LeaseError):
        second.acquire("there:2:b", T0 + 60_500, LENGTH_MS)


def test_the_same_name_under_a_new_epoch_shuts_the_old_one_out(store: Store, second: Store) -> None:
    store.acquire("there:1:a", T0, LENGTH_MS)
    second.acquire("there:1:a", T0, LENGTH_MS)
    with pytest.raises(LeaseError, match="taken over"):
        write(store, 1, T0)
    write(second, 1, T0)


def test_released_is_free_at_once(store: Store, second: Store) -> None:
    store.release()
    store.acquire("there:1:a", T0, LENGTH_MS)
    store.release()
    second.acquire("there:2:b", T0, LENGTH_MS)
    write(second, 1, T0)


def test_a_killed_process_of_this_machine_is_not_waited_for(store: Store, second: Store) -> None:
    done = subprocess.run(
        [sys.executable, "-c", "from monitor.lease import own_name; print(own_name())"],
        capture_output=True,
        check=True,
        text=True,
    )
    gone = done.stdout.strip()
    assert is_gone(gone)
    store.acquire(gone, T0, LENGTH_MS)
    second.acquire(own_name(), T0, LENGTH_MS)
    with pytest.raises(LeaseError):
        store.acquire("there:1:a", T0, LENGTH_MS)


def test_who_is_gone() -> None:
    assert not is_gone(own_name())
    assert not is_gone(own_name().replace(str(os.getpid()), "1"))
    assert not is_gone("another machine:999999999:x")
    assert not is_gone("no process id")
