"""The results of a study as JSON lines: the plan first, then one line a run; what is there is not run again.

Seeds may be added later: the plan is the same with more of them.
"""

import json
from pathlib import Path
from typing import Any

from models.study.plan import StudyError, StudyPlan

Record = dict[str, Any]


class Ledger:
    """Reads and appends results.jsonl of a work folder."""

    def __init__(self, work: Path, plan: StudyPlan, machine: Record) -> None:
        """Open the file, or begin it.

        Raises:
            StudyError: it holds the results of another plan.
        """
        work.mkdir(parents=True, exist_ok=True)
        self._path = work / "results.jsonl"
        lines = self._whole_lines()
        if not lines:
            self._append({"plan": _settings(plan), "machine": machine})
            lines = self._whole_lines()
        head, *self.records = lines
        self.machine: Record = head["machine"]
        self._seeds = plan.seeds
        if head["plan"] != _settings(plan):
            msg = f"{self._path} holds a study with other settings; choose another --work, or delete that file"
            raise StudyError(msg)

    def _whole_lines(self) -> list[Record]:
        """Return the lines; a last one that was cut off is taken away."""
        text = self._path.read_text(encoding="utf-8") if self._path.exists() else ""
        whole = text[: text.rfind("\n") + 1]
        if whole != text:
            self._path.write_text(whole, encoding="utf-8")
        return [json.loads(line) for line in whole.splitlines()]

    def _append(self, record: Record) -> None:
        with self._path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(record) + "\n")

    def add(self, record: Record) -> None:
        """Append one result."""
        self._append(record)
        self.records.append(record)

    def of(self, arm: str) -> dict[int, Record]:
        """Return an arm's results by seed, of the plan's seeds."""
        found = {record["seed"]: record for record in self.records if record["arm"] == arm}
        return {seed: found[seed] for seed in sorted(found) if seed <= self._seeds}


def _settings(plan: StudyPlan) -> Record:
    """Return the plan without its seeds, as JSON gives it back."""
    return {name: value for name, value in plan.to_json().items() if name != "seeds"}
