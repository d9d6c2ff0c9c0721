"""The log on standard error: text for people, or one JSON object per line (LOG_FORMAT)."""

import json
import logging
import logging.config
import os
import sys
import threading
from datetime import UTC, datetime
from typing import Any

log = logging.getLogger("xingdian")


class JsonLines(logging.Formatter):
    """One JSON object per line; a record's `fields` are added beside its message."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line, in ASCII, so that any terminal and encoding carries it."""
        entry: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
            **getattr(record, "fields", {}),
        }
        if record.exc_info:
            entry["exception"] = self.formatException(record.exc_info)
        return json.dumps(entry, default=str)


def wanted_json() -> bool:
    """Return whether LOG_FORMAT says json. (Read from the environment: a bad setting must be logged in that form
    too.)"""
    return os.environ.get("LOG_FORMAT", "").strip().lower() == "json"


def configure() -> None:
    """Write every log line, including uvicorn's and Python's warnings, to standard error in the form of LOG_FORMAT."""
    # What no line shows is not found out for each: the process, the thread, the task.
    logging.logProcesses = logging.logMultiprocessing = logging.logThreads = False
    line = "%(asctime)s %(levelname)s %(name)s %(message)s"
    logging.config.dictConfig(
        {
            "version": 1,
            "disable_existing_loggers": False,
            "formatters": {"text": {"format": line}, "json": {"()": JsonLines}},
            "handlers": {
                "stderr": {"class": "logging.StreamHandler", "formatter": "json" if wanted_json() else "text"}
            },
            "root": {"handlers": ["stderr"], "level": "WARNING"},
            "loggers": {"xingdian": {"level": "INFO"}},
        }
    )
    logging.captureWarnings(True)
    if wanted_json():
        sys.excepthook = lambda *error: log.critical("ended by a fault", exc_info=error)
        threading.excepthook = lambda args: log.error("a thread ended by %s", args.exc_type.__name__)
        sys.unraisablehook = lambda args: log.error("passed over %s", args.exc_type.__name__)
