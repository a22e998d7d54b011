"""/metrics and /healthz over HTTP, in a thread of its own."""

from __future__ import annotations

import json
import threading
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from prometheus_client.exposition import choose_encoder

from monitor.config import ConfigError
from monitor.metrics import Metrics
from monitor.vitals import Vitals

Page = tuple[HTTPStatus, str, bytes]


class Exporter:
    """Serves what `Metrics` counts and what `Vitals` says, until `stop`."""

    def __init__(self, metrics: Metrics, vitals: Vitals, address: str, port: int) -> None:
        """Listen.

        Args:
            metrics: for /metrics.
            vitals: for /healthz.
            address: where; "0.0.0.0" lets other machines in.
            port: 0 takes any that is free.

        Raises:
            ConfigError: the address cannot be listened on.
        """
        self._metrics = metrics
        self._vitals = vitals
        exporter = self

        class Handler(BaseHTTPRequestHandler):
            timeout = 10

            def do_GET(self) -> None:
                status, kind, body = exporter.page(self.path, self.headers.get("Accept") or "")
                self.send_response(status)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: object) -> None:
                del format, args  # a scrape is no event

        try:
            self._server = ThreadingHTTPServer((address, port), Handler)
        except OSError as error:
            msg = f"metrics: {address}:{port} cannot be listened on ({error.strerror}): name another --metrics-port"
            raise ConfigError(msg) from error
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.1,), name="metrics", daemon=True)

    @property
    def port(self) -> int:
        """The port that is listened on."""
        return self._server.server_address[1]

    def start(self) -> None:
        """Answer from now on."""
        self._thread.start()

    def stop(self) -> None:
        """Answer no more."""
        self._server.shutdown()
        self._server.server_close()

    def page(self, path: str, accept: str) -> Page:
        """The answer to one request."""
        match path.partition("?")[0]:
            case "/metrics":
                encode, kind = choose_encoder(accept)
                return HTTPStatus.OK, kind, encode(self._metrics.registry)
            case "/healthz":
                return self._health()
            case _:
                return HTTPStatus.NOT_FOUND, "text/plain; charset=utf-8", b"/metrics and /healthz are here\n"

    def _health(self) -> Page:
        complaint = self._vitals.complaint()
        status = HTTPStatus.SERVICE_UNAVAILABLE if complaint else HTTPStatus.OK
        body = {"ok": not complaint, "reason": complaint, "doing": self._vitals.doing}
        return status, "application/json", json.dumps(body).encode() + b"\n"
