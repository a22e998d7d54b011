"""The words that decide, and those that forbid, a counterfactual twin: regular expressions written as word lists."""

import re

_SWAPS = """rose fell|rise fall|rises falls|rising falling|risen fallen|increased decreased|increase decrease|
increases decreases|increasing decreasing|higher lower|climbed dropped|climbs drops|climb drop|climbing dropping|
jumped plunged|jumps plunges|jump plunge|surged slumped|surges slumps|surge slump|soared plummeted|soars plummets|
grew shrank|grows shrinks|gained lost|advanced declined|advances declines|widened narrowed|widens narrows|
strengthened weakened|strengthens weakens|rallied slid|rallies slides|up down|gains loses"""
_PAIRS = [pair.split() for pair in _SWAPS.replace("\n", "").split("|")]
UPWARD = frozenset(up for up, _ in _PAIRS)
OPPOSITE = {up: down for up, down in _PAIRS} | {down: up for up, down in _PAIRS}


def _whole(alternatives: str) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{alternatives.replace(chr(10), '')})\b", re.IGNORECASE)


DIRECTION = _whole("|".join(OPPOSITE))
# Up and down decide only as adverbs of a change: "up 5 %", "ends down", "down from".
CHANGE = re.compile(
    r"\b(?:ends?|ended|closed?s?|opens?|trad(?:es|ing)|is|was|were|are|edges?|edged|shares|futures|stock|go(?:es)?|went),?"
    r" (?:up|down)\b"
    r"|\b(?:up|down),? (?:by |about |around |nearly |over |almost |more than |some |as much as )*[\d$€£]"
    r"|\b(?:up|down) from\b",
    re.IGNORECASE,
)
# A verb of direction that takes an object or a particle is another verb: "drops charges", "falls short".
PHRASAL = _whole(
    r"""(?:rises?|rose|falls?|fell|drops?|climbs?|gains|gained|lost|loses|grows|grew|jump|increase) (?:in love|for scam|
ground|stake|its stake|to the occasion|of the|her|his|title|out|behind|short|under|market share|approval|access|control|
contract|case|suit|plan|probe|charges|steam|momentum|favour|favor|trust|lease|into)|
(?:higher|lower) (?:education|court|house|than)|(?:increases?d?|decrease) (?:stake|its stake|share capital|holding)|
(?:the|a|to|may|could|will|can|in) (?:advances|gains|rallies|loses|slides)|gains? from"""
)
# Bad when it rises.
BAD = _whole(
    r"""loss(?:es)?|costs?|expenses?|debts?|unemployment|jobless|claims?|inflation|deficit|defaults?|npas?|bad loans?|
provisions?|liabilit(?:y|ies)|expenditures?|lay-?offs|bankruptcies|impairments?|cpi|wpi|gearing|vix|cds|spreads?|
yields?|volatility|arrears|delinquencies|outflows?|write-?(?:downs?|offs?)|interest rates?|repo|tax(?:es)?|
inventor(?:y|ies)|fuel prices?|prices? of raw|raw material|break-?even|infections?|cases|deaths|restructuring|rates|
tariffs?|interest|payments?|risks?|prices?"""
)
# Neither plainly good nor plainly bad when it rises, or counted differently by the sets.
AMBIGUOUS = _whole(
    r"""vix|cds|spreads?|yields?|interest|repo|tax(?:es)?|inventor(?:y|ies)|prices?|rates?|cases|tariffs?|volatility|dollar|
payments?|restructuring|cpi|wpi|provisions?|risks?|headcount|personnel|employees|claims?|stake|holding|
shares? outstanding|crude|bonds?"""
)
SHARES = re.compile(r"\b(?:shares?|stocks?)\b(?! loss)|\bprofits?\b", re.IGNORECASE)
# A second word with a sign of its own, a contrast, a negation, a question or advice: which word decides is not plain.
POLAR = re.compile(
    r"n't\b|"
    + _whole(
        r"""not|no|never|nor|without|neither|cannot|despite|although|though|but|however|while|whereas|even|yet|fail\w*|avoid\w*|
stop\w*|unless|if|why|how|what|will|may|might|could|should|would|can|warn\w*|miss\w*|beat\w*|top(?:s|ped)|weak\w*|
strong\w*|strength|poor\w*|good|bad|better|worse|best|worst|hope\w*|fear\w*|worr\w*|concern\w*|crisis|recession|
record|solid|robust|healthy|sluggish|slow\w*|boost\w*|hurt\w*|hit\w*|lift\w*|drag\w*|help\w*|support\w*|pressure|
cuts?|cutting|downgrad\w*|upgrad\w*|rais\w+|trim\w*|buy\w*|sell\w*|sold|bought|bull\w*|bear\w*|rebound\w*|
recover\w*|improv\w*|declin(?:e|ing)|growth|growing|drop|reduc\w*|expan\w+|deteriorat\w*|decelerat\w*|accelerat\w*|
profit[- ](?:booking|taking|warning)|optimis\w*|pessimis\w*|outlook|forecast\w*|expect\w*|estimates?|consensus|
target\w*|positive\w*|negative\w*|gain|snap\w*|extend\w*|pare[sd]?|trail\w*|lag\w*|outperform\w*|underperform\w*|
surpris\w*|profitab\w*|loser?s?|gainers?|winners?|highs?|lows?|highest|lowest|peak|bottom|crash\w*|tumbl\w*|selloff|
sell-off|rout|rally|slump|turmoil|trade war|coronavirus|virus|covid\S*|lockdown|ban\w*|fraud|probe|win\w*|won|
award\w*|deals?|approv\w*|reject\w*|order from|contract|launch\w*|success\w*|demand|supply|hedge|due to|owing|
because|thanks|driven|amid|after|on account|result of|as|tracking|triple|double[sd]?|halv\w*|fold|upbeat|downbeat|
dovish|hawkish|jitters|stretched|bail\w*|past|first time|since|firms?|firmed|biggest|daily|off|reach\w*|opens up|
opened up|speeds up|presence|knock|bounc\w*|below|above|also|too|strateg\w*|capital by|spoil\w*|elevated|swung|
swings?|break\w*"""
    ).pattern,
    re.IGNORECASE,
)
