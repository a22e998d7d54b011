"""A webhook on loopback: what a channel posts is kept, and on demand it behaves badly."""

from __future__ import annotations

import json
import threading
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Literal

Mood = Literal["refuse", "forget"]


@dataclass
class Receiver:
    """An HTTP server that keeps the JSON that it is posted.

    Attributes:
        port: of loopback; 0: any that is free.
        status: its answer; what is not answered with 200 is not kept.
        moods: number of a post -> "refuse" (not kept, answered with 503) or "forget" (kept, and answered with 500).
        posts: what came, in its order.
        paths: the path that each of them was posted to.
    """

    port: int = 0
    status: int = 200
    moods: Mapping[int, Mood] = field(default_factory=dict[int, Mood])
    posts: list[dict[str, Any]] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)
    _count: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _server: ThreadingHTTPServer | None = None
    _thread: threading.Thread | None = None

    @property
    def url(self) -> str:
        """Its address as Apprise writes it."""
        return f"json://127.0.0.1:{self.port}"

    def up(self) -> None:
        """Listen, at the port of the last time."""
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                self.send_response(receiver.take(self.path, json.loads(body)))
                self.end_headers()

            def log_message(self, format: str, *args: Any) -> None:
                del format, args

        self._server = ThreadingHTTPServer(("127.0.0.1", self.port), Handler)
        self.port = self._server.server_port
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02})
        self._thread.start()

    def take(self, path: str, post: dict[str, Any]) -> int:
        """Keep a post, if the mood allows it; the status to answer with."""
        with self._lock:
            self._count += 1
            mood = self.moods.get(self._count)
            if self.status == 200 and mood != "refuse":
                self.posts.append(post)
                self.paths.append(path)
        return {"refuse": 503, "forget": 500}.get(mood or "", self.status)

    def down(self) -> None:
        """Stop listening; a second call does nothing."""
        if self._server and self._thread:
            self._server.shutdown()
            self._server.server_close()
            self._thread.join()
            self._server = None


@contextmanager
def listening(receiver: Receiver) -> Generator[Receiver]:
    """The receiver, up until the end of the block."""
    receiver.up()
    try:
        yield receiver
    finally:
        receiver.down()
