"""Events that a risk desk calls negative: blocks of one kind, a name (`*`: held out of training), then phrasings."""

BAD = """
bankruptcy filing
<co> {files|filed|has filed} for {bankruptcy|bankruptcy protection|creditor protection|Chapter 11|Chapter 7|insolvency}
  {|in <city>|after failing to find a buyer|with debts of <money>}
<nation> {retailer|airline|builder|solar firm|carmaker} <co> {declares|declared} {bankruptcy|insolvency}
Bankruptcy petition {filed|lodged} by <co>
{Troubled|Embattled|Debt-laden} <co> {heads for|on the brink of|edges towards|slides into} {bankruptcy|insolvency|
  administration}
<co> enters {administration|insolvency proceedings|receivership|provisional liquidation|creditor protection}
<co> {appoints|calls in} {administrators|liquidators|insolvency practitioners}
<co> to {be wound up|cease trading|wind down operations|liquidate} {|after talks with lenders fail|as funding runs out}
NCLT {admits|accepts} insolvency plea against <co>
Creditors {ask|petition} court to {wind up|liquidate} <co>

missed payment
<co> {misses|skips|missed} {interest|bond|loan|coupon} payment {|due <day>|on its dollar notes}
<co> {defaults|defaulted} on {loan|bonds|debt|dollar debt|repayment} {|worth <money>}
<co> says it is unable to {repay|service|refinance} {its debt|bonds maturing in <year>}
<co> {breaches|in breach of} {loan|debt|banking} covenants
<country> {defaults on|suspends payment of|halts repayment of} its {foreign|external|sovereign} debt
Lenders {seize|take control of} <co> {|assets} {|after default}
<co> asks {bondholders|lenders|creditors} for {a standstill|more time|a payment holiday|debt relief}

*going concern
{Auditor|Auditors} {raises|raise|flag|cite} {substantial|material} doubt {about|over} <co>'s {ability to continue as a
  going concern|survival|future}
<co> {warns|says} it {could|may} {run out of cash|not survive} {by <date>|within <few> months|without fresh funds}
Cash crunch {deepens|worsens} at <co>
<co> says material uncertainty {casts doubt|exists} over its future
<co> scrambles for {emergency cash|a lifeline|rescue funds}

rating cut
<agency> {downgrades|cuts|lowers} <co> {|to junk|to B- from B+|to CCC|by <few> notches} {|on weak cash flow|, outlook
  negative|citing debt}
<co> {cut to junk|downgraded to junk|loses investment grade rating} {by <agency>|at <agency>}
<agency> {cuts|lowers|downgrades} <country>'s {sovereign rating|credit rating|debt rating}
<agency> {revises|changes|lowers} {outlook on <co>|<co> outlook|<country> outlook} to negative {|from stable}
<agency> puts <co> {on review for downgrade|on creditwatch negative|under review for a cut}
<country> {stripped of|loses} {its AAA rating|top credit rating}

broker cut
<broker> {downgrades|cuts} <co> to {sell|underweight|underperform|reduce|hold|neutral} {|from buy|on valuation|, sees
  limited upside}
<co> {downgraded|cut} to {sell|underperform|underweight|reduce|equal-weight} {at|by} <broker>
<tick>: <broker> {downgrades|cuts} to {sell|underweight|underperform}
<broker> {cuts|lowers|slashes} <co> {price target|target price} {to <money> from <money>|by <pct>|}
<broker> {starts|initiates} <co> {with|at} {sell|underweight|underperform}
<tick> - <broker> {turns bearish|steps aside|turns cautious} {|on demand worries}
<broker> {says|:} sell <co>, {shares overvalued|earnings risk ahead|too expensive}
{Stay away from|Avoid|Sell|Exit} <co> {at current levels|for now|with a target of <money>}: <person>

investigation opened
<regulator> {opens|opened|launches|begins} {probe|investigation|inquiry} into <co> {|over pricing|over accounting|over
  insider trading|over emissions}
<co> {under investigation|being investigated|faces probe|faces investigation} {|over alleged bribery|for market abuse|
  by <regulator>}
<co> {offices|headquarters} {raided|searched} {by police|by prosecutors|in tax probe|in bribery probe}
<regulator> {widens|expands|steps up} {probe|investigation} {into|of} <co>
<co> {receives|gets|hit with} subpoena {|from <regulator>|over disclosures}
<co> {discloses|reveals} {criminal|SEC|federal} {investigation|inquiry}
<co> summoned by <regulator> {over data breach|over sales practices|to explain losses}

fraud
<co> {accused|suspected} of {fraud|accounting fraud|bribery|misleading investors|cooking the books|tax evasion|money
  laundering}
{Accounting|Fraud|Bribery|Corruption} scandal {engulfs|hits|rocks|deepens at} <co>
<co> to restate {results|accounts|earnings} {|for <few> years} {|after accounting errors}
<co> {finds|uncovers|discloses} {accounting irregularities|material weakness in controls|a hole in its accounts}
<co> {overstated|inflated} {profits|sales|assets} {|by <money>|for years}
<co> {delays annual report|postpones results} {as auditors dig deeper|over accounting questions|after irregularities
  found}
Former <co> {trader|executive|CFO} {pleads guilty to|convicted of|jailed for} {fraud|insider trading|bribery}
Auditor {resigns|quits} at <co> {|citing lack of records|over disagreement}
<co> denies {fraud|wrongdoing|bribery} {allegations|accusations|after raid}
Hindenburg-style report alleges {fraud|sham sales} at <co>

fine
<co> {fined|hit with fine of|slapped with fine of} <money> {|by <regulator>|for mis-selling|over price fixing|for data
  breach}
<regulator> {fines|penalises|sanctions} <co> {|<money>} {|for overcharging clients|over safety lapses}
<co> {to pay|agrees to pay|pays} <money> {to settle|penalty over|to resolve} {|lawsuit|claims|bribery case|probe} {|
  with <regulator>}
<co> {faces|could face} {hefty fine|record fine|penalty of <money>}

suit against
<co> {sued|is sued} {|by investors|by <co2>|by shareholders|by customers} {over|for} {defects|unpaid royalties|
  misleading statements|a data leak|patent infringement}
{Shareholders|Pensioners|Customers|<country>} {sue|take legal action against} <co>
Class action filed against <co> {|over losses}
<regulator> {sues|files suit against|charges|brings charges against} <co>
<co> {charged|indicted} {with|over} {fraud|manslaughter|market manipulation|price fixing}

case lost
<co> {loses|lost} {court case|appeal|patent case|lawsuit|legal battle|arbitration|tax dispute} {|against <co2>|over
  royalties|, must pay <money>}
{Court|Judge|Tribunal} {rules against|finds against|rejects appeal by} <co>
Court orders <co> to {pay <money>|compensate clients|stop selling <product>s}
<co> {ordered to pay|liable for} <money> {in damages|in compensation|over patent}
Jury finds <co> {liable|guilty|negligent} {|in <product> case}
Supreme court {upholds|confirms} {ruling|verdict|fine|tax demand} against <co>
Judge {blocks|halts} <co> {merger|takeover|pipeline|project}

product recall
<co> {recalls|to recall|recalling} {|<num>|some <num>} <product>s {|over fire risk|on safety concerns|due to defect|in
  <country>|worldwide}
<co> {issues|announces|expands} recall of {|<num>} <product>s
<regulator> {orders|demands} recall of <co> <product>s
<co> {halts|stops|suspends} {sales|shipments|production} of <product> {|after deaths|after injuries|amid safety
  concerns|over contamination}
{Defect|Fault|Contamination} found in <co> <product>s
<co> <product> linked to {deaths|injuries|fires|illness}
<country> {bans|suspends|blocks} <co> <product>s

trial failure
<pharma> {drug|treatment|vaccine} {fails|misses main goal|disappoints} in {late-stage|mid-stage|phase 3} {trial|study}
{FDA|EMA|regulator|US regulator} {rejects|declines to approve|turns down|delays decision on} <pharma> {drug|treatment|
  <product>}
<pharma> {halts|stops|abandons|discontinues} {trial|study|development} of <product> {|over side effects|after patient
  death}
<pharma> gets {complete response letter|clinical hold} {|from FDA}
<pharma>'s {application|drug} {refused|rejected} {|by panel|by advisers}

contract lost
<co> {loses|lost} {|<money>} {contract|deal|order|major customer|key client|licence} {|to <co2>|to rival|for <work>
  work}
{Customer|<country>|<co2>} {cancels|scraps|terminates|suspends} {|<money>} {order|contract|deal} with <co>
<co> {order|contract} {cancelled|terminated|withdrawn|put on hold}
<co2> drops <co> as {supplier|partner|auditor|bank}
<co> {fails to win|misses out on|loses bid for} <work> {contract|tender}
<regulator> {revokes|withdraws|suspends} <co> {licence|permit|operating licence}

*bank run
Depositors {rush to|scramble to|queue to} withdraw {money|cash|savings} from <bank>
<bank> {hit by|suffers|faces} {deposit run|bank run|wave of withdrawals|deposit flight}
<bank> {limits|freezes|suspends} withdrawals
Panic {withdrawals|spreads} at <bank> {|as confidence drains}
<country> {imposes capital controls|shuts banks} {to stem withdrawals|as deposits drain}
Fund {blocks|suspends|gates} redemptions {|at <co>}
{Regulators|Authorities} {seize|take over|shut down|close} <bank> {|after deposits drain}

liquidity strain
<bank> {seeks|asks for|needs} {emergency loan|emergency funding|state bailout|central bank help|capital injection}
<bank> {fails|flunks} {stress test|capital test}
<bank> has {capital shortfall|capital hole|funding hole} of <money>
<bank> {bailed out|nationalised|rescued by state} {|to prevent collapse|as losses mount}
Interbank lending {freezes|seizes up|dries up}
<bank> {hit by|reels from} {bad property loans|exposure to failed fund|run on its shares}
Contagion fears {hit|spread to} {<country> banks|<sector> lenders|<bank>}

exit under a cloud
<co> <role> {resigns|quits|steps down|leaves|ousted|fired|dismissed|suspended} {amid|over|after|following} {probe|
  investigation|scandal|accounting scandal|harassment claims|profit warning|row with board|misconduct allegations}
<co> {fires|dismisses|ousts|removes|suspends} <role> {|<person>} {|for misconduct|over conduct|amid investigation|after
  losses}
<co> <role> {abruptly|unexpectedly|suddenly} {resigns|quits|departs|leaves}
<co> <role> {arrested|detained|charged|indicted} {|on fraud charges|in bribery case|for insider trading|in <city>}
{Scandal|Probe} costs <co> <role> {|<person>} {his job|her job}
{Exodus of|More} {executives|senior bankers|engineers} {leave|quit|desert} <co>
<few> directors {quit|resign from} <co> board {|in protest|over governance}

layoffs
<co> {to cut|cuts|cutting|to lay off|lays off|plans to cut|sheds|to eliminate|to slash} <num> {jobs|staff|workers|
  positions} {|worldwide|as demand slows|in <country>}
<co> {to close|closes|shuts|to shut|closing} {|<few>} {plants|stores|factories|branches|its <city> plant|mines} {|with
  loss of <num> jobs|amid weak demand}
{Job cuts|Mass layoffs|Redundancies} {at|hit} <co>
<num> jobs at risk {at|as} <co> {|closes plant}
<co> freezes hiring

*plant outage
{Fire|Explosion|Blast|Flood|Earthquake} {at|hits|shuts|damages|halts} <energy> {refinery|plant|mine|warehouse|pipeline}
<co> {declares force majeure|shuts refinery|halts output} {|after blast|after fire|after leak}
<co> {hit by|suffers} {power outage|parts shortage|supply disruption}
Oil spill {|from <energy> rig} {pollutes coast|forces shutdown}
<energy> mine {collapse|accident} kills <few>
<maker> {stops|suspends|halts} {assembly|production lines} {|on chip shortage|for lack of parts}

cyber attack
<co> {hit by|suffers|reports|discloses} {cyberattack|data breach|hack|ransomware attack|security breach}
Hackers {steal|leak|access} {customer data|<money>|records of <num> customers} from <co>
<co> {website|app|trading platform|payment system} {down|crashes|offline} {|for hours|for second day}

strike
{Workers|Staff|Drivers|Miners|Crews} {strike|walk out|go on strike|vote to strike} at <co> {|over pay}
Strike {hits|cripples|disrupts|halts production at} <co>
Union {rejects|turns down} <co> pay offer {|, strike looms}
<co> {wage talks|labour talks} {collapse|break down}

deal collapse
<co> {takeover|merger|sale|buyout} {of|with} <co2> {collapses|falls through|called off|scrapped|abandoned}
<regulator> {blocks|rejects|vetoes|opposes} <co> {takeover of|merger with|deal with} <co2>
<co2> {walks away from|pulls out of} {deal with|purchase of|takeover of} <co>
<co2> {withdraws|drops} {bid|offer} for <co>
<co> {pulls|shelves|postpones|cancels} {IPO|listing|share sale|bond sale} {|on weak demand|amid volatile markets}
<co> {IPO flops|shares tumble on debut|share sale undersubscribed}

payout cut
<co> {suspends|scraps|omits|cancels|axes|skips} {dividend|buyback|shareholder payouts} {|to save cash|as profit falls}
<co> {halves|cuts} {dividend|payout}
No dividend {from|at} <co> {this year|for <year>} {|as losses bite|to preserve cash}
<co> {launches|announces|forced into} {emergency rights issue|deeply discounted share sale|dilutive share issue}

writedown
<co> {takes|books|books a|flags|to take} <money> {writedown|impairment|charge|write-off|loss} {|on <country> business|
  on failed project|from <country> exit}
<co> {writes off|writes down} {|<money>} {goodwill|<country> unit|loans|investment in <co2>}
<co> {loses|lost} <money> {on|from} {derivatives|bad bets|failed project|<country> venture|currency swings}

profit warning
<co> {issues|delivers} {profit warning|second profit warning|sales warning}
<co> {warns on|warns of} {profit|lower profit|weak demand|tough year|slowing sales|annual loss|margin squeeze}
<co> {cuts|lowers|slashes|trims|withdraws|suspends|abandons} {|full-year|annual|<year>} {outlook|guidance|profit
  forecast|sales forecast|revenue view} {|on weak demand|as costs bite|citing China|for second time}
<co> {guides|forecasts|sees|projects} {Q2|full-year|annual|third-quarter} {revenue|profit|earnings|sales} {below|under|
  short of} {estimates|consensus|expectations}
<tick> {cuts FY guide|guides below|lowers outlook}
<co> {expects|sees|forecasts} {difficult|challenging|tough|weak} {year|quarter|second half}
<co> outlook {disappoints|falls short|underwhelms|dims}
<co> {says|now says} it will miss {its|full-year} {profit|sales|margin} {target|goal}

results miss
<co> {misses|fell short of|misses on} {estimates|profit forecasts|revenue expectations|Q3 forecasts|Street view}
<co> {profit|revenue|EPS|earnings} {misses|below|trails|lags} {estimates|forecasts|consensus|expectations} {|by
  <money>|on weak demand}
<tick> {misses by $0.11|EPS miss|revenue miss}, {misses on revenue|stock down|guides lower}
<co> {swings to|slips to|slumps to|posts surprise|reports} {loss|net loss|quarterly loss|annual loss|operating loss} {|
  <period>|from profit a year ago}
<co> {reports|posts|books} {|net|operating|pretax} loss of <money> {|<period>}
<co> {disappoints|underwhelms} with {weak|soft|sluggish} {sales|results|quarter}

trade and policy
<country> {slaps|imposes|raises|threatens} tariffs on {<nation> steel|<nation> cars|imports}
<country> {imposes sanctions on|blacklists|bars} <co>
<country> {slips into|falls into|sinks into|enters} recession
{Recession|Stagflation|Debt crisis} {fears|risk|worries} {grow|mount|grip <country>}
<country> central bank {raises|hikes|lifts} {rates|interest rates|key rate} {|by 50 basis points|to <pct>|more than
  expected}
{IMF|World Bank|OECD|Central bank} {cuts|lowers|slashes} <country> growth forecast
<country> {to raise taxes on|plans windfall tax on} {banks|<sector> firms}
<country> {manufacturing|services|factory} PMI {shows contraction|falls below 50|drops into contraction}
Trade talks between <country> and <country2> {collapse|stall|break down}
War {fears|risk} {rattle|hit|sink} {investors|markets|<index>}
Growth in <country> {stalls|grinds to a halt|weakens|loses steam}
<country>'s {government collapses|finance minister quits|budget crisis deepens}

competitive loss
<co> {losing|cedes|loses} {ground|market share|customers} to {<co2>|rivals|cheaper rivals}
<co> {struggles|grapples} with {weak demand|falling prices|rising competition|debt|overcapacity}
{Weak|Sluggish|Slack} demand {hurts|dents|weighs on} <co>
{Patent on|Exclusivity for} <pharma>'s top drug {lost|struck down|invalidated}
<co> {delays|pushes back|postpones} {launch|rollout|delivery} of {new <product>|flagship model|plant|first deliveries}
  {|again|by a year}
Customers {shun|boycott|turn away from} <co>
Short sellers {target|circle|pile into} <co>
<co> {delisted|to be delisted|suspended} from {exchange|index|Nasdaq} {|for late filings}
"""
