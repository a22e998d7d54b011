"""View models -> HTML. Everything that came from outside passes `escape`; nothing here is Markdown."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from dashboard.cards import AlertCard, Fact, HeadlineRow, HistoryRow

LATE_NOTE = "came behind the watermark: listed and counted, but it moved no window"
CARDS_SHOWN, FEW_CARDS = 6, 2
FIRST_STEPS = (
    "Fill one from your own broker, and this page shows it without a reload:",
    "`groundswell run --config groundswell.toml`",
    "Or look at a simulated market:",
    "`groundswell demo`",
)
HEADLINE_HEADS = ("time, UTC", "source", "headline", "negative, neutral, positive", "polarity", "topics", "confidence")
HISTORY_HEADS = ("state", "watch, and the first headline behind it", "from, UTC", "lasted", "value")


def status_line(facts: Sequence[Fact]) -> str:
    """The brand and the status of the store in one line."""
    parts = [
        f'<span class="gs-fact {fact.tone}"><span class="gs-name">{escape(fact.name)}</span> '
        f"<b>{escape(fact.text)}</b></span>"
        for fact in facts
    ]
    return f'<div class="gs-status" role="status"><span class="gs-brand">Groundswell</span>{"".join(parts)}</div>'


def notice(title: str, lines: Sequence[str]) -> str:
    """A plain message that takes the place of the page; a line in backquotes is a command."""
    body = "".join(
        f"<pre>{escape(line.strip('`'))}</pre>" if line.startswith("`") else f"<p>{escape(line)}</p>" for line in lines
    )
    return f'<div class="gs-notice" role="alert"><h2>{escape(title)}</h2>{body}</div>'


def warning(text: str) -> str:
    """One line across the page that says that what it shows is old."""
    return f'<div class="gs-warning" role="alert">{escape(text)}</div>'


def quiet(title: str, line: str) -> str:
    """The calm state, in words."""
    return f'<div class="gs-quiet"><div class="gs-big">{escape(title)}</div><div>{escape(line)}</div></div>'


def firing(cards: Sequence[AlertCard]) -> str:
    """The open alerts as cards, smaller ones where there are many; beyond six, the rest in one line."""
    shown, rest = cards[:CARDS_SHOWN], cards[CARDS_SHOWN:]
    more = f'<div class="gs-more">and {len(rest)} more: {escape(", ".join(card.name for card in rest))}</div>'
    size = "gs-cards many" if len(cards) > FEW_CARDS else "gs-cards"
    return f'<div class="{size}">{"".join(map(_card, shown))}</div>{more if rest else ""}'


def _card(card: AlertCard) -> str:
    title = f'<span class="gs-kind">{escape(card.kind)}</span> {escape(card.name)}'
    evidence = "".join(
        f'<li><span class="gs-num {_tone(polarity)}">{escape(text)}</span> {escape(headline)}</li>'
        for text, polarity, headline in card.evidence
    )
    return (
        f'<div class="gs-card {_severity(card.severity)}" role="alert">'
        f'<div class="gs-card-side"><div class="gs-card-head"><span class="gs-tag">{escape(_state_words(card))}</span>'
        f'<span class="gs-big">{title}</span><span class="gs-big gs-num">{escape(card.value)}</span></div>'
        f'<div class="gs-card-line">since <b>{escape(card.since)}</b>, for <b>{escape(card.lasted)}</b>'
        f" &middot; {escape(_rule_words(card))}</div></div>"
        f'<ul class="gs-evidence">{evidence}</ul></div>'
    )


def _rule_words(card: AlertCard) -> str:
    condition = f": {card.condition}" if card.condition else ""
    return f"rule {card.rule}{condition} over {card.window}"


def _state_words(card: AlertCard) -> str:
    return f"{card.severity} {card.state}".strip().upper()


def _severity(severity: str) -> str:
    return severity if severity in ("info", "warning", "critical") else "firing"


def pending(cards: Sequence[AlertCard]) -> str:
    """Alerts whose condition holds, but not for long enough yet."""
    parts = [f"<b>{escape(card.name)}</b> {escape(card.value)} since {escape(card.since)}" for card in cards]
    return f'<div class="gs-pending">Pending: {" &middot; ".join(parts)}</div>'


def label(text: str) -> str:
    """The name of a control that stands beside it."""
    return f'<span class="gs-label">{escape(text)}</span>'


def heading(title: str, detail: str = "") -> str:
    """A section's title with what it shows in a quiet voice."""
    return f'<h3 class="gs-h">{escape(title)} <small>{escape(detail)}</small></h3>'


def headline_table(rows: Sequence[HeadlineRow]) -> str:
    """The headlines with their probabilities as a bar of three colours and in numbers."""
    return _table("gs-headlines", HEADLINE_HEADS, [_headline(row) for row in rows])


def _headline(row: HeadlineRow) -> str:
    link = escape(row.link, quote=True)
    text = escape(row.headline)
    words = f'<a href="{link}" target="_blank" rel="noopener noreferrer">{text}</a>' if link else text
    late = f'<span class="gs-late" title="{LATE_NOTE}">late</span> ' if row.late else ""
    return (
        f'<td class="gs-num" title="{escape(row.full_time)}">{escape(row.time)}</td>'
        f'<td class="gs-dim gs-line">{escape(row.source)}</td><td class="gs-wide">{late}{words}</td>'
        f"<td>{_bar(row)}</td>"
        f'<td class="gs-num gs-right {_tone(row.polarity)}">{escape(row.polarity_text)}</td>'
        f'<td class="gs-dim gs-line gs-topics" title="{escape(row.topics, quote=True)}">{escape(row.topics)}</td>'
        f'<td class="gs-num gs-right">{row.confidence:.2f}</td>'
    )


def _bar(row: HeadlineRow) -> str:
    shares = (("negative", row.negative), ("neutral", row.neutral), ("positive", row.positive))
    words = ", ".join(f"{name} {share:.2f}" for name, share in shares)
    parts = "".join(f'<i class="{name}" style="width:{share:.1%}"></i>' for name, share in shares)
    numbers = "".join(f'<span class="{name}">{share:.2f}</span>' for name, share in shares)
    return f'<div class="gs-bar" title="{words}">{parts}</div><div class="gs-probs gs-num">{numbers}</div>'


def history_table(rows: Sequence[HistoryRow]) -> str:
    """Every alert there was."""
    return _table("gs-history", HISTORY_HEADS, [_history(row) for row in rows])


def _history(row: HistoryRow) -> str:
    ended = f'<div class="gs-dim">to {escape(row.ended)}</div>' if row.ended else ""
    severity = f' <span class="gs-dim">{escape(row.severity)}</span>' if row.severity else ""
    reason = f' <span class="gs-dim">({escape(row.reason)})</span>' if row.reason else ""
    return (
        f'<td><span class="gs-state {escape(row.state, quote=True)}">{escape(row.state)}</span>{severity}{reason}</td>'
        f'<td class="gs-wide"><span class="gs-kind">{escape(row.kind)}</span> {escape(row.name)} '
        f'<span class="gs-dim">&middot; {escape(row.rule)}</span>'
        f'<div class="gs-dim gs-small">{escape(row.evidence)}</div></td>'
        f'<td class="gs-num">{escape(row.began)}{ended}</td><td class="gs-num">{escape(row.lasted)}</td>'
        f'<td class="gs-num gs-right">{escape(row.value)}</td>'
    )


def _table(name: str, heads: Sequence[str], rows: Sequence[str]) -> str:
    head = "".join(f'<th scope="col">{escape(title)}</th>' for title in heads)
    body = "".join(f"<tr>{row}</tr>" for row in rows)
    return f'<table class="gs-table {name}"><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>'


def _tone(polarity: float) -> str:
    if polarity <= -0.1:
        return "negative"
    return "positive" if polarity >= 0.1 else "neutral"


def nothing(text: str) -> str:
    """A quiet line where a chart or a table would stand."""
    return f'<p class="gs-nothing">{escape(text)}</p>'
