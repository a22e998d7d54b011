"""Copies of one report share a story, and a story counts once per watch key.

A copy is a headline with the same letters and digits, whatever its case, punctuation and spacing, at most 24 hours
after the story's first copy. The state is a pure fold in the order of event time and forgets what is older.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from dataclasses import dataclass, field

STORY_MS = 86_400_000


def story_key(headline: str) -> str:
    """16 hex digits that are equal for copies of a headline."""
    folded = unicodedata.normalize("NFKC", headline).casefold()
    words = " ".join(re.findall(r"\w+", folded)) or folded
    return hashlib.blake2b(words.encode("utf-8", "replace"), digest_size=8).hexdigest()


@dataclass(slots=True)
class Stories:
    """Open stories: story key -> (event time of the first copy, watch keys it has counted for); oldest first."""

    open: dict[str, tuple[int, tuple[str, ...]]] = field(default_factory=dict)

    def count(self, story: str, event_time_ms: int, keys: tuple[str, ...]) -> tuple[str, ...]:
        """Return the keys for which this copy is the story's first; `keys` itself where it is for all."""
        known = self.open.get(story)
        if known is None or event_time_ms - known[0] > STORY_MS:
            self.open.pop(story, None)
            self.open[story] = (event_time_ms, keys)
            return keys
        first_ms, counted = known
        fresh = tuple(key for key in keys if key not in counted)
        if fresh:
            self.open[story] = (first_ms, counted + fresh)
        return fresh

    def forget(self, before_ms: int) -> None:
        """Drop the stories that no item from `before_ms` on can join."""
        while self.open:
            story, (first_ms, _) = next(iter(self.open.items()))
            if before_ms - first_ms <= STORY_MS:
                return
            del self.open[story]
