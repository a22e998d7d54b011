"""Names of partitions: "news/0" is partition 0 of the topic news.

A log that was made anew, or cut below our position, has other records at offsets that we know. Gone on with, it gets a
name of its own: "news/0~2", then "news/0~3".
"""

from __future__ import annotations

from collections.abc import Iterable


def topic_of(name: str) -> str:
    """The topic of a partition."""
    return name.rpartition("/")[0]


def plain(name: str) -> str:
    """The broker's name of a partition: "news/0~2" -> "news/0"."""
    return name.partition("~")[0]


def next_name(name: str) -> str:
    """The name of the log that follows: "news/0" -> "news/0~2"."""
    return f"{plain(name)}~{_generation(name) + 1}"


def newest_names(names: Iterable[str]) -> dict[str, str]:
    """The broker's name of each partition -> the last of its names among these."""
    return {plain(name): name for name in sorted(names, key=_generation)}


def _generation(name: str) -> int:
    return int(name.partition("~")[2] or 1)
