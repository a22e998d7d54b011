"""The text rules: what the model reads of a headline, and when two headlines are the same one."""

import re
import unicodedata

MAX_CHARS = 10_000
TEXT_RULES = "nfc,no-url,one-space,10000,relation-3,target-marked"
"""Names what the model reads of a text and a target, models/numbers.py included: part of every model version."""

_URL = re.compile(r"(?:https?://|www\.)\S+")
_NOT_A_WORD = re.compile(r"[^\w$&]+")
_NUMBER = re.compile(r"\d+")


def clean(text: str) -> str:
    """Return `text` in NFC, without URLs, white space collapsed, cut at `MAX_CHARS` characters.

    Any string has an answer: a lone surrogate, which no UTF-8 file can hold, becomes a question mark.
    """
    whole = text[: 4 * MAX_CHARS].encode("utf-8", "replace").decode("utf-8")
    bare = _URL.sub(" ", unicodedata.normalize("NFC", whole))
    return " ".join(bare.split())[:MAX_CHARS]


def normalise(text: str) -> str:
    """Return the form in which two copies of one headline are equal: cleaned, casefolded, words only."""
    return " ".join(_NOT_A_WORD.sub(" ", clean(text).casefold()).split())


def near_copy_keys(text: str) -> tuple[str, str]:
    """Return two keys; headlines that share either are near copies (same start or same end, numbers aside)."""
    words = _NUMBER.sub("#", normalise(text)).split()
    return "<" + " ".join(words[:7]), ">" + " ".join(words[-7:])
