"""The style sheet of the page, for one set of colours."""

from __future__ import annotations

from dashboard.theme import Palette

RULES = """
[data-testid="stHeader"], [data-testid="stToolbar"], [data-testid="stDecoration"] { display: none; }
[data-testid="stMainBlockContainer"] { padding: 0.7rem 1.4rem 1rem; max-width: none; }
[data-testid="stVerticalBlock"] { gap: 0.55rem; }
[data-stale="true"] { opacity: 1 !important; }
.stApp[data-test-connection-state]:not([data-test-connection-state="CONNECTED"])::after {
  content: "The page has lost its server: what it shows is old. It comes back by itself once the server does.";
  position: fixed; inset: auto 0 0 0; z-index: 999; padding: 0.6rem 1.4rem; font-weight: 600;
  background: var(--gs-warning); color: #14110a; }
.gs-num { font-variant-numeric: tabular-nums; white-space: nowrap; }
.gs-dim, .gs-name, .gs-kind, .gs-h small { color: var(--gs-muted); }
.gs-line { white-space: nowrap; }
.gs-topics { max-width: 12rem; overflow: hidden; text-overflow: ellipsis; }
.gs-small { font-size: 0.82rem; }
.gs-label { color: var(--gs-muted); font-size: 0.86rem; white-space: nowrap; }
.gs-right { text-align: right; }
.negative { color: var(--gs-negative); }
.neutral { color: var(--gs-muted); }
.positive { color: var(--gs-positive); }
.gs-status { display: flex; flex-wrap: wrap; align-items: baseline; gap: 0.2rem 1.3rem; font-size: 0.86rem;
  font-variant-numeric: tabular-nums; border-bottom: 1px solid var(--gs-line); padding-bottom: 0.45rem; }
.gs-status b { font-weight: 600; }
.gs-brand { font-weight: 700; font-size: 1.15rem; letter-spacing: 0.01em; margin-right: 0.4rem; }
.gs-fact.good b { color: var(--gs-calm); }
.gs-fact.warn b { color: var(--gs-warning); }
.gs-fact.bad b { color: var(--gs-negative); }
.gs-big { font-size: 1.75rem; font-weight: 700; line-height: 1.15; }
.gs-quiet { border-left: 6px solid var(--gs-calm); background: var(--gs-panel); padding: 0.7rem 1.1rem; }
.gs-quiet .gs-big { color: var(--gs-calm); }
.gs-warning { background: var(--gs-warning); color: #14110a; font-weight: 600; padding: 0.4rem 1.1rem; }
.gs-pending { color: var(--gs-warning); font-size: 0.95rem; padding: 0 0.2rem; }
.gs-cards { display: grid; grid-template-columns: repeat(auto-fit, minmax(26rem, 1fr)); gap: 0.6rem; }
.gs-card { display: flex; flex-wrap: wrap; gap: 0.3rem 2.5rem; background: var(--gs-panel);
  border-left: 8px solid var(--gs-tone); padding: 0.6rem 1.1rem 0.7rem; }
.gs-cards.many { grid-template-columns: repeat(auto-fit, minmax(21rem, 1fr)); }
.gs-cards.many .gs-big { font-size: 1.3rem; }
.gs-cards.many .gs-evidence li:nth-child(n+2) { display: none; }
.gs-card.critical, .gs-card.firing { --gs-tone: var(--gs-critical); }
.gs-card.warning { --gs-tone: var(--gs-warning); }
.gs-card.info { --gs-tone: var(--gs-info); }
.gs-card-head { display: flex; align-items: center; gap: 0.9rem; }
.gs-card-side, .gs-card .gs-evidence { flex: 1 1 24rem; min-width: 0; }
.gs-card-head .gs-num { margin-left: 0.5rem; color: var(--gs-tone); }
.gs-tag { background: var(--gs-tone); color: #fff; font-weight: 700; font-size: 0.85rem; letter-spacing: 0.06em;
  padding: 0.18rem 0.6rem; border-radius: 3px; white-space: nowrap; }
.gs-card.warning .gs-tag { color: #14110a; }
.gs-kind { font-weight: 400; font-size: 0.8em; }
.gs-card-line, .gs-more { color: var(--gs-muted); font-size: 0.92rem; margin-top: 0.25rem; }
.gs-card-line b { color: var(--gs-text); font-weight: 600; }
.stHtml .gs-evidence { list-style: none; margin: 0; padding: 0; font-size: 1rem; }
.stHtml .gs-evidence li { margin: 0.1rem 0; padding: 0; overflow: hidden;
  text-overflow: ellipsis; white-space: nowrap; }
.gs-evidence .gs-num { display: inline-block; width: 3.1rem; font-weight: 600; }
.stHtml h3.gs-h { font-size: 1rem; font-weight: 600; margin: 0; padding: 0.1rem 0 0; }
.gs-h small { font-weight: 400; font-size: 0.86rem; margin-left: 0.35rem; }
.gs-table { width: 100%; border-collapse: collapse; font-size: 0.9rem; line-height: 1.3; }
.gs-table th { position: sticky; top: 0; z-index: 1; background: var(--gs-background); color: var(--gs-muted);
  text-align: left; font-weight: 400; font-size: 0.8rem; white-space: nowrap; padding: 0.2rem 0.55rem; }
.gs-table td { border-top: 1px solid var(--gs-line); padding: 0.24rem 0.55rem; vertical-align: top; }
.gs-table a { color: inherit; text-decoration-color: var(--gs-muted); text-underline-offset: 0.18em; }
.gs-wide { width: 60%; overflow-wrap: anywhere; }
.gs-bar { display: flex; width: 9.5rem; height: 8px; margin-top: 0.28rem; gap: 1px; }
.gs-bar i.negative { background: var(--gs-negative); }
.gs-bar i.neutral { background: var(--gs-middle); }
.gs-bar i.positive { background: var(--gs-positive); }
.gs-probs { display: flex; justify-content: space-between; width: 9.5rem; font-size: 0.75rem; }
.gs-late { background: var(--gs-warning); color: #14110a; font-size: 0.74rem; font-weight: 600; padding: 0 0.35rem;
  border-radius: 3px; }
.gs-state { font-weight: 600; }
.gs-state.firing { color: var(--gs-negative); }
.gs-state.recovering, .gs-state.pending { color: var(--gs-warning); }
.gs-state.resolved { color: var(--gs-calm); }
.gs-state.lapsed { color: var(--gs-muted); }
.gs-nothing { color: var(--gs-muted); padding: 1rem 0; }
.gs-notice { max-width: 46rem; margin: 4rem auto; background: var(--gs-panel); padding: 1.2rem 1.8rem;
  border-left: 8px solid var(--gs-info); font-size: 1.05rem; }
.gs-notice pre { background: var(--gs-background); padding: 0.5rem 0.8rem; overflow-x: auto; }
"""


def style_sheet(colours: Palette) -> str:
    """A `<style>` element."""
    names = ("background", "panel", "text", "muted", "line", "negative", "middle", "positive")
    names += ("critical", "warning", "info", "calm")
    variables = "".join(f"--gs-{name}: {getattr(colours, name)}; " for name in names)
    return f"<style>:root {{ {variables}}}{RULES}</style>"
