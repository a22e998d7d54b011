"""Sentences whose label is an algebra: sign of the quantity x direction x negation or surprise (docs/labels.md)."""

import random
from collections.abc import Sequence
from typing import TypeVar

from models import number_frames
from models import signed_frames as frames
from models.lexicon import MONEY_STYLES, expand, fill, money
from models.quantities import CUTS, CUTTABLE, ECONOMY, FIRM, INERT, LIFTS, MOVES, Move, Quantity, in_part

Signed = tuple[str, int]
_Entry = TypeVar("_Entry", Quantity, Move)


def outcome(quantity_sign: int, *, up: bool, turned: bool = False) -> int:
    """Return the sign of a move: quantity sign x direction, reversed if `turned` (negated, slowed, fell short)."""
    return quantity_sign * (1 if up else -1) * (-1 if turned else 1)


def moved(rng: random.Random, held_out: bool | None, wanted: int) -> Signed:
    """Return one sentence about a quantity that moves, of the wanted sign (-1 or 1)."""
    quantity, firm = _quantity(rng, held_out)
    turned = rng.random() < 0.2
    move = _entry(rng, [m for m in MOVES if outcome(quantity.sign, up=m.up, turned=turned) == wanted], held_out)
    pool = frames.TURNED if turned else _straight(rng, wanted, firm=firm, nouned=bool(move.noun))
    frame = rng.choice([f for f in pool if move.noun or "<n>" not in f])
    return _said(frame, quantity, move, firm, rng, held_out), wanted


def versus(rng: random.Random, held_out: bool | None, wanted: int) -> Signed:
    """Return one sentence with two numbers of a quantity; for 0 the numbers are equal or the quantity is inert."""
    quantity, firm = _quantity(rng, held_out)
    even = wanted == 0
    move = _entry(rng, [m for m in MOVES if even or outcome(quantity.sign, up=m.up) == wanted], held_out)
    if even and rng.random() < 0.5:
        quantity, firm, even = _entry(rng, INERT, held_out), True, False
    old, new = _two_numbers(rng, quantity, move.up, even)
    frame = rng.choice(_versus_frames(rng, firm=firm))
    if even:
        frame = frame.replace("{|<v>} ", "")
    return _said(frame, quantity, move, firm, rng, held_out, {"a": old, "b": new}), wanted


def still(rng: random.Random, held_out: bool | None) -> Signed:
    """Return one neutral sentence about a quantity: unchanged, undated, asked about, or one number alone."""
    quantity, firm = _quantity(rng, held_out)
    move = _entry(rng, MOVES, held_out)
    roll = rng.random()
    if roll < 0.15:
        inert = _entry(rng, INERT, held_out)
        return _said(rng.choice(frames.STRAIGHT[:9]), inert, move, True, rng, held_out), 0
    if roll < 0.35 and "loss" not in quantity.phrase:
        number = _two_numbers(rng, quantity, True, True)[0]
        return _said(rng.choice(frames.ONE_NUMBER), quantity, move, firm, rng, held_out, {"b": number}), 0
    return _said(rng.choice(frames.STILL), quantity, move, firm, rng, held_out), 0


def health(rng: random.Random, held_out: bool | None, wanted: int) -> Signed:
    """Return one sentence with a verb that carries its own sign: a quantity recovers, a gap widens."""
    if rng.random() < 0.5:
        gap = rng.choice([g for g in frames.GAPS if in_part(g, held_out)]).lstrip("*")
        verb = _word(rng, frames.WIDTHS[wanted], held_out)
        return expand(f"{gap} {verb} {{|<pct>|<period>|to <money>|, <source>}}", rng, held_out), wanted
    quantity, firm = _quantity(rng, held_out)
    verb = _word(rng, frames.HEALTH[quantity.sign, wanted], held_out)
    if rng.random() < 0.25:
        verb = ("better" if wanted > 0 else "worse") + rng.choice((" than expected", " than feared", " than forecast"))
    who = "<co>" if firm else "<country>"
    at = "at" if firm else "in"
    frame = f"{{{who}'s <q>|{who} <q>|<q> {at} {who}|<q> of {who}}} {verb} {{|<period>|again|, <source>}}"
    return expand(frame, rng, held_out, {"q": quantity.phrase}), wanted


def acted(rng: random.Random, held_out: bool | None, wanted: int) -> Signed:
    """Return one sentence in which a company cuts or lifts a quantity of its own."""
    cuts = rng.random() < 0.6
    thing = -wanted if cuts else wanted
    fixed = {
        "verb": _word(rng, CUTS if cuts else LIFTS, held_out),
        "object": _word(rng, CUTTABLE[thing], held_out),
    }
    return expand(rng.choice(frames.AGENT), rng, held_out, fixed), wanted


def _straight(rng: random.Random, sign: int, *, firm: bool, nouned: bool) -> Sequence[str]:
    far = (*number_frames.FAR, *(number_frames.FAR_FIRM if firm else ()))
    pools = (frames.STRAIGHT, frames.NOUNED, frames.EXTREME, frames.EFFECT[sign], far)
    return rng.choices(pools, (40, 15 * nouned, 15, 15, 15))[0]


def _versus_frames(rng: random.Random, *, firm: bool) -> Sequence[str]:
    bare = (*number_frames.BARE, *(number_frames.BARE_FIRM if firm else ()))
    return bare if rng.random() < 0.6 else frames.VERSUS


def _quantity(rng: random.Random, held_out: bool | None) -> tuple[Quantity, bool]:
    firm, sign = rng.random() < 0.65, rng.choice((-1, 1))
    return _entry(rng, [q for q in (FIRM if firm else ECONOMY) if q.sign == sign], held_out), firm


def _entry(rng: random.Random, entries: Sequence[_Entry], held_out: bool | None) -> _Entry:
    return rng.choice([entry for entry in entries if held_out is None or entry.held_out == held_out])


def _word(rng: random.Random, entries: Sequence[str], held_out: bool | None) -> str:
    return rng.choice([entry for entry in entries if in_part(entry, held_out)]).lstrip("*")


def _two_numbers(rng: random.Random, quantity: Quantity, up: bool, even: bool) -> tuple[str, str]:
    """Return (earlier, later) in one unit that fits the quantity."""
    phrase, unit = quantity.phrase, quantity.unit
    low = rng.uniform(1.2, 60)
    high = low * rng.uniform(1.06, 1.9)
    if even:
        high = low
    old, new = (low, high) if up else (high, low)
    if unit == "days":
        return f"{old:.0f} days", f"{new:.0f} days"
    if unit == "ratio":
        times = rng.choice(("x", " times"))
        return f"{old / 10:.1f}{times}", f"{new / 10:.1f}{times}"
    if unit == "percent" or (not unit and frames.RATE.search(phrase)):
        sign = rng.choice(("%", " percent", " pct", " per cent"))
        return f"{old:.1f}{sign}", f"{new:.1f}{sign}"
    if unit == "points" or (not unit and frames.POINTS.search(phrase)):
        return f"{old + 30:.1f}", f"{new + 30:.1f}"
    if unit == "bp" or "spread" in phrase:
        return f"{old * 6:.0f} basis points", f"{new * 6:.0f} basis points"
    if "per share" in phrase:
        unit = rng.choice(("${:.2f}", "EUR {:.2f}", "{:.2f} euros", "{:.1f} cents"))
        return unit.format(old / 10), unit.format(new / 10)
    if unit == "count" or (not unit and frames.COUNT.search(phrase)):
        scale = rng.choice((7, 61, 940))
        return f"{old * scale:,.0f}", f"{new * scale:,.0f}"
    style = rng.randrange(len(MONEY_STYLES))
    digits = rng.choice((1, 1, 2))
    return money(rng, round(old, digits), style), money(rng, round(new, digits), style)


def _said(
    frame: str,
    quantity: Quantity,
    move: Move,
    firm: bool,
    rng: random.Random,
    held_out: bool | None,
    numbers: dict[str, str] | None = None,
) -> str:
    present = move.base if quantity.plural else move.third
    more = ("higher", "rising", "increased", "growing") if move.up else ("lower", "falling", "reduced", "shrinking")
    fixed = {
        "who": fill("co" if firm else "country", rng, held_out),
        "q": quantity.phrase,
        "v": rng.choice((present, present, move.past)),
        "vb": move.base,
        "ving": move.ing,
        "n": move.noun,
        "is": "are" if quantity.plural else "is",
        "more": rng.choice(more),
        "comp": more[0],
        "arrow": "up" if move.up else "down",
        "lowhigh": "high" if move.up else "low",
        "most": "highest" if move.up else "lowest",
        "beyond": "above" if move.up else "below",
        "signmark": "+" if move.up else "-",
        "extreme": rng.choice(("highest", "record high", "peak") if move.up else ("lowest", "record low", "smallest")),
        **(numbers or {}),
    }
    if "<extreme> <q>" in frame or "the <extreme>" in frame:
        fixed["extreme"] = "highest" if move.up else "lowest"
    if not firm:
        frame = frame.replace("at <who>", "in <who>")
    return expand(frame, rng, held_out, fixed)
