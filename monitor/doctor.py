"""The usual mistakes, looked for one after the other: each finding says what it is and what to do about it."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from sqlalchemy import inspect, make_url, select

from monitor import schema
from monitor.clock import wall_clock_ms
from monitor.config import Config, ConfigError, load_config
from monitor.engine import StoreBusyError, StoreError, open_engine, place_of
from monitor.parts import kafka_settings, open_scorer
from monitor.scoring import PROBE
from monitor.tables import lease
from streams.kafka_settings import KafkaSettings
from streams.source import StreamError, UnknownTopic, Unreachable

State = Literal["ok", "warning", "wrong"]
ANSWER_MS = 5_000
LOCK_MS = 2_000
SKEW_NOTED_MS, SKEW_WRONG_MS = 1_000, 5_000
ROOM_BYTES = 1_000_000_000


@dataclass(frozen=True, slots=True)
class Finding:
    """What one look found; `todo` is empty where nothing needs to be done."""

    check: str
    state: State
    found: str
    todo: str = ""


def examine(
    file: Path, clock: Callable[[], int] = wall_clock_ms, environ: Mapping[str, str] = os.environ
) -> Iterator[Finding]:
    """Look for what would keep `groundswell run` from working with the settings in `file`; changes nothing of it.

    The broker's clock is read by means of a topic that is made for it and deleted.
    """
    try:
        config = load_config(file)
    except ConfigError as error:
        yield Finding("settings", "wrong", str(error), "correct them; `groundswell config example` shows valid ones")
        return
    yield Finding("settings", "ok", f"{file}, version {config.version}")
    yield from _channels(config, environ)
    yield from _source(config, clock)
    yield from _store(config.store.url, clock)
    yield _model(config)


def _channels(config: Config, environ: Mapping[str, str]) -> Iterator[Finding]:
    from monitor.channels import open_channel

    for channel in config.channel:
        try:
            open_channel(channel, config.notify.timeout, environ)
            yield Finding("channels", "ok", f"{channel.name} has a usable address (nothing was sent)")
        except ConfigError as error:
            yield Finding("channels", "wrong", str(error), "set the variable, or correct the URL")


def _source(config: Config, clock: Callable[[], int]) -> Iterator[Finding]:
    match config.source.kind:
        case "kafka":
            yield from _kafka(replace(kafka_settings(config.source), start_ms=ANSWER_MS, group=""), clock)
        case "files":
            yield from (_file(Path(name)) for name in config.source.files or ("",))
        case _:
            yield Finding("source", "ok", "a simulated market")


def _file(path: Path) -> Finding:
    from streams.rows import read_rows

    if path == Path():
        return Finding("source", "wrong", 'kind = "files" and no files', "name them: files = [...] under [source]")
    try:
        next(read_rows(path), None)
    except StreamError as error:
        return Finding("source", "wrong", str(error), "correct files = [...] under [source]")
    return Finding("source", "ok", f"{path} can be read")


def _kafka(settings: KafkaSettings, clock: Callable[[], int]) -> Iterator[Finding]:
    from streams.kafka_admin import topics, unread

    try:
        there = topics(settings)
    except Unreachable as error:
        yield Finding("broker", "wrong", str(error), "start the broker, or correct bootstrap and [source.security]")
        return
    except StreamError as error:
        yield Finding("broker", "wrong", str(error), "correct [source.security] and its environment variables")
        return
    yield Finding("broker", "ok", f"{settings.bootstrap} answers, and shows {len(there)} topics")
    try:
        yield Finding("topics", "ok", f"{', '.join(settings.topics)} hold {unread(settings)} records")
    except UnknownTopic as error:
        names = ", ".join(sorted(there - {"__consumer_offsets"})) or "none"
        yield Finding("topics", "wrong", str(error), f"create it, or name another in topics; there are: {names}")
    except StreamError as error:
        yield Finding("topics", "wrong", str(error), "grant the user the right to read and describe it")
    yield _clock(settings, clock)


def _clock(settings: KafkaSettings, clock: Callable[[], int]) -> Finding:
    from streams.kafka_admin import clock_skew

    try:
        skew = clock_skew(settings, clock)
    except StreamError as error:
        return Finding("clock", "warning", f"the broker's clock cannot be read: {error}", "compare the clocks by hand")
    way = "ahead of" if skew.ahead_ms > 0 else "behind"
    found = f"the broker's clock is {abs(skew.ahead_ms)} ms {way} ours (give or take {skew.give_or_take_ms} ms)"
    sure_ms = abs(skew.ahead_ms) - skew.give_or_take_ms
    if sure_ms < SKEW_NOTED_MS:
        return Finding("clock", "ok", found)
    todo = "synchronise both (NTP): windows close, and items are refused as too far ahead, by this machine's clock"
    return Finding("clock", "wrong" if sure_ms >= SKEW_WRONG_MS else "warning", found, todo)


def _store(url: str, clock: Callable[[], int]) -> Iterator[Finding]:
    try:
        engine = open_engine(url, writable=True, wait_ms=LOCK_MS)
    except StoreError as error:
        yield Finding("store", "wrong", str(error), "correct url under [store]")
        return
    try:
        if engine.dialect.name == "sqlite":
            file = Path(make_url(url).database or "")
            yield _folder(file.absolute().parent)
            if not file.exists():
                yield Finding("store", "ok", f"{place_of(engine)} is not there yet; a runner makes it")
                return
        with engine.begin() as connection:
            held = inspect(connection).has_table(lease.name) and connection.execute(select(lease)).mappings().first()
            found = schema.revision(connection)
            connection.rollback()
        now = f", {held['holder']} writes to it now" if held and held["expires_ms"] > clock() else ""
        old = (
            f", of revision {found}: the next runner brings it to {schema.REVISION}" if found != schema.REVISION else ""
        )
        yield Finding("store", "ok", f"{place_of(engine)} can be written{now}{old}")
    except StoreBusyError as error:
        yield Finding(
            "store", "wrong", str(error), "end what holds it: another program in a long transaction, or a backup"
        )
    except StoreError as error:
        yield Finding("store", "wrong", str(error), "correct url under [store], or the rights of the file")
    finally:
        engine.dispose()


def _folder(folder: Path) -> Finding:
    try:
        with tempfile.TemporaryFile(dir=folder):
            room = shutil.disk_usage(folder).free
    except OSError as error:
        return Finding(
            "folder", "wrong", f"{folder}: cannot be written: {error.strerror}", "grant the right, or name another"
        )
    found = f"{folder} can be written, {room / 1e9:.1f} GB are free"
    return Finding("folder", "ok", found) if room >= ROOM_BYTES else Finding("folder", "warning", found, "free some")


def _model(config: Config) -> Finding:
    try:
        scorer = open_scorer(config)
        scorer.score([PROBE])
    except Exception as error:  # whatever a damaged file makes the libraries raise
        found = f"{config.model.adapter}: {type(error).__name__}: {error}"
        return Finding("model", "wrong", found, "install it anew, or correct adapter under [model]")
    return Finding("model", "ok", f"{scorer.model_version} scores (runtime {scorer.runtime_id})")
