"""Channels: where notices go, by Apprise. The only file that knows Apprise; loading it takes a moment."""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

import apprise

from monitor.config import ConfigError
from monitor.settings import ChannelSettings

KINDS = {"info": "info", "warning": "warning", "critical": "failure"}
SHORTEST_SECRET = 3

# Apprise's own lines may hold parts of an address; they reach our log through `Channel.send`, cleaned.
logging.getLogger("apprise").propagate = False
logging.getLogger("apprise").addHandler(logging.NullHandler())


@dataclass(frozen=True, slots=True)
class Channel:
    """One address that takes messages."""

    name: str
    plugin: Any = field(repr=False)
    secrets: tuple[str, ...] = field(repr=False)

    def send(self, title: str, body: str, severity: str) -> str:
        """Send; returns '' once it was taken, else why not, without any secret of the address."""
        why = "the service refused it"
        captured: Any
        try:
            with apprise.LogCapture(level=logging.WARNING, fmt="%(message)s") as captured:
                if self.plugin.notify(body=body, title=title, notify_type=KINDS[severity]):
                    return ""
                why = captured.getvalue() or why
        except Exception as error:  # of any of a hundred plugins: kept, told and tried again
            why = f"{type(error).__name__}: {error}"
        return self.clean(why)

    def clean(self, text: str) -> str:
        """The text in one line, every secret of the address as ***."""
        for secret in self.secrets:
            text = text.replace(secret, "***")
        return " ".join(text.split())


def open_channel(settings: ChannelSettings, timeout_ms: int, environment: Mapping[str, str]) -> Channel:
    """The channel behind an Apprise URL.

    Raises:
        ConfigError: its environment variable is not set, or Apprise does not know the URL.
    """
    url = settings.url or environment.get(settings.url_env, "")
    if not url:
        msg = (
            f"channel {settings.name}: the environment variable {settings.url_env} is not set: put an Apprise URL there"
        )
        raise ConfigError(msg)
    plugin = apprise.Apprise.instantiate(url)
    if plugin is None:
        where = f"the URL in {settings.url_env}" if settings.url_env else "the URL"
        msg = f"channel {settings.name}: {where} is not one that Apprise knows: https://appriseit.com lists the forms"
        raise ConfigError(msg)
    plugin.socket_connect_timeout = plugin.socket_read_timeout = timeout_ms / 1000
    return Channel(settings.name, plugin, secret_parts(url, plugin.url(privacy=True)))


def secret_parts(url: str, shown: str) -> tuple[str, ...]:
    """The parts of an address that may be secrets, the longest first.

    All but the scheme, and but the host where Apprise itself (`shown`) does not hide it: in a webhook's path or
    query stands a token as often as not.
    """
    scheme, _, rest = url.partition("://")
    host = re.split(r"[/?#]", rest, maxsplit=1)[0].rpartition("@")[2].partition(":")[0]
    open_parts = {scheme, host} if host and host in shown else {scheme}
    parts = {unquote(part) for part in re.split(r"[/:@?&=#,]+", url)} | set(re.split(r"[/:@?&=#,]+", url))
    return tuple(sorted((p for p in parts - open_parts if len(p) >= SHORTEST_SECRET), key=len, reverse=True))
