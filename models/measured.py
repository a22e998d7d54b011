"""Figures on sets that nothing was fitted on, written into an adapter's card."""

import csv
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from models.adapter import Adapter, write_meta
from models.card import write_card
from models.data import SENTIMENTS, read_rows
from models.evaluate import evaluate
from models.heldout import KEPT
from models.scorer import Scorer


def accuracy_by_kind(scorer: Scorer, sentences: Sequence[Path]) -> dict[str, list[int]]:
    """Return {kind: [right, of]} over files with the columns `text,label,kind`, in the house convention."""
    rows = [row for path in sentences for row in csv.DictReader(path.read_text(encoding="utf-8").splitlines())]
    answers = scorer.readings([(row["text"], None, "house") for row in rows], "sentiment")
    right: Counter[str] = Counter()
    for row, answer in zip(rows, answers, strict=True):
        right[row["kind"]] += SENTIMENTS[int(np.argmax(answer.probs))] == row["label"]
    of = Counter(row["kind"] for row in rows)
    return {kind: [right[kind], of[kind]] for kind in sorted(of)}


def write_measured(adapter: Adapter, validation: Path, sentences: Sequence[Path]) -> dict[str, Any]:
    """Measure an adapter on PhraseBank's validation part and on house sentences; write card and adapter.json anew.

    What stands in them under `trained` is no part of the model version.
    """
    scorer = Scorer.load(str(adapter.folder))
    figures = {
        "fpb_validation": evaluate(scorer, read_rows(validation, source="fpb", task="sentiment"), "sentiment"),
    }
    for path in sentences:
        rows = read_rows(path, source="house", task="sentiment")
        figures[f"{path.stem} (house)"] = evaluate(scorer, rows, "sentiment")
    trained = {
        **adapter.meta["trained"],
        "measured": {name: {key: each[key] for key in KEPT} for name, each in figures.items()},
        "challenge_kinds": accuracy_by_kind(scorer, sentences),
    }
    meta = {**adapter.meta, "trained": trained}
    write_meta(adapter.folder, meta)
    write_card(adapter.folder, meta)
    return trained
