"""Log lines: key=value for people, one JSON object a line for machines, and no secret in either."""

from __future__ import annotations

import logging
import sys
from typing import Any, Literal, TextIO

import structlog
from structlog.stdlib import BoundLogger, ProcessorFormatter
from structlog.typing import EventDict, Processor, WrappedLogger

from streams.secrets import redact

LogFormat = Literal["text", "json"]
QUIET = ("jax", "kafka", "alembic")  # they tell every step at INFO
STAMPED: tuple[Processor, ...] = (
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
)


def run_logger() -> BoundLogger:
    """Return the logger of a run's events: `logger.info("lease taken", epoch=3)`."""
    return structlog.wrap_logger(
        logging.getLogger("groundswell"),
        processors=[structlog.stdlib.filter_by_level, *STAMPED, ProcessorFormatter.wrap_for_formatter],
        wrapper_class=BoundLogger,
    )


def set_up(log_format: LogFormat, stream: TextIO = sys.stderr) -> None:
    """Send every logger of the process to `stream`, one line an event, those of libraries too."""
    handler = logging.StreamHandler(stream)
    handler.setFormatter(
        ProcessorFormatter(
            foreign_pre_chain=STAMPED,
            processors=[ProcessorFormatter.remove_processors_meta, *_rendering(log_format, stream)],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.INFO)
    for library in QUIET:
        logging.getLogger(library).setLevel(logging.WARNING)
    logging.getLogger("kafka.net.selector").setLevel(logging.ERROR)  # on a busy machine it complains of each delay
    logging.getLogger("apprise").propagate = False  # it writes addresses; monitor/channels.py tells what failed


def _rendering(log_format: LogFormat, stream: TextIO) -> list[Processor]:
    if log_format == "json":
        render = structlog.processors.JSONRenderer(default=str)
        return [structlog.processors.format_exc_info, _redacted(render)]
    render = structlog.dev.ConsoleRenderer(colors=stream.isatty(), pad_event_to=0, pad_level=False)
    return [structlog.processors.format_exc_info, _on_one_line, _redacted(render)]


def _redacted(render: Processor) -> Processor:
    """The renderer, with what it returns cleared of secrets: last of all, so that nothing comes after."""

    def rendered(logger: WrappedLogger, name: str, event: EventDict) -> str:
        return redact(str(render(logger, name, event)))

    return rendered


def _on_one_line(logger: WrappedLogger, name: str, event: EventDict) -> EventDict:
    del logger, name
    return {key: value if key == "exception" else _flat(value) for key, value in event.items()}


def _flat(value: Any) -> Any:
    return " | ".join(line.strip() for line in value.splitlines()) if isinstance(value, str) else value
