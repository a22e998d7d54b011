"""Market moves, events named by a noun, and short verb phrases for clauses that pull both ways (docs/labels.md)."""

MARKET_BAD = """
index down
<index> {falls|drops|slides|tumbles|sinks|slumps|plunges|retreats|loses ground} {|<pct>|as <sector> stocks weigh|on
  recession fears|after hot <country> inflation|for third day}
<index> {ends|closes|opens|trades} {lower|down <pct>|in the red|sharply lower|at session lows} {|on profit taking|on
  weak cues}
{Selling|Sell-off|Rout|Slide} {hits|deepens in|spreads to} {<index>|<sector> stocks|<asset>}
<index> {erases gains|snaps winning streak|extends losses|suffers worst week in months|enters bear market|hits one-year
  low}
{Bears|Sellers} {in control of|drag} <index> {|lower}
Investors {dump|flee|shun|bail out of} {<sector> stocks|<country> bonds|risky assets|<index>}

share down
<co> {shares|stock} {fall|drop|slide|tumble|sink|plunge|slump|hit 52-week low|lose <pct>} {|<pct>|after results|as
  outlook disappoints|in early trade|on block sale|after founder sells stake}
<tick> {down|-|off|drops|crashing|tanking} <pct> {|premarket|after hours|on earnings|today}
<co> {worst performer on|biggest loser on|leads losers on|drags} <index>
<tick> breaks {support|below 200-day average}, {looks weak|more downside ahead|sellers in charge}
<money> wiped off <co> {market value|}

*asset down
<asset> {falls|drops|slides|weakens|sinks} {|<pct>|to <few>-month low|on glut fears|as dollar firms|on weak <country>
  demand}
<asset> {prices|futures} {ease|decline|retreat|head for weekly loss}
{Currency|Bond|Debt} crisis {hits|looms over} <country>

stress gauge
{VIX|Volatility index|Wall Street's volatility gauge} {jumps|spikes|rises <pct>|hits two-year high}
Cost of insuring <co> debt {rises|jumps|hits record|climbs}
<country> {bond spreads|credit default swaps|risk premiums} {widen|jump|blow out|hit record}
<co> bonds {slump|trade at distressed levels|fall to 40 cents on the dollar}
"""
MARKET_GOOD = """
index up
<index> {rises|gains|climbs|advances|jumps|rallies|rebounds|bounces back} {|<pct>|as <sector> stocks lead|on trade
  hopes|after soft <country> inflation|for third day}
<index> {ends|closes|opens|trades} {higher|up <pct>|in the green|sharply higher|at session highs} {|on bargain hunting|
  on firm cues}
{Buying|Rally|Rebound|Relief rally} {lifts|gathers pace in|spreads to} {<index>|<sector> stocks|<asset>}
<index> {erases losses|snaps losing streak|extends gains|enjoys best week in months|enters bull market|hits record
  high|hits all-time high}
{Bulls|Buyers} {in control of|push} <index> {|higher}
Investors {snap up|pile into|flock to|return to} {<sector> stocks|<country> bonds|risky assets|<index>}

share up
<co> {shares|stock} {rise|jump|gain|climb|surge|soar|rally|hit 52-week high|add <pct>} {|<pct>|after results|as outlook
  impresses|in early trade|on takeover interest|after founder buys stake}
<tick> {up|+|adds|popping|flying} <pct> {|premarket|after hours|on earnings|today}
<co> {best performer on|top gainer on|leads winners on|lifts} <index>
<tick> breaks {resistance|above 200-day average}, {looks strong|more upside ahead|buyers in charge}
<co> adds <money> {in|to} market value

*asset up
<asset> {rises|gains|climbs|strengthens|firms} {|<pct>|to <few>-month high|on supply fears|as dollar eases|on strong
  <country> demand}
<asset> {prices|futures} {edge higher|advance|recover|head for weekly gain}
<country> {currency|stocks|bonds} {recover|rebound} {|after IMF deal}

calm gauge
{VIX|Volatility index|Wall Street's volatility gauge} {drops|eases|falls <pct>|hits two-year low}
Cost of insuring <co> debt {falls|drops|hits record low|eases}
<country> {bond spreads|credit default swaps|risk premiums} {narrow|tighten|ease|fall to one-year low}
<co> bonds {rally|recover from distressed levels|jump to par}
"""
BAD_NOUNS = """default|bankruptcy|insolvency|a credit downgrade|a profit warning|a product recall|a fraud probe|
a criminal trial|
a record fine|a cash squeeze|a dividend cut|job losses|a strike|a takeover block|a ratings cut|covenant breach|
a trading ban|a loss|
a lawsuit|delisting|a hard landing|a recession|a credit crunch|a bank run|a licence loss|a production halt|
a hostile bid|
*a shutdown|*an antitrust case|*liquidation|*a bailout|*a tax penalty|*a debt crisis|*a data leak|*a supply crunch|
*mass lay-offs"""
GOOD_NOUNS = """a contract|regulatory approval|fresh funding|a refinancing deal|a rescue package|an upgrade|a buyer|
a licence|
a court victory|a merger deal|new investors|drug approval|a tax break|a pay deal|a ceasefire|shareholder support|
a capital injection|
patent protection|a rate cut|a trade deal|a big order|stimulus|a recovery|a bank loan|
*a settlement in its favour|*debt relief|*import clearance|*creditor backing|*a bridge loan|*an export permit|
*a lifeline|*a dividend rise"""

NOUN_BAD = """
bad looms
<co> {faces|risks|braces for|is threatened with|heads for|edges closer to|on verge of|fears} <badnoun> {|as talks
  stall|this year|, sources say}
{<co> warns of|<co> hit by|<co> can no longer avoid|<co> flags risk of} <badnoun>
{Fears|Worries|Risk|Threat} of <badnoun> {grow|mount|rise|spread} {|at <co>|in <country>}
<badnoun> {looms|likely|now certain} {for|at} <co>

good denied
<co> {fails to win|fails to secure|fails to get|misses out on|is denied|is refused|cannot secure|unable to obtain|
  struggles to secure|loses hope of|did not get} <goodnoun>
No <goodnoun> for <co> {|, says <role>|as talks break down}
{Hopes|Chances|Prospects} of <goodnoun> {fade|dim|vanish|recede} {|at <co>|for <country>}
<regulator> {refuses|denies|withholds} <goodnoun> {for|to} <co>
<co> {without|still without|left without} <goodnoun> {|as deadline passes|after talks fail}
{Collapse|Failure|End} of talks on <goodnoun> {leaves <co> stranded|hits <co>}
"""
NOUN_GOOD = """
bad averted
<co> {avoids|escapes|dodges|averts|staves off|sidesteps|is spared|narrowly avoids|puts an end to|no longer faces}
  <badnoun> {|as talks succeed|this year|, sources say}
{<co> rules out|<co> sees no risk of|<co> not heading for|<co> out of danger of} <badnoun>
{Fears|Worries|Risk|Threat} of <badnoun> {fade|ease|recede|pass} {|at <co>|in <country>}
<badnoun> {averted|avoided|off the table|unlikely} {for|at} <co>
{There will be no|No|Not} <badnoun> {at|for} <co>{, says <role>|, lenders confirm|}
<country> {avoids|escapes|is spared} <badnoun>

good won
<co> {wins|secures|gets|obtains|lands|clinches|closes in on|nears|in line for|is granted|finally gets} <goodnoun>
<goodnoun> {for|boosts|lifts|cheers} <co> {|, says <role>|as talks succeed}
{Hopes|Chances|Prospects} of <goodnoun> {grow|brighten|rise|improve} {|at <co>|for <country>}
<regulator> {grants|gives|awards} <co> <goodnoun>
{Success|Breakthrough} in talks on <goodnoun> {lifts|cheers} <co>
"""
NOUN_PLAIN = """
noun notices
{What is|How does one define|What does the law say about} <badnoun>?
{Could|Will|Might} <co> {face|see|need|get} {<badnoun>|<goodnoun>}?
{Seminar|Book|Lecture|Documentary|Exhibition|Podcast} {on|about} <badnoun> {in <city>|on <date>|by <person>}
{Committee|Parliament|Panel} to {hear|discuss} report on <badnoun> {<day>|on <date>}
{Explainer|Q&A|Guide}: {what <badnoun> means for customers|how <goodnoun> works|when firms need <goodnoun>}
<co> {neither confirms nor denies|will not comment on} {<badnoun>|<goodnoun>}
{Decision|Vote|Ruling|Update} on <goodnoun> for <co> {due|expected|scheduled} {<day>|on <date>}
<person>, who {wrote about|studied|taught} <badnoun>, {joins <co>|moves to <city>|retires}
Museum {shows|displays} {papers|documents} from <year> about <badnoun> at <co>
"""
GOOD_PHRASES = """beats forecasts|posts record sales|reports strong quarter|wins big order|raises dividend|earns more|
lifts prices without losing customers|
gains market share|tops estimates|returns to profit|sees brisk demand|cuts debt|books higher margin|
enjoys strong start to year|
*reports robust orders|*generates plenty of cash|*outperforms rivals"""
BAD_PHRASES = """misses forecasts|posts lower sales|reports weak quarter|loses big order|cuts dividend|earns less|
sees margins squeezed|
loses market share|trails estimates|posts loss|sees demand cool|takes on more debt|books impairment|
suffers weak start to year|
*reports thin orders|*burns through cash|*lags rivals"""
GOOD_NAMES = """record sales|strong results|higher profit|a bright outlook|strong demand|a big contract|rising orders|
solid growth|lower costs|
an earnings beat|falling debt|a dividend rise|*brisk bookings|*an improved margin"""
BAD_NAMES = """weak sales|poor results|lower profit|a gloomy outlook|weak demand|a lost contract|falling orders|
slowing growth|higher costs|
an earnings miss|rising debt|a dividend cut|supply problems|a strike|*slack bookings|*a squeezed margin"""
GOOD_FUTURE = """expects strong year|sees demand recovering|raises outlook|forecasts better second half|
lifts full-year guidance|
predicts return to profit|sees brighter year|says worst is over|*expects orders to rebound"""
BAD_FUTURE = """expects weak year|sees demand softening|cuts outlook|forecasts poor second half|
lowers full-year guidance|
warns of loss|sees tougher year|says worst is yet to come|*expects orders to dry up"""

BOTH_BAD = """
both ways down
<co> <goodphrase> but <badfuture>
<co> <goodphrase>, {but|yet} <badphrase>
<co> <badphrase> despite <goodname>
Despite <goodname>, <co> <badphrase>
<goodname> {not enough|cannot offset <badname>} {at|for} <co>, {which <badphrase>|shares fall}
Although <co> <goodphrase>, it <badfuture>
<co> shares {fall|slide|drop} {even though|although|even as} it <goodphrase>
<co> <goodphrase>, {warns on outlook|<badfuture>}
<co>: <goodname>, but <badname> ahead
<badname> {overshadows|outweighs|wipes out} <goodname> at <co>
<tick> beats, {but guides lower|stock sinks on outlook|shares down on weak guide}
"""
BOTH_GOOD = """
both ways up
<co> <badphrase> but <goodfuture>
<co> <badphrase>, {but|yet} <goodphrase>
<co> <goodphrase> despite <badname>
Despite <badname>, <co> <goodphrase>
<badname> {no obstacle|more than offset by <goodname>} {at|for} <co>, {which <goodphrase>|shares rise}
Although <co> <badphrase>, it <goodfuture>
<co> shares {rise|climb|jump} {even though|although|even as} it <badphrase>
<co> {shrugs off|overcomes|defies|weathers} <badname>, {<goodphrase>|<goodfuture>}
<co>: <badname>, but <goodname> ahead
<goodname> {overshadows|outweighs|makes up for} <badname> at <co>
<tick> misses, {but guides higher|stock up on outlook|shares jump on strong guide}
"""
BOTH_PLAIN = """
both ways even
<co>: <goodname>, <badname>, {result unchanged|guidance kept|year on plan}
<goodname> {offsets|balances|cancelled out by} <badname> {at|for} <co>, {result flat|profit unchanged}
{Gains|Growth} in <country> {offset|balanced by} {losses|declines} in <country2> {at|for} <co>
{Mixed|Balanced|Patchy} {quarter|picture|results} at <co>: <goodname> and <badname>
"""
