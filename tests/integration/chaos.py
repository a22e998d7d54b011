"""One run of the monitor with everything going wrong: `make chaos`, or `python -m tests.integration.chaos --help`.

A producer sends news to a real broker and a runner stores it. Between the chunks that are sent the runner is killed
(kill -9, often inside a transaction), the broker is restarted and killed, a standby takes over and is killed in its
turn, partitions are added, the store is locked and the disk is full. A supervisor starts a runner that has ended. Its
notices go to a receiver that refuses some, and forgets that it has taken others. What should be in the store then is
said by a second run over the same log, undisturbed, and by pandas over the input alone; what should have been told, by
the ledger.
"""

from __future__ import annotations

import argparse
import json
import random
import signal
import sqlite3
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Generator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from streams.broker import LocalBroker
from streams.kafka_admin import create_topic
from streams.kafka_settings import KafkaSettings
from streams.kafka_sink import KafkaSink
from tests.integration.chaos_feed import CHANNEL, NOTIFYING, SETTINGS, Sent, judge, make_feed
from tests.integration.conftest import BACK_SOON
from tests.integration.full_disk import Disk, small_disk
from tests.integration.supervisor import Failed, Supervisor, until_end
from tests.notices import judge_notices
from tests.receiver import Mood, Receiver, listening

TOPIC = "chaos"
PARTITIONS, ADDED = 6, 2
EVENTS = ("restart_broker", "kill_broker", "take_over", "add_partitions", "lock_store", "fill_disk")
KILL_AT = ("start-up", "anywhere", "anywhere", "transaction", "transaction", "transaction")
CLEAN_ENDS = (0, -signal.SIGTERM)  # the second where the last runner was still starting
MOODS: dict[int, Mood] = {2: "forget", 3: "refuse", 5: "forget"}
FLUSH_MS = 150_000  # above the producer's own time for a delivery


@dataclass(frozen=True, slots=True)
class Case:
    """How much news, how many kills beside those of the events, in which order, how long at most."""

    items: int = 300_000
    kills: int = 20
    seed: int = 1
    limit_s: float = 1_500.0


class Chaos:
    """A broker, a disk, a receiver, a producer, and the runner that a supervisor keeps alive."""

    def __init__(self, case: Case, folder: Path, broker: LocalBroker, disk: Disk, receiver: Receiver) -> None:
        self.case, self.folder, self.broker, self.disk, self.receiver = case, folder, broker, disk, receiver
        self.rng = random.Random(case.seed)
        self.feed = make_feed(case.items, case.seed)
        self.kafka = KafkaSettings(broker.bootstrap)
        create_topic(self.kafka, TOPIC, PARTITIONS)
        settings = SETTINGS.replace("BOOTSTRAP", broker.bootstrap).replace("TOPIC", TOPIC)
        (folder / "silent.toml").write_text(settings)
        (folder / "chaos.toml").write_text(settings + NOTIFYING.replace("URL", receiver.url))
        self.silent = [*disk.runner, "run", "--config", str(folder / "silent.toml")]
        self.command = [*disk.runner, "run", "--config", str(folder / "chaos.toml")]
        self.sink = KafkaSink(self.kafka, TOPIC)
        self.partitions = PARTITIONS
        self.happened: Counter[str] = Counter()
        self.watch = Supervisor(self.command, disk.folder / "chaos.db", folder, self.rng)
        self.store = self.watch.store

    def run(self) -> dict[str, Any]:
        """Everything, and the report on what came of it.

        Raises:
            Failed: the run took longer than it may, or stood still.
        """
        started = time.monotonic()
        steps = ["kill"] * self.case.kills + list(EVENTS)
        self.rng.shuffle(steps)
        size = -(-len(self.feed) // len(steps))
        for number, step in enumerate(steps):
            seconds = time.monotonic() - started
            print(f"{seconds:7.1f} s  batch {self.store.last_seq():6d}  {step}", file=sys.stderr, flush=True)
            if seconds > self.case.limit_s:
                msg = f"not done within {self.case.limit_s} s"
                raise Failed(msg)
            self.wait_for_records((number - 1) * size)  # or all kills would come early in the log
            getattr(self, step)(self.feed[number * size : (number + 1) * size])
            self.happened[step] += 1
        self.sink.flush(FLUSH_MS)
        self.wait_for_records(len(self.feed))
        self.watch.wait_until(lambda: not self.store.waiting_notices(), "every notice to be delivered")
        status = self.watch.stop()
        disturbed = until_end(self.command, self.store.path)
        undisturbed = until_end(self.silent, self.folder / "undisturbed.db")
        return {**self.report(disturbed, undisturbed, status), "seconds": round(time.monotonic() - started, 1)}

    def wait_for_records(self, count: int) -> None:
        """Wait until so many are in the store."""
        self.watch.wait_until(
            lambda: sum(self.store.positions().values()) >= count, f"{count} records in the store", self.case.limit_s
        )

    def report(self, disturbed: dict[str, Any], undisturbed: dict[str, Any], status: int) -> dict[str, Any]:
        """What happened and what came of it; `ok` says whether nothing is wrong."""
        positions = self.store.positions()
        found = {
            **judge(self.store.path, self.folder / "undisturbed.db", self.feed),
            **judge_notices(self.store.path, CHANNEL, self.receiver.posts, self.watch.unmarked_at_most()),
        }
        speed = ("seconds", "items_per_second")
        same = all(disturbed[name] == undisturbed[name] for name in disturbed if name not in speed)
        wrong = [name for name, value in found.items() if name.endswith("_wrong") and value]
        crashed = [end for end in self.watch.ends if "Traceback" in end]
        inside = self.watch.counts["kills_inside_a_transaction"]
        well = status in CLEAN_ENDS and not crashed and not found["late"]
        return {
            "ok": same and well and not wrong and inside > 0,
            **found,
            "records_in_log": sum(positions.values()),
            "partitions": len(positions),
            "digest": disturbed["digest"],
            "digest_undisturbed": undisturbed["digest"],
            "same_as_undisturbed": same,
            "happened": dict(self.watch.counts + self.happened),
            "runner_ends": Counter(self.watch.ends),
            "end_status": status,
            "disk": type(self.disk).__name__,
            "seed": self.case.seed,
        }

    def send(self, chunk: Sequence[Sent], *, flush: bool = True) -> None:
        """Send to random partitions, and wait for the broker's word unless it is about to fall silent."""
        for one in chunk:
            self.sink.send_bytes(one.payload, partition=self.rng.randrange(self.partitions))
        if flush:
            self.sink.flush(FLUSH_MS)

    def met_a_full_disk(self) -> bool:
        """Whether a batch met it, and not only a notice that was to be marked as delivered."""
        lines = self.watch.log_of(self.watch.runner).splitlines()
        return any("the disk is full" in line and "notices wait" not in line for line in lines)

    def flush_and_see_progress(self) -> None:
        """What was sent is in the log, and the runner stores again."""
        before = self.store.last_seq()
        self.sink.flush(FLUSH_MS)
        self.watch.progress(before)

    # What goes wrong; each is given what is to be sent meanwhile.

    def kill(self, chunk: Sequence[Sent]) -> None:
        """Kill -9 the runner: as it starts, at any moment, or inside a transaction."""
        where = self.rng.choice(KILL_AT)
        before = self.store.last_seq()
        self.send(chunk)
        if where != "start-up":
            self.watch.progress(before)
        if where != "transaction":
            time.sleep(self.rng.random())
        self.watch.kill(hunt=where == "transaction")
        self.watch.runner = self.watch.start()

    def restart_broker(self, chunk: Sequence[Sent]) -> None:
        """Stop the broker in good order while news is on its way, and start it again."""
        self.send(chunk, flush=False)
        self.broker.stop()
        self.broker.start()
        self.flush_and_see_progress()

    def kill_broker(self, chunk: Sequence[Sent]) -> None:
        """Kill -9 the broker while news is on its way, and the runner while it is away; bring it back."""
        self.send(chunk, flush=False)
        self.broker.kill()
        time.sleep(2 * self.rng.random())
        self.watch.kill()
        self.watch.runner = self.watch.start()
        self.broker.start()
        self.flush_and_see_progress()

    def take_over(self, chunk: Sequence[Sent]) -> None:
        """Kill -9 the runner beside a standby, and the standby once it has taken over."""
        standby = self.watch.start("--standby")
        self.watch.wait_until(lambda: "standing by" in self.watch.log_of(standby), "a standby that waits")
        half = len(chunk) // 2
        self.send(chunk[:half])
        self.watch.kill()
        self.watch.runner = standby
        self.watch.wait_until(lambda: f":{standby.pid}:" in self.store.lease_holder(), "the standby to take over")
        before = self.store.last_seq()
        self.send(chunk[half:])
        self.watch.progress(before)
        self.watch.kill(hunt=True)
        self.watch.runner = self.watch.start()

    def add_partitions(self, chunk: Sequence[Sent]) -> None:
        """Add partitions while the runner reads; what follows is sent to them, too."""
        from kafka import KafkaAdminClient

        self.send(chunk)
        with closing(KafkaAdminClient(bootstrap_servers=self.broker.bootstrap)) as admin:
            admin.create_partitions({TOPIC: PARTITIONS + ADDED})  # pyright: ignore[reportArgumentType]
        self.watch.wait_until(
            lambda: len(self.store.positions()) == PARTITIONS + ADDED, "the runner to see the new partitions"
        )
        self.sink.close()
        self.sink = KafkaSink(self.kafka, TOPIC)
        self.partitions += ADDED

    def lock_store(self, chunk: Sequence[Sent]) -> None:
        """Hold the write lock on the store for some seconds."""
        self.watch.progress(0)
        with closing(sqlite3.connect(self.store.path, timeout=60, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            before = self.store.last_seq()
            self.send(chunk)
            time.sleep(2 + 2 * self.rng.random())
            if self.store.last_seq() != before:
                msg = "the store was written while it was locked: this run shows nothing"
                raise Failed(msg)
            other.rollback()
        self.watch.progress(before)

    def fill_disk(self, chunk: Sequence[Sent]) -> None:
        """Take the disk's room until the runner has met it, and give it back."""
        before, half = self.store.last_seq(), len(chunk) // 2
        self.send(chunk[:half])
        self.watch.progress(before)
        self.disk.fill(self.store.path)
        try:
            self.send(chunk[half:])
            self.watch.wait_until(self.met_a_full_disk, "the runner to meet a full disk")
            time.sleep(self.rng.random())
        finally:
            before = self.store.last_seq()
            self.disk.free()
        self.watch.progress(before)


@contextmanager
def chaos(case: Case, folder: Path) -> Generator[Chaos]:
    """A broker, a disk and a receiver for one run; nothing of it is left at the end."""
    broker, disk = LocalBroker(folder / "kafka", overrides=BACK_SOON), small_disk(folder / "disk")
    try:
        broker.start()
        with listening(Receiver(moods=MOODS)) as receiver:
            one = Chaos(case, folder, broker, disk, receiver)
            try:
                yield one
            finally:
                one.watch.close()
                one.sink.close()
    finally:
        broker.stop()
        disk.close()


def as_text(report: dict[str, Any]) -> str:
    """The report as a person reads it."""
    verdict = "as undisturbed" if report["ok"] else "WRONG"
    happened = ", ".join(f"{name.replace('_', ' ')} {count}" for name, count in sorted(report["happened"].items()))
    return "\n".join(
        [
            f"{verdict}: {report['items']} items in {report['records_in_log']} records, {report['seconds']} s",
            f"{happened}",
            f"missing {report['missing_wrong']}, doubled {report['doubled_wrong']}, late {report['late']}",
            f"windows {report['windows']}, wrong {report['windows_wrong']}; "
            f"alert events {report['alert_events']}, wrong {report['alert_events_wrong']}",
            f"notices {report['notices']} in {report['messages']} messages and {report['messages_repeated']} repeats; "
            f"missing {report['notices_missing_wrong']}, unknown {report['notices_unknown_wrong']}, "
            f"garbled {report['messages_garbled_wrong']}, repeated for no reason {report['messages_repeated_wrong']}",
            f"digest {report['digest']}, undisturbed {report['digest_undisturbed']}",
        ]
    )


def main() -> int:
    """The command line: one JSON line on stdout, progress and a text on stderr."""
    parser = argparse.ArgumentParser(prog="python -m tests.integration.chaos", description="What make chaos runs.")
    for one in fields(Case):
        parser.add_argument(f"--{one.name.replace('_', '-')}", type=type(one.default), default=one.default)
    case = Case(**vars(parser.parse_args()))
    signal.signal(signal.SIGTERM, lambda _number, _frame: sys.exit(143))  # or the broker and the disk would stay behind
    temporary = tempfile.TemporaryDirectory(prefix="groundswell-chaos-", ignore_cleanup_errors=True)
    with temporary as folder, chaos(case, Path(folder)) as one:
        report = one.run()
    print(json.dumps(report))
    print(as_text(report), file=sys.stderr)
    return 0 if report["ok"] else 1


if __name__ == "__main__":
    sys.exit(main())
