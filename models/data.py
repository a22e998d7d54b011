"""Labelled rows: what a row is, how the files are read, and which rows are held out."""

import csv
import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from models.text import near_copy_keys

Source = Literal["fpb", "tfns", "sentfin", "house"]
Task = Literal["sentiment", "topic"]

SOURCES: tuple[Source, ...] = ("fpb", "tfns", "sentfin", "house")
SENTIMENTS: tuple[str, ...] = ("negative", "neutral", "positive")
TOPICS: tuple[str, ...] = (
    "Analyst Update",
    "Company | Product News",
    "Currencies",
    "Dividend",
    "Earnings",
    "Energy | Oil",
    "Fed | Central Banks",
    "Financials",
    "General News | Opinion",
    "Gold | Metals | Materials",
    "IPO",
    "Legal | Regulation",
    "M&A | Investments",
    "Macro",
    "Markets",
    "Personnel Change",
    "Politics",
    "Stock Commentary",
    "Stock Movement",
    "Treasuries | Corporate Debt",
)
LABELS: dict[Task, tuple[str, ...]] = {"sentiment": SENTIMENTS, "topic": TOPICS}
TASKS: tuple[Task, ...] = ("sentiment", "topic")


class DataError(ValueError):
    """A data file does not hold what it should; the text says where and what to do."""


@dataclass(frozen=True, slots=True)
class Row:
    """One labelled headline.

    `source` names the convention of its label; `weight` scales its loss; rows that share a `pair` are
    counterfactual twins and are kept in one batch.
    """

    text: str
    label: str
    source: Source
    task: Task = "sentiment"
    target: str | None = None
    weight: float = 1.0
    pair: str | None = None

    @property
    def part(self) -> str:
        """The name of the part of the rows that it is measured with: the topic task, or its source and kind."""
        return self.task if self.task == "topic" else f"{self.source}{'-target' if self.target else ''}"


def read_rows(path: Path, *, source: Source, task: Task) -> list[Row]:
    """Read a CSV file with the columns `text,label[,target][,source]` into rows.

    Raises:
        DataError: a column is missing or a label is not one of the task's.
    """
    return [_checked(row, path, number) for number, row in enumerate(_raw_rows(path, source, task), start=2)]


def _raw_rows(path: Path, source: Source, task: Task) -> Iterator[Row]:
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        missing = {"text", "label"} - set(reader.fieldnames or ())
        if missing:
            msg = f"{path}: no column {', '.join(sorted(missing))}; the header must name text and label"
            raise DataError(msg)
        for fields in reader:
            own: Source = fields.get("source") or source  # pyright: ignore[reportAssignmentType]
            yield Row(fields["text"], fields["label"], own, task, fields.get("target") or None)


def _checked(row: Row, path: Path, line: int) -> Row:
    if row.label not in LABELS[row.task]:
        msg = f"{path}, row {line}: {row.label!r} is no {row.task} label; one of {', '.join(LABELS[row.task])}"
        raise DataError(msg)
    if row.source not in SOURCES:
        msg = f"{path}, row {line}: {row.source!r} is no source; one of {', '.join(SOURCES)}"
        raise DataError(msg)
    return row


def read_entity_rows(path: Path) -> list[Row]:
    """Read SEntFiN's `text,entities` file, entities a JSON object {entity: label}, into one row per entity."""
    with path.open(encoding="utf-8", newline="") as file:
        pairs = [(f["text"], json.loads(f["entities"])) for f in csv.DictReader(file)]
    rows = [
        Row(text, label, "sentfin", target=entity) for text, entities in pairs for entity, label in entities.items()
    ]
    return [_checked(row, path, number) for number, row in enumerate(rows, start=2)]


def read_training_data(folder: Path) -> list[Row]:
    """Read every labelled set of `folder` that training may use (`fpb_validation.csv` is not one).

    Raises:
        DataError: the folder lacks a file.
    """
    sentiment, topics = folder / "sentiment", folder / "topics"
    try:
        return [
            *read_rows(sentiment / "fpb_train.csv", source="fpb", task="sentiment"),
            *read_rows(sentiment / "tfns_train.csv", source="tfns", task="sentiment"),
            *read_rows(sentiment / "sentfin_headline.csv", source="sentfin", task="sentiment"),
            *read_entity_rows(sentiment / "sentfin_entity.csv"),
            *read_rows(topics / "tfn_topic_train.csv", source="tfns", task="topic"),
        ]
    except FileNotFoundError as error:
        msg = f"{error.filename} is missing; --data must name the folder that holds sentiment/ and topics/"
        raise DataError(msg) from error


def read_headlines(folder: Path) -> list[str]:
    """Read the unlabelled headlines that weak labels may use: the 2018_2020 files, and no other."""
    found: list[str] = []
    for path in sorted((folder / "replay").glob("*_2018_2020.csv")):
        with path.open(encoding="utf-8", newline="") as file:
            found += [fields["title"] for fields in csv.DictReader(file)]
    return found


def split(rows: Sequence[Row], *, share: float = 0.1) -> tuple[list[Row], list[Row]]:
    """Split into (training, held out), near copies together, across all files, by a hash and not by order.

    A group of near copies is held out when the hash of its smallest key falls below `share`.
    """
    groups = group_near_copies([row.text for row in rows])
    out = {group: _fraction(group) < share for group in set(groups)}
    training = [row for row, group in zip(rows, groups, strict=True) if not out[group]]
    held_out = [row for row, group in zip(rows, groups, strict=True) if out[group]]
    return training, held_out


def _fraction(group: str) -> float:
    return int.from_bytes(hashlib.sha256(group.encode()).digest()[:8]) / 2**64


def group_near_copies(texts: Iterable[str]) -> list[str]:
    """Return one group name per text: texts that share a near-copy key, directly or by a chain, share it.

    The name is the smallest key of the group, so it does not depend on the order of the texts.
    """
    parent: dict[str, str] = {}

    def root(key: str) -> str:
        while parent.setdefault(key, key) != key:
            parent[key] = parent[parent[key]]
            key = parent[key]
        return key

    keys = [near_copy_keys(text) for text in texts]
    for first, last in keys:
        low, high = sorted((root(first), root(last)))
        parent[high] = low
    return [root(first) for first, _ in keys]


def weighed(rows: Iterable[Row], weights: Sequence[float]) -> list[Row]:
    """Return the rows, the weight of each sentiment row multiplied by its source's, in the order of SOURCES."""
    by_source = dict(zip(SOURCES, weights, strict=True))
    return [row if row.task == "topic" else replace(row, weight=row.weight * by_source[row.source]) for row in rows]
