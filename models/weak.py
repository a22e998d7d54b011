"""Weak labels of unlabelled headlines: an event word and a second, independent cue must agree (docs/labels.md).

Headlines that ask, explain or announce a date and carry the same hot words go along as neutral anchors. In half of the
rows the event word is masked, so that the model has to read the rest too.
"""

import random
import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from models.data import Row
from models.text import clean, normalise

MASK = "[MASK]"


class Rule(NamedTuple):
    """An event: the words that name it, the sign, and the cues of which one must stand elsewhere in the headline."""

    trigger: re.Pattern[str]
    cue: re.Pattern[str]
    sign: int


def _rule(sign: int, trigger: str, cue: str) -> Rule:
    return Rule(re.compile(rf"\b(?:{trigger})\b", re.IGNORECASE), re.compile(rf"\b(?:{cue})\b", re.IGNORECASE), sign)


RULES: Sequence[Rule] = (
    _rule(
        -1,
        r"collaps(?:es|ed)|(?:files?|filed|filing) for (?:bankruptcy|chapter 11|creditor protection)|"
        r"(?:enters?|falls? into|"
        r"goes into|went into|calls? in|on brink of|brink of|plunges? into) (?:administrat(?:ion|ors)|"
        r"insolvency|receivership)",
        r"jobs?|stores?|creditors?|debts?|staff|owed?|lenders?|risk|chain|suppliers|administrators?|"
        r"bankruptcy protection",
    ),
    _rule(
        -1,
        r"(?:to )?(?:cuts?|cutting|axes?|sheds?|slash(?:es)?|eliminates?) (?:up to |about |around |"
        r"nearly |over |more than )?"
        r"[\d,. ]+(?:jobs|staff|positions|roles|workers)|lays? off|job losses|mass layoffs",
        r"closes?|closures?|clos(?:e|ing)|sales|losses|weak|slump|demand|cost(?:s|-cutting)?|"
        r"restructuring|downturn|virus|slowdown|"
        r"coronavirus|stores|profits?|crisis|plants?|risk",
    ),
    _rule(
        -1,
        r"fin(?:es|ed)|to pay|hit with|penalt(?:y|ies)|settles?",
        r"mis-selling|money[- ]laundering|breach(?:es)?|bribery|price[- ]fixing|fraud|antitrust|"
        r"data breach|cartel|scandal|dieselgate|"
        r"failings|failures|misconduct|rigging|violations?|misleading|lawsuit",
    ),
    _rule(
        -1,
        r"(?:opens?|launch(?:es)?|faces?|widens?|under|begins?) (?:\w+ )?(?:probe|investigation|inquiry)|"
        r"raid(?:s|ed)?|charged with|"
        r"arrest(?:s|ed)?|indicted",
        r"fraud|bribery|antitrust|corruption|laundering|emissions|accounting|insider|prosecutors?|police|"
        r"watchdog|SEC|regulators?|"
        r"misconduct|scandal|tax|crash(?:es)?",
    ),
    _rule(
        -1,
        r"profit warning|warns? on profits?|(?:cuts?|lowers?|slash(?:es)?|trims?|"
        r"withdraws?) (?:\w+ )?(?:\w+ )?(?:outlook|forecasts?|guidance)|"
        r"swings? to (?:a )?loss|misses (?:\w+ )?(?:estimates|expectations|forecasts)",
        r"shares (?:fall|plunge|slump|drop|tumble|slide|sink)|weak(?:ness|er)?|slow(?:down|ing|er|s)?|"
        r"slump|falls?|coronavirus|virus|"
        r"tariffs?|trade war|costs|demand|drops?|disappoint\w*|hit by|hurts?|loss(?:es)?",
    ),
    _rule(
        -1,
        r"recalls?|grounds?|grounded|halts? (?:sales|production|deliveries)|suspends? (?:sales|"
        r"production|deliveries)",
        r"safety|fire risk|defect(?:s|ive)?|crash(?:es)?|injur\w+|contaminat\w+|salmonella|airbags?|"
        r"brakes?|deaths?|faulty|shortage|virus",
    ),
    _rule(
        -1,
        r"downgrad(?:es|ed)|cuts? (?:\w+ )?(?:credit )?rating|(?:in)?to '?junk",
        r"outlook negative|debt|cash|moody's|fitch|s&p|weak\w*|deficit|risk|leverage|losses|rating",
    ),
    _rule(
        -1,
        r"resigns?|resigned|quits|steps? down|ousted|fired|sacked|fires|ousts|sacks|suspended",
        r"scandal|probe|investigation|misconduct|harassment|allegations?|row|pressure|accounting|"
        r"after (?:profit|loss)\w*|backlash|"
        r"fraud|inquiry|crash(?:es)?|criticism|complaints?",
    ),
    _rule(
        1,
        r"(?:wins?|secures?|bags?|lands?|clinch(?:es)?|awarded) (?:\w+ ){0,4}(?:contracts?|order|deal|"
        r"approval|tender)",
        r"billion|million|bln|mln|FDA|EU|US|navy|army|pentagon|supply|jets?|aircraft|drug|treatment|"
        r"vaccine|cancer|years?|rail|turbines?",
    ),
    _rule(
        1,
        r"(?:raises?|lifts?|hikes?|boosts?) (?:\w+ )?(?:\w+ )?(?:outlook|forecasts?|guidance|dividend)|"
        r"tops (?:\w+ )?(?:estimates|"
        r"expectations|forecasts)|beats? (?:\w+ )?(?:estimates|expectations|forecasts)|swings? to (?:a )?profit",
        r"strong\w*|shares (?:rise|jump|surge|soar|climb|gain)|growth|record|demand|boost\w*|jumps?|"
        r"surges?|rises?|helped|solid|profits?",
    ),
    _rule(
        1,
        r"drops? (?:\w+ )?(?:probe|investigation|charges|case|lawsuit)|cleared|dismiss(?:es|ed)|"
        r"acquitted|throws? out|overturn(?:s|ed)",
        r"fraud|court|judge|jury|wrongdoing|antitrust|prosecutors|ruling|SEC|regulators?|watchdog",
    ),
    _rule(
        1,
        r"(?:emerges?|exits?) (?:from )?(?:bankruptcy|chapter 11|administration)|rescued|"
        r"averts? (?:strike|default|collapse|shutdown)|"
        r"(?:reach(?:es)?|strikes?|agrees?) (?:\w+ )?(?:deal|agreement) (?:with|to)",
        r"jobs|creditors|lenders|union|deal|saved?|saving|strike|debt|pay|restructuring|ends?",
    ),
)
_DOUBT = re.compile(
    r"n't\b|\b(?:not|no|never|without|despite|although|but|however|yet|denies|denied|could|may|might|"
    r"would|if|unless|whether|"
    r"avoids?|fails?|failed|rejects?|after all|hopes?|vows?|urges?|calls? for|wants|seeks?|should|"
    r"too early|too soon|pressure to|warns? of|appeals?|trying|audit|bosses? defend|risk of|awaiting|"
    r"request|repeal|conviction|failing|urged|proposes?|podcast|as it happened|business live|"
    r"review|letters?|opinion|what|why|how|who|when)\b|\?",
    re.IGNORECASE,
)
_ANCHOR = re.compile(
    r"^(?:explainer|factbox|timeline|podcast|q&a|diary|week ahead|quiz)\b"
    r"|^(?:what|how|who|when|where|which|should|could|will|is|are|can)\b.*\?$",
    re.IGNORECASE,
)


def sign_of(headline: str) -> tuple[int, re.Match[str] | None]:
    """Return the sign on which two rules agree and the event word that they found; (0, None) where they do not."""
    found: list[tuple[int, re.Match[str]]] = []
    for rule in RULES:
        event = rule.trigger.search(headline)
        if event and rule.cue.search(headline[: event.start()] + " " + headline[event.end() :]):
            found.append((rule.sign, event))
    if not found or len({sign for sign, _ in found}) > 1 or _DOUBT.search(headline):
        return 0, None
    return found[0]


def weak_rows(headlines: Iterable[str], seed: int, *, weight: float = 0.5) -> list[Row]:
    """Return weakly labelled house rows: polar ones, half of them masked, and a third as many neutral anchors."""
    rng = random.Random(seed)
    texts = _distinct(headlines)
    rows = [row for text in texts if (row := _polar(text, rng, weight)) is not None]
    anchors = [text for text in texts if _is_anchor(text)]
    chosen = rng.sample(anchors, min(len(anchors), len(rows) // 3))
    rows += [Row(text, "neutral", "house", weight=weight) for text in chosen]
    rng.shuffle(rows)
    return rows


def unlabelled_rows(headlines: Iterable[str], seed: int, most: int) -> list[Row]:
    """Return at most `most` of the headlines, drawn at random, as rows of weight 0: they teach no label."""
    texts = _distinct(headlines)
    chosen = random.Random(seed).sample(texts, min(most, len(texts)))
    return [Row(text, "neutral", "house", weight=0.0) for text in chosen]


def _distinct(headlines: Iterable[str]) -> list[str]:
    """Clean headlines, each once; of those that differ in writing alone, the last."""
    return list({normalise(text): text for text in map(clean, headlines)}.values())


def _polar(text: str, rng: random.Random, weight: float) -> Row | None:
    sign, event = sign_of(text)
    if event is None:
        return None
    masked = text[: event.start()] + MASK + text[event.end() :]
    label = "negative" if sign < 0 else "positive"
    return Row(masked if rng.random() < 0.5 else text, label, "house", weight=weight)


def _is_anchor(text: str) -> bool:
    hot = any(rule.trigger.search(text) or rule.cue.search(text) for rule in RULES)
    return hot and _ANCHOR.search(text) is not None
