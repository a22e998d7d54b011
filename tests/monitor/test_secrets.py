"""No password and no token of the settings gets into the store, whatever the run writes there."""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path

import pytest
from alembic import command
from sqlalchemy import text

from monitor import schema
from monitor.delivery import Notifier
from monitor.engine import open_engine
from monitor.pipeline import Runner
from monitor.queries import Reader
from monitor.replay import replay_journal, stored_config
from monitor.scoring import StubScorer
from monitor.store import Store
from monitor.summary import summarise
from monitor.writer import Writer
from tests.monitor.feeds import MemorySource, news
from tests.monitor.world import MINUTE, config

# Apprise imports the standard library's imghdr, which Python 3.11 announces the end of.
pytestmark = pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning")

PASSWORD, TOKEN = "p4ssw0rd-of-the-store", "t0ken-of-the-channel"
RULE = {"name": "any", "watch": "all", "statistic": "items", "above": 1, "window": "10m", "min_stories": 0}
SETTINGS = config(
    rule=[{**RULE, "channels": ["desk"]}],
    channel=[{"name": "desk", "url": f"json://127.0.0.1:9/{TOKEN}"}, {"name": "pager", "url_env": "PAGER_URL"}],
    store={"url": f"postgresql://desk:{PASSWORD}@127.0.0.1/news", "snapshot_every": 1},
)


def run(url: str) -> None:
    """A run that fires an alert and fails to deliver it, so that every kind of text is in the store."""
    source = MemorySource({"a": [news(n * MINUTE, f"Report {n}") for n in range(40)]})
    with closing(Store.open(url)) as store:
        list(Runner(SETTINGS, source, StubScorer(), Writer(store, SETTINGS)).run())
        notifier = Notifier(url, SETTINGS.channel[:1], SETTINGS.notify, now_ms=lambda: 10**13)
        assert notifier.deliver_due(2 * 10**13) == 0
        notifier.stop(1.0)


def content_of(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in sorted(folder.iterdir()))


def test_no_secret_is_in_any_file_of_the_store(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/store.db"
    with closing(Store.open(url)):  # held open, so that the log of SQLite is there to be read too
        run(url)
        everything = content_of(tmp_path)
    assert b"Report 39" in everything and b"desk" in everything, "it was not the store that was read"
    with closing(Reader.open(url)) as reader:
        assert reader.status().outbox_pending, "no notice, so no error of its channel"
    for secret in (PASSWORD, TOKEN):
        assert secret.encode() not in everything


def test_what_is_kept_is_enough_for_a_replay(tmp_path: Path) -> None:
    url, again = f"sqlite:///{tmp_path}/live.db", f"sqlite:///{tmp_path}/again.db"
    run(url)
    with closing(Store.open(url)) as old, closing(Store.open(again)) as new:
        kept = stored_config(old, SETTINGS.version)
        replay_journal(old, new, lambda _: None)
    assert kept.version == SETTINGS.version and kept.rule == SETTINGS.rule
    assert [one.name for one in kept.channel] == ["desk", "pager"]
    assert summarise(again, 1.0)["digest"] == summarise(url, 1.0)["digest"]


def test_a_section_that_is_not_named_is_not_kept() -> None:
    content = json.loads(SETTINGS.kept)
    assert set(content) == {"source", "windows", "watch", "rule", "channel"}
    assert "security" not in content["source"]
    assert content["channel"] == [{"name": "desk", "url": "***"}, {"name": "pager", "url": "***"}]


def old_row(content: Mapping[str, object]) -> dict[str, object]:
    return {"version": "c1", "content": json.dumps(content), "first_seq": 1}


def test_the_secrets_of_an_old_store_are_taken_out_of_it(store_url: str, tmp_path: Path) -> None:
    old = json.loads(SETTINGS.model_dump_json(by_alias=True)) | {"padding": "x" * 20_000}
    engine = open_engine(store_url, writable=True)
    with engine.begin() as connection:
        command.upgrade(schema.alembic_settings(connection), "0005")
        insert = "INSERT INTO settings (version, content, first_seq) VALUES (:version, :content, :first_seq)"
        connection.execute(text(insert), old_row(old))
    engine.dispose()
    if store_url.startswith("sqlite"):
        assert TOKEN.encode() in content_of(tmp_path)
    with closing(Store.open(store_url)) as store:
        content = store.settings("c1")
        assert stored_config(store, "c1").version == SETTINGS.version
    assert json.loads(content) == json.loads(SETTINGS.kept)
    if store_url.startswith("sqlite"):
        everything = content_of(tmp_path)
        assert PASSWORD.encode() not in everything and TOKEN.encode() not in everything
