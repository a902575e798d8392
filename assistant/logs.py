"""Logging to stderr: one line an event, no text of mails, no addresses and no names."""

import logging
import sys

import structlog


def set_up_logs(debug: bool) -> None:
    """Readable lines on a terminal, JSON elsewhere; stack traces only with `debug`."""
    renderer = (
        structlog.dev.ConsoleRenderer()
        if sys.stderr.isatty()
        else structlog.processors.JSONRenderer(ensure_ascii=False)
    )
    traces = structlog.processors.format_exc_info if debug else _without_trace
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            traces,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.DEBUG if debug else logging.INFO),
        logger_factory=_to_stderr,
        cache_logger_on_first_use=False,
    )


def _to_stderr(*_: object) -> structlog.PrintLogger:
    """A logger on what is stderr now: a stream kept from before may be closed, and a log line must not end a thread."""
    return structlog.PrintLogger(sys.stderr)


def _without_trace(_: object, __: str, event: structlog.types.EventDict) -> structlog.types.EventDict:
    event.pop("exc_info", None)
    return event
