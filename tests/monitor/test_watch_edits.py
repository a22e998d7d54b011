"""A list that is edited is another list: it starts empty, and what the old one had open closes."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np

from monitor import snapshot
from monitor.config import Config
from monitor.fold import FoldState, new_state, reconfigure, step
from monitor.journal import KeyedItem
from monitor.pipeline import Runner
from monitor.replay import replay_journal, restore
from monitor.scoring import StubScorer
from monitor.settings import WatchSettings
from monitor.store import Store
from monitor.summary import summarise
from monitor.watches import lost_keys
from monitor.writer import Writer
from tests.monitor.feeds import MemorySource
from tests.monitor.test_pipeline import feed, url
from tests.monitor.world import HOUR, MINUTE, config, entry, item

BANKS = {"name": "banks", "any": ["bank", "lender"]}
OIL = {"name": "oil", "any": ["oil"]}
RULES = [
    {"name": "bad", "watch": "*", "below": -0.2, "window": "10m", "min_stories": 1},
    {"name": "surging", "watch": "list:*", "detector": "surge", "window": "10m"},
]
KEYS = ("all", "list:banks", "list:oil")


def lists(*watch: Mapping[str, object], **changes: object) -> Config:
    return config(watch=list(watch), rule=RULES, **changes)


def bad_news(count: int, start_ms: int = 0) -> list[KeyedItem]:
    return [item(start_ms + n * MINUTE, -0.9, keys=KEYS, headline=f"Report {n}") for n in range(count)]


def warm(settings: Config) -> FoldState:
    """Half an hour of bad news for both lists: alerts are firing, detectors have learnt, stories are known."""
    state = new_state(settings)
    step(state, entry(1), bad_news(31))
    return state


def firing(state: FoldState) -> set[str]:
    return {state.windows.keys[key_id] for rule in state.rules for key_id in rule.open}


def test_what_makes_a_list_another() -> None:
    banks = WatchSettings(name="banks", any=("bank", "lender"), tickers=("JPM",))
    turned = WatchSettings(name="banks", any=("lender", "bank", "bank"), tickers=("JPM",))
    assert lost_keys([banks], [turned]) == frozenset(), "the order says nothing about what it holds"
    for edit in ({"any": ("bank",)}, {"regex": ("x",)}, {"tickers": ()}, {"name": "other"}):
        assert lost_keys([banks], [banks.model_copy(update=edit)]) == {"list:banks"}
    assert lost_keys([banks], []) == {"list:banks"} and lost_keys([], [banks]) == frozenset()


def test_an_edited_list_closes_its_alerts_and_no_others() -> None:
    before = lists(BANKS, OIL)
    for after in (lists({**BANKS, "any": ["bank"]}, OIL), lists(OIL)):
        state = warm(before)
        assert firing(state) == set(KEYS)
        events = reconfigure(state, after, before)
        assert [(e.rule, e.key, e.transition, e.reason, e.time_ms) for e in events] == [
            ("bad", "list:banks", "resolved", "rule_removed", 30 * MINUTE)
        ]
        assert firing(state) == {"all", "list:oil"}


def test_an_edited_list_starts_empty() -> None:
    before, after = lists(BANKS, OIL), lists({**BANKS, "any": ["bank"]}, OIL)
    state = warm(before)
    reconfigure(state, after, before)
    closed = step(state, entry(2), [item(45 * MINUTE, keys=("all",))])
    counted = {(key, end_ms): row for key, _, end_ms, *row in closed.windows}
    assert (("list:oil", 35 * MINUTE) in counted) and not any(key == "list:banks" for key, _ in counted)
    seen_ms = {state.windows.keys[key_id]: since for key_id, since, *_ in state.rules[1].surge.rows()}
    assert set(seen_ms) == {"list:oil"}, "the baseline of the old list is not the new one's"
    again = [item(50 * MINUTE, -0.9, news_id="copy", keys=KEYS, headline="Report 3")]
    closed = step(state, entry(3), [*again, item(80 * MINUTE)])
    stories = {key: row[1] for key, _, end_ms, *row in closed.windows if end_ms == 55 * MINUTE}
    assert stories["list:banks"] == 1 and stories["list:oil"] == 0, "a story that the old list had is new to it"


def test_items_that_wait_for_the_watermark_count_for_no_list_that_went() -> None:
    patient = {"out_of_orderness": "1h", "max_drift": "2h"}
    before, after = lists(BANKS, OIL, source=patient), lists({**BANKS, "any": ["bank"]}, OIL, source=patient)
    state = new_state(before)
    step(state, entry(1), bad_news(3))
    reconfigure(state, after, before)
    closed = step(state, entry(2), [item(3 * HOUR)])
    assert {key for key, *_ in closed.windows} == {"all", "list:oil"}


def test_an_edit_elsewhere_moves_nothing() -> None:
    before, after = lists(BANKS, OIL), lists(OIL, BANKS, {"name": "new", "any": ["new"]})
    state = warm(before)
    untouched = snapshot.state_hash(state)
    assert reconfigure(state, after, before) == []
    state.config_version = before.version
    assert snapshot.state_hash(state) == untouched


def test_sums_after_an_edit_are_those_of_the_panes() -> None:
    before, after = lists(BANKS, OIL), lists(OIL)
    state = warm(before)
    reconfigure(state, after, before)
    again = snapshot.load(snapshot.dump(state))
    for size_ms, sums in again.windows.running.items():
        for key in KEYS:
            mine = state.windows.running[size_ms][state.windows.ids[key]]
            assert np.array_equal(sums[again.windows.ids[key]], mine)


def stored(odd: str) -> Config:
    """Lists by the numbers of the feed's headlines: `odd` is to be edited, `kept` never is."""
    watch = [{"name": "odd", "any": odd.split()}, {"name": "kept", "any": ["2", "4", "6", "8"]}]
    rules = [
        {"name": "bad", "watch": "*", "below": -0.01, "window": "10m", "min_stories": 1},
        {"name": "surging", "watch": "list:*", "detector": "surge", "window": "10m", "min_history": "1h"},
    ]
    return config(watch=watch, rule=rules, store={"snapshot_every": 5}, source={"out_of_orderness": "10m"})


def go_on(store_url: str, settings: Config, polls: int = 0) -> Runner:
    """Run on, for some polls or to the end, and vanish; after each batch a restart would stand where the run does."""
    store = Store.open(store_url)
    one = Runner(settings, MemorySource(feed()), StubScorer(), Writer(store, settings))
    for poll, _ in enumerate(one.run(), 1):
        assert snapshot.state_hash(restore(store, settings)) == snapshot.state_hash(one.state)
        if poll == polls:
            break
    store.close()
    return one


def windows_of(store_url: str, key: str) -> list[tuple[object, ...]]:
    store = Store.open(store_url)
    with store._engine.connect() as connection:  # pyright: ignore[reportPrivateUsage]
        found = connection.exec_driver_sql(f"SELECT * FROM windows WHERE key = '{key}' ORDER BY end_ms").all()
    store.close()
    return [tuple(row) for row in found]


def test_an_edit_gives_the_same_in_live_after_kills_and_in_replay(tmp_path: Path) -> None:
    edits = ((stored("1 3 5 7"), 12), (stored("11 13 15"), 7), (stored("1 3 5 7"), 0))
    live, whole, again = (url(tmp_path, name) for name in ("live", "whole", "again"))
    last = [go_on(live, settings, polls) for settings, polls in edits][-1]
    go_on(whole, stored("1 3 5 7"))
    old, new = Store.open(live), Store.open(again)
    replay_journal(old, new, lambda records: None)
    assert snapshot.state_hash(restore(new, stored("1 3 5 7"))) == snapshot.state_hash(last.state)
    old.close()
    new.close()
    summary = summarise(live, 1.0)
    assert summarise(again, 1.0)["digest"] == summary["digest"] != summarise(whole, 1.0)["digest"]
    assert windows_of(live, "list:kept") == windows_of(whole, "list:kept")
    assert windows_of(live, "list:odd") != windows_of(whole, "list:odd")
