"""A scored item -> the watch keys it counts for: `all`, `source:`, `topic:`, `ticker:` and `list:`.

A key is its kind, a colon and a name: "topic:Macro", "ticker:AAPL", "list:banks", "source:wire", and plain "all".
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from monitor.settings import WatchSettings
from streams.records import NewsItem

ALL = "all"


@dataclass(frozen=True, slots=True)
class NamedList:
    """A compiled `[[watch]]`: a headline counts when `pattern` finds something in it, or a ticker is on the list.

    An ASCII headline that holds none of the `parts`, in whatever case, need not be searched: a fifth of the time.
    """

    key: str
    pattern: re.Pattern[str] | None
    tickers: frozenset[str]
    parts: tuple[str, ...]

    def holds(self, item: NewsItem) -> bool:
        """Whether the item counts for this list."""
        if self.pattern is not None and self._may_find(item.headline) and self.pattern.search(item.headline):
            return True
        return not self.tickers.isdisjoint(item.tickers)

    def _may_find(self, headline: str) -> bool:
        return not self.parts or not headline.isascii() or any(map(headline.lower().__contains__, self.parts))


def compile_lists(settings: Sequence[WatchSettings]) -> tuple[NamedList, ...]:
    """Turn every `[[watch]]` into one regular expression: whole words whatever their case, then patterns as given."""
    return tuple(
        NamedList(list_key(watch), _pattern(watch), frozenset(map(str.upper, watch.tickers)), _parts(watch))
        for watch in settings
    )


def _pattern(watch: WatchSettings) -> re.Pattern[str] | None:
    words = "|".join(map(re.escape, watch.any))  # within one pair of word ends: a third of the time of a pair for each
    alternatives = [rf"(?<!\w)(?i:{words})(?!\w)"] if words else []
    alternatives += [f"(?:{pattern})" for pattern in watch.regex]
    return re.compile("|".join(alternatives)) if alternatives else None


def _parts(watch: WatchSettings) -> tuple[str, ...]:
    """The words in lower case, less those that hold another one; none where these alone do not decide."""
    words = {word.lower() for word in watch.any}
    if watch.regex or not all(word.isascii() for word in words):
        return ()
    return tuple(sorted(word for word in words if not any(part in word for part in words - {word})))


def lost_keys(before: Sequence[WatchSettings], after: Sequence[WatchSettings]) -> frozenset[str]:
    """The keys of the lists that left the settings, or that hold something else now."""
    kept = {watch.version for watch in after}
    return frozenset(list_key(watch) for watch in before if watch.version not in kept)


def list_key(watch: WatchSettings) -> str:
    """The key that a list's items count for."""
    return f"list:{watch.name}"


def watch_keys(item: NewsItem, topics: Sequence[tuple[str, float]], lists: Sequence[NamedList]) -> tuple[str, ...]:
    """All keys an item counts for, each once, in a fixed order."""
    held = tuple([named.key for named in lists if named.holds(item)]) if lists else ()
    return _keys(item.source, tuple([topic for topic, _ in topics]), item.tickers, held)


@lru_cache(65_536)
def _keys(source: str, topics: tuple[str, ...], tickers: tuple[str, ...], held: tuple[str, ...]) -> tuple[str, ...]:
    """Few sets of keys occur again and again, so each is made once."""
    keys = [ALL, f"source:{source}"]
    keys += [f"topic:{topic}" for topic in topics]
    keys += [f"ticker:{ticker}" for ticker in tickers]
    return tuple(dict.fromkeys([*keys, *held]))


def key_pattern(pattern: str) -> re.Pattern[str]:
    """Compile a rule's `watch`: literal, but for `*`, which stands for any run of characters."""
    return re.compile(".*".join(map(re.escape, pattern.split("*"))), re.DOTALL)
