"""A store of its own for each test that asks for `store_url`, on every database at hand."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from monitor.queries import Reader
from monitor.store import Store


@pytest.fixture
def store_url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'a store.db'}"


@pytest.fixture
def store(store_url: str) -> Iterator[Store]:
    opened = Store.open(store_url)
    yield opened
    opened.close()


@pytest.fixture
def reader(store: Store, store_url: str) -> Iterator[Reader]:
    assert store
    opened = Reader.open(store_url)
    yield opened
    opened.close()
