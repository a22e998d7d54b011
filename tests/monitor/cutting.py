"""A way to PostgreSQL that can be cut where the client says COMMIT: before the server hears it, or after it did it."""

from __future__ import annotations

import select
import socket
import threading
from collections.abc import Generator
from contextlib import closing, contextmanager
from pathlib import Path

SOCKET = ".s.PGSQL.5432"
COMMIT = b"COMMIT\0"  # READ COMMITTED is no such command
PATIENCE_S = 30.0


class Way:
    """Passes bytes between clients and a server on unix sockets; `cut_at` says at which of the next COMMITs to cut."""

    def __init__(self, server: Path) -> None:
        self.cut_at = 0
        self.heard = True
        self.cuts = 0
        self._server = server

    def carry(self, client: socket.socket) -> None:
        """Carry one connection until either side ends it or it is cut."""
        with client, socket.socket(socket.AF_UNIX) as server:
            server.settimeout(PATIENCE_S)
            server.connect(str(self._server))
            ends = {client: server, server: client}
            while ready := select.select(list(ends), [], [], PATIENCE_S)[0]:
                for end in ready:
                    data = end.recv(65_536)
                    if not data or (end is client and self._cuts(data, server)):
                        return
                    ends[end].sendall(data)

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
