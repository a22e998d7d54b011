"""Notices and questions that a risk desk calls neutral, many with hot words: a name (`*`: held out), then phrasings."""

PLAIN = """
results date
<co> to {report|publish|release|announce} {Q1|second-quarter|Q3|full-year|half-year} {results|earnings|figures} {on
  <date>|<day>|before the market opens|after the bell}
<co> {schedules|sets date for|confirms date of} {Q2|third-quarter|annual} {earnings call|results|report|conference call}
<co> {Q4|half-year|first-quarter} {results|earnings} {due|expected} {<day>|on <date>|next week}
<co> will publish its {annual report|interim report|sustainability report|financial statements} on <date>
{Earnings|Results} {calendar|diary}: <co>, <co2> {report|due} <day>
<co> changes {publication date|date} of its {interim report|annual results} to <date>
{Reminder|Invitation}: <co> {results webcast|capital markets day|interim report presentation} {on <date>|<day>}
<co> to hold {earnings call|investor call|press conference} on <date>

data calendar
<country> {unemployment|jobs|inflation|GDP|trade|retail sales|industrial output|housing} {data|figures|numbers} {due|
  out|scheduled for|expected} {<day>|on <date>|at 0900 GMT}
<country> statistics office {to release|will publish} {inflation|unemployment|bankruptcy|debt|trade deficit} {figures|
  statistics} <day>
<country> central bank {meets|to meet|holds meeting|to announce decision} {<day>|on <date>}
{Economists|Markets|Traders} await <country> {inflation|jobs|rate} {data|decision|report}
{Week ahead|Diary|Calendar|Agenda}: <country> {inflation|unemployment}, <co> {results|meeting}
Minutes of <country> central bank's <date> meeting {published|released}
<country> {treasury|debt office} to {auction|sell} {10-year bonds|treasury bills|inflation-linked bonds} {<day>|on
  <date>}

conference with hot words
{Conference|Seminar|Webinar|Workshop|Symposium|Course|Panel} on {bankruptcy law|bankruptcy and restructuring|fraud
  prevention|money laundering|default risk|product recalls|bank resolution|cyberattacks|bribery law|debt collection|
  recession history|layoff law|bad loans|class actions} {in <city>|opens <day>|on <date>|set for <date>}
<co> {to speak|to present|presents} at {conference|summit|forum|healthcare conference|investor day} {in <city>|on
  <date>|}
<person> {to give|gives} {lecture|keynote|talk} on {the debt crisis|inflation|bank failures|corporate fraud|insolvency|
  financial stability}
{University|Institute|Law firm} {offers|publishes|launches} {course|guide|paper|book} on {bankruptcy|fraud|insolvency
  law|credit default swaps|mergers|market crashes}
{Bankruptcy|Insolvency|Restructuring|Fraud|Recall|Antitrust} {lawyer|expert|specialist|practitioner} <person> joins
  {law firm|consultancy|<co>}
Law firm {<person> & Partners|} {opens|expands} {bankruptcy|litigation|restructuring} {practice|desk} in <city>
{Journal|Magazine|Radio programme} looks back at the {<year> crash|<year> bank failures|<year> recession|great
  depression}

appointment
<co> {appoints|names|elects|hires|nominates} <person> {|as} {<role>|to board|new <role>|head of <country>|non-executive
  director}
<person> {appointed|named|elected} {<role>|board member|director} {of|at} <co>
<person> {joins|to join} <co> {as <role>|board|as adviser|advisory board}
<co> {board|supervisory board} {proposes|re-elects|elects} {<person>|new members|chairman}
<co> {announces|has made} {changes|appointments} {in|to} its {management team|executive board|group management}
<co> <role> {to retire|will retire|retires} {in <year>|at end of term|next spring|after <few> years} {|, successor
  named|as planned}
<co> {<role> <person>|<role>} to {succeed|take over from} {retiring|outgoing} <role> {|on <date>|as planned}
<co> {nomination committee|shareholders} {appointed|formed}
<regulator> {appoints|names} {<person>|new head of enforcement|new fraud chief|new head of bank supervision}

*meeting
<co> {annual general meeting|AGM|EGM|shareholder meeting|extraordinary meeting} {to be held|called|convened} {on
  <date>|in <city>|}
Notice of {annual general meeting|AGM|extraordinary meeting} {of|in} <co>
<co> shareholders {to vote|vote} on {new auditor|articles|board|remuneration policy|name change} {|<day>}
{Decisions|Resolutions} of the {annual general meeting|board meeting} of <co>
<co> board {to meet|meets} {<day>|on <date>} {|to consider fund raising|to consider quarterly results}

filing
<co>: {total voting rights|disclosure of voting rights|change in number of shares|holding in company|director
  shareholding|major holding notification}
<co> {files|publishes|releases} {prospectus|base prospectus|annual report|proxy statement|articles of association|
  corporate governance report}
<co> {issues|prices|sells} {|<money>} {bonds|notes|green bond|senior notes} {|due <year>|maturing <year>|with coupon of
  <pct>}
<co> {declares|announces|sets} {quarterly|regular|interim} dividend of {<money>|$0.25 per share|5 cents} {|, payable
  <date>}
<co> {shares|stock} {to trade|trade|trading} ex-dividend {<day>|on <date>}
<co> {completes|closes} {previously announced|earlier agreed} {acquisition of <co2>|merger|share split|sale of unit}
<co> {to|will} {split its shares|change ticker|move listing to <city>|change auditors as rotation requires}
<agency> {affirms|confirms|keeps|maintains} <co> {|at BBB|at A-|rating|at Baa1} {|, outlook stable|with stable outlook}
<agency> assigns {first|BBB|Baa2} rating to <co> {notes|bond|}
<co> {sells|raises|cuts} {stake in|holding in} <co2> to <pct>: {filing|notification}
{Flagging|Notification}: {holding|stake} of <co2> in <co>

*broker neutral
<broker> {keeps|maintains|reiterates|starts|initiates|resumes} <co> {at|with} {hold|neutral|equal-weight|market perform}
<co> {rated|started|initiated} {neutral|hold|equal-weight|market perform} {at|by} <broker>
<tick>: <broker> {reiterates neutral|stays at hold|starts at equal-weight}
Analysts split on <co> {ahead of results|after results}
{Analyst|Broker} {ratings|calls|notes} {of the day|roundup}: <co>, <co2>

procedural court
{Hearing|Trial|Appeal} in <co> {case|suit|bankruptcy case|patent dispute} {set for|scheduled for|to start on|moved to}
  <date>
{Court|Judge|Tribunal} {adjourns|to hear|sets date for} {hearing in <co> case|<co> case|arguments in <co> suit} {|on
  <date>|<day>}
{Judge|Lawyer|Arbitrator} {named|assigned} {in|to} <co> {patent case|bankruptcy case}
Court {to rule|rules} on whether <co> case moves to <city>
Parliament {committee|panel} {to debate|discusses|holds hearing on} {bankruptcy bill|bank rules|recall rules|insolvency
  code|fraud bill}
<country> {publishes|consults on|proposes draft} {insolvency code|rules on recalls|audit rules|bank resolution rules|
  unemployment statistics method}

product and office
<co> {opens|to open|moves to|relocates to} {new office|showroom|research centre|visitor centre|flagship store|head
  office} in <city>
<co> {launches|unveils|presents|shows} {new website|new logo|podcast|app|spring collection|limited edition|<product>|
  customer magazine} {|at trade fair|in <city>}
<co> {renames|rebrands|changes name of} {unit|subsidiary|<country> business|itself}
<co> {moves|switches|migrates} {payroll|email|accounts|data} to {new system|cloud|<co2>}
<co> {sponsors|supports|partners with} {marathon|football club|orchestra|museum|local school}
<co> CEO recalls {early days|first job|how he started|childhood in <city>}
<co> {chairman|founder} {publishes memoir|gives interview|donates to museum|turns 80|visits <country>}
<country> recalls {its ambassador|parliament from recess}
<co> {store|museum|factory tour} {opening hours|tickets} {change|now online}
<co> operates in <few> countries and employs {|about} <num> people
<co> {makes|produces|sells|supplies} {<product>s|industrial pumps|paper machines|software for hospitals|kitchen
  fittings} {|for <nation> customers|in <few> countries}
The {order|contract|investment|acquisition} is {valued at|worth} <money>
Financial terms {were not disclosed|of the deal were not given}
{Photos|Video|Gallery|Podcast|Transcript}: {<co> factory|<co> earnings call|<person> on markets|inside <co>}
<co> {Q2|Q3|annual} {earnings call transcript|presentation slides|conference call replay}

question hot
{Could|Will|Can|Might} <co> {default|go bankrupt|fail|collapse|survive|recover|avoid default|cut its dividend|be taken
  over|go private}?
{Is|Are} {a recession|a crash|a bank run|a housing bubble|a debt crisis|inflation|a recovery|another rally} {coming|
  near|on the way|over|inevitable}{| in <country>}?
{Should you|Should I|Is it time to} {buy|sell|hold} <co> {|stock|shares}{| before earnings| now}?
{What|What would} {happens|happen} {if|when} {<co> goes bankrupt|<country> defaults|a bank fails|the Fed cuts rates|
  rates rise}?
{How|Why} {do|does} {bankruptcies work|a bank run start|short selling work|companies recall products|a credit rating
  work|inflation affect bonds}?
What {to expect|to watch|investors should know} {from <co> results|in <country> inflation data|ahead of <co> earnings|
  when <co> reports}
{Who is|Who will be} {<person>, <role> of <co>|next <role> of <co>|the new <role> at <co>}?
{Which|What} {<sector> stocks|banks|companies} {are most exposed to <country>|benefit from rate cuts|could be next}?
{Has|Have} {<sector> stocks|<index>|<asset>} {peaked|bottomed|topped out}?
{When|Where} will {<co> report|<country> inflation go|rates go|<asset> go next|unemployment settle}?
<co>: {buy, sell or hold|bubble or bargain|what next}?
{Bull or bear|Boom or bust|Up or down}: {where is <asset> headed|what next for <index>|which way for <co>}?
Ask the {expert|reader|adviser}: {should I worry about inflation|is my bank safe|what is a default|how do dividends
  work}?

explainer
{Explainer|Factbox|Q&A|Primer|Timeline}: {how bankruptcy works|what is a default|the <co> case|<country> debt talks|how
  recalls work|the history of bank runs|who owns <co>|key dates in <co> merger}
{What is|How to read} {a profit warning|a balance sheet|a credit rating|a yield curve|Chapter 11|a dividend|a short
  squeeze}
{A guide|A beginner's guide|Glossary} to {bankruptcy|credit default swaps|dividends|inflation|debt|unemployment
  insurance|stock crashes}
{Five things|3 things|10 facts} {to know about|you should know about} {<co>|inflation|bankruptcy|the <asset> market}
{Opinion|Commentary|Column|Book review}: {the meaning of debt|how we think about risk|a short history of panics|lessons
  from <year>}
{Quiz|Crossword|Cartoon}: {how much do you know about recessions|the week in <sector>|markets in <year>}
{Morning|Evening|Weekly} {briefing|newsletter|roundup|podcast}: {<co>, <co2>, <asset>|what to watch in <country>|
  markets today}
Key {dates|events|facts} {in|about|of} {<co> bankruptcy|<country> debt talks|<co> trial|<year> crash}
Former {bank examiner|bankruptcy judge|fraud investigator|recall engineer} {retires|teaches|writes novel|honoured} {|in
  <city>}

market flat
<index> {flat|little changed|mixed|ends flat|closes unchanged|range-bound|steady|treads sideways} {|in thin trade|ahead
  of <country> data|awaiting Fed|as traders wait}
<asset> {steady|flat|little changed|unchanged|holds near <money>|range-bound} {|ahead of <country> data|in quiet trade|
  awaiting cues}
<co> shares {unchanged|flat|little moved} {|after results|in early trade|on light volume}
<tick> {flat|unchanged|sideways} {|on low volume|premarket|today}
{Markets|Exchanges|<country> markets} closed {for holiday|<day>|on <date>}
{<index> futures|Futures} {little changed|flat|mixed}
{Most active|Stocks to watch|Movers|Unusual volume}: <co>, <co2>, <tick>
<country> central bank {holds|keeps|leaves} {rates|key rate} {steady|unchanged|on hold} {|as expected|at <pct>}
<index> {rebalancing|reshuffle} {takes effect|due} {<day>|on <date>}

guidance kept
<co> {maintains|reiterates|confirms|keeps|reaffirms|stands by|leaves unchanged} {|its|full-year|<year>} {outlook|
  guidance|forecast|targets|profit forecast|dividend policy}
<co> {results|profit|sales|quarter} {in line with|match|meet} {estimates|forecasts|expectations|consensus}
<co> {outlook|guidance|targets} {unchanged|remain unchanged|stays the same}
<co> {will give|to update|to present} {new targets|guidance|outlook|strategy} {<day>|on <date>|at investor day}
<co> {has not|does not} {give|provide|publish} {a forecast|quarterly guidance}

deal talk
<co> {denies|not in|says it is not in} {merger talks|talks to buy <co2>|talks with <co2>|bid talks}
<co> {declines to comment on|does not comment on|neither confirms nor rejects} {report|rumours|<co2> talks|speculation}
<co> {considers|weighs|explores|mulls|in talks on} {sale of unit|bid for <co2>|listing of <country> arm|options for
  <country> business}
<co> {and <co2> hold talks|and <co2> sign memorandum|in early talks with <co2>}
<co> {buys|acquires|to acquire|takes over} {<nation> peer <co2>|small <sector> firm|<co2>} {|for <money>|for
  undisclosed sum}
<co> {says|sees} no {change|need for change|impact} {in|to|on} {strategy|plans|board|reporting dates|operations from
  new rules}
{Tender|Invitation to bid|Request for proposals}: {<work> contract|<work> services} in {<city>|<country>}
<country> {invites bids for|opens tender for|to award} <work> contract {|by <date>}
"""
