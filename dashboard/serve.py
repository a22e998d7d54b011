"""Starting the page: the command line of its Streamlit process, which knows nothing of the caller's settings.

process = start("sqlite:///groundswell.db", port=8501)
wait_until_up(process, port=8501)
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Generator
from contextlib import contextmanager
from http.client import HTTPConnection, HTTPException
from pathlib import Path

from dashboard.theme import flags

STORE_VARIABLE = "GROUNDSWELL_STORE"
STOP_SECONDS = 10
APP = Path(__file__).with_name("app.py")


class ServeError(Exception):
    """The page did not come up; the text says why and what to do."""


def command(
    store_url: str | None, port: int = 8501, *, address: str = "localhost", theme: str = "dark", refresh_s: float = 2.0
) -> list[str]:
    """The command that serves the page, from any working directory.

    Args:
        store_url: None leaves it to the environment (`environment`), where no list of processes shows a password.
        port: where it listens.
        address: "0.0.0.0" lets other machines in; there is no log-in.
        theme: "dark", "light", or "auto" to follow the viewer's system.
        refresh_s: how often an open page looks for a new batch.
    """
    options = [
        "--server.headless=true",
        f"--server.port={port}",
        f"--server.address={address}",
        "--server.fileWatcherType=none",
        "--server.runOnSave=false",
        "--browser.gatherUsageStats=false",
        "--client.toolbarMode=minimal",
        "--client.showErrorDetails=type",
        *flags(theme),
    ]
    arguments = ["--refresh", str(refresh_s)]
    if store_url is not None:
        arguments += ["--store", store_url]
    return [sys.executable, "-m", "streamlit", "run", str(APP), *options, "--", *arguments]


def environment(store_url: str) -> dict[str, str]:
    """This process's environment with the store's URL in it, and the folder of the packages to import from."""
    root = str(APP.parent.parent)
    paths = [root, *filter(None, [os.environ.get("PYTHONPATH")])]
    return {**os.environ, STORE_VARIABLE: store_url, "PYTHONPATH": os.pathsep.join(paths)}


def start(
    store_url: str, port: int = 8501, *, address: str = "localhost", theme: str = "dark", refresh_s: float = 2.0
) -> subprocess.Popen[bytes]:
    """Start the page's process; its words go to this process's standard error.

    Raises:
        ServeError: something listens on that port already.
    """
    if _is_taken(port):
        msg = f"port {port} is taken: stop what listens there, or choose another with --port"
        raise ServeError(msg)
    return subprocess.Popen(
        command(None, port, address=address, theme=theme, refresh_s=refresh_s),
        env=environment(store_url),
        stdin=subprocess.DEVNULL,
        stdout=2,
    )


def wait_until_up(
    process: subprocess.Popen[bytes], port: int, timeout_s: float = 60.0, host: str = "localhost"
) -> None:
    """Return once the page answers.

    Raises:
        ServeError: the process ended, or nothing answered in time.
    """
    deadline = time.monotonic() + timeout_s
    while time.monotonic() < deadline:
        if process.poll() is not None:
            msg = f"the page's process ended with exit code {process.returncode}; see the messages above"
            raise ServeError(msg)
        if _answers(host, port):
            return
        time.sleep(0.1)
    msg = f"nothing answered at http://{host}:{port} within {timeout_s:g} s; see the messages above"
    raise ServeError(msg)


@contextmanager
def serving(
    store_url: str, port: int = 8501, *, address: str = "localhost", theme: str = "dark"
) -> Generator[subprocess.Popen[bytes]]:
    """Serve the page while the block runs, which begins once it answers.

    Raises:
        ServeError: it did not come up.
    """
    process = start(store_url, port, address=address, theme=theme)
    try:
        wait_until_up(process, port)
        yield process
    finally:
        process.terminate()
        process.wait(STOP_SECONDS)


def _is_taken(port: int) -> bool:
    try:
        socket.create_connection(("localhost", port), timeout=1).close()
    except OSError:
        return False
    return True


def _answers(host: str, port: int) -> bool:
    connection = HTTPConnection(host, port, timeout=2)
    try:
        connection.request("GET", "/_stcore/health")
        return connection.getresponse().status == 200
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()
