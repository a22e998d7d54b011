"""Headlines to token ids, and ids to arrays of a few fixed shapes."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

from models.numbers import relation
from models.runtime import ModelError
from models.text import clean

MAX_TOKENS = 128
CHUNK = 256
"""So many headlines are read at once: the model has begun with the first when the last are read."""

Ints = NDArray[np.int32]
Buckets = tuple[tuple[int, int], ...]
"""Pairs (length in tokens, rows), by length: every array of a length has that many rows, filled up with padding."""

BUCKETS: Buckets = ((12, 48), (16, 36), (20, 28), (24, 24), (32, 18), (48, 12), (64, 9), (128, 4))
"""Of scoring: every bucket that holds a headline runs whole, so small ones make small batches quick."""
TRAINING_BUCKETS: Buckets = ((12, 96), (16, 72), (20, 56), (24, 48), (32, 36), (48, 24), (64, 18), (128, 9))


class Encoded(NamedTuple):
    """One headline: ids and token types, equally long, no padding."""

    ids: list[int]
    types: list[int]


class Packed(NamedTuple):
    """Arrays of one bucket, each [B, L]; mask is 1 at a token and 0 at padding."""

    ids: Ints
    types: Ints
    mask: Ints


class HeadlineTokenizer:
    """`[CLS] headline [SEP]`, then as token type 1 `target [SEP]` and `higher|lower|equal [SEP]` where there is one.

    Where the target stands in the headline, its tokens are of type 1 too (marked, as in Baldini Soares et al. 2019,
    https://arxiv.org/abs/1906.03158), or the first layers would be spent on finding it. The last part is how two
    compared numbers of the headline relate (models/numbers.py), never a sentiment.
    """

    def __init__(self, folder: Path) -> None:
        self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self._tokenizer.no_padding()
        self._tokenizer.no_truncation()
        self._cls, self._sep = self._special("[CLS]"), self._special("[SEP]")

    def _special(self, token: str) -> int:
        found = self._tokenizer.token_to_id(token)
        if found is None:
            msg = f"tokenizer.json has no {token}; it is not a BERT tokenizer"
            raise ModelError(msg)
        return found

    def encode(self, texts: Sequence[str], targets: Sequence[str | None] | None = None) -> list[Encoded]:
        """Return ids and types of each text, at most `MAX_TOKENS` each."""
        return list(self.encoded(texts, targets))

    def encoded(self, texts: Sequence[str], targets: Sequence[str | None] | None = None) -> Iterator[Encoded]:
        """Yield what `encode` returns, read as it is asked for, `CHUNK` texts at a time."""
        asked = list(zip(texts, targets or [None] * len(texts), strict=True))
        for start in range(0, len(asked), CHUNK):
            yield from self._encode(asked[start : start + CHUNK])

    def _encode(self, asked: Sequence[tuple[str, str | None]]) -> list[Encoded]:
        cleaned = [clean(text) for text, _ in asked]
        named = [self._ids_of(clean(target)[:200]) if target else [] for _, target in asked]
        compared = [self._ids_of(found) if (found := relation(text)) else [] for text in cleaned]
        firsts = self._tokenizer.encode_batch_fast(cleaned, add_special_tokens=False)
        return [self._join(first.ids, *second) for first, *second in zip(firsts, named, compared, strict=True)]

    def _ids_of(self, part: str) -> list[int]:
        found: list[int] = self._tokenizer.encode(part, add_special_tokens=False).ids
        return found[:24]

    def _join(self, headline: list[int], target: list[int], compared: list[int]) -> Encoded:
        second = [*target, self._sep] if target else []
        second += [*compared, self._sep] if compared else []
        kept = headline[: MAX_TOKENS - 2 - len(second)]
        ids = [self._cls, *kept, self._sep, *second]
        return Encoded(ids, [0, *_marked(kept, target), 0] + [1] * len(second))


def _marked(headline: list[int], target: list[int]) -> list[int]:
    """Return 1 for each token of the headline where the target stands, whole, and 0 for every other."""
    types, size = [0] * len(headline), len(target)
    for start in range(len(headline) - size + 1 if target else 0):
        if headline[start : start + size] == target:
            types[start : start + size] = [1] * size
    return types


def bucket_of(length: int, buckets: Buckets = BUCKETS) -> tuple[int, int]:
    """Return the shortest bucket that holds `length` tokens."""
    return next(bucket for bucket in buckets if bucket[0] >= length)


def pack(encoded: Sequence[Encoded], length: int, rows: int) -> Packed:
    """Lay up to `rows` headlines of at most `length` tokens into arrays [rows, length]."""
    arrays = np.zeros((3, rows, length), np.int32)
    for row, one in enumerate(encoded):
        size = len(one.ids)
        arrays[0, row, :size], arrays[1, row, :size], arrays[2, row, :size] = one.ids, one.types, 1
    return Packed(arrays[0], arrays[1], arrays[2])
