"""Copies and near-copies of one report share a story, and a story counts once per watch key.

A headline joins the most similar story (wording.py; ties: the oldest) whose first copy is at most 24 hours older, and
is compared with that first copy alone. Compared are the stories with the very same text, and of those that share one of
the four keys of signature.py the newest eight a key. The state is a pure fold in the order of event time, and forgets
what is older.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from monitor.signature import signatures
from monitor.wording import similarity

STORY_MS = 86_400_000
PER_KEY = 8

Keys = tuple[str, ...]


@dataclass(slots=True)
class Story:
    """An open story: its place in the order of stories, its first copy, and the watch keys it has counted for."""

    number: int
    first_ms: int
    headline: str
    counted: Keys
    index_keys: tuple[int, ...]
    words: int
    names: int
    numbers: int

    def count(self, keys: Keys) -> Keys:
        """Count a copy; returns the keys for which it is the first."""
        fresh = tuple([key for key in keys if key not in self.counted])
        if fresh:
            self.counted += fresh
        return fresh

    def may_match(self, words: int, names: int, numbers: int) -> bool:
        """Whether a headline with these sets can be a copy, as far as they say."""
        if self.numbers & ~numbers and numbers & ~self.numbers:
            return False
        extra, missing = words & ~self.words, self.words & ~words
        if not (extra and missing):
            return True
        if extra & names and missing & self.names:
            return False
        return 5 * (words & self.words).bit_count() >= 3 * (words | self.words).bit_count()


@dataclass(slots=True)
class Stories:
    """The stories that an item may still join, oldest first, and where to find them."""

    open: deque[Story] = field(default_factory=lambda: deque[Story]())
    by_text: dict[str, Story] = field(default_factory=lambda: dict[str, Story]())
    by_key: dict[int, Story | list[Story]] = field(default_factory=lambda: dict[int, Story | list[Story]]())
    begun: int = 0

    def count(self, times_ms: Sequence[int], headlines: Sequence[str], keys: Sequence[Keys]) -> list[Keys]:
        """Give items, in the order of the fold, their stories.

        Returns:
            For each item the keys for which it is its story's first copy: the very `keys` given where it is for all.
        """
        fresh: list[Keys] = []
        for time_ms, headline, own, signature in zip(times_ms, headlines, keys, _signatures(headlines), strict=True):
            story = self.by_text.get(headline)
            if story is None or time_ms - story.first_ms > STORY_MS:
                story = self._nearest(time_ms, headline, *signature)
            if story is None:
                self._begin(Story(self.begun, time_ms, headline, own, *signature))
                fresh.append(own)
            else:
                fresh.append(story.count(own))
        return fresh

    def _nearest(self, time_ms: int, headline: str, index_keys: tuple[int, ...], *sets: int) -> Story | None:
        """Return the most similar story, the oldest of several; None where none is of the same report."""
        if self.by_key.keys().isdisjoint(index_keys):
            return None
        found: dict[int, Story] = {}
        for key in index_keys:
            known = self.by_key.get(key, ())
            for story in (known,) if isinstance(known, Story) else known:
                if time_ms - story.first_ms <= STORY_MS and story.may_match(*sets):
                    found[story.number] = story
        best, share = None, 0.0
        for number in sorted(found):
            other = similarity(headline, found[number].headline)
            if other > share:
                best, share = found[number], other
        return best

    def _begin(self, story: Story) -> None:
        self.begun += 1
        self.open.append(story)
        self.by_text[story.headline] = story
        by_key = self.by_key
        if by_key.keys().isdisjoint(story.index_keys):
            by_key.update(dict.fromkeys(story.index_keys, story))
            return
        for key in story.index_keys:
            known = by_key.get(key, ())
            stories = [known] if isinstance(known, Story) else known
            by_key[key] = [*stories[-PER_KEY + 1 :], story] if stories else story

    def forget(self, before_ms: int) -> None:
        """Drop the stories that no item from `before_ms` on can join."""
        while self.open and before_ms - self.open[0].first_ms > STORY_MS:
            self._drop(self.open.popleft())

    def _drop(self, story: Story) -> None:
        if self.by_text.get(story.headline) is story:
            del self.by_text[story.headline]
        for key in story.index_keys:
            known = self.by_key.get(key)
            if known is story:
                del self.by_key[key]
            elif isinstance(known, list) and known[0] is story:
                self.by_key[key] = known[1:] if len(known) > 2 else known[1]

    @classmethod
    def of(cls, known: Iterable[tuple[int, str, Keys]]) -> Stories:
        """Open stories again, oldest first: the time of the first copy, its headline, the keys counted for."""
        stories, rows = cls(), list(known)
        for row, signature in zip(rows, _signatures([headline for _, headline, _ in rows]), strict=True):
            stories._begin(Story(stories.begun, *row, *signature))
        return stories


def _signatures(headlines: Sequence[str]) -> Iterable[tuple[tuple[int, ...], int, int, int]]:
    """The keys, words, names and numbers of each headline, as plain integers."""
    if not headlines:
        return ()
    found = signatures(headlines)
    sets = (found.words.tolist(), found.names.tolist(), found.numbers.tolist())
    return zip(map(tuple, found.keys.tolist()), *sets, strict=True)
