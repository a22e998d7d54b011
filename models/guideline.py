"""Which benchmark rows speak against the house guideline (docs/labels.md), and so must not teach the house."""

import re

from models.data import Row

# Events that the guideline calls good or bad; the benchmarks label most of them neutral.
_EVENTS = re.compile(
    r"""bankrupt|insolven|chapter\ 11|default|receiver(?:ship)|liquidat|administrat(?:ion|ors)|winding.up|creditors
    |\bdowngrad|\bupgrad|\bcut(?:s|ting)?\b|\blower(?:s|ed)?\b|\brais(?:es|ed)\b|\bjunk\b|price\ target|outlook
    |\bprobe|investigat|\braid|\bcharge[sd]\b|\bfraud|\bfine[sd]?\b|\baccus|\balleg|\bscandal|\bbrib
    |lawsuit|\bsue[sd]?\b|\bsuing|court|\bruling|\bjudge\b|\bsettle|penalt|antitrust
    |\brecall|\bban(?:s|ned)?\b|\bdefect|\bapprov|\breject|\bhalt|\bsuspend|\bdelay|\bblock(?:s|ed)?\b
    |step(?:s|ped|ping)?\ down|\bresign|\bquit|\boust|\bfired?\b|\bsack(?:s|ed)?\b|\bdepart|\bleav(?:es|ing)\b
    |lay.?off|job\ cuts|\bstrike|\boutage|\bhack|\bbreach|\bexplo(?:sion|de)|\bclos(?:es|ure|ing|ed)\b|\bshut
    |\bfall|\bfell\b|\bdrop|\bslump|\bplunge|\btumbl|\bslid|\bsink|\bsank|\bdeclin|\bdown\b|\bslow|\bweak|\bmiss
    |\bris(?:es|e|ing)\b|\brose\b|\bgain|\bjump|\bsoar|\bsurg|\brall|\bclimb|\bup\b|\bhigher\b|\bbeat|\btop(?:s|ped)\b
    |\bloss|\bwarn|\bcrisis|\brisk|\bfear|\bwin(?:s|ning)?\b|\bwon\b|\baward|\bcontract\b|\border\b|\bdeal\b|\brecord
    |\bdilut|rights\ issue|\bbuyback|repurchase""",
    re.IGNORECASE | re.VERBOSE,
)


def agrees_with_house(row: Row) -> bool:
    """Return whether a benchmark's row may teach the house convention: its label is not a neutral about an event."""
    return row.label != "neutral" or _EVENTS.search(row.text) is None
