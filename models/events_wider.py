"""More events, in the words of tabloids, traders and analysts: a name (`*`: held out of training), then phrasings."""

BAD_WIDER = """
crypto and funds
{Crypto exchange|Stablecoin issuer|Crypto lender} <co> {halts|pauses|freezes} {withdrawals|trading} {|, cites market
  turmoil}
Stablecoin {loses its peg|drops to 92 cents|breaks the buck}
Hedge fund {blows up|implodes|shuts down} after {wrong-way bet|<money> loss|margin calls}
<co> {caught out by|faces|fails to meet} margin {call|calls}
Property fund <co> {locks in investors|puts up the gates|stops payouts}

tabloid woe
<co> on {its knees|the ropes|life support|the skids|thin ice}
{Nightmare|Disaster|Misery|Carnage|Bloodbath} {for|at} <co> {|as shoppers stay home|as bookings collapse}
{Death knell|Final curtain|End of the road|Last orders} for <co>
<co> in {crisis|turmoil|disarray|deep trouble|dire straits|meltdown|freefall}
<co> {teeters|totters|wobbles} {on brink of collapse|near the edge|as creditors circle}
<co> {comes unstuck|hits the buffers|goes to the wall|goes under|folds|implodes|crumbles}
<co> {stumbles|falters|struggles|flounders|limps on|loses its shine|loses its way}
{Bad day|Another blow|Fresh setback|More pain|Black eye} for <co> {|as <co2> pulls plug on deal}
{Hammer blow|Bitter blow|Body blow} for {workers|investors|creditors} {of|at} <co>
{Angry|Furious|Worried} {investors|customers|creditors} {turn on|round on|desert} <co>
The party is over for <co>
Dark clouds {gather|hang} over <co>
<co> {burned|stung|battered|bruised|crippled|punished} by {bad loans|costly mistake|wrong bet|price war|weak yen}

analyst gloom
We see {significant downside|no light at the end of the tunnel|further pain|trouble ahead} for <co>
{Time to take profits|Steer clear|Too early to buy|Value trap}: <co> {|, says <broker>}
<co> {thesis is broken|moat is eroding|balance sheet worries us|valuation makes no sense}
<broker> {sours|cools|loses faith} on <co>
<broker> {removes <co> from|drops <co> from} {conviction list|focus list}
<tick> is {a disaster|toast|dead money|overhyped garbage|a sinking ship}
<tick> {getting crushed|getting smoked|puts printing|gap down|ugly chart|bagholders everywhere}
<tick> {dilution|offering|insiders dumping} {again|, avoid|, look out below}

*macro gloom
<country> {output|economy} {stagnates|shrivels|shrinks unexpectedly|slumps into slowdown|takes a turn for the worse}
Factories in <country> {fall silent|cut shifts|run short of orders}
<country> {devalues currency|runs short of dollars|bans dollar exports of grain|halts fuel subsidies as money runs out}
<country> {nationalises|expropriates|seizes} {|assets of} <co>
Bond auction in <country> {flops|draws weak demand|fails to attract buyers}
{Hawkish|Tough-talking} central bank {spooks|rattles|unnerves} {investors|<index>}
<country> bonds {sell off|slump} as {budget fears return|deficit spirals}
{Soaring|Runaway|Stubborn} prices {squeeze|hit|hammer} <nation> households
Housing market in <country> {cools fast|cracks|grinds to halt|in deep slump}
War, {drought|flood|blockade} {cuts off|chokes|disrupts} {grain|oil|chip} supplies

shock
<co> plane {crashes|makes emergency landing} {|in <country>, <num> aboard}
<co> {dam|tunnel|warehouse|platform} {collapses|catches fire|explodes}
<co> {loses|mislays} {records|crates|funds} of {customers|clients}
Hurricane {to cost|leaves} <co> {<money>|with huge bill}
Drought {shrinks|ruins|wipes out} harvest, <co> {feels the pain|counts the cost}
<co> {tax raid|accounts frozen|assets seized|bank accounts blocked} {|in <country>}
<country> {expels|shuts out|bars} <co> {|over licence row|from tenders}
Anti-dumping duties {hit|imposed on} <co>
<co> caught {up in|in} {price-fixing|spying|doping|emissions|tax} {affair|row|scandal}
<co> staff {took bribes|hid losses|faked tests|lied to clients}, {inquiry finds|court hears}
Whistleblower {exposes|reveals} {fakery|cover-up|unsafe practices} at <co>
Regulator {tells|orders} <bank> to {stop taking new clients|hold more capital|halt payouts}
Bondholders {take a haircut|wiped out|face losses} {at|in} <co>
<co> {hostage to|chained to} {its lenders|debt it cannot pay}
Lenders {pull plug on|call in loans to|lose patience with} <co>
Suppliers {demand cash up front from|stop shipping to|cut off} <co>
Credit insurers {withdraw cover from|pull out of} <co>
Pension fund {writes off|dumps} stake in <co>
Index {drops|kicks out|removes} <co>
<co> board {split|at war} {over strategy|over sale|as profits tumble}
{Key scientist|Star designer|Top trader|Founder} {walks out on|abandons|quits} <co>
Jail for {ex-boss|former head} of <co>
Activist {attacks|slams} <co> {strategy|board} {|as returns lag}
{Rivals|Newcomers} {eat <co>'s lunch|leave <co> behind|undercut <co>}
Patent cliff {looms|bites} at <pharma>
{Empty shelves|Long queues|Angry customers} at <co> {after IT failure|as deliveries fail}
"""
GOOD_WIDER = """
crypto and funds up
{Crypto exchange|Stablecoin issuer|Crypto lender} <co> {reopens withdrawals|repays customers in full|gets licence}
Stablecoin {regains its peg|back at one dollar}
Hedge fund {makes|scores} <money> {on well-timed bet|as bet pays off}
<co> {meets|clears} margin calls {|without trouble|with room to spare}
Property fund <co> {reopens|resumes payouts|lifts gates}

tabloid joy
<co> {back on its feet|back from the dead|out of the woods|on a roll|in rude health|on cloud nine}
{Joy|Relief|Jackpot|Bonanza|Champagne time} {for|at} <co> {|as shoppers return|as bookings boom}
{Lifeline|New dawn|Fresh start|Second life|Happy end} for <co>
<co> {enjoys|basks in|celebrates} {bumper year|golden summer|blockbuster launch|boom}
<co> {shines|dazzles|sparkles|roars ahead|powers ahead|surges ahead|bounces back|turns the corner}
<co> {thrives|prospers|flourishes|flies high|hits its stride|regains its shine}
{Good day|Another boost|Big break|More cheer|Feather in cap} for <co> {|as <co2> signs up}
{Windfall|Bonus|Payday} for {workers|investors|creditors} {of|at} <co>
{Happy|Delighted|Grateful} {investors|customers|creditors} {stick with|reward|return to} <co>
The good times are back at <co>
Clouds {lift|clear} over <co>
<co> {rewarded|vindicated|enriched|buoyed} by {bold bet|shrewd hedge|loyal clients|price rises|weak yen}

analyst cheer
We see {significant upside|light at the end of the tunnel|further gains|years of growth ahead} for <co>
{Time to load up|Back up the truck|Not too late to buy|Hidden gem}: <co> {|, says <broker>}
<co> {thesis intact|moat is widening|balance sheet is a fortress|valuation looks like a gift}
<broker> {warms to|falls for|regains faith in} <co>
<broker> {adds <co> to} {conviction list|focus list|best ideas}
<tick> is {a winner|a bargain|a cash machine|going to the moon|crushing it}
<tick> {breaking out|squeezing shorts|calls printing|gap up|beautiful chart|new highs coming}
<tick> {insider buying|buyback|uplisting} {again|, love it|, strong hands}

*macro cheer
<country> {output|economy} {grows faster than thought|roars back to life|gains strength|beats all hopes|takes a turn
  for the better}
Factories in <country> {hum again|add shifts|swamped with orders}
<country> {stabilises currency|rebuilds dollar reserves|reopens grain exports|balances budget}
<country> {returns|hands back} {|assets of} <co>
Bond auction in <country> {draws record bids|draws strong demand|sells out}
{Dovish|Soothing} central bank {cheers|calms|reassures} {investors|<index>}
<country> bonds {rally|climb} as {budget fears fade|deficit narrows}
{Cooling|Tame|Slower} prices {ease strain on|give relief to} <nation> households
Housing market in <country> {comes alive|on the mend|picks up speed|in full bloom}
{Truce|Rain|Corridor} {frees|restores|reopens} {grain|oil|chip} supplies

lucky break
<co> plane {lands safely|cleared to fly again|passes all checks}
<co> {fire put out|tunnel reopens|platform back in service} {|, no harm done|, no one hurt}
<co> {recovers|gets back} {stolen funds|lost records|frozen assets}
Hurricane {spares|misses|leaves unscathed} <co>
Bumper harvest {fills silos|lifts earnings} {of|at} <co>
<co> {wins tax refund|accounts unfrozen|assets released|cleared of tax claims} {|in <country>}
<country> {invites|readmits|welcomes back} <co> {|to tenders|as licence row ends}
Anti-dumping duties {on <co> dropped|lifted, helping <co>}
<co> {untouched by|not involved in|has no part in} {price-fixing|spying|doping|emissions|tax} {affair|scandal},
  {inquiry finds|regulator says}
Claims of {fakery|cover-up|unsafe practices} at <co> {proved false|withdrawn|found baseless}
Regulator {lets|allows} <bank> to {take new clients again|hold less capital|resume payouts}
Bondholders {made whole|repaid in full|get their money back} {at|by} <co>
<co> {frees itself from|says goodbye to|sheds} {its debts|lenders' control|costly lease}
Lenders {stand by|throw lifeline to|keep faith with} <co>
Suppliers {resume shipping to|ease terms for} <co>
Credit insurers {restore cover for|return to} <co>
Pension fund {backs|takes big stake in} <co>
Index {adds|takes in|includes} <co>
<co> {peace on board|board unites behind turnaround|ends feud with founder}
{Key scientist|Star designer|Top trader|Founder} {signs up with|comes back to|stays with} <co>, {shares up|fans cheer}
<co> {wins prize for|praised for} {safety|quality|service} {|by <regulator>}
Activist {hails|praises} <co> {turnaround|board} {|as returns improve}
<co> {leaves rivals behind|outsmarts rivals|steals march on <co2>|trounces <co2>}
Pipeline {pays off|delivers} at <pharma> {|as new drugs fill gap}
{Sold-out stores|Long waiting lists|Happy customers} for <co>'s {new <product>|latest range}
"""
PLAIN_WIDER = """
crypto calendar
{Crypto exchange|Stablecoin issuer} <co> {publishes monthly attestation|changes fee table|lists <few> new tokens|moves
  to <city>}
Hedge fund {conference|dinner|survey} {held|opens} {in <city>|on <date>}

tabloid plain
<co> {chief|founder|boss} {on|shares|reveals} {favourite books|morning routine|love of sailing|first car}
{Inside|A day at|Behind the scenes at} <co> {factory|labs|trading floor}
{From the archive|On this day|Throwback}: {<year> crash|when <co> went public|the <year> takeover battle for <co>}
<co> {mascot|canteen|choir|car park|brass band} {turns 50|reopens|gets new look}
<co> {paints|repaints|cleans} {ships|planes|vans} {blue|green|in new colours}
Obituary: {economist who studied bank runs|former head of <co>|lawyer who wrote bankruptcy code}

analyst plain
{Preview|Our preview|What we are watching}: <co> {Q1|Q3|full-year} {results|numbers}
<broker> {hosts|holds} {call|lunch|field trip} with <co>
<broker> {transfers coverage of|reassigns analyst for} <co>
<tick> {earnings tonight|reports after close|chart attached|in consolidation|volume update}
<tick> {options activity|open interest|float and short interest} {table|today|as of <date>}
Sector {weightings|allocations} unchanged at <broker>

*macro plain
<country> {central bank|treasury} {publishes|updates} {calendar|statistical tables|glossary|staff list}
<country> {issues|unveils} {new banknote|commemorative coin|redesigned website}
<country> finance minister {meets|to meet} {counterpart|IMF head|bank chiefs} {in <city>|on <date>}
{Economist|Professor|Historian} {explains|describes} {inflation|default|recession|deficit} {in new book|to students}
{Statistics|Labour|Trade} ministry {changes method for|revises calendar of} {unemployment|inflation|export} {data|
  figures}

ordinary business
<co> {plane|ship|train} {named after|christened} {<city>|poet|explorer}
<co> {harvest|shift|winter timetable|summer schedule} {begins|starts} {<day>|on <date>}
<co> {is based in|was founded in|has its seat in} {<city>|<year>}
<co> {supplies|sells|rents out} {tools|paper|lifts|uniforms|software} to {schools|hospitals|farms}
The {plant|store|terminal|unit} {has|covers|employs} {|about} <num> {square metres|people|seats}
<co> {tests|trials|pilots} {new packaging|delivery robots|four-day week|contactless tickets}
<co> {delivers|hands over} {first|tenth|last} {tram|crane|ferry|turbine} {to <city>|as scheduled}
<co> {signs|has signed} {memorandum|letter of intent|framework agreement} {with <co2>|on training|on research}
<co> {to use|adopts|chooses} {accounting standard|new auditor|new bank|supplier code}
<co> {splits|merges|reorganises} {divisions|reporting segments|sales regions}
<co> {registered|recorded} {share issue|new shares|options} in trade register
Members of {works council|supervisory board|audit committee} elected at <co>
<co> {takes part in|exhibits at|sponsors} {trade fair|job fair|boat show} in <city>
Subscription period for <co> {shares|bonds|options} {begins|ends} {<day>|on <date>}
{Licence|Rights|Patent} {transferred|assigned} {to <co>|from <co> to <co2>}
<co> {insurance|legal|recall|claims|debt collection|insolvency} {desk|hotline|team|department} {moves to <city>|has new
  number}
Fire {drill|safety week|training} at <co> {plant|offices} {<day>|on <date>}
Crash test {laboratory|dummy museum} {opens|moves} {in <city>|on <date>}
{Loss adjuster|Debt adviser|Fraud examiner|Bankruptcy clerk} {wanted|vacancy|course} {at <co>|in <city>}
Strike {price|prices} {of|for} <co> {options|warrants} {set|adjusted}
{Default settings|Crash course|Recall vote|Run-off election|Depression glass|Liquidation sale guide} {changed in <co>
  app|on offer in <city>|in <country>}
"""
