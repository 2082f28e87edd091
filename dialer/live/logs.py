"""Logs: one JSON object a line in a bounded file, warnings in plain words on stderr, telephone numbers masked."""

import json
import logging
import logging.handlers
import re
import sys
import traceback
from datetime import UTC, datetime
from pathlib import Path

FILE_BYTES_MAX = 10_000_000
FILES_KEPT = 5

NUMBER = re.compile(r"\+\d{6,}|(?<![\w.:-])\d{9,15}(?![\w.])")
"""What may be a telephone number: digits behind a plus sign, or many in a row that are no part of something else."""


def mask(text: str) -> str:
    """Replace all but the first three and last two characters of every telephone number."""
    return NUMBER.sub(lambda found: f"{found[0][:3]}***{found[0][-2:]}", text)


class JsonFormatter(logging.Formatter):
    """One JSON object: time (UTC), level, logger, message, and the traceback where there is one."""

    def format(self, record: logging.LogRecord) -> str:
        """See `logging.Formatter`."""
        line = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": mask(record.getMessage()),
        }
        if record.exc_info:
            line["traceback"] = mask("".join(traceback.format_exception(*record.exc_info)))
        return json.dumps(line, ensure_ascii=False)


class PlainFormatter(logging.Formatter):
    """One line for a person; the traceback is in the file."""

    def format(self, record: logging.LogRecord) -> str:
        """See `logging.Formatter`."""
        text = f"{record.levelname.lower()}: {mask(record.getMessage())}"
        if record.exc_info and record.exc_info[1] is not None:
            text += f" ({type(record.exc_info[1]).__name__}; the traceback is in the log)"
        return " ".join(text.split())


def start_logging(level: str, path: str) -> None:
    """Send all logs to a file, and warnings to stderr too; without a path, everything goes to stderr as JSON.

    Raises:
        OSError: the file cannot be written.
    """
    handlers: list[logging.Handler] = []
    to_stderr = logging.StreamHandler(sys.stderr)
    if path:
        to_file = logging.handlers.RotatingFileHandler(
            Path(path), maxBytes=FILE_BYTES_MAX, backupCount=FILES_KEPT, encoding="utf-8", delay=False
        )
        to_file.setFormatter(JsonFormatter())
        to_stderr.setFormatter(PlainFormatter())
        to_stderr.setLevel(logging.WARNING)
        handlers.append(to_file)
    else:
        to_stderr.setFormatter(JsonFormatter())
    handlers.append(to_stderr)
    root = logging.getLogger()
    for old in tuple(root.handlers):
        root.removeHandler(old)
        old.close()
    for handler in handlers:
        root.addHandler(handler)
    root.setLevel(level.upper())
    for chatty in ("apscheduler", "asyncio", "uvicorn.access", "sqlalchemy", "alembic"):
        logging.getLogger(chatty).setLevel(logging.WARNING)
