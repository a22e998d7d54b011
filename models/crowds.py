"""More or fewer of a crowd that does something good or bad: `crowd(rng, held_out, sign)`."""

import random

from models.lexicon import expand, words
from models.quantities import in_part

_GOOD = words(
    """shoppers spend|people find work|tenants pay rent on time|clients renew|buyers place orders|businesses hire|
tourists visit|
homes change hands|start-ups raise money|customers pay early|passengers fly|firms invest|borrowers repay early|
users sign up|
exporters win orders|patients respond to treatment|trains run on time|students find jobs|savers open accounts|
traders make money|
*drivers buy new cars|*companies pay dividends|*households feel confident|*farmers plant crops"""
)
_BAD = words(
    """borrowers fall behind on payments|customers leave|households default|firms go bust|planes arrive late|
patients suffer side effects|
savers pull out money|workers are laid off|consumers complain|investors pull out|loans turn sour|employees quit|
drivers file claims|
machines break down|subscribers cancel|banks fail|homeowners miss payments|people lose their jobs|shops close for good|
companies issue profit warnings|families need food aid|landlords sell at a loss|parts turn out faulty|
invoices go unpaid|
*pubs shut down|*young people look for work|*cards get declined|*policyholders sue"""
)
_MORE = words(
    "more|many more|a growing number of|ever more|a record number of|more and more|*a rising share of|*unusually many"
)
_FEWER = words(
    "fewer|far fewer|a shrinking number of|hardly any|a record low number of|fewer and fewer|"
    "*a falling share of|*unusually few"
)
_FRAMES = (
    "<many> <crowd> {|in <country>|at <co>|<period>}",
    "<many> <crowd> {in <country>|at <co>}, {data show|survey finds|report says|says <broker>}",
    "<country>: <many> <crowd> {|this year|than a year before|<period>}",
    "<co> {says|reports|notes|finds} <many> <crowd> {|<period>|than last year}",
    "<many> <crowd> {|in <country>} {than expected|than forecast|than last winter}",
)


def crowd(rng: random.Random, held_out: bool | None, wanted: int) -> str:
    """Return a sentence in which more or fewer of a crowd do something, good or bad, of the wanted sign (-1 or 1)."""
    more = rng.random() < 0.5
    doing = _GOOD if more == (wanted > 0) else _BAD
    fixed = {"many": _one(rng, _MORE if more else _FEWER, held_out), "crowd": _one(rng, doing, held_out)}
    return expand(rng.choice(_FRAMES), rng, held_out, fixed)


def _one(rng: random.Random, entries: list[str], held_out: bool | None) -> str:
    return rng.choice([entry for entry in entries if in_part(entry, held_out)]).lstrip("*")
