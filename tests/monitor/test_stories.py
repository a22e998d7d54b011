"""Stories: on labelled pairs, against a plain reference, and whatever the batches."""

from __future__ import annotations

import csv
import hashlib
import os
import random
import subprocess
import sys
from functools import lru_cache
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor import snapshot
from monitor.fold import new_state, step
from monitor.signature import signatures
from monitor.stories import PER_KEY, STORY_MS, Stories
from monitor.wording import similarity
from tests.monitor.world import HOUR, MINUTE, config, entry, fold, item

PAIRS = Path(__file__).with_name("story_pairs.csv")
KEY = ("all",)


def pairs(part: str = "all") -> list[dict[str, str]]:
    """The labelled pairs: "held out" is the half that nothing is tuned on, "tuning" the other one."""
    with PAIRS.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) >= 240 and len({(row["text_a"], row["text_b"]) for row in rows}) == len(rows)
    halves = {"held out": (0,), "tuning": (1,), "all": (0, 1)}[part]
    return [row for row in rows if int(hashlib.sha256(row["text_a"].encode()).hexdigest(), 16) % 2 in halves]


def joined(*headlines: str, every_ms: int = 1) -> list[bool]:
    """For each headline, whether it joins a story of one before it."""
    times = [n * every_ms for n in range(len(headlines))]
    return [fresh == () for fresh in Stories().count(times, headlines, [KEY] * len(headlines))]


@pytest.mark.parametrize(("part", "least"), [("held out", 120), ("tuning", 120), ("all", 250)])
def test_labelled_pairs(part: str, least: int) -> None:
    """docs/decisions.md has the figures; `pytest -rP -k labelled_pairs` prints them."""
    said = [(joined(row["text_a"], row["text_b"])[1], row["same"] == "1", row) for row in pairs(part)]
    hits = sum(found and same for found, same, _ in said)
    precision, recall = hits / sum(found for found, _, _ in said), hits / sum(same for _, same, _ in said)
    print(f"{part}: {len(said)} pairs, precision {precision:.3f}, recall {recall:.3f}")
    wrong = [row for found, same, row in said if found != same]
    assert len(said) >= least and precision >= 0.97 and recall >= 0.90, wrong


def test_a_pair_reads_the_same_both_ways() -> None:
    for row in pairs():
        a, b = row["text_a"], row["text_b"]
        assert similarity(a, b) == similarity(b, a)
        assert joined(a, b) == joined(b, a)


ODD_TEXTS = ["", "...", "!", "Zinc", "\u94f6\u884c", "a\nb", "\ud800", "\xe9", "1,000,000", "\uff26\u3000"]


@pytest.mark.parametrize("text", ODD_TEXTS)
def test_any_text_is_its_own_copy(text: str) -> None:
    assert joined("Oil falls", text, text) == [False, False, True]


def test_the_most_similar_story_takes_a_copy() -> None:
    headlines = [
        "Halden Group cuts profit forecast in Asia unit on tariffs",
        "Halden Group cuts profit forecast on freight rates",
        "Halden Group cuts profit forecast",  # 4 of 7 words of the first, 4 of 6 of the second
    ]
    stories = Stories()
    stories.count([0, 1, 2], headlines, [("a",), ("b",), ("c",)])
    assert [counted for *_, counted in stories.open(0)] == [("a",), ("b", "c")]


def test_of_equally_similar_stories_the_oldest_takes_a_copy() -> None:
    one, two = "Kestrel Air pilots vote for strike in Lisbon", "Kestrel Air pilots vote for strike in Porto"
    stories = Stories()
    stories.count([5, 5, 6], [two, one, "Kestrel Air pilots vote for strike"], [("a",), ("b",), ("c",)])
    assert [counted for *_, counted in stories.open(0)] == [("a", "c"), ("b",)]


def test_a_story_is_open_for_a_day_from_its_first_copy() -> None:
    text = "Vantor hit by outage"
    for age_ms, expected in ((STORY_MS, [False, True]), (STORY_MS + 1, [False, False])):
        assert joined(text, text, every_ms=age_ms) == expected
        assert joined(text, f"UPDATE 1-{text}", every_ms=age_ms) == expected
    drip = [f"UPDATE {n}-{text}" for n in range(6)]
    assert joined(*drip, every_ms=STORY_MS // 2) == [False, True, True, False, True, True]


def test_fifty_reprints_move_no_average_and_raise_no_alert() -> None:
    rule = {"name": "bad", "watch": "*", "below": -0.3, "window": "10m", "min_stories": 0}
    calm = [item(n * MINUTE, 0.2, headline=f"Quiet day for {name}") for n, name in enumerate(("tin", "zinc", "corn"))]
    bad = "Bank of Norwick halts withdrawals as customers queue"
    forms = (bad, bad.upper(), f"UPDATE 2-{bad}", f"{bad} - Daily Courier", f"{bad}, sources say")
    reprints = [item(4 * MINUTE + n, -0.9, news_id=str(n), headline=forms[n % 5]) for n in range(50)]
    once = fold(new_state(config(rule=[rule])), [[*calm, reprints[0]]])
    often = fold(new_state(config(rule=[rule])), [[*calm, *reprints]])
    assert [(key, start_ms, sums[1:]) for key, start_ms, _, *sums in often.windows] == [
        (key, start_ms, sums[1:]) for key, start_ms, _, *sums in once.windows
    ]
    assert max(row[3] for row in often.windows) == 53, "every copy is an item"
    assert often.events == once.events == []


WORDS = ["Halden", "Norwick", "Pellmont", "cuts", "raises", "profit", "forecast", "job", "plan", "5", "7", "shares"]
MORE_WORDS = ["fall", "in", "March", "April", "after", "talks"]


@lru_cache(10_000)
def sets_of(headline: str) -> tuple[set[int], ...]:
    """The keys, and the places of the bits of words, names and numbers."""
    keys, *sets = signatures([headline])
    return set(keys[0].tolist()), *({place for place in range(64) if int(one[0]) >> place & 1} for one in sets)


def plain_match(headline: str, other: str) -> float:
    """The similarity of two headlines where their signatures let them be compared at all, else 0."""
    keys, words, names, numbers = sets_of(headline)
    keys_2, words_2, names_2, numbers_2 = sets_of(other)
    if headline == other:
        return 1.0
    if not keys & keys_2 or (numbers - numbers_2 and numbers_2 - numbers):
        return 0.0
    if words - words_2 and words_2 - words:
        few = len(words & words_2) / len(words | words_2) < 0.6
        if few or ((words - words_2) & names and (words_2 - words) & names_2):
            return 0.0
    return similarity(headline, other)


def plain_stories(times: list[int], headlines: list[str]) -> list[int]:
    """The story of each headline, by comparing it with every open one."""
    began: list[tuple[int, str]] = []
    stories = []
    for time_ms, headline in zip(times, headlines, strict=True):
        shares = [plain_match(headline, text) if time_ms - first <= STORY_MS else 0.0 for first, text in began]
        best = max(shares, default=0.0)
        stories.append(shares.index(best) if best > 0 else len(began))
        if best == 0:
            began.append((time_ms, headline))
    return stories


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 100_000), st.integers(1, 9))
def test_against_a_plain_reference_in_any_batches(seed: int, size: int) -> None:
    rng = random.Random(seed)
    headlines = [" ".join(rng.choices(WORDS + MORE_WORDS, k=rng.randrange(1, 8))) for _ in range(30)]
    times = sorted(rng.randrange(0, 3 * STORY_MS, HOUR) for _ in headlines)
    keys = [(str(n),) for n in range(30)]
    stories = Stories()
    for n in range(0, 30, size):
        stories.count(times[n : n + size], headlines[n : n + size], keys[n : n + size])
        stories.forget(times[n])
        stories = Stories.of(list(stories.open(times[n]))) if rng.random() < 0.3 else stories
    counted = Stories()
    counted.count(times, headlines, keys)
    expected: dict[int, tuple[str, ...]] = {}
    for own, story in zip(keys, plain_stories(times, headlines), strict=True):
        expected[story] = expected.get(story, ()) + own
    assert [counted_for for *_, counted_for in counted.open(times[-1] - 4 * STORY_MS)] == list(expected.values())
    kept = [counted_for for *_, counted_for in stories.open(times[-1])]
    assert kept == list(expected.values())[-len(kept) :]


@pytest.mark.parametrize("most", [1, 500, 65_536])
def test_of_a_key_the_newest_stories_count_however_many_share_it(most: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("monitor.stories.MOST_PAIRS", most)
    others = [f"Halden Group opens plant {n} {n * n} {n * 7}" for n in range(1_000, 1_000 + PER_KEY)]
    first = "Halden Group opens plant in Lisbon with talks"
    cut = f"{first} on Monday and Norwick Pellmont Kestrel Vantor"
    copies = [first] * 50
    assert joined(first, *copies, *others[1:], cut) == [False, *[True] * 50, *[False] * (PER_KEY - 1), True]
    assert joined(first, *copies, *others, cut) == [False, *[True] * 50, *[False] * (PER_KEY + 1)]


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 100_000))
def test_a_batch_of_many_alike_is_as_one_by_one(seed: int) -> None:
    rng = random.Random(seed)
    headlines = [" ".join(["Halden", "Norwick", *rng.choices(WORDS + MORE_WORDS, k=4)]) for _ in range(120)]
    times = sorted(rng.randrange(0, 2 * STORY_MS, HOUR) for _ in headlines)
    keys = [(str(n),) for n in range(120)]
    at_once, single = Stories(), Stories()
    fresh = at_once.count(times, headlines, keys)
    assert fresh == [single.count([times[n]], [headlines[n]], [keys[n]])[0] for n in range(120)]
    assert list(at_once.open(0)) == list(single.open(0))


def test_a_signature_depends_on_its_own_headline_alone() -> None:
    texts = [row["text_b"] for row in pairs()] + ["", "Zürich", "x", "a, b", "1,2", "UPDATE 1-"]
    together = signatures(texts)
    for n, text in enumerate(texts):
        alone = signatures([text])
        assert [np.array_equal(one[n], two[0]) for one, two in zip(together, alone, strict=True)] == [True] * 4


def test_signatures_are_the_same_everywhere() -> None:
    """Copies of these numbers lie in no store, but the stories that they lead to are in its digest."""
    keys, words, _, numbers = signatures(["UPDATE 3-Halden Group cuts 2,000 jobs in Z\xfcrich"])
    assert keys[0].tolist() == [16164939940591568014, 4828566560713353397, 5084917833790523735, 6409793706679282641]
    assert (int(words[0]), int(numbers[0])) == (537142276, 36028797153181696)


def test_the_hash_seed_of_python_moves_nothing() -> None:
    program = (
        "import sys, csv; from monitor.stories import Stories; texts = [t for r in csv.reader(open(sys.argv[1],"
        "encoding='utf-8')) for t in r[:2]]; s = Stories(); s.count(range(len(texts)), texts,"
        "[(str(n),) for n in range(len(texts))]); print(list(s.open(0)))"
    )
    outputs = {
        subprocess.run(
            [sys.executable, "-c", program, str(PAIRS)],
            capture_output=True,
            check=True,
            env={**os.environ, "PYTHONHASHSEED": seed},
        ).stdout
        for seed in ("1", "2")
    }
    assert len(outputs) == 1


def test_open_stories_survive_a_snapshot() -> None:
    state = new_state(config())
    step(state, entry(1), [item(n * 1_000, headline=f"Halden {n} cuts profit forecast in {n}") for n in range(20)])
    again = snapshot.load(snapshot.dump(state))
    copies = [item(30_000 + n, headline=f"UPDATE 1-Halden {n} cuts profit forecast in {n}") for n in range(20)]
    for one in (state, again):
        step(one, entry(2), [*copies, item(HOUR, headline="The end")])
    assert snapshot.state_hash(again) == snapshot.state_hash(state)
    assert len(list(state.stories.open(HOUR))) == 20, "the end itself is not behind the watermark yet"


def test_memory_is_bounded() -> None:
    """By a day of stories, and all of it is given back."""
    stories = Stories()
    for hour in range(100):
        texts = [f"Castellan Insurance sees item {hour} {n} of plan {n}-{hour}" for n in range(20)]
        stories.count([hour * HOUR + n for n in range(20)], texts, [KEY] * 20)
        stories.forget(hour * HOUR)
    assert list(stories.books) == [3, 4] and max(len(book.headlines) for book in stories.books.values()) == 24 * 20
    stories.forget(200 * HOUR)
    assert stories.books == {}
