"""Surface styles: what wires, tweets, tabloids and filings do to a sentence without changing what it says."""

import random
import re

from models.lexicon import ticker, words

_BEFORE = words(
    "BRIEF-|UPDATE 1-|UPDATE 2-|RPT-|EXCLUSIVE-|Exclusive: |JUST IN: |BREAKING: |*|Breaking news: |"
    "Press release: |WRAPUP 1-|"
    "News: |Corporate news - |Stock exchange release: |Midday note: |PRESS DIGEST- |Alert: |"
    "Company announcement: |Now: |LONDON, "
)
_AFTER = words(
    ", sources say| - sources| - WSJ| (Bloomberg)|: report| - Nikkei|, paper says| #stocks| #markets #finance|"
    " #investing| - update| -CNBC|"
    " (correct)|, person familiar says| via @markets| - Economic Times|: sources| - filing| (adds detail)"
)
_SAID = re.compile(r"(?:said|says|sources|report|paper)\b")


def styled(text: str, rng: random.Random) -> str:
    """Return `text` in one of a dozen surface styles; four in ten stay as they are."""
    roll = rng.random()
    if roll < 0.42:
        return text
    if roll < 0.54:
        return rng.choice(_BEFORE) + text
    if roll < 0.66:
        return text if text.endswith(("?", ".")) or _SAID.search(text) else text + rng.choice(_AFTER)
    if roll < 0.74:
        return _tweeted(text, rng)
    if roll < 0.79:
        return text.lower()
    if roll < 0.82:
        return text.upper()
    if roll < 0.87:
        return _title(text)
    if roll < 0.93:
        return text if text.endswith(("?", ".")) else text + "."
    return _spaced(text)


def _tweeted(text: str, rng: random.Random) -> str:
    if text.startswith("$"):
        return text
    tag = ticker(rng)
    return rng.choice((f"{tag} - {text}", f"{tag}: {text}", f"{text} {tag}", f"{tag} {text}", f"{text} #{tag[1:]}"))


def _title(text: str) -> str:
    return " ".join(word[:1].upper() + word[1:] for word in text.split())


def _spaced(text: str) -> str:
    """Return `text` tokenised as Financial PhraseBank prints it: a space before commas, points and percent signs."""
    return re.sub(r"(?<=\w)([,%;:?])(?=\s|$)", r" \1", text) + ("" if text.endswith(("?", ".")) else " .")
