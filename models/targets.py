"""Which name of a headline a target means: the words as they stand, or an alias of a ticker."""

import re
from collections.abc import Mapping, Sequence

from models.text import clean

Aliases = Mapping[str, Sequence[str]]


def find_target(text: str, target: str, aliases: Aliases) -> str | None:
    """Return the part of `text` that names `target` (itself, `$` before it or not, or one of its aliases), or None.

    Whole words, whatever their case; of several names the first one given.
    """
    whole = clean(text)
    bare = clean(target).removeprefix("$").strip()
    for name in (bare, *aliases.get(bare, ()), *aliases.get(bare.upper(), ())):
        if name and (found := re.search(rf"(?<!\w){re.escape(clean(name))}(?!\w)", whole, re.IGNORECASE)):
            return found.group()
    return None
