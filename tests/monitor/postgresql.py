"""A throw-away PostgreSQL cluster on a unix socket, from the distribution's package; it ends with the tests."""

from __future__ import annotations

import itertools
import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import pytest

MISSING = "PostgreSQL is not installed: `apt-get install postgresql` brings it, and these tests then run"


def newest_bin() -> Path | None:
    """The folder of the server's programs; None where it is not installed."""
    found = [path.parent for path in Path("/usr/lib/postgresql").glob("*/bin/postgres")]
    return max(found, key=lambda path: int(path.parent.name), default=None)


@dataclass
class Cluster:
    """A running server; every `new_url` is an empty database of it."""

    programs: Path
    folder: Path
    user: str | None
    _numbers: Iterator[int] = field(default_factory=itertools.count)

    def run(self, program: str, *arguments: str) -> None:
        """One of the server's programs, as the user that owns the cluster."""
        command = [str(self.programs / program), *arguments]
        subprocess.run(command, user=self.user, cwd=self.folder, check=True, stdout=subprocess.DEVNULL)

    @property
    def is_up(self) -> bool:
        return (self.folder / "data" / "postmaster.pid").exists()

    def start(self) -> None:
        """Start the server, or start it again, and wait until it answers."""
        settings = f"-c listen_addresses='' -c unix_socket_directories={self.folder} -c fsync=off -c max_connections=50"
        self._control("-l", str(self.folder / "log"), "-o", settings, "start")

    def stop(self, how: Literal["fast", "immediate"] = "fast") -> None:
        """Stop the server in good order, or leave it to recover when it starts again."""
        self._control("-m", how, "stop")

    def end_connections(self) -> None:
        """End every connection of a client but not the server."""
        here = ("-h", str(self.folder), "-U", "tester", "-d", "postgres")
        others = "backend_type = 'client backend' AND pid <> pg_backend_pid()"
        self.run("psql", *here, "-c", f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {others}")

    def _control(self, *arguments: str) -> None:
        self.run("pg_ctl", "-D", str(self.folder / "data"), "-w", *arguments)

    def new_url(self) -> str:
        name = f"test{next(self._numbers)}"
        self.run("createdb", "-h", str(self.folder), "-U", "tester", name)
        return f"postgresql://tester@/{name}?host={self.folder}"


@contextmanager
def running_cluster() -> Generator[Cluster]:
    """Make, start and remove a cluster, or skip the tests; root hands it to an ordinary user, as the server demands.

    It sorts text as English does, so that a query that forgets to ask for the order of bytes is found out.
    """
    programs = newest_bin()
    if programs is None:
        pytest.skip(MISSING)
    folder = Path(tempfile.mkdtemp(prefix="gw-pg-"))
    user = "postgres" if os.geteuid() == 0 else None
    if user:
        os.chown(folder, pwd.getpwnam(user).pw_uid, -1)
    cluster = Cluster(programs, folder, user)
    data = str(folder / "data")
    english = ("--locale-provider=icu", "--icu-locale=en", "--locale=C.UTF-8", "--encoding=UTF8")
    cluster.run("initdb", "-D", data, "-U", "tester", "--auth=trust", "--no-sync", *english)
    cluster.start()
    try:
        yield cluster
    finally:
        if cluster.is_up:
            cluster.stop("immediate")
        shutil.rmtree(folder)
