"""What the portal and its workers log: an event and its facts by name, one JSON line each.

The standard library's own logging does it: a logging library of its own cost every command, worker and
server a fifth of its start.
"""

from __future__ import annotations

import json
import logging
from contextvars import ContextVar
from datetime import UTC, datetime

request_number: ContextVar[str] = ContextVar("request_number", default="")
"""Stands on every line that is written while a request is answered."""


class Log:
    """A logger that is given facts by name, never a sentence with values in it."""

    def __init__(self, name: str) -> None:
        self._to = logging.getLogger(name)

    def info(self, event: str, **facts: object) -> None:
        """Something happened."""
        self._to.info(event, extra={"facts": facts})

    def warning(self, event: str, **facts: object) -> None:
        """Something waits, or is tried again."""
        self._to.warning(event, extra={"facts": facts})

    def error(self, event: str, **facts: object) -> None:
        """Something broke."""
        self._to.error(event, extra={"facts": facts})


class JsonLines(logging.Formatter):
    """One line a record. Of an error it says what its facts say: a traceback may hold somebody's values."""

    def format(self, record: logging.LogRecord) -> str:
        """The record as JSON."""
        said = {**getattr(record, "facts", {}), "event": record.getMessage()}
        if number := request_number.get():
            said["request"] = number
        said["level"] = record.levelname.lower()
        said["timestamp"] = datetime.fromtimestamp(record.created, UTC).isoformat().replace("+00:00", "Z")
        return json.dumps(said, ensure_ascii=False, default=repr)
