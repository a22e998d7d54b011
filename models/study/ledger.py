"""The results of a study as JSON lines: the plan first, then one line a run; what is there is not run again."""

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
            self._append({"plan": plan.to_json(), "machine": machine})
            lines = self._whole_lines()
        head, *self.records = lines
        self.machine: Record = head["machine"]
        if head["plan"] != json.loads(json.dumps(plan.to_json())):
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
        """Return an arm's results by seed."""
        return {record["seed"]: record for record in self.records if record.get("arm") == arm}
