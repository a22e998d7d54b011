"""Secrets never stand in a log line: what was read as one is cut out of every text, whoever wrote it."""

from __future__ import annotations

import json
import logging
from urllib.parse import quote

MASK = "***"
_forms: set[str] = set()


def note_secret(value: str) -> str:
    """Cut `value` out of log lines from now on, however it is quoted there; returns it."""
    if value:
        shown = {value, repr(value)[1:-1], repr(value.encode())[2:-1], ascii(value)[1:-1], quote(value, safe="")}
        _forms.update(shown, *({json.dumps(one, ensure_ascii=plain)[1:-1] for one in shown} for plain in (False, True)))
    return value


def redact(text: str) -> str:
    """The text without any secret that was noted."""
    for form in sorted(_forms, key=len, reverse=True):
        text = text.replace(form, MASK)
    return text


class Redacting(logging.Filter):
    """Lets every record pass, without its secrets."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Put the message together now, so that no handler sees the arguments."""
        record.msg, record.args = redact(record.getMessage()), ()
        if record.exc_info:
            record.exc_text = redact(logging.Formatter().formatException(record.exc_info))
            record.exc_info = None
        return True


REDACTING = Redacting()


def guard_loggers(library: str) -> None:
    """Redact what every logger of a library says, at any level and to any handler; again where more have come."""
    for name in [library, *logging.root.manager.loggerDict]:
        if name == library or name.startswith(f"{library}."):
            logging.getLogger(name).addFilter(REDACTING)
