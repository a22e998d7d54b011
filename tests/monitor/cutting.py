"""A way to PostgreSQL that can be cut where the client says COMMIT: before the server hears it, or after it did it.

In the midst of the rows of a COPY it can wait for something to happen to the server.
"""

from __future__ import annotations

import select
import socket
import threading
from collections.abc import Callable, Generator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

SOCKET = ".s.PGSQL.5432"
COMMIT = b"COMMIT\0"  # READ COMMITTED is no such command
COPY = b"COPY items ("
PATIENCE_S = 30.0


class Way:
    """Passes bytes between clients and a server on unix sockets.

    `cut_at` says at which of the next COMMITs to cut; `amid_copy` is called once, amid the next rows.
    """

    def __init__(self, server: Path) -> None:
        self.amid_copy: Callable[[], None] | None = None
        self.cut_at = 0
        self.heard = True
        self.cuts = 0
        self._server = server

    def carry(self, client: socket.socket) -> None:
        """Carry one connection until either side ends it or it is cut."""
        with client, socket.socket(socket.AF_UNIX) as server:
            server.settimeout(PATIENCE_S)
            server.connect(str(self._server))
            ends, copying = {client: server, server: client}, False
            while ready := select.select(list(ends), [], [], PATIENCE_S)[0]:
                for end in ready:
                    data = _received(end)
                    if not data or (end is client and self._cuts(data, server)):
                        return
                    if end is client:
                        data, copying = self._held_up(data, server) if copying else data, COPY in data
                    with suppress(ConnectionError):  # what the other end said before it went is still to be carried
                        ends[end].sendall(data)

    def _held_up(self, data: bytes, server: socket.socket) -> bytes:
        """What is still to be sent of the first rows of a COPY."""
        happens, self.amid_copy = self.amid_copy, None
        if happens is None:
            return data
        half = len(data) // 2
        server.sendall(data[:half])
        happens()
        return data[half:]

    def _cuts(self, data: bytes, server: socket.socket) -> bool:
        if COMMIT not in data or not self.cut_at:
            return False
        self.cut_at -= 1
        if self.cut_at:
            return False
        self.cuts += 1
        if self.heard:
            server.sendall(data)
            assert b"COMMIT" in server.recv(65_536), "the server has done it"
        return True


def _received(end: socket.socket) -> bytes:
    """What came; nothing where the other side has ended the connection, however it did."""
    try:
        return end.recv(65_536)
    except ConnectionResetError:
        return b""


@contextmanager
def way_to(server: Path, folder: Path) -> Generator[Way]:
    """Listen in `folder` for clients of the server whose socket is in `server`."""
    way = Way(server / SOCKET)
    with closing(socket.socket(socket.AF_UNIX)) as listener:
        listener.bind(str(folder / SOCKET))
        listener.listen()
        listener.settimeout(PATIENCE_S)

        def accept() -> None:
            while True:
                try:
                    client, _ = listener.accept()
                except OSError:
                    return
                threading.Thread(target=way.carry, args=(client,), daemon=True).start()

        threading.Thread(target=accept, daemon=True).start()
        yield way
        listener.shutdown(socket.SHUT_RDWR)
