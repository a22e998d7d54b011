"""Runs tasks on a crew of worker processes, one a core."""

import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from pathlib import Path
from types import TracebackType
from typing import Any

from models.study.plan import StudyError, StudyPlan

Task = dict[str, Any]
Result = dict[str, Any]


class _Hand:
    """One worker process; what it says on stderr stands in a file of the work folder."""

    def __init__(self, core: int, plan: StudyPlan, work: Path) -> None:
        self._log = work / f"worker-{core}.log"
        command = [sys.executable, "-m", "models.study.worker", str(core)]
        with self._log.open("w", encoding="utf-8") as log:
            self._process = subprocess.Popen(
                command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, text=True
            )
        self._send({"plan": plan.to_json(), "work": str(work)})

    def _send(self, message: Task) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(message) + "\n")
        self._process.stdin.flush()

    def do(self, task: Task) -> Result:
        """Return the result of one task.

        Raises:
            StudyError: the process died.
        """
        assert self._process.stdout is not None
        try:
            self._send(task)
            line = self._process.stdout.readline()
        except BrokenPipeError:
            line = ""
        if not line:
            self._process.wait(timeout=30)
            said = self._log.read_text(encoding="utf-8").strip().splitlines()[-1:]
            msg = f"the worker for {task} ended with code {self._process.returncode}; see {self._log}: {said}"
            raise StudyError(msg)
        return json.loads(line)

    def kill(self) -> None:
        """End the process; who waits for its answer sees that it died."""
        self._process.kill()

    def close(self) -> None:
        """End the process and give back its pipes."""
        self._process.kill()
        self._process.communicate()


class Crew:
    """As many workers as jobs, started with the first task; a context."""

    def __init__(self, plan: StudyPlan, work: Path, jobs: int) -> None:
        self._start = lambda: [_Hand(core, plan, work) for core in range(jobs)]
        self._hands: list[_Hand] = []

    def __enter__(self) -> "Crew":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        del kind, error, trace  # the workers end in any case
        for hand in self._hands:
            hand.close()

    def do(self, tasks: Sequence[Task]) -> Iterator[Result]:
        """Yield the result of each task as it is done.

        Raises:
            StudyError: a worker died.
        """
        if not tasks:
            return
        self._hands = self._hands or self._start()
        waiting = iter(tasks)
        with ThreadPoolExecutor(len(self._hands)) as pool:
            running: dict[Future[Result], _Hand] = {}
            for hand in self._hands:
                if task := next(waiting, None):
                    running[pool.submit(hand.do, task)] = hand
            try:
                while running:
                    done, _ = wait(running, return_when=FIRST_COMPLETED)
                    for future in done:
                        hand = running.pop(future)
                        yield future.result()
                        if task := next(waiting, None):
                            running[pool.submit(hand.do, task)] = hand
            except BaseException:
                for hand in self._hands:
                    hand.kill()
                raise
