"""The fold's memory is flat once the times that it looks back over are full; the long run is bench_fold --memory."""

from __future__ import annotations

import platform

import pytest

from tests.bench.bench_fold import memory


@pytest.mark.skipif(platform.system() != "Linux", reason="reads /proc")
def test_resident_memory_is_flat_after_a_week() -> None:
    """An item a minute: the week of `dedup` is full after 10,080 items, the stories' days after 4,320."""
    megabytes = memory(50_000, 5_000, gap_ms=60_000)
    assert max(megabytes[6:]) - megabytes[5] < 4, megabytes
