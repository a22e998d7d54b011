"""Frames and verbs of the signed grammar: which sentences keep, turn round or fix the sign of a move."""

import re

from models.lexicon import words

# Where a frame holds the sign of quantity x direction.
STRAIGHT = (
    "<who> <q> <v> {|<pct>|sharply|slightly|again|further|steadily} {|<period>}",
    "<who>'s <q> <v> {|by} <pct> <period>",
    "<q> at <who> <v> {|<pct>|by <pct>|for <few> straight quarters|for third month in a row}",
    "<q> {of|in|at} <who> <v> {|sharply|<period>}, {<source>|filing shows}",
    "<who>: <q> {<arrow> <pct>|<v> <pct>} {|<period>|y/y|yoy}",
    "<who> {reports|posts|sees|books|records} <more> <q> {|<period>}",
    "<more> <q> {at|for|reported by} <who> {|<period>}",
    "<q> <arrow> <pct> at <who> {|<period>}",
    "<who> <q> <arrow> {|a} {sharp|steep|modest|} <pct> {|<period>}",
    "<who> {says|expects|sees|predicts|forecasts|projects} <q> {to|will} <vb> {|next year|in <year>|this "
    "quarter|further}",
    "<who> <q> {seen|likely|set|expected|poised|forecast} to <vb> {|next year|in coming months}",
    "<who> {could|may|might} see <q> <vb> {|, analysts say|, survey finds}",
    "<q> {continued|continues|keep|kept|began} <ving> at <who>",
    "{In|During} the {first|third} quarter, <q> of <who> <v> {by|} <pct>",
    "<who> said {on <day>|} its <q> <v> {|<pct>} {|<period>}.",
    "<who> <q> {<comp> than|<beyond>} {expected|forecast|a year ago|last year|analysts thought}",
    "{<who>|<tick>} <q> <signmark><pct> {y/y|q/q|from a year earlier|vs last year}",
    "<q> <v> {more|faster|more sharply} than {expected|forecast|economists predicted} at <who>",
    "<who> {manages|managed} to see <q> <vb>",
)
NOUNED = (
    "<who> {reports|posts|sees|logs} <pct> <n> in <q> {|<period>}",
    "{Sharp|Steep|Marked|Unexpected|Big|Slight} <n> in <q> {at|for} <who> {|<period>}",
    "<n> in <q> {at <who>|for <who>} {speeds up|quickens|gathers pace|continues|steepens}",
    "<who> {warns of|expects|flags|signals} <n> in <q>",
    "<who>: <pct> <n> in <q>",
    "<tick> {says|reports} <n> in <q>",
)
EXTREME = (
    "<who> <q> {at|hits|hit|near} {five-year|two-year|decade|six-month|record|13-year} <lowhigh> {|<period>}",
    "<who>'s <q> {at|near|now at} its <most> <since>",
    "Record <lowhigh> {in|for} <q> at <who>",
    "<who> <q> {at|hits|hit|reaches|<v> to} <extreme> {level|} <since>",
    "<q> at <who> {<is>|now} the <extreme> in <span>",
    "<who> {reports|posts|sees} <extreme> <q> <since>",
    "<extreme> <q> {ever|in <span>|<since>} {at|for} <who>",
)
# Where a frame turns the sign round: nothing of the kind happened, it stopped, or it fell short.
TURNED = (
    "<who> <q> {did not|failed to|could not} <vb> {|<period>}",
    "<who>'s <q> no longer <v> {|<period>}",
    "<who> <q> {stopped|finally stopped} <ving> {|<period>}",
    "<who> {prevents|halts|rules out|sees no|reports no|can see no} <n> in <q>",
    "No <n> in <q> {at|for} <who> {|<period>|after all}",
    "<n> in <q> {slows|eases|loses pace|tapers off} {at|for} <who>",
    "<who> <q> <v> {less|more slowly} than {expected|forecast|predicted}",
    "<q> {will not|<is> not expected to|unlikely to} <vb> at <who> {|, says <role>}",
    "Smaller than expected <n> in <q> {at|for} <who>",
)
EFFECT = {
    -1: (
        "<more> <q> {hurt|weigh on|hit|dent|squeeze|drag down|eat into profit at} <who>",
        "<who> {hit|hurt|squeezed|dragged down|pressured} by <more> <q>",
        "<who> shares {fall|slip|drop} {as|after} <q> <v>",
        "<tick> {sinks|lower|under pressure} on <more> <q>",
        "<who> {warns|fears} <q> {will|could} <vb>",
    ),
    1: (
        "<more> <q> {help|lift|boost|buoy|support|cheer} <who>",
        "<who> {helped|lifted|boosted|buoyed|supported} by <more> <q>",
        "<who> shares {rise|gain|climb} {as|after} <q> <v>",
        "<tick> {pops|higher|in demand} on <more> <q>",
        "<who> {hopes|is confident} <q> {will|can} <vb>",
    ),
}
WIDTHS = {
    1: words(
        "narrows|shrinks|halves|narrowed|shrank|eases|is cut|*closes|almost vanishes|narrows sharply|gets smaller"
    ),
    -1: words(
        "widens|deepens|grows|widened|deepened|*triples|gets bigger|doubles|balloons out|widens sharply|opens up"
    ),
}
GAPS = (
    "<co> {net loss|operating loss|quarterly loss|loss|pretax loss|first-half loss}",
    "<co> {funding gap|pension deficit|cash outflow}",
    "<country> {trade deficit|budget deficit|current account deficit|trade gap|fiscal gap}",
    "*<co> pension shortfall",
    "*<country> budget shortfall",
)
# Verbs that carry their own sign, by the sign of the quantity they may go with.
HEALTH = {
    (1, 1): words(
        "improved|recovered|rebounded|strengthened|stabilised after a long fall|turned the corner|*bounced back|"
        "*revived"
    ),
    (1, -1): words(
        "worsened|deteriorated|weakened|suffered|turned sour|came under pressure|stagnated|*withered|*faltered"
    ),
    (-1, 1): words("eased|moderated|cooled|came under control|returned to normal|improved|*were tamed|*was contained"),
    (-1, -1): words(
        "worsened|got out of hand|became a burden|took a turn for the worse|overshot plans|*spiralled|"
        "*ran out of control"
    ),
}
STILL = (
    "<who> <q> {flat|unchanged|steady|stable|little changed|at same level} {|<period>|from a year ago}",
    "<who> {says|expects|sees} <q> {unchanged|to be flat|to remain stable|at last year's level} {|in <year>}",
    "<q> {at|of} <who> {remained|remains|stayed|held} {steady|unchanged|stable|flat} {|<period>}",
    "<who> <q> {in line with|match|as} {expected|expectations|forecasts}",
    "No change in <q> {at|for} <who>",
    "<who> to {report|publish|disclose} <q> {figures|data|} {<day>|on <date>|for <year>}",
    "{How|Where} <is> <q> {calculated|measured|reported} {at|by} <who>?",
    "{Will|Could|Can} <who> <q> <vb> {|next year|again}?",
    "{Table|Chart|Note}: <who> <q> {by quarter|since <year>|by region|and definitions}",
    "Analysts to discuss <q> {of|at} <who> on <date>",
)
RATE = re.compile(
    r"rate|margin|ratio|share|churn|inflation|unemployment|occupancy|return on|utilisation|satisfaction|joblessness"
)
COUNT = re.compile(
    r"number|users|traffic|deliver|layoff|cuts|complaint|accident|incident|defects|outages|delays|bankrupt|insolven|"
    r"closures|foreclos|starts|permits|arrivals|registrations|new jobs|openings|payrolls|cancell|"
    r"claims~?$|shipments|production|\bcount|fleet|size|age of|hiring|employment"
)
POINTS = re.compile(r"confidence|sentiment|morale|activity|win rate|prices|rents|cost of living")
VERSUS = (
    "<who> <q> {|<v>} from <a> to <b> {|<period>}",
    "<who> <q> {|<v>} to <b> from <a> {|<period>|a year ago|a year earlier}",
    "<who>'s <q> {was|were|totalled|amounted to|came to|stood at} <b>, compared {with|to} <a> {a year earlier|in "
    "the same period of last year|previously}",
    "<who>: <q> <b> {vs|versus|vs.} <a> {|a year ago|yoy|in prior quarter}",
    "<q> at <who> {totalled|was|reached} <b> {|<period>} {versus|from|compared with} <a> {|a year before}",
    "<q> of <b> at <who>, {previous year|prior period} <a>",
    "<tick> Q2 <q> <b> vs <a> {|y/y}",
    "<who> reports <q> of <b> {|<period>}, compared with <a> {|the year before}",
    "<q> went from <a> to <b> at <who>",
    "<who> <q> <b>, prior <a>",
    "<who>: <q> used to be <a>, now <b>",
    "<q> at <who>: <b> now, <a> a year back",
    "<who> <q> <b> {|<period>}; previous <a>",
    "<who> {sees|expects} <q> of <b> {|this year} {after|from|compared to} <a> {|last year}",
)
ONE_NUMBER = (
    "<who> <q> {was|were|totalled|came to} <b> {|<period>}",
    "<who> {reports|posts} <q> of <b> {|<period>}",
    "<q> of <who> {amounted to|stood at} <b> {|at the end of <year>}",
)
AGENT = (
    "<co> <verb> <object> {|<pct>|by <pct>|<period>|, <source>}",
    "{<nation> lender|<co>|<tick>} <verb> <object> {|again|sharply|for <year>}",
    "<co> <role> {says group|: company} <verb> <object>",
)
