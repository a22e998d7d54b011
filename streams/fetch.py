"""One polite GET of a feed: conditional, bounded in size and time, and every way it can end has a name."""

from __future__ import annotations

import email.utils
import time
from collections.abc import Mapping
from dataclasses import dataclass, field

import httpx

MAX_BYTES = 10_000_000
MAX_SECONDS = 30.0
CONNECT_SECONDS = 10.0
MAX_REDIRECTS = 5
PERMANENT = (301, 308)
LONGEST_WAIT_S = 86_400.0


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of a request.

    Attributes:
        status: the HTTP status; 0 where there was none.
        body: of a 200.
        headers: names in lower case.
        moved_to: where the feed lives from now on, where the server said so for good.
        retry_after_s: how long the server asks us to wait.
        problem: why there is no body, in words; empty for 200 and 304.
    """

    status: int
    body: bytes = field(default=b"", repr=False)
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    moved_to: str = ""
    retry_after_s: float = 0.0
    problem: str = ""


def open_client(version: str, contact: str = "") -> httpx.Client:
    """A client that says who it is; `contact` is where its owner can be reached."""
    who = f"groundswell/{version} (news feed reader{'; ' + contact if contact else ''})"
    headers = {
        "User-Agent": who,
        "Accept": "application/atom+xml, application/rss+xml, application/xml;q=0.9, text/xml;q=0.9, */*;q=0.1",
    }
    timeout = httpx.Timeout(CONNECT_SECONDS)
    return httpx.Client(headers=headers, timeout=timeout, follow_redirects=True, max_redirects=MAX_REDIRECTS)


def fetch(client: httpx.Client, url: str, etag: str, modified: str, now_ms: int) -> Answer:
    """GET `url`, if it changed since the answer with this ETag and Last-Modified; what goes wrong is an Answer too."""
    conditions = {"If-None-Match": etag, "If-Modified-Since": modified}
    try:
        with client.stream(
            "GET", url, headers={name: value for name, value in conditions.items() if value}
        ) as response:
            return _answer(response, now_ms)
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        return Answer(0, problem=f"{type(error).__name__}: {error}")


def _answer(response: httpx.Response, now_ms: int) -> Answer:
    moved = all(hop.status_code in PERMANENT for hop in response.history) and bool(response.history)
    answer = Answer(
        response.status_code,
        headers={name.lower(): value for name, value in response.headers.items()},
        moved_to=str(response.url) if moved else "",
        retry_after_s=retry_after_s(response.headers.get("retry-after", ""), now_ms),
        problem="" if response.status_code in (200, 304) else f"HTTP {response.status_code} {response.reason_phrase}",
    )
    return answer if response.status_code != 200 else _with_body(answer, response)


def _with_body(answer: Answer, response: httpx.Response) -> Answer:
    deadline = time.monotonic() + MAX_SECONDS
    body = bytearray()
    for chunk in response.iter_bytes(65_536):
        body += chunk
        if len(body) > MAX_BYTES:
            return Answer(answer.status, problem=f"longer than {MAX_BYTES} bytes")
        if time.monotonic() > deadline:
            return Answer(answer.status, problem=f"not through after {MAX_SECONDS:.0f} s")
    return Answer(answer.status, bytes(body), answer.headers, answer.moved_to)


def retry_after_s(value: str, now_ms: int) -> float:
    """Seconds from a Retry-After header, which holds seconds or a date; 0 where it holds neither."""
    if value.strip().isdigit():
        return min(float(value), LONGEST_WAIT_S)
    try:
        until_s = email.utils.parsedate_to_datetime(value).timestamp()
    except ValueError:
        return 0.0
    return min(max(0.0, until_s - now_ms / 1000), LONGEST_WAIT_S)
