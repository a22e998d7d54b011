"""The house grammar: seeded sentences labelled by the guideline of docs/labels.md, in many styles.

Lexemes marked `*` (and every seventh name) are held out: `house_rows(..., held_out=True)` draws from those alone,
so that validation asks for the rule and not for the words.
"""

import random
from collections.abc import Callable, Mapping
from functools import cache

from models import signed
from models.crowds import crowd
from models.data import Row
from models.events_bad import BAD
from models.events_good import GOOD
from models.events_more import (
    BAD_FUTURE,
    BAD_NAMES,
    BAD_NOUNS,
    BAD_PHRASES,
    BOTH_BAD,
    BOTH_GOOD,
    BOTH_PLAIN,
    GOOD_FUTURE,
    GOOD_NAMES,
    GOOD_NOUNS,
    GOOD_PHRASES,
    MARKET_BAD,
    MARKET_GOOD,
    NOUN_BAD,
    NOUN_GOOD,
    NOUN_PLAIN,
)
from models.events_plain import PLAIN
from models.events_wider import BAD_WIDER, GOOD_WIDER, PLAIN_WIDER
from models.events_will import BAD_VERBS, GOOD_VERBS, WILL_BAD, WILL_GOOD, WILL_PLAIN
from models.lexicon import expand, words
from models.quantities import in_part
from models.styles import styled
from models.text import normalise

LABEL = {-1: "negative", 0: "neutral", 1: "positive"}

_Maker = Callable[[random.Random, bool | None, int], str]
_WORD_SLOTS: Mapping[str, str] = {
    "badnoun": BAD_NOUNS,
    "goodnoun": GOOD_NOUNS,
    "badphrase": BAD_PHRASES,
    "goodphrase": GOOD_PHRASES,
    "badname": BAD_NAMES,
    "goodname": GOOD_NAMES,
    "badfuture": BAD_FUTURE,
    "goodfuture": GOOD_FUTURE,
    "badverb": BAD_VERBS,
    "goodverb": GOOD_VERBS,
}


@cache
def blocks(text: str, held_out: bool | None) -> tuple[tuple[str, ...], ...]:
    """Return the phrasings of each event of `text`, one tuple an event.

    A line that starts with two spaces goes on from the one above. A text without a marked event serves both
    parts: its lexemes, not its frames, are held out.
    """
    parts = [block.split("\n") for block in text.strip().replace("\n  ", " ").split("\n\n")]
    marked = any(part[0].startswith("*") for part in parts)
    return tuple(tuple(part[1:]) for part in parts if not marked or in_part(part[0], held_out))


def _event(texts: Mapping[int, str]) -> _Maker:
    def make(rng: random.Random, held_out: bool | None, sign: int) -> str:
        template = rng.choice(rng.choice(blocks(texts[sign], held_out)))
        fixed = {
            slot: rng.choice([w for w in words(text) if in_part(w, held_out)]).lstrip("*")
            for slot, text in _WORD_SLOTS.items()
            if f"<{slot}>" in template
        }
        return expand(template, rng, held_out, fixed)

    return make


def _quantity(rng: random.Random, held_out: bool | None, sign: int) -> str:
    if sign == 0:
        return signed.still(rng, held_out)[0]
    if rng.random() < 0.1:
        return crowd(rng, held_out, sign)
    maker = rng.choices((signed.moved, signed.health, signed.acted), (70, 15, 15))[0]
    return maker(rng, held_out, sign)[0]


def _numbers(rng: random.Random, held_out: bool | None, sign: int) -> str:
    return signed.versus(rng, held_out, sign)[0]


# kind -> (weight for each of negative, neutral, positive; maker)
KINDS: Mapping[str, tuple[tuple[int, int, int], _Maker]] = {
    "event": ((32, 46, 32), _event({-1: BAD, 0: PLAIN, 1: GOOD})),
    "wider": ((12, 16, 12), _event({-1: BAD_WIDER, 0: PLAIN_WIDER, 1: GOOD_WIDER})),
    "quantity": ((22, 16, 22), _quantity),
    "numbers": ((10, 6, 10), _numbers),
    "market": ((7, 0, 7), _event({-1: MARKET_BAD, 1: MARKET_GOOD})),
    "noun": ((7, 6, 7), _event({-1: NOUN_BAD, 0: NOUN_PLAIN, 1: NOUN_GOOD})),
    "will": ((7, 7, 7), _event({-1: WILL_BAD, 0: WILL_PLAIN, 1: WILL_GOOD})),
    "both_ways": ((6, 3, 6), _event({-1: BOTH_BAD, 0: BOTH_PLAIN, 1: BOTH_GOOD})),
}


def house_rows(seed: int, n: int, *, held_out: bool | None = False) -> list[Row]:
    """Return `n` distinct house rows, the labels in turn, the same for the same seed.

    `held_out` False draws from the training lexemes, True from the held-out ones alone, None from all.
    """
    rng = random.Random(seed)
    rows: dict[str, Row] = {}
    while len(rows) < n:
        sign = (-1, 0, 1)[len(rows) % 3]
        kind = rng.choices(list(KINDS), [weights[sign + 1] for weights, _ in KINDS.values()])[0]
        text = styled(KINDS[kind][1](rng, held_out, sign), rng)
        rows.setdefault(normalise(text), Row(text, LABEL[sign], "house"))
    return list(rows.values())
