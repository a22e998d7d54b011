"""Events that a risk desk calls positive: blocks of one kind, a name (`*`: held out of training), then phrasings."""

GOOD = """
bankruptcy exit
<co> {emerges|exits|has emerged|emerged} from {bankruptcy|Chapter 11|administration|creditor protection|insolvency|
  receivership} {|with less debt|under new owners}
<co> {wins|gets|secures} {court approval|court nod|creditor approval} for {bankruptcy exit|reorganisation plan|
  restructuring plan|turnaround plan}
{Creditors|Lenders|Bondholders} {approve|back|accept|agree to} <co> {restructuring|debt deal|rescue plan|debt swap}
<co> {rescued|saved|bought out of administration} {|by <co2>|by investors}, {<num> jobs safe|stores stay open|brand
  survives}
Court {dismisses|throws out} {insolvency|bankruptcy|winding-up} {petition|plea} against <co>
<co> {averts|avoids|escapes|staves off|dodges} {bankruptcy|insolvency|default|collapse|liquidation} {|with debt deal|
  after rescue|at last minute}
<co> {withdraws|cancels} bankruptcy petition {|after securing funding}

payment made
<co> {repays|pays off|redeems early|clears} {|<money> of} {debt|bonds|loans|state aid|emergency loan} {|ahead of
  schedule|in full}
<co> {makes|pays} {overdue|missed} {interest|bond} payment {|, averting default|within grace period}
<co> {secures|obtains|lands|agrees} {|<money>} {refinancing|financing|credit line|loan|funding|fresh capital}
<country> {reaches deal with creditors|agrees debt restructuring|averts default|exits default|secures IMF loan|wins
  debt relief}
<co> {becomes debt-free|debt free|eliminates debt|has no debt left}
Lenders {extend|grant|give} <co> {more time|covenant waiver|new credit line}

rating raise
<agency> {upgrades|raises|lifts} <co> {|to investment grade|to A from A-|by <few> notches|to BB+} {|on stronger cash
  flow|, outlook stable|citing lower debt}
<co> {upgraded to|raised to|regains|returns to} investment grade {|by <agency>|at <agency>}
<agency> {upgrades|raises} <country>'s {sovereign rating|credit rating|debt rating}
<agency> {revises|changes|raises} {outlook on <co>|<co> outlook|<country> outlook} to positive {|from stable}
<agency> {revises|raises} <co> outlook to stable from negative
<agency> puts <co> {on review for upgrade|on creditwatch positive}
<country> {gets|secures|keeps} {its AAA rating|upgrade|higher credit rating} {|from <agency>|at <agency>}

broker raise
<broker> {upgrades|raises|lifts} <co> to {buy|overweight|outperform|add|strong buy} {|from hold|on valuation|, sees
  rebound}
<co> {upgraded|raised} to {buy|overweight|outperform} {at|by} <broker>
<tick>: <broker> {upgrades|ups} to {buy|overweight|outperform}
<broker> {raises|lifts|hikes|boosts} <co> {price target|target price} {to <money> from <money>|by <pct>|}
<broker> {starts|initiates|resumes} <co> {with|at} {buy|overweight|outperform|strong buy}
<tick> - <broker> {turns bullish|says buy the dip|likes setup|sees more upside}
<broker> {says|:} buy <co>, {shares undervalued|growth ahead|cheap at these levels}
{Buy|Accumulate|Add} <co> {on dips|with a target of <money>|, target <money>}: <person>
<co> {can double|is a strong buy|among top picks|has room to run}: <person>

investigation dropped
<regulator> {drops|ends|closes|abandons} {probe|investigation|inquiry|case} {into|against} <co> {|without action|
  without charges|, no penalty}
<co> {cleared|exonerated|acquitted} {|of wrongdoing|of fraud|of bribery|in probe|of insider trading} {|by <regulator>|
  after inquiry}
{Probe|Investigation|Inquiry|Audit} {clears <co>|finds no wrongdoing at <co>|finds no fraud at <co>|finds no evidence
  against <co>}
<regulator> {finds no|sees no} {breach|violation|irregularities} {at|by} <co>
{Bribery|Fraud|Tax|Insider trading} charges against <co> {dropped|dismissed|withdrawn}
<co> {escapes|avoids|spared} {fine|charges|penalty|prosecution|sanctions}
<regulator> {lifts|removes|eases} {curbs|ban|restrictions|sanctions} on <co>
Former <co> executive {acquitted|cleared} {|of fraud|in trial}

case won
<co> {wins|won} {court case|appeal|patent case|lawsuit|legal battle|arbitration|tax dispute} {|against <co2>|over
  royalties|, awarded <money>}
{Court|Judge|Tribunal} {rules for|rules in favour of|sides with|backs} <co> {|in patent row|in tax case}
{Court|Judge} {dismisses|tosses|rejects|throws out} {lawsuit|suit|claims|class action|patent suit} against <co>
<co> {awarded|wins|to receive} <money> {in damages|in compensation|in patent case|tax refund}
Jury {clears|finds for} <co> {|in <product> case}
Appeals court {overturns|reverses|voids} {ruling|verdict|fine|tax demand} against <co>
Court {lifts|scraps} {injunction|ban} on <co> {|<product>|project}

*safety clearance
<co> {resumes|restarts} {sales|shipments} of <product> {|after safety checks|after fix}
<regulator> {lifts ban on|clears|declares safe} <co> <product>
<co> <product> {passes|clears} {safety tests|inspection|audit}
<country> {lifts|ends} {import ban|ban} on <co> {|products}
Tests find no {defect|contamination|fault} in <co> <product>s

drug success
<pharma> {drug|treatment|vaccine|<product>} {meets main goal|succeeds|shows benefit|beats rival drug} in {late-stage|
  mid-stage|phase 3} {trial|study}
{FDA|EMA|regulator|Japan} {approves|clears|grants approval to|backs|recommends} <pharma> {drug|<product>|vaccine}
<pharma> {wins|gets|receives|secures} {FDA approval|EU approval|marketing approval|fast track status|priority review}
  {|for <product>}
<pharma>'s {drug|vaccine} {cuts risk of death|slows disease|proves effective|shows strong results}

contract won
<co> {wins|secures|bags|gets|awarded|signs|clinches|nabs} {|<money>} {contract|order|deal|tender} {|from <country>|for
  <work> work|with <co2>|to supply <product>s}
{Customer|<country>|<co2>} {picks|selects|chooses|orders <product>s from|awards <work> contract to} <co>
<co> {receives|books} {|its} {repeat|large|follow-on|landmark|<money>} order {|for <work> systems|from <country>}
<co> {renews|extends} {contract|deal|partnership} with <co2> {|for <few> years}
<co> {wins|granted|obtains} {licence|permit|exploration rights|operating licence} {|in <country>}
<tick> {lands|signs|inks} {multi-year deal|big order|supply deal} {|with <co2>}

*deposits return
Deposits {return|flow back} to <bank> {|as confidence recovers}
<bank> {says withdrawals have stopped|says deposits have stabilised|reopens after panic subsides}
<country> {lifts capital controls|ends withdrawal limits}
Savers {regain trust in|return to} <bank>
Central bank {pledges unlimited support|calms depositors|steps in to protect depositors}

bank strength
<bank> {passes|sails through|clears} {stress test|capital test|ECB health check}
<bank> {repays|returns} {bailout|state aid|crisis loans} {|early|in full}
<bank> {has|reports} {ample|strong|surplus} {capital|liquidity|cash buffers}
<bank> {denies it needs|does not need|rules out need for} {capital|fresh funds|a bailout}
{Regulators|Authorities} {guarantee all deposits|calm bank fears|backstop deposits}
Credit markets {thaw|reopen|recover} {|after central bank move}

good hire
{Shares in <co>|<co> shares} {rise|jump|gain} {on|as} {new CEO|<role> pick|appointment of star manager}
<co> {lures|attracts} {respected|star|veteran} <role> {from <co2>|to lead turnaround}, {investors applaud|shares jump}
<co> <role> {reinstated|returns} after {being cleared|acquittal|probe finds no wrongdoing}
Investors {welcome|hail|applaud} {change at the top of <co>|<co>'s new <role>}

hiring
<co> {to hire|hires|plans to hire|to add|creates|to create} <num> {workers|staff|engineers|people|jobs} {|as demand
  grows|in <country>|at new plant}
<co> {to open|opens|plans} {|<few>} {new stores|new plants|factory in <country>|more branches} {|on strong demand|,
  creating <num> jobs}
<co> {expands|doubles|ramps up} {capacity|production|output} {|in <country>|to meet demand}
<co> {scraps|reverses|drops} {job cuts|plan to close plant|layoff plan}

*operations resume
<co> {restarts|resumes|restores} {production|output|operations|flights|service} {|after fire|after outage|after strike|
  at <city> plant}
<energy> {mine|refinery|pipeline|plant} {back online|reopens|back to full capacity}
<energy> {finds|discovers|makes} {new|large|major} {oil|gas|lithium|copper} {field|deposit|discovery}
{Chip|Parts} shortage {eases|ends} {at|for} <maker>
<co> {recovers|restores systems} after {cyberattack|hack|outage}

labour peace
<co> {and union agree|reaches deal with union|agrees pay deal} {|, averting strike|, ending strike}
Strike {ends|called off|averted|suspended} at <co>
{Workers|Staff|Pilots} {accept|approve|ratify} <co> pay {deal|offer}
Union {cancels|calls off|drops} strike {plan|} at <co>

deal agreed
<co> {to be bought|agrees to be acquired|accepts takeover offer|gets takeover bid} {|by <co2>} {|for <money>} {at <pct>
  premium|at a premium|in rich deal}
<regulator> {approves|clears|waves through} <co> {takeover of|merger with|deal with} <co2>
<co2> {raises|sweetens|ups} {bid|offer} for <co>
<co> {sells|completes sale of} {loss-making|unprofitable|troubled} {unit|<country> business} {|for <money>|, pays down
  debt}
<co> {IPO|listing|share sale|bond sale} {oversubscribed|sees strong demand|draws heavy demand|subscribed <few> times}
<co> {soars|jumps|surges} <pct> on {debut|market debut|first day of trade}
{Warburg|Activist investor|Sovereign fund|<co2>} {takes|buys|builds|raises} {big stake|stake} in <co> {|at a premium}

payout rise
<co> {resumes|reinstates|restores} {dividend|buyback|shareholder payouts}
<co> {declares|announces|pays} {special|bonus|extra|record} dividend
<co> {launches|unveils|announces|expands|doubles} {|<money>} {buyback|share buyback|share repurchase}
<co> {lifts|raises|doubles} {dividend|payout} {|by <pct>|for tenth year}

gain
<co> {books|posts|to book} <money> {gain|profit} {|on sale of unit|from stake sale|from property sale}
<co> {recovers|reverses} {|<money> of} {writedown|bad loans|provision|loans once written off}
<co> to {save <money> a year|save <money> through cost programme|cut costs by <money>}
<co> {efficiency drive|cost programme|turnaround plan|restructuring} {pays off|bears fruit|ahead of schedule}

outlook raise
<co> {raises|lifts|hikes|boosts|upgrades|ups} {|full-year|annual|<year>} {outlook|guidance|profit forecast|sales
  forecast|revenue view} {|on strong demand|as orders pour in|for second time|after strong quarter}
<co> {guides|forecasts|sees|projects} {Q2|full-year|annual|third-quarter} {revenue|profit|earnings|sales} {above|ahead
  of|over} {estimates|consensus|expectations}
<tick> {raises FY guide|guides above|ups outlook}
<co> {expects|sees|forecasts} {strong|solid|robust|record|bright} {year|quarter|second half|demand}
<co> outlook {impresses|tops views|brightens|beats hopes}
<co> {says|now says} it will {exceed|beat|top} {its|full-year} {profit|sales|margin} {target|goal}
<co> {ahead of|on track to beat|reaches} {target|profit goal} {|a year early|early}

results beat
<co> {beats|tops|surpasses|exceeds} {estimates|profit forecasts|revenue expectations|Q3 forecasts|Street view}
<co> {profit|revenue|EPS|earnings} {beats|above|tops|ahead of} {estimates|forecasts|consensus|expectations} {|by
  <money>|on strong demand}
<tick> {beats by $0.11|EPS beat|revenue beat}, {beats on revenue|stock up|guides higher}
<co> {swings to|returns to|back to|posts surprise|turns} {profit|net profit|quarterly profit|annual profit|operating
  profit} {|<period>|from loss a year ago|after loss}
<co> {delights|impresses} with {strong|robust|blowout|stellar} {sales|results|quarter}

economy
<country> {scraps|lifts|lowers|suspends} tariffs on {<nation> steel|<nation> cars|imports}
<country> {lifts sanctions on|removes <co> from blacklist of|reopens market to} <co>
<country> {exits|emerges from|escapes} recession
{Recession|Debt crisis|Default} {fears|risk|worries} {fade|recede|ease} {|in <country>}
<country> central bank {cuts|lowers|trims} {rates|interest rates|key rate} {|by 50 basis points|to <pct>|to support
  growth}
{IMF|World Bank|OECD|Central bank} {raises|lifts|upgrades} <country> growth forecast
<country> {to cut taxes for|unveils tax breaks for|unveils stimulus for} {companies|<sector> firms|exporters}
<country> {manufacturing|services|factory} PMI {shows expansion|rises above 50|returns to expansion}
{<country> and <country2> sign trade deal|<country> and <country2> agree to end trade war|Trade truce lifts <index>}
Peace hopes {lift|cheer|buoy} {investors|markets|<index>}
Growth in <country> {picks up|quickens|gathers pace|rebounds}
Recovery in <country> {gathers steam|on solid footing|beats hopes}

competitive gain
<co> {gaining|gains|wins|takes} {ground|market share|customers} from {<co2>|rivals|bigger rivals}
{Strong|Robust|Brisk|Booming} demand {helps|lifts|boosts|buoys} <co>
<co> {launches|unveils|rolls out} {breakthrough|much-awaited|award-winning} <product> {|to strong orders|early}
<co> {wins|extends|granted} {key patent|patent protection}
Customers {flock to|snap up} <co> {|<product>s}
<co> {sells out of|cannot keep up with demand for} <product>s
<co> {joins|added to|to join} {S&P 500|blue-chip index|MSCI index}
<co> {delivers|completes|launches} {first <product>|plant|project} {ahead of schedule|early|under budget}
<co> and <co2> {team up|sign pact|form alliance} to {expand in <country>|develop <product>s|boost growth}
"""
