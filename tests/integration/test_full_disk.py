"""A full disk under a runner: it waits, says why, and goes on when there is room again."""

from __future__ import annotations

import random
from contextlib import closing
from pathlib import Path

import pytest

from tests.integration.full_disk import PageQuota
from tests.integration.supervisor import Supervisor
from tests.integration.test_kill import config, write_feed


@pytest.mark.integration
def test_a_full_disk_is_waited_for(tmp_path: Path) -> None:
    feed = tmp_path / "feed.jsonl"
    write_feed(feed)
    settings = config(tmp_path, "any", f'[source]\nkind = "files"\nfiles = ["{feed}"]\n')
    with closing(PageQuota(tmp_path / "disk")) as disk:
        command = [*disk.runner, "run", "--config", str(settings)]
        watch = Supervisor(command, disk.folder / "full.db", tmp_path, random.Random(1))
        with closing(watch):
            watch.progress(0)
            disk.fill(watch.store.path)
            watch.wait_until(lambda: "the disk is full" in watch.log_of(watch.runner), "the runner to meet a full disk")
            stood = watch.store.last_seq()
            disk.free()
            watch.progress(stood)
            assert watch.ends == [], "it waits for room and does not end"
