"""Logs: one JSON object a line on stderr, from our own code and from the libraries alike."""

import json
import logging
import sys
from datetime import UTC, datetime

import orjson
import structlog
from structlog.typing import EventDict, WrappedLogger

from server.redaction import looks_clean, redact

PLAIN = frozenset({str, int, float, bool, datetime, type(None)})
NAMING = structlog.stdlib.LoggerFactory([__name__])


def configure_logging(level: str) -> None:
    """Give every log of this process one form. Libraries other than uvicorn speak from warning on.

    Our own lines, of which every request makes one, do not pass through the standard library: that costs more than a
    small query.
    """
    least = logging.getLevelNamesMapping()[level.upper()]
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.format_exc_info,
            _finish,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(least),
        logger_factory=_Lines,
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Form())
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(max(logging.WARNING, least))
    logging.getLogger("uvicorn").setLevel(least)
    logging.captureWarnings(True)


class _Lines:
    """What structlog hands the finished lines of one logger to. Its module names a logger that has no name."""

    def __init__(self, *name: str) -> None:
        self.name = NAMING(*name).name

    def write(self, line: bytes) -> None:
        try:
            sys.stderr.buffer.write(line + b"\n")
            sys.stderr.buffer.flush()
        except (OSError, ValueError):  # that nobody reads the log any more, or its disk is full, ends no request
            pass

    debug = info = warning = error = critical = write


class _Form(logging.Formatter):
    """For the standard library's loggers."""

    def format(self, record: logging.LogRecord) -> str:
        event = {"event": record.getMessage(), **structlog.contextvars.get_contextvars()}
        event["level"] = record.levelname.lower()
        if record.stack_info:
            event["stack_info"] = record.stack_info
        if record.exc_info:
            event["exception"] = self.formatException(record.exc_info)
        return _line(record.name, event).decode()


def _finish(logger: WrappedLogger, _method: str, event: EventDict) -> bytes:
    return _line(logger.name, event)


def _line(logger: str, event: EventDict) -> bytes:
    event["logger"] = logger
    event["timestamp"] = datetime.now(UTC)
    try:
        if PLAIN.issuperset(map(type, event.values())):
            line = orjson.dumps(event, option=orjson.OPT_UTC_Z)
            if looks_clean(line):
                return line
        return orjson.dumps(redact(event), option=orjson.OPT_UTC_Z | orjson.OPT_NON_STR_KEYS)
    except orjson.JSONEncodeError:  # a text that is no Unicode, or a number of more than 64 bits
        return json.dumps(redact(event), default=str).encode()
