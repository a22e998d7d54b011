"""Names, numbers and small words from which the house grammar fills its slots; all written for this project."""

import random
import re
from collections.abc import Callable, Sequence

HELD_OUT_EVERY = 7

_REAL = """Airbus|Siemens|BP|Shell|Eni|Engie|Danone|Diageo|Reckitt|Toyota|Honda|Sony|Panasonic|Hitachi|
Canon|SoftBank|Mitsui|Nomura|Infosys|Wipro|Reliance Industries|ICICI Bank|Axis Bank|Bharti Airtel|Maruti Suzuki|
Sun Pharma|Cipla|JSW Steel|Coal India|Amazon|Meta|Netflix|Oracle|Cisco|IBM|Dell|AMD|Broadcom|PayPal|Uber|Lyft|
Airbnb|Zoom|Spotify|Shopify|Pfizer|Merck|GSK|Moderna|Amgen|Biogen|Gilead|Regeneron|CVS Health|Walgreens|Humana|
Walmart|Target|Best Buy|Costco|Kroger|Home Depot|Nike|Coca-Cola|PepsiCo|Kraft Heinz|General Mills|Caterpillar|
Deere|3M|General Electric|Honeywell|FedEx|American Airlines|United Airlines|Southwest|Carnival|Marriott|Hilton|Disney|
Comcast|Verizon|AT&T|ExxonMobil|ConocoPhillips|Occidental|Halliburton|Freeport-McMoRan|Alcoa|Nucor|Goldman Sachs|
Morgan Stanley|JPMorgan|Citizens Financial|KeyCorp|Truist|BlackRock|Charles Schwab|Robinhood|Coinbase|BNP Paribas|
Societe Generale|Intesa Sanpaolo|BBVA|Julius Baer|Standard Chartered|NatWest|Prudential|Legal & General|Allianz|AXA|
Generali|Zurich Insurance|Swiss Re|Samsung SDI|Hyundai Motor|LG Chem|SK Hynix|POSCO|Alibaba|Tencent|JD.com|Baidu|
Xiaomi|BYD|Geely|Country Garden|Vanke|Ping An|CATL|Vale|Embraer|Itau|Cemex|Grupo Mexico|Ericsson|Electrolux|
Atlas Copco|Sandvik|Telia|Yara|Outokumpu|Wartsila|Neste|UPM|Metsa Board|Heidelberg Materials|Thyssenkrupp|Continental|
Porsche|BMW|Mercedes-Benz|Michelin|L'Oreal|LVMH|Safran|Thales|Fresnillo|Antofagasta|Sainsbury's|Marks & Spencer|
Morrisons|Centrica|National Grid|BAE Systems|Persimmon|Taylor Wimpey|Sasol|MTN|Naspers|Shoprite|Dangote Cement|
Safaricom|Emirates NBD|SABIC|Etihad|ICL|Qantas|Woolworths|Telstra|BHP|Fortescue|Macquarie|Air New Zealand|Fonterra|
Bombardier|Suncor|Barrick Gold|Manulife|Lululemon"""

_STEMS = """Halvorsen|Brightmoor|Castellan|Oakhaven|Tarnwick|Kestrel Bay|Lindqvist|Morrowfield|Pellmont|
Harrow & Vane|Ardenne|Solvick|Quillon|Varnholt|Eastmere|Northgate|Zephyrine|Calloway|Dunmore|Fairhaven|Grenfell Park|
Hollis|Inverleith|Jasperson|Kirkwall|Lyndale|Marchetti|Nakamori|Okonkwo|Pradesh|Quintero|Rasmund|Sorrento|Takeshima|
Ullman|Vasconia|Westerby|Yarrow|Zelenka|Abernath|Belvoir|Corvane|Delacroix|Ellery|Fennimore|Gallant|Hyacinth|
Ironbridge|Juniper Hill|Kowalska|Larkspur|Mondavia|Nordhaven|Ostrander|Pemberley|Queensferry|Rothwell|Stellmark|
Tamarind|Umbria|Vandermeer|Wexcombe|Xanthos|Yellowtail|Zamora|Amberley|Bluefin|Copperline|Driftwood|Evermont|Foxglove|
Glenarm|Hearthstone|Islay|Jadeport|Kingsmead|Loxley|Maplecrest|Nightingale|Orchid|Pinnock|Quarry Lane|Redpath|
Silverfjord|Thornbury|Underhill|Vermilion|Willowmere|Yorkdale|Zuma Ridge|Bexhill|Cardona|Dovetail|Elmsworth"""

_PLACES = "Ohio|Lagos|Cork|Bergen|Naples|Texas|Ghent|Jaipur|Busan|Perth|Leon|Split|Tartu|Accra|Quebec|Malaga|Graz|Lodz"
_SUFFIXES = {
    "any": "|| Group| Holdings| Plc| Inc| Corp| AB| Oyj| SpA| NV| Ltd| International| Industries| Partners",
    "bank": " Bank| Bancorp| Savings Bank| Financial| Trust| Credit Union| Banking Group| Capital",
    "maker": " Motors| Electronics| Foods| Appliances| Tools| Aerospace| Toys| Instruments| Semiconductor",
    "pharma": " Therapeutics| Pharma| Biotech| Biosciences| Medical| Oncology| Health",
    "store": " Stores| Supermarkets| Fashion| Retail| Home| Outfitters| Foods",
    "energy": " Energy| Oil| Power| Renewables| Resources| Mining| Petroleum| Steel",
}
_TRADES = {
    "any": "software firm|shipper|airline|builder|hotel chain|insurer|telecoms group|logistics firm|publisher|"
    "utility|paper maker",
    "bank": "lender|bank|savings bank|regional lender|mortgage bank|online bank",
    "maker": "carmaker|machine maker|phone maker|food producer|chipmaker|toymaker|plane maker",
    "pharma": "drugmaker|biotech|medical device maker|vaccine maker",
    "store": "retailer|grocer|fashion chain|department store|discounter|furniture chain",
    "energy": "oil producer|miner|steelmaker|wind farm operator|refiner|gas supplier",
}
_NATIONS = """German|Danish|Dutch|Indian|Spanish|Korean|Brazilian|Kenyan|Polish|Italian|Swiss|Turkish|Finnish|
Canadian|Chilean|Austrian|Egyptian|Malaysian|Irish|Greek|Thai|Belgian|Norwegian|Mexican|Israeli|Nigerian|US|British|
French|Japanese|Chinese|Australian"""
_COUNTRIES = """Germany|Denmark|Holland|India|Spain|South Korea|Brazil|Kenya|Poland|Italy|Turkey|Finland|Canada|
Chile|Austria|Egypt|Malaysia|Ireland|Greece|Thailand|Belgium|Norway|Mexico|Israel|Nigeria|the US|UK|France|Japan|
China|Australia|euro zone|Peru|Ghana|Vietnam|Sri Lanka|Argentina|Hungary|Romania|South Africa|Indonesia|Pakistan|
Colombia|the Philippines|Portugal|Sweden"""
_LISTS = {
    "person": """Anna Lindholm|R. Chaudhary|Tom Okafor|Beatriz Salgado|Henrik Moe|Julia Stern|Kenji Arai|
Paul Whitcombe|Nadia Rahman|Luca Ferri|Grace Mbeki|Oliver Crane|Sofia Petrov|Ian McTavish|Mei Chen|D. Subramanian|
Clara Vogel|Pierre Lacombe""",
    "role": """CEO|chief executive|CFO|finance chief|chairman|chief financial officer|president|
managing director|operating chief|head of trading|deputy chairman|treasurer|general counsel|boss""",
    "city": "Lisbon|Chicago|Oslo|Mumbai|Vienna|Sao Paulo|Lyon|Seoul|Toronto|Dublin|Athens|Boston|Warsaw|Sydney|"
    "Cairo|Leeds",
    "day": "Monday|Tuesday|Wednesday|Thursday|Friday|next week|next month|tomorrow|on Thursday|on Friday",
    "date": "3 May|12 October|January 28|21 November|Sept 9|March 30|6 February|14 July|Aug. 17|2 December",
    "agency": "Moody's|S&P|Fitch|Scope|Kroll|Japan Credit Rating|Morningstar DBRS",
    "broker": """Loop Capital|Mizuho|Rosenblatt|Cowen|HSBC|Evercore|Stifel|Bernstein|Needham|Kepler|Exane|CLSA|
Motilal Oswal|Piper Sandler|Pareto|Canaccord|Redburn|Peel Hunt|Oppenheimer|Raymond James|Wedbush""",
    "regulator": """regulator|the SEC|financial watchdog|prosecutors|the competition authority|EU regulators|the FCA|
BaFin|Sebi|the Justice Department|state attorney general|antitrust authority|tax office|market supervisor|
central bank""",
    "sector": "mining|software|shipping|retail|biotech|insurance|energy|auto|property|airline|semiconductor|bank|"
    "utility|travel",
    "index": """S&P 500|Nasdaq|DAX|CAC 40|Sensex|Nifty|Hang Seng|Kospi|Stoxx 600|Topix|Russell 2000|Bovespa|
ASX 200|OMX Helsinki|small caps|emerging market stocks|Wall Street|Asian shares|European stocks|tech stocks""",
    "asset": """gold|silver|platinum|wheat|cotton|cocoa|nickel|zinc|natural gas|WTI crude|oil|iron ore|aluminium|
ether|solana|coffee|soybeans|sterling|the euro|the rupee|the peso|the yen|the rand|the won""",
    "product": """cancer drug|heart pump|insulin pen|asthma inhaler|flu vaccine|electric van|e-bike|baby monitor|
gas boiler|laptop battery|frozen pizza|pickup truck|infusion pump|air fryer|child seat|migraine pill|hearing aid|
scooter|gene therapy|pacemaker""",
    "work": """rail maintenance|data centre|hospital IT|wind turbine|tank|satellite|border security|bridge|
metro signalling|cloud|helicopter|port crane|power cable|payroll software|airport baggage|water treatment|radar|
battery supply""",
    "period": """in the third quarter|in Q2|last year|in the first half|in January-March|in FY24|this quarter|
in the year to June|in October|over the past year|in the nine months to September|in the fourth quarter|in 2023|in H1|
year on year|on the year""",
    "span": "a decade|five years|12 years|two decades|seven quarters|18 months|three years|a generation|25 years",
    "since": "since 2008|since the pandemic|since 2011|since 1998|since the crisis|on record|in a decade|"
    "in six years|for 15 years",
    "source": "filing shows|company says|report says|sources say|data show|survey finds|statistics office says|"
    "analysts say",
}


def words(text: str) -> list[str]:
    """Split a `|` separated list, line breaks after a bar ignored."""
    return text.replace("\n", "").split("|")


def part(items: Sequence[str], held_out: bool | None) -> list[str]:
    """Return the training part, the held-out part (every seventh) or, for None, all of `items`."""
    return [x for i, x in enumerate(items) if held_out is None or (i % HELD_OUT_EVERY == 3) == held_out]


def real_names() -> list[str]:
    """Return the names of companies that exist (what the sentences say of them is invented)."""
    return words(_REAL)


def company(rng: random.Random, trade: str, held_out: bool | None) -> str:
    """Return a company: a name, a name with its trade, or a trade alone."""
    roll = rng.random()
    if trade == "any" and roll < 0.4:
        return rng.choice(part(words(_REAL), held_out))
    stem = rng.choice(part(words(_STEMS), held_out))
    name = stem + rng.choice(words(_SUFFIXES[trade]))
    if trade == "bank" and roll < 0.2:
        name = f"Bank of {rng.choice(words(_PLACES))}"
    if roll < 0.75:
        return name
    described = f"{rng.choice(words(_NATIONS))} {rng.choice(words(_TRADES[trade]))}"
    return described if roll > 0.92 else f"{described} {name}"


def ticker(rng: random.Random) -> str:
    """Return an invented cashtag of three or four letters."""
    return "$" + "".join(rng.choice("ABCDEFGHKLMNPRSTVWXYZ") for _ in range(rng.choice((3, 4, 4))))


def percent(rng: random.Random) -> str:
    """Return a percentage in one of the usual spellings."""
    value = rng.choice((rng.randint(2, 60), round(rng.uniform(0.4, 28), 1)))
    return f"{value}{rng.choice(('%', '%', '%', ' percent', ' per cent', ' pct'))}"


def money(rng: random.Random, value: float | None = None, style: int | None = None) -> str:
    """Return an amount of money; `style` fixes currency and spelling, so that two amounts match."""
    style = rng.randrange(len(MONEY_STYLES)) if style is None else style
    value = rng.choice((rng.randint(2, 900), round(rng.uniform(1.1, 90), 1))) if value is None else value
    return MONEY_STYLES[style].format(f"{value:g}" if value < 1000 else f"{value:,.0f}")


MONEY_STYLES = (
    "${} million",
    "${} billion",
    "${}m",
    "${}bn",
    "€{}m",
    "EUR {} mn",
    "EUR{}m",
    "{} million euros",
    "£{}m",
    "Rs {} crore",
    "{} billion yen",
    "SEK {} million",
    "{} million dirhams",
    "A${}m",
    "{} million Swiss francs",
)

_FREE: dict[str, Callable[[random.Random], str]] = {
    "pct": percent,
    "money": money,
    "tick": ticker,
    "num": lambda rng: f"{rng.choice((rng.randint(12, 990), rng.randint(11, 99) * 100)):,}",
    "few": lambda rng: rng.choice(("two", "three", "four", "five", "six", "seven", "nine", "a dozen")),
    "year": lambda rng: str(rng.randint(1987, 2029)),
    "country": lambda rng: rng.choice(words(_COUNTRIES)),
    "nation": lambda rng: rng.choice(words(_NATIONS)),
}


def fill(slot: str, rng: random.Random, held_out: bool | None) -> str:
    """Return a random filler for a slot such as `co`, `bank2`, `pct` or `country`."""
    name = slot.rstrip("2")
    if name == "co":
        name = "any"
    if name in _SUFFIXES:
        return company(rng, name, held_out)
    if name in _LISTS:
        return rng.choice(words(_LISTS[name]))
    return _FREE[name](rng)


_BRACE = re.compile(r"\{([^{}]*)\}")
_SLOT = re.compile(r"<(\w+)>")
_AN = re.compile(r"\b([Aa]) (?=(?:[aeiAEI]|o(?!n)|8|11|18)(?!uro|UR|U ))")


def expand(template: str, rng: random.Random, held_out: bool | None, fixed: dict[str, str] | None = None) -> str:
    """Expand `{a|b}` choices, innermost first, then `<slots>`; a slot keeps its filler within one sentence."""
    while _BRACE.search(template):
        template = _BRACE.sub(lambda found: rng.choice(found[1].split("|")), template, count=1)
    once = dict(fixed or {})

    def filled(found: re.Match[str]) -> str:
        slot = found[1]
        if slot in ("pct", "money", "num"):
            return fill(slot, rng, held_out)
        if slot not in once:
            once[slot] = fill(slot, rng, held_out)
        return once[slot]

    return tidy(_SLOT.sub(filled, template))


def tidy(text: str) -> str:
    """Collapse spaces, drop those before punctuation, fix a/an and capitalise the first letter."""
    text = re.sub(r" ([,:;?.])", r"\1", " ".join(text.split()))
    text = re.sub(r"\b([Nn]o) an? ", r"\1 ", text)
    text = re.sub(r"(?<=[^aeiou])ys\b", "ies", text)
    text = _AN.sub(r"\1n ", text)
    return text[:1].upper() + text[1:]
