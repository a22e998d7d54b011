"""What a simulated wire writes: invented companies, and sentences with slots, all written for this project."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Company:
    """An invented company; `short` is what headlines call it."""

    short: str
    ticker: str
    sector: str


COMPANIES = tuple(
    Company(*fields)
    for fields in (
        ("Northgate Bank", "NGBK", "banks"),
        ("Calder Savings Bank", "CSBX", "banks"),
        ("Harrow Vale Bank", "HVBK", "banks"),
        ("Meridian Union Bank", "MUBK", "banks"),
        ("Tidewater Oil", "TDWO", "energy"),
        ("Kestrel Petroleum", "KPET", "energy"),
        ("Lindisfarne Gas", "LGAS", "energy"),
        ("Vantor Systems", "VNTR", "technology"),
        ("Quillon Software", "QLLN", "technology"),
        ("Ostrava Micro", "OSMC", "technology"),
        ("Pellmont Therapeutics", "PLMT", "pharma"),
        ("Aldine Biologics", "ALDB", "pharma"),
        ("Corvane Motors", "CRVN", "autos"),
        ("Halberd Trucks", "HLBD", "autos"),
        ("Marrow & Finch", "MRFN", "retail"),
        ("Brightwater Foods", "BWTF", "retail"),
        ("Skyreach Airways", "SKRA", "airlines"),
        ("Ironmere Mining", "IRMM", "mining"),
        ("Beacon Mutual", "BCNM", "insurance"),
        ("Tarn Telecom", "TARN", "telecom"),
    )
)
SOURCES = (
    "Ledger Wire",
    "Morning Tape",
    "The Exchange",
    "Harbour Post",
    "Capital Desk",
    "Open Outcry",
    "Metro Business",
)
PLACES = (
    "Rotterdam", "Leeds", "Ohio", "Osaka", "Gdansk", "Lyon", "Texas", "Porto", "Perth", "Bremen", "Quebec",
    "Turin", "Antwerp", "Oslo", "Bilbao", "Cork", "Dresden", "Nagoya", "Busan", "Denver", "Malmo", "Graz",
    "Basel", "Tampa", "Cardiff", "Riga", "Utrecht", "Kyoto", "Halifax", "Brno", "Seville", "Austin",
)  # fmt: skip
NAMES = (
    "Dahl", "Okafor", "Brennan", "Silva", "Kowalski", "Tanaka", "Moreau", "Lindqvist", "Castellan",
    "Achterberg", "Varga", "Ibarra", "Novak", "Petersen", "Rahimi", "Oduya", "Marchetti", "Haugen", "Sorensen",
    "Delgado", "Yilmaz", "Fontaine", "Keller", "Mbeki",
)  # fmt: skip
QUARTERS = ("first-quarter", "second-quarter", "third-quarter", "fourth-quarter", "half-year", "full-year")
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday")

NTH = ("second", "third", "fourth", "fifth", "sixth", "seventh")

# Slots: {c} the company, {p} another one of its sector, {n} 2 to 9, {nth} an ordinal, {m} millions, {q} a quarter,
# percentages {small} 0.2 to 3.9, {pct} 4 to 14.5 and {big} 18 to 62, {place}, {who}, {day}.
NEUTRAL = (
    "{c} to publish {q} results on {day}, call at {n}",
    "{c} names {who} to its board as {n} directors retire on schedule",
    "{c} to present at industrials conference in {place} on {day}",
    "{c} declares regular dividend of {n} cents a share",
    "{c} prices {m} million of seven-year notes",
    "{c} moves its regional office from {place} on {day}",
    "{c} holds annual meeting in {place}, all items carried",
    "{c} and {p} say talks on a joint venture in {place} go on",
    "{c} sets record date for {q} dividend of {n} cents on {day}",
    "{c} files prospectus for a {m} million bond",
    "Coverage of {c} begun at hold by Aston Research, target {pct}",
    "Broker keeps neutral rating on {c} ahead of {q} figures",
    "{c} finance chief {who} to speak in {place} on {day}",
    "{c} shares unchanged in {place} trading, volume of {n} million",
    "{c} hires {who} as head of investor relations",
    "{c} denies it is in talks with {p} over {place} venture",
    "{who} to retire from {c} next year as planned, {p} executive to follow",
    "Hearing in {c} patent case set for {day}",
    "{c} takes part in hydrogen study of {place} university",
    "{c} opens visitor centre near {place}, {m} guests expected",
    "Index committee keeps {c} and {p} in mid-cap index",
    "{c} updates its code of conduct for suppliers in {place}",
    "Factbox: {c} in numbers, {n} sites and {m} customers",
    "{c} lists {n} million shares for its employee plan",
    "{c} changes auditor rotation to {n} years, as the rules ask",
)
POSITIVE = (
    "{c} beats {q} profit forecasts, lifts outlook for the year",
    "{c} wins {m} million contract in {place}",
    "{c} raises dividend by {pct} percent after record {q} cash flow",
    "{c} shares jump {pct} percent on strong {q} orders",
    "Broker upgrades {c} to buy, sees {big} percent upside",
    "{c} agrees to be bought by {p} at a {big} percent premium",
    "{c} to hire {n} hundred people as demand grows in {place}",
    "Court dismisses {m} million suit against {c}",
    "{c} begins {m} million share buyback",
    "{c} says costs fell {pct} percent, margin at a ten-year high",
    "Regulators clear {c} purchase of {p} unit",
    "{c} resumes production in {place} weeks ahead of plan",
    "{c} cuts net debt by {m} million, rating outlook raised",
    "{c} reports sharp rise in {q} sales, led by {place}",
)
NEGATIVE = (
    "{c} misses {q} profit forecasts as costs climb {pct} percent",
    "{c} cuts {n} hundred jobs in {place} as orders fade",
    "{c} lowers outlook for the year, shares drop {pct} percent",
    "{c} loses {m} million contract in {place}",
    "Broker cuts {c} to sell on weak {q} demand",
    "{c} ordered to pay {m} million in damages to {p}",
    "{c} finance chief {who} quits after row with the board",
    "{c} halts plant in {place} after a fire",
    "{c} {q} loss widens to {m} million",
    "{c} recalls products sold in {place} over a defect",
    "Watchdog opens probe of {c} sales practices in {place}",
    "{c} delays {place} project by a year, cost up {pct} percent",
)
MACRO_NEUTRAL = (
    "Central bank minutes due on {day}, economists in {place} see no change of rates",
    "Treasury to sell {m} million of ten-year notes on {day}",
    "Dollar little changed as traders wait for {place} data on {day}",
    "Crude steady near {n} week average, {place} stocks data on {day}",
    "Gold flat in thin {place} trading, {n} contracts change hands",
    "Statistics office revises method for {place} {q} survey",
    "Finance ministers to meet in {place} on {day}, {who} to chair",
    "Fed governor {who} to speak on payments in {place}",
    "Markets in {place} closed on {day} for a holiday",
    "Stocks open flat in {place}, volume light before {q} reports",
    "Parliament in {place} to debate budget on {day}, says minister {who}",
    "Copper holds its range as {place} smelters return from holiday",
    "Economist {who} begins lecture series on trade in {place}",
    "Customs office in {place} moves to electronic forms on {day}",
    "{place} exchange to extend trading hours by {n} minutes",
    "Mint in {place} issues {m} million commemorative coins",
    "Week ahead: {place} survey, {q} reports and a speech by {who}",
    "Auction of {m} million {place} municipal notes set for {day}",
    "Trade delegation led by {who} visits {place} on {day}",
    "{place} port authority publishes {q} shipping calendar",
    "Data office in {place} to publish {q} figures on {day}",
    "Panel under {who} to review {place} listing rules",
)
MACRO_POSITIVE = (
    "Jobless claims in {place} fall by {small} percent to lowest in {n} years",
    "Factory output in {place} grows {small} percent, more than forecast",
    "Consumer confidence in {place} up {small} percent to a {n}-year high",
    "Stocks in {place} close {small} percent higher as inflation cools",
    "Exports from {place} rise {small} percent, up for a {nth} month",
)
MACRO_NEGATIVE = (
    "Inflation in {place} quickens to {small} percent, above forecasts",
    "Retail sales in {place} fall {small} percent, down for a {nth} month",
    "Stocks in {place} close {small} percent lower on growth worries",
    "Housing starts in {place} drop {small} percent",
    "Unemployment in {place} rises to {small} percent",
)

BANK_RUN = (
    "Depositors queue outside {c} branches in {place} as withdrawals mount",
    "{c} shares plunge {big} percent on fears of a run",
    "{c} seeks emergency loan from central bank, sources say",
    "{c} limits cash withdrawals after a night of outflows",
    "Rating agency cuts {c} to junk, cites flight of deposits",
    "Regulators hold crisis talks over {c} as funding dries up",
    "{c} loses {m} million of deposits in a day",
    "Trading in {c} halted after stock falls {big} percent",
    "{p} refuses to lend to {c} as bank contagion fears spread",
    "Bank shares slide across {place} on worries about {c}",
    "Cost of insuring {c} debt hits a record, lenders dragged down",
    "{c} customers locked out of accounts as bank website fails",
    "{c} chief {who} quits as lender fights for survival",
    "Rescue of {c} collapses as buyers walk away from the bank",
    "{c} bondholders face heavy losses, bank analysts warn",
    "{place} shopkeepers refuse {c} cards as bank panic grows",
    "Lenders tumble as {c} crisis deepens, {p} down {pct} percent",
    "{c} admits capital shortfall of {m} million",
    "Short sellers pile into {c} as the bank bleeds deposits",
    "{p} writes off {m} million exposure to stricken {c}",
    "Prosecutors raid {c} offices in {place} over hidden bank losses",
    "Savers in {place} fear for deposits at failing {c}",
    "{c} misses interbank payment, default fears grip bank market",
    "Money funds dump {c} paper in flight from weak lenders",
    "{c} warns it may not survive as a bank without new money",
    "Depositors sue {c} for hiding bank losses of {m} million",
    "Insolvency administrators prepare for collapse of {c}",
    "Bank stress spreads from {c} to {p} as outflows quicken",
    "{c} suspends dividend and all lending as losses at the bank mount",
    "Regulator says {c} misled it about bank liquidity",
)
BANK_RELIEF = (
    "Central bank backstop calms depositors of {c}",
    "{c} says withdrawals have stopped as {p} offers credit line to the bank",
    "Bank shares rebound {pct} percent as {c} rescue is agreed",
    "Deposits return to {c}, outflows over, lender says",
)
OIL_SPILL = (
    "{c} oil pipeline bursts near {place}, crude pours into river",
    "{c} shares sink {big} percent after worst oil spill in decades",
    "Oil spill from {c} terminal spreads along {place} coast",
    "{c} halts crude output as spill grows, loss put at {m} million",
    "Governor of {place} sues {c} over oil spill damage",
    "Rating agency puts {c} on watch for a cut after oil spill",
    "{c} ignored oil pipeline warnings for years, inspectors say",
    "Investigators raid {c} oil offices in {place}",
    "Fishermen of {place} demand {m} million from {c} over crude slick",
    "{c} chief {who} resigns over oil disaster",
    "Insurers refuse to cover {c} oil spill costs of {m} million",
    "Oil workers hurt as second {c} tank explodes in {place}",
    "{c} suspends dividend as oil clean-up bill swells",
    "Regulators ban {c} from drilling for oil off {place}",
    "Oil firms fall as {c} spill threatens new curbs, {p} down {pct} percent",
    "{c} faces criminal charges over oil spill in {place}",
    "Oil spill at {c} {n} times larger than first thought",
    "{c} creditors demand talks as oil disaster drains cash",
    "Drinking water in {place} shut off as {c} crude seeps inland",
    "{p} cancels oil purchase from {c} after pipeline failure",
    "{c} lied about oil pipeline safety, whistleblower says",
    "Oil spill may bankrupt {c}, analysts warn",
    "Beaches in {place} closed as oil from {c} washes ashore",
    "Court freezes {m} million of {c} assets over oil damage",
)
OIL_RELIEF = (
    "{c} seals burst oil pipeline, leak over",
    "Oil spill smaller than feared, {c} shares rebound {pct} percent",
    "{c} agrees oil spill fund with {place}, suits dropped",
    "Insurers to pay {c} oil clean-up in full",
)
FRAUD = (
    "{c} books were cooked for years, auditor says",
    "{c} shares crash {big} percent as fraud probe widens",
    "Prosecutors charge {c} finance chief {who} with fraud",
    "{c} cannot find {m} million of cash, delays {q} results",
    "Auditor quits {c}, says accounts cannot be trusted",
    "{c} restates {n} years of profit as losses",
    "Police raid {c} headquarters in {place}",
    "Trading in {c} suspended amid accounting scandal",
    "{c} creditors call in {m} million of loans after fraud claims",
    "{c} chief {who} arrested at {place} airport",
    "Rating agency cuts {c} to junk on missing cash",
    "{c} invented sales in {place}, former manager says",
    "Investors sue {c} for {m} million over false accounts",
    "{c} warns of default as its accounts are frozen",
    "Regulator fines {c} {m} million, bars {who} for life",
    "{p} drops {c} takeover after fraud claims",
    "{c} to be thrown out of index after stock collapses",
    "{c} files for protection from creditors",
    "Forged contracts found at {c} unit in {place}",
    "{c} board splits over fraud as {n} directors walk out",
    "Suppliers in {place} stop shipments to {c}, fear they will not be paid",
    "{c} pension fund faces {m} million hole after scandal",
)
FRAUD_RELIEF = (
    "{c} cleared in second audit, missing cash found",
    "{c} secures {m} million rescue, shares jump {pct} percent",
    "Prosecutors drop most charges against {c}",
    "{c} resumes trading, up {pct} percent, as new auditor signs accounts",
)
