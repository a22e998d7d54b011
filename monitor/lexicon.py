"""The words of headlines, by what they do to the question "is this the same report?": tables, and one word at a time.

`look_up` turns a word into its canonical form: lower case, without the usual endings, synonyms as one word.
"""

from __future__ import annotations

from enum import IntEnum
from functools import lru_cache

# In front of a headline, with a number or without, they say how often it was sent and not what it says.
TAGS = """update wrapup wrap corrected correction refile rpt repeat brief urgent exclusive breaking just alert flash
snap"""
IGNORED = """a an the of to in on at by for from with as is are was were be been has have had it its their his her that
this and or but will would amid over after on due into than s t u percent pct per cent say said via co inc corp plc
ltd ag nv sa source report reported reuters bloomberg plan agree"""
SYNONYMS = """
fall drop slide slip sink decline slump tumble plunge dip retreat lower
rise gain climb jump surge soar advance rally up higher increase hike
cut reduce trim slash
raise lift boost
beat top exceed
halt stop suspend
quit resign
regulator watchdog
sue suit lawsuit
share stock
ceo chief
jet plane aircraft
check inspection
buy acquire purchase
job layoff
forecast outlook guidance
estimate view expectation
probe investigation inquiry
billion bln bn
million mln mn
january jan
february feb
august aug
september sept sep
october oct
november nov
december dec
yearly annual
"""
# Where one report has one of these and the other an opposite, they tell of different events.
GOOD = """rise raise beat win approve meet resume open hire back expand accelerate strengthen strong stronger upgrade
buy profit recover rebound improve positive outperform overweight extend start gain add accept allow"""
BAD = """fall cut miss lose reject block fail halt close shut lay contract slow weaken weak weaker downgrade sell loss
worsen down negative underperform underweight narrow oppose refuse ban dismiss"""
# A report that has one of these beside an equal one that has not is what came next.
STAGES = """complete end deny confirm appeal settle restore restart resume launch vow fight call grant overdue delay
reject block cancel withdraw scrap reverse respond"""
PERIODS = """january february march april may june july august september october november december monday tuesday
wednesday thursday friday saturday sunday full half annual year"""
NUMBERS = {
    word: str(n)
    for n, word in enumerate(
        ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"]
    )
}
ORDINALS = {"first": "1", "second": "2", "third": "3", "fourth": "4"}
PARTS_OF_YEAR = {"quarter": "q", "half": "h"}


class Kind(IntEnum):
    """What a word is to the comparison."""

    IGNORED = 0
    WORD = 1
    NUMBER = 2
    PERIOD = 3
    ORDINAL = 4  # a period with what follows ("third quarter"), else a word


def root(word: str) -> str:
    """Cut the endings of plurals and verbs off a lower-case word: 'inquiries' -> 'inquiry', 'raised' -> 'rais'."""
    if len(word) > 4 and word.endswith("ies"):
        word = word[:-3] + "y"
    elif len(word) > 3 and word.endswith(("sses", "shes", "ches", "xes")):
        word = word[:-2]
    elif len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")):
        word = word[:-1]
    if len(word) > 5 and word.endswith("ing"):
        word = word[:-3]
    elif len(word) > 4 and word.endswith("ed"):
        word = word[:-2]
    return word[:-1] if len(word) > 4 and word.endswith("e") else word


CANONICAL = {root(word): root(words[0]) for line in SYNONYMS.split("\n") if (words := line.split()) for word in words}


def _canonical_set(words: str) -> frozenset[str]:
    return frozenset(CANONICAL.get(root(word), root(word)) for word in words.split())


GOOD_WORDS, BAD_WORDS, STAGE_WORDS = _canonical_set(GOOD), _canonical_set(BAD), _canonical_set(STAGES)
PERIOD_WORDS = _canonical_set(PERIODS)
AMOUNTS = _canonical_set("million billion")
IGNORED_WORDS = frozenset(IGNORED.split())
IGNORED_ROOTS = frozenset(root(word) for word in IGNORED_WORDS if len(word) > 3)


@lru_cache(16_384)
def look_up(word: str) -> tuple[str, Kind]:
    """A word or number as it stands in a text -> its canonical form, and what it is."""
    word = word.lower()
    if word in IGNORED_WORDS:
        return word, Kind.IGNORED
    if word in NUMBERS:
        return NUMBERS[word], Kind.NUMBER
    if word[0].isdigit():
        return word.replace(",", ""), Kind.NUMBER
    if word in ORDINALS:
        return word, Kind.ORDINAL
    word = CANONICAL.get(root(word), root(word))
    if word in IGNORED_ROOTS:
        return word, Kind.IGNORED
    if word in PERIOD_WORDS or (len(word) == 2 and word[0] in "qh" and word[1].isdigit()):
        return word, Kind.PERIOD
    if word in AMOUNTS or word[-1].isdigit():
        return word, Kind.NUMBER
    return word, Kind.WORD
