"""A store of its own for each test that asks for `store_url`, on every database at hand."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from monitor.queries import Reader
from monitor.store import Store
from tests.monitor.postgresql import Cluster, running_cluster


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    with running_cluster() as running:
        yield running


@pytest.fixture(params=["sqlite", "postgresql"])
def store_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'a store.db'}"
    cluster: Cluster = request.getfixturevalue("cluster")
    return cluster.new_url()


@pytest.fixture
def store(store_url: str) -> Iterator[Store]:
    opened = Store.open(store_url)
    yield opened
    opened.close()


@pytest.fixture
def second(store: Store, store_url: str) -> Iterator[Store]:
    """The same store as another runner opens it."""
    assert store
    opened = Store.open(store_url)
    yield opened
    opened.close()


@pytest.fixture
def reader(store: Store, store_url: str) -> Iterator[Reader]:
    assert store
    opened = Reader.open(store_url)
    yield opened
    opened.close()
