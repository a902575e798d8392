"""Logging to stderr: one line an event, ours and that of libraries alike; no text of mails, no addresses, no names."""

import logging
import sys

import structlog

from klimapartner.assistant.log_signs import make_visible
from klimapartner.assistant.redaction import redact

# These tell every call with its address, which for the Bot API holds the token.
_TALKATIVE = ("httpx", "httpcore", "aiogram", "telegram", "apscheduler")


def set_up_logs(debug: bool) -> None:
    """Readable lines on a terminal, JSON elsewhere; stack traces only with `debug`."""
    renderer: structlog.typing.Processor = (
        structlog.dev.ConsoleRenderer()
        if sys.stderr.isatty()
        else structlog.processors.JSONRenderer(ensure_ascii=False)
    )
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info if debug else _without_trace,
        redact,
        make_visible,
    ]
    structlog.configure(
        processors=[*shared, renderer],
        wrapper_class=structlog.make_filtering_bound_logger(logging.DEBUG if debug else logging.INFO),
        logger_factory=_to_stderr,
        cache_logger_on_first_use=False,
    )
    _set_up_libraries(shared, renderer)


def _set_up_libraries(shared: list[structlog.typing.Processor], renderer: structlog.typing.Processor) -> None:
    """What libraries log goes the same way; their warnings only."""
    handler = _ToStderr()
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[structlog.stdlib.add_logger_name],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *shared, renderer],
        )
    )
    root = logging.getLogger()
    root.handlers = [item for item in root.handlers if not isinstance(item, _ToStderr)] + [handler]
    root.setLevel(logging.WARNING)
    for name in _TALKATIVE:
        logging.getLogger(name).setLevel(logging.WARNING)


class _ToStderr(logging.Handler):
    """Writes to what is stderr now, as `_to_stderr` does."""

    def emit(self, record: logging.LogRecord) -> None:
        try:
            sys.stderr.write(self.format(record) + "\n")
        except Exception:
            self.handleError(record)


def _to_stderr(*_: object) -> structlog.PrintLogger:
    """A logger on what is stderr now: a stream kept from before may be closed, and a log line must not end a thread."""
    return structlog.PrintLogger(sys.stderr)


def _without_trace(_: object, __: str, event: structlog.types.EventDict) -> structlog.types.EventDict:
    """An error's own words may be those of a mail: only its kind is told."""
    info = event.pop("exc_info", None)
    if isinstance(info, tuple) and info[0] is not None:
        event.setdefault("error", info[0].__name__)
    return event
