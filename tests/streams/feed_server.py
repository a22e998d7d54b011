"""A web server with feeds, on this machine: each path answers by a function that a test gives it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

Reply = tuple[int, Mapping[str, str], bytes]

RSS = """<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0"><channel><title>Wire</title><language>en</language>
<item><title>Northgate Bank halts withdrawals</title><link>https://example.org/2</link><guid>id-2</guid>
<pubDate>Mon, 15 Sep 2008 08:30:00 GMT</pubDate>
<description>&lt;p&gt;Depositors &lt;b&gt;queue&lt;/b&gt;.&lt;/p&gt;</description></item>
<item><title>AT&amp;amp;T, Müller &amp;lt;AG&amp;gt; agree</title><link>https://example.org/1</link><guid>id-1</guid>
<pubDate>Mon, 15 Sep 2008 10:00:00 +0200</pubDate></item>
<item><description>no title</description></item>
</channel></rss>"""
ATOM = """<?xml version="1.0" encoding="utf-8"?>
<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="de"><title>Amt</title><id>urn:amt</id>
<updated>2008-09-15T08:00:00Z</updated>
<entry><title type="html">Oil &lt;i&gt;slips&lt;/i&gt;</title><id>urn:1</id><link href="https://example.org/a"/>
<updated>2008-09-15T08:00:00Z</updated><summary>More</summary></entry>
<entry><title>Undated</title><link href="https://example.org/b"/></entry></feed>"""


@dataclass
class FeedServer:
    """Its `replies` can be changed while it runs; `asked` has the (path, headers) of each request."""

    port: int
    replies: dict[str, Callable[[Mapping[str, str]], Reply]]
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    most_at_once: int = 0

    def url(self, path: str, host: str = "127.0.0.1") -> str:
        return f"http://{host}:{self.port}{path}"

    def paths(self) -> list[str]:
        return [path for path, _ in self.asked]


def fixed(body: str | bytes, kind: str = "application/rss+xml", **headers: str) -> Callable[[Mapping[str, str]], Reply]:
    payload = body.encode() if isinstance(body, str) else body
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda _: (200, {"Content-Type": kind, **named}, payload)


def status(code: int, **headers: str) -> Callable[[Mapping[str, str]], Reply]:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda _: (code, named, b"")


@contextmanager
def serving_feeds(**replies: Callable[[Mapping[str, str]], Reply]) -> Generator[FeedServer]:
    """Serve /NAME for each of `replies`."""
    lock = threading.Lock()
    at_once = 0

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            nonlocal at_once
            headers = {name.lower(): value for name, value in self.headers.items()}
            with lock:
                at_once += 1
                ours.most_at_once = max(ours.most_at_once, at_once)
                ours.asked.append((self.path, headers))
            code, named, body = ours.replies[self.path](headers)
            self.send_response(code)
            for name, value in named.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            with lock:
                at_once -= 1
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            del format, args

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    ours = FeedServer(server.server_address[1], {f"/{name}": reply for name, reply in replies.items()})
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield ours
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)
