"""The house's written sentences, each written for this project and labelled by the guideline of docs/labels.md.

`models/written/*.csv` have the columns `text,label,kind,pair`; rows of one `pair` are minimal contrasts. In parties.csv
a `target` says for which party of the headline the label holds, and a pair's rows differ in it. Pairs that share what
stands before a slash are variants of one another, and are held out together.
"""

import csv
import hashlib
import random
from dataclasses import replace
from pathlib import Path

from models.data import Row
from models.styles import styled

FOLDER = Path(__file__).parent / "written"
HELD_OUT_SHARE = 0.1


def written_rows(seed: int, copies: int) -> tuple[list[Row], list[Row]]:
    """Return (training, held out); contrasts stay together, and each training row comes `copies` times.

    The first copy is the sentence as it stands, the others wear another surface style each.
    """
    rows = read_written()
    rng = random.Random(seed)
    kept = [row for row in rows if not _held_out(row)]
    training = [_copy(row, copy, rng) for copy in range(copies) for row in kept]
    return training, [replace(row, pair=None) for row in rows if _held_out(row)]


def read_written() -> list[Row]:
    """Return every written row, in the order of the files."""
    rows: list[Row] = []
    for path in sorted(FOLDER.glob("*.csv")):
        with path.open(encoding="utf-8", newline="") as file:
            rows += [_row(fields, path.stem) for fields in csv.DictReader(file)]
    return rows


def _row(fields: dict[str, str], part: str) -> Row:
    pair = f"{part}:{fields['pair']}" if fields["pair"] else None
    return Row(fields["text"], fields["label"], "house", target=fields.get("target"), pair=pair)


def _held_out(row: Row) -> bool:
    together = row.pair.partition("/")[0] if row.pair else row.text
    key = hashlib.sha256(together.encode()).digest()
    return int.from_bytes(key[:8]) / 2**64 < HELD_OUT_SHARE


def _copy(row: Row, copy: int, rng: random.Random) -> Row:
    if copy == 0:
        return row
    return replace(row, text=styled(row.text, rng), pair=row.pair and f"{row.pair}#{copy}")
