"""Further frames of the signed grammar: two numbers that alone say the direction, and moves told from afar."""

# No verb says the direction; <a> is the earlier number, <b> the later.
BARE = (
    "<q> at <who>: <b>, a year ago <a>",
    "<q> at <who>, <a> when the year began, stood at <b> when it ended",
    "<who> {reports|shows} <q> of <b>; consensus was <a>",
    "last year <a>, this year <b>: <q> at <who>",
    "<q> at <who>: <a> then, <b> now",
    "<who>'s <q>: <b> (<a>)",
    "<who>: <q> <b> ({prior year|year-ago|comparative}: <a>)",
    "<who> <q> in figures: <b> this time, <a> last time",
    "<b> is the latest reading for <q> at <who>; the one before was <a>",
    "<b> against <a>: that is where <q> at <who> ended up {|<period>}",
    "from <a> a year ago to <b> today, {the tale of <q> at <who>|<q> at <who> in two numbers}",
    "having started the year with <q> at <a>, <who> ended it at <b>",
    "<who> put <q> at <b> {|on <date>}; {in <year>|twelve months earlier} the figure was <a>",
    "<who> put its <q> at <b>, the same measure having been <a> {a year before|last time}",
    "<q> - <who> - <b> - previous <a>",
    "<who> / <q> / actual <b> / previous <a>",
    "<who> <q> actual <b>, {forecast|consensus|expected} <a>",
    "forecast <a>, actual <b>: <who> <q>",
    "<who> {posts|prints} <q> of <b>, {analysts had|economists had|the Street had} pencilled in <a>",
    "analysts had pencilled in <a> for <q> at <who>; the outcome was <b>",
    "<q> at <who> came in at <b>, where {a poll|the market|analysts} had <a>",
    "a poll had put <q> at <who> at <a>; {actual|reported} figure <b>",
    "budgeted <q> at <who>: <a>; actual: <b>",
    "<who> outlook: <q> <b> (old: <a>)",
    "<who> {new|latest} estimate for <q>: <b>; {old|earlier} estimate: <a>",
    "looking {ahead|to next year}, <who> {now pencils in|projects} <q> of <b>, after <a> {this year|last time}",
    "where <who> had <q> of <a> {a year|twelve months} back, it now has <b>",
    "<q> {at|of} <who> used to stand at <a>; these days <b>",
    "a year ago <who> put <q> at <a>. The latest figure is <b>.",
    "The latest figure for <q> at <who> is <b>. A year ago that was <a>.",
    "<q> at <who>? <b>. A year earlier? <a>.",
    "<q> at <who> ended {the quarter|the year|December|June} at <b>, having begun it at <a>",
    "<q> at <who> began {the quarter|the year|January|July} at <a> and ended it at <b>",
    "<b> is the figure <who> now gives for <q>, <a> the one it gave {a year ago|three months ago|before}",
    "compared with <a> {a year ago|in the prior quarter|in <year>}, <q> at <who> <is> now at <b>",
    "<a> was the target for <q> at <who>, <b> the result",
    "<b> was the result for <q> at <who>, <a> the target",
    "opening <q> at <who> <a>, closing <b>",
    "closing <q> at <who> <b>, opening <a>",
    "then <a>, now <b>: <q> at <who> {|, before and after}",
    "{in its|in the} latest report <who> lists <q> at <b>; the one before listed <a>",
    "<q> at <who> had been <a> {in <year>|last time}; {now|this time} <b>",
    "<who> has <q> of <b> to show for the year, as against <a> for the one before",
    "<q> {measured at|recorded by} <who>: {first half|H1} <a>, {second half|H2} <b>",
    "<q> {measured at|recorded by} <who>: {second half|H2} <b>, {first half|H1} <a>",
    "{filing|note|data|update}: <q> at <who> <b> after <a> {last year|last time}",
    "<b> is the new number for <q> at <who>, <a> having been the old one",
)
# The same, of a company only.
BARE_FIRM = (
    "with <q> at <b>, against <a> {twelve months|a year} earlier, <who> {published its accounts|closed the books}",
    "plan for <q> at <who> was <a>, {result|outcome|out-turn} <b>",
    "<who> had guided for <q> of <a>; it delivered <b>",
    "<q> of <b> at <who>, guidance <a>",
    "<who> now {guides for|sees|expects} <q> of <b>, {its earlier guidance was|in place of} <a>",
    "<tick> <q> <b> / <a> yoy",
    "<tick> {Q1|Q2|Q3|Q4}: <q> <b>, cons. <a>",
    "<tick> <q> <b> v <a> est.",
    "<tick> <q> print: <b>, whisper was <a>",
    "<who> {interim|half-year|annual} report: <q> <b> (last year <a>)",
    "{page one|key figures|highlights} of <who>: <q> <b>, comparable period <a>",
    "the table for <who> has <q> of <b> in the new column and <a> in the old",
    "old column <a>, new column <b>: the line for <q> in the accounts of <who>",
    "<who> told investors that <q>, <a> at the last count, now stood at <b>",
    "<who> told investors <q> stood at <b>, {the last count having been|which compares with} <a>",
    "<who> discloses <q> of <b>; {the target was|last time it disclosed} <a>",
    "the {note|filing|memo|statement} gives <q> at <who> as <b> {now|at period end} and <a> {before|at "
    "the previous one}",
    "the {note|filing|memo|statement} gives <q> at <who> as <a> {at the start|in the opening balance} "
    "and <b> {at the end|in the closing balance}",
    "<who>: before the {quarter|half-year|merger} <q> of <a>, after it <b>",
    "<who> <q> {Q4 <b>, Q3|Q3 <b>, Q2|Q1 <b>, Q4} <a>",
    "<who> <q> FY25 <b>, FY24 <a>",
    "<who> <q> FY24 <a>, FY25 <b>",
    "{analyst|auditor|rating agency} notes <q> of <b> at <who>; last time it had noted <a>",
    "whereas <who> had <q> of <a> a year back, the books now show <b>",
    "<q> of <a> was {what investors got used to|the norm} at <who>; <b> is the new number",
)
# The verb stands far from the quantity.
FAR = (
    "<q>, which <who> publishes each {quarter|month|half-year}, <v> {|<pct>} {|<period>}",
    "at <who>, {a filing on <date>|the latest report} shows, <q> over the {quarter|half-year|past twelve "
    "months} <v> {|<pct>|sharply}",
    "<q>, on a like-for-like basis and at constant currencies, <v> at <who> {|<period>}",
    "of all the numbers {in the report of|published by} <who>, it was <q> that <v> {most|<pct>|sharply} {|<period>}",
    "{once more|yet again}, <q> {of|at} <who>, {as reported|in the latest update|on unaudited figures}, <v>",
    "<q> at <who>, {it emerged|it turned out|the update shows}, <v> {|by <pct>} {|over the year}",
    "<q> at <who>, {long|for years} {flat|steady}, <v> {|<pct>} {|<period>}",
    "whatever {the reason|the weather|the market did}, <q> at <who> <v> {|<pct>|steadily}",
    "<q>, after <few> {quarters|months} without much change at <who>, <v> {|by <pct>}",
    "<who> {expects|predicts} that <q>, {whatever the market does|taking one year with another}, will "
    "<vb> {|in <year>}",
)
# The same, of a company only.
FAR_FIRM = (
    "<q>, a figure that {analysts|creditors|investors} of <who> watch closely, <v> {|again|further}",
    "<q> at <who>, on the measure that {the board uses|the auditor prefers|its lenders track}, <v> by "
    "<pct> {|<period>}",
    "{after a year of big changes at|following a change of chief executive at} <who>, <q> <v> {|by <pct>}",
    "<who> said in a {letter|note|memo} to {staff|lenders|shareholders} that <q> {|, measured over "
    "twelve months,} <v> {|<pct>|further}",
    "<q> in the books of <who>, {the group|it} told {lenders|bondholders} on <day>, <v> {|<pct>|again}",
    "{|the} {figures|numbers} released by <who> on <date> show <q>, {seasonally adjusted|adjusted for "
    "one-offs|before exceptional items}, <v> {|<pct>}",
    "<q> {reported|published|disclosed} by <who>, {adjusted for|leaving aside} one-off items, <v> {|slightly|<pct>}",
    "<who>, in a statement that {ran to two pages|took investors by surprise}, said <q> <v> {|<pct>}",
    "{compared with|set against} the {same quarter|same months} last year, <q> at <who>, {a spokesman "
    "said|the group said}, <v> {|<pct>}",
    "<q> as {measured|defined} in the loan agreement of <who> <v> {|by <pct>} {|between <year> and today}",
    "<who> has {told|informed} {its banks|the regulator|bondholders} that <q> {will|should} <vb> {|this "
    "year|over the winter}",
    "<q>, {says|believes} the {finance chief|head of risk} of <who>, {will|should} <vb> {|further|next year}",
    "<who>, {to the surprise of|as had been whispered among} {lenders|analysts|traders}, has seen its "
    "<q> <vb> {|<period>}",
    "{a look at|one line of} the books of <who> tells it: <q>, {year on year|quarter on quarter}, <v> {|<pct>}",
)
