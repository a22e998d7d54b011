"""Quantities with their sign and the words that move them, for the signed grammar of docs/labels.md.

A quantity is (phrase, sign, plural); an entry ending in `~` is plural, one starting with `*` is held out of training.
The rarer ones stand in `models/vocabulary/quantities.csv`, with the unit in which their numbers come.
"""

import csv
from pathlib import Path
from typing import Literal, NamedTuple

from models.lexicon import words

Sign = Literal[-1, 0, 1]


class Quantity(NamedTuple):
    """Something that rises and falls: `sign` is +1 if a rise is good, -1 if it is bad."""

    phrase: str
    sign: Sign
    plural: bool
    held_out: bool
    unit: str = ""
    """percent, points, bp, count, days, ratio or money; empty where the phrase tells."""


class Move(NamedTuple):
    """A direction word in its forms, `noun` empty where there is none."""

    base: str
    third: str
    past: str
    ing: str
    noun: str
    up: bool
    held_out: bool


def _quantities(text: str, sign: Sign) -> list[Quantity]:
    return [Quantity(w.strip("*~"), sign, w.endswith("~"), w.startswith("*")) for w in words(text)]


def _rarer(about: str, *signs: Sign) -> list[Quantity]:
    by_text: dict[str, Sign] = {str(sign): sign for sign in signs}
    with (Path(__file__).parent / "vocabulary" / "quantities.csv").open(encoding="utf-8", newline="") as file:
        return [
            Quantity(row["phrase"], by_text[row["sign"]], row["plural"] == "yes", row["held_out"] == "yes", row["unit"])
            for row in csv.DictReader(file)
            if row["about"] == about and row["sign"] in by_text
        ]


FIRM = [
    *_rarer("firm", -1, 1),
    *_quantities(
        """net profit|operating profit|pretax profit|underlying profit|profits~|revenue|revenues~|
net sales~|sales~|turnover|earnings~|earnings per share~|EBITDA|EBIT|*core earnings~|order intake|orders~|*order book|
backlog|profit margin|gross margin|operating margin|margins~|cash flow|free cash flow|same-store sales~|
like-for-like sales~|*deposits~|customer deposits~|assets under management~|premium income|subscriber numbers~|
monthly users~|*active users~|bookings~|passenger numbers~|passenger traffic|market share|*productivity|output|
production|shipments~|vehicle deliveries~|capacity utilisation|*hotel occupancy|net interest income|fee income|
return on equity|solvency ratio|core capital ratio|customer satisfaction|rental income|advertising revenue|
*licence income|web traffic|export sales~|trading income|quarterly profit|annual profit|net income|half-year profit|
interim profit|comparable sales~|new business|wealth management inflows~|*investment banking fees~|ticket sales~|
membership|cash reserves~|liquidity|equity ratio|dividend|copper output|gold production|steel shipments~|ad sales~|
e-commerce sales~|cloud revenue|store traffic|*drug sales~|win rate|contract backlog|recurring revenue|renewal rate""",
        1,
    ),
    *_quantities(
        """costs~|operating costs~|operating expenses~|expenses~|input costs~|labour costs~|energy costs~|
interest costs~|*freight costs~|raw material costs~|funding costs~|marketing expenses~|restructuring charges~|
net debt|debt|borrowings~|*leverage|debt load|net loss|operating loss|quarterly loss|losses~|*pretax loss|annual loss|
underlying loss|loss per share|claims~|insurance claims~|catastrophe losses~|*warranty claims~|bad loans~|
non-performing loans~|loan losses~|credit losses~|*bad debts~|provisions~|loan loss provisions~|impairments~|
write-downs~|delinquencies~|credit card delinquencies~|*arrears~|customer churn|churn|cancellations~|refunds~|
product returns~|*goods returned by customers~|defects~|defect rate|workplace accidents~|*safety incidents~|
customer complaints~|complaints~|outages~|vacancy rate|*empty flats~|downtime|absenteeism|staff turnover|
litigation costs~|tax bill|pension deficit|funding gap|default rate|*loan defaults~|cost of risk|fund outflows~|
redemptions~|*client withdrawals~|unsold inventory|legal expenses~|fraud losses~|trading losses~|overheads~|
debt burden|payment delays~|late payments~|subscriber losses~|maintenance costs~|flight delays~|stock-outs~|
interest expense|past-due loans~|charge-offs~|liabilities~""",
        -1,
    ),
]
ECONOMY = [
    *_rarer("economy", -1, 1),
    *_quantities(
        """GDP|industrial output|retail sales~|exports~|employment|*payrolls~|job openings~|
consumer confidence|business confidence|factory orders~|housing starts~|home sales~|*business investment|
tax receipts~|foreign reserves~|manufacturing activity|services activity|*construction activity|consumer spending|
household income|real wages~|current account surplus|trade surplus|new car registrations~|*economic output|
tourist arrivals~|machinery orders~|investor sentiment|new jobs~|*consumer morale|hiring|economic growth rate|
factory output|building permits~|household savings~""",
        1,
    ),
    *_quantities(
        """unemployment|unemployment rate|*joblessness|jobless claims~|jobless rate|inflation|
consumer prices~|core inflation|*food inflation|budget deficit|trade deficit|trade gap|public debt|government debt|
*national debt|corporate bankruptcies~|insolvencies~|mortgage defaults~|defaults~|*loan arrears~|layoffs~|job cuts~|
youth unemployment|*long-term unemployment|sovereign spreads~|credit spreads~|capital outflows~|energy prices~|
*cost of living|foreclosures~|business closures~|current account deficit|household debt|borrowing costs~|
corporate defaults~|*shop closures~|food prices~|poverty rate|mortgage arrears~|import prices~|fiscal deficit|
default risk|*credit risk|electricity prices~|rents~|budget gap""",
        -1,
    ),
]
INERT = [
    *_rarer("firm", 0),
    *_quantities(
        """average headcount|number of shares|share count|*number of voting rights|average age of staff|
fleet size|number of offices|effective tax rate|*share of women on the board|average store size|
number of subsidiaries|number of shareholders|*number of branches|
registered share capital""",
        0,
    ),
]


def _moves(text: str, up: bool) -> list[Move]:
    rows = [line.split(",") for line in words(text)]
    return [Move(r[0].lstrip("*"), *r[1:], up=up, held_out=r[0].startswith("*")) for r in rows]


MOVES = [
    *_moves(
        """rise,rises,rose,rising,rise|increase,increases,increased,increasing,increase|
climb,climbs,climbed,climbing,climb|jump,jumps,jumped,jumping,jump|grow,grows,grew,growing,growth|
surge,surges,surged,surging,surge|*soar,soars,soared,soaring,|go up,goes up,went up,going up,|
*expand,expands,expanded,expanding,expansion|edge up,edges up,edged up,edging up,|spike,spikes,spiked,spiking,spike|
tick up,ticks up,ticked up,ticking up,uptick|*advance,advances,advanced,advancing,advance|
move higher,moves higher,moved higher,moving higher,|leap,leaps,leapt,leaping,leap|
double,doubles,doubled,doubling,doubling|pick up,picks up,picked up,picking up,pickup|
*shoot up,shoots up,shot up,shooting up,|accelerate,accelerates,accelerated,accelerating,acceleration|
come in higher,comes in higher,came in higher,coming in higher,|
triple,triples,tripled,tripling,tripling|creep up,creeps up,crept up,creeping up,|
inch up,inches up,inched up,inching up,|
*snowball,snowballs,snowballed,snowballing,|trend higher,trends higher,trended higher,trending higher,""",
        True,
    ),
    *_moves(
        """fall,falls,fell,falling,fall|decrease,decreases,decreased,decreasing,decrease|
drop,drops,dropped,dropping,drop|decline,declines,declined,declining,decline|slip,slips,slipped,slipping,slip|
shrink,shrinks,shrank,shrinking,|*slide,slides,slid,sliding,slide|go down,goes down,went down,going down,|
*contract,contracts,contracted,contracting,contraction|edge down,edges down,edged down,edging down,|
plunge,plunges,plunged,plunging,plunge|tick down,ticks down,ticked down,ticking down,|*sink,sinks,sank,sinking,|
move lower,moves lower,moved lower,moving lower,|plummet,plummets,plummeted,plummeting,|dip,dips,dipped,dipping,dip|
come down,comes down,came down,coming down,|*slump,slumps,slumped,slumping,slump|
diminish,diminishes,diminished,diminishing,|come in lower,comes in lower,came in lower,coming in lower,|
halve,halves,halved,halving,halving|inch down,inches down,inched down,inching down,|dive,dives,dived,diving,dive|
*tail off,tails off,tailed off,tailing off,|nosedive,nosedives,nosedived,nosediving,nosedive|
trend lower,trends lower,trended lower,trending lower,|
almost vanish,almost vanishes,almost vanished,almost vanishing,""",
        False,
    ),
]
CUTTABLE = {
    -1: words(
        """costs|debt|borrowings|operating expenses|*leverage|customer churn|losses|its pension deficit|
*bad loan ratio|overheads|its debt load|net debt|*accident rate|unsold stock|defect rate|its losses|energy use|
interest bill|loan loss provisions|exposure to bad loans"""
    ),
    1: words(
        """its dividend|dividend|payout|*interim dividend|profit forecast|output|*production|
full-year outlook|sales target|guidance|profit goal|earnings forecast|*shareholder payout|
revenue guidance|margin target|revenue forecast|cash payout"""
    ),
}
CUTS = words("cuts|reduces|trims|slashes|*lowers|brings down|pares|scales back|*shaves|cut|reduced|slashed")
LIFTS = words("raises|increases|lifts|*boosts|hikes|bumps up|ramps up|*steps up|raised|increased|lifted")


def in_part(entry: str, held_out: bool | None) -> bool:
    """Tell whether a `*`-marked entry belongs to the asked part; None asks for all."""
    return held_out is None or entry.startswith("*") == held_out
