"""A score is a function of the item, and any text has one."""

import random
from pathlib import Path

import pytest

from models.adapter import find_adapter, shipped_adapters
from models.runtime import ModelError
from models.scorer import Score, Scorer
from models.tokenizer import BUCKETS, bucket_of

LETTERS = ["acme", "profit", "rose", "to", "from", "the", "bank", "fell", "oil", "up", "down", ",", ".", "%", "3", "4"]


@pytest.fixture(scope="module")
def warm(small_adapter: Path) -> tuple[Scorer, int]:
    """A scorer, and how many programs it had once it was warm."""
    scorer = Scorer.load(str(small_adapter))
    scorer.warm_up()
    return scorer, programs(scorer)


@pytest.fixture(scope="module")
def small(warm: tuple[Scorer, int]) -> Scorer:
    return warm[0]


@pytest.fixture(scope="module")
def shipped() -> Scorer:
    return Scorer.load()


def programs(scorer: Scorer) -> int:
    return scorer._forward.traces  # pyright: ignore[reportPrivateUsage]


def headlines(n: int, longest: int, seed: int = 0) -> list[str]:
    rng = random.Random(seed)
    return [" ".join(rng.choices(LETTERS, k=rng.randint(1, longest))) + f" {i}" for i in range(n)]


def test_the_same_bits_alone_and_in_any_company(small: Scorer) -> None:
    texts = headlines(230, 60)
    whole = small.score(texts)
    assert [small.score([text])[0] for text in texts[:40]] == whole[:40]
    order = random.Random(1).sample(range(len(texts)), len(texts))
    assert small.score([texts[i] for i in order]) == [whole[i] for i in order]
    for size in (1, 7, 71, 72, 73):
        parts = [score for at in range(0, len(texts), size) for score in small.score(texts[at : at + size])]
        assert parts[:100] == whole[:100]


def test_headlines_leave_at_different_exits_and_depth_says_where(small_adapter: Path, small: Scorer) -> None:
    texts = headlines(230, 60)
    early, full = small.score(texts), Scorer.load(str(small_adapter), depth="full").score(texts)
    assert len({score.depth for score in early}) > 1
    assert {score.depth for score in full} == {3}
    for one, whole in zip(early, full, strict=True):
        assert (one == whole) == (one.depth == 3)


def test_after_a_warm_up_no_headline_waits_for_the_compiler(warm: tuple[Scorer, int]) -> None:
    scorer, compiled = warm
    texts = [*headlines(60, 60), *(" ".join(["up"] * words) for words in range(1, 130, 3))]
    encoded = scorer._tokenizer.encode(texts, [None] * len(texts))  # pyright: ignore[reportPrivateUsage]
    assert {bucket_of(len(one.ids)) for one in encoded} == set(BUCKETS)
    scored = scorer.score(texts) + scorer.score(texts, ["up"] * len(texts), source="fpb")
    assert len({one.depth for one in scored}) > 1, "some go on, in other arrays"
    assert programs(scorer) == compiled


def test_the_same_bits_at_every_position_with_the_shipped_model(shipped: Scorer) -> None:
    """One bucket of 72 rows: the item stands first, last and everywhere between."""
    others = headlines(71, 8, seed=2)
    item = "Bank profit fell to 3.1 percent from 3.4 percent"
    alone = shipped.score([item])[0]
    seen = {shipped.score([*others[:place], item, *others[place:]])[place] for place in (0, 1, 35, 70, 71)}
    assert seen == {alone}


def test_what_the_shipped_model_says_of_plain_cases(shipped: Scorer) -> None:
    bad, good, plain = shipped.score(
        [
            "Retailer files for bankruptcy after sales collapse",
            "Chip maker's profit doubles, beats forecasts",
            "The company will hold its annual general meeting on 14 May",
        ]
    )
    assert bad.negative > 0.5 > bad.positive
    assert good.positive > 0.5 > good.negative
    assert plain.neutral > 0.5


def check(score: Score) -> None:
    assert score.negative + score.neutral + score.positive == pytest.approx(1.0, abs=1e-9)
    assert min(score.negative, score.neutral, score.positive) >= 0.0
    assert score.confidence == max(score.negative, score.neutral, score.positive)
    assert -1.0 <= score.polarity <= 1.0
    assert 0.0 <= score.value <= 1.0
    assert score.decision in ("negative", "neutral", "positive")
    assert 1 <= len(score.topics) <= 3
    shares = [share for _, share in score.topics]
    assert shares == sorted(shares, reverse=True)
    assert all(share >= 0.15 for share in shares[1:])


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "a" * 100_000,
        "word " * 20_000,
        "\U0001f680" * 300,
        "原油价格下跌",
        "\x00\x01\x1f",
        "\ud800",
        "\u202egnp",
    ],
    ids=["empty", "blank", "letters", "words", "emoji", "chinese", "controls", "surrogate", "right-to-left"],
)
def test_any_text_has_a_score(small: Scorer, text: str) -> None:
    check(small.score([text])[0])


def test_no_texts_no_scores(small: Scorer) -> None:
    assert small.score([]) == []


def test_copies_have_one_score(small: Scorer) -> None:
    first, second = small.score(["acme profit rose", "acme profit rose"])
    assert first == second


def test_a_target_changes_the_score_and_one_that_is_absent_does_not(small: Scorer) -> None:
    text = "acme profit rose , the bank fell"
    plain, acme, absent = small.score([text] * 3, [None, "Acme", "Globex"])
    assert (plain.target, plain.target_found) == (None, False)
    assert (acme.target, acme.target_found) == ("Acme", True)
    assert (absent.target, absent.target_found) == ("Globex", False)
    assert acme.negative != plain.negative
    assert absent.negative == plain.negative


def test_a_ticker_stands_for_its_names(small_adapter: Path) -> None:
    scorer = Scorer.load(str(small_adapter), aliases={"ACM": ["Acme"]})
    by_name, by_ticker = scorer.score(["acme profit rose"] * 2, ["acme", "$ACM"])
    assert by_ticker.target_found
    assert (by_ticker.negative, by_ticker.neutral) == (by_name.negative, by_name.neutral)


def test_sources_read_neutral_their_own_way(shipped: Scorer) -> None:
    text = ["Chief executive steps down after three years"]
    assert shipped.score(text, source="tfns")[0].neutral != shipped.score(text, source="house")[0].neutral


def test_what_cannot_be_scored_is_said(small: Scorer) -> None:
    with pytest.raises(ModelError, match="'reddit' is none of fpb, tfns, sentfin, house"):
        small.score(["acme"], source="reddit")
    with pytest.raises(ModelError, match="2 texts and 1 targets"):
        small.score(["acme", "bank"], ["acme"])
    with pytest.raises(ModelError, match="compute type 'float16'"):
        Scorer.load(compute="float16")
    with pytest.raises(ModelError, match="depth 'deep' is none of adaptive, full"):
        Scorer.load(depth="deep")
    with pytest.raises(ModelError, match="no adapter 'nowhere'"):
        Scorer.load("nowhere")


def test_the_version_names_what_the_bits_depend_on(small_adapter: Path, small: Scorer) -> None:
    assert Scorer.load(str(small_adapter)).model_version == small.model_version
    assert Scorer.load(str(small_adapter), compute="bfloat16").model_version != small.model_version
    assert Scorer.load(str(small_adapter), depth="full").model_version != small.model_version


@pytest.mark.parametrize("name", shipped_adapters())
def test_a_shipped_adapter_is_small_and_has_its_papers(name: str) -> None:
    folder = find_adapter(name).folder
    assert sum(path.stat().st_size for path in folder.iterdir()) <= 12_000_000
    card = (folder / "README.md").read_text(encoding="utf-8")
    assert all(part in card for part in ("## Data", "## Measured", "Licence", "seed", "groundswell train"))
    assert (folder / "LICENSE").read_text(encoding="utf-8").strip()
