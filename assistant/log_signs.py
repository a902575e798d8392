"""Control characters in log lines, made visible: no text may end a line, forge one, or steer a terminal."""

import re
from collections.abc import MutableMapping
from typing import Any

# C0 and C1 controls, and what Unicode takes for line ends and for writing right to left.
_CONTROLS = re.compile("[\x00-\x08\x0a-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
_CONTROLS_IN_TRACE = re.compile(_CONTROLS.pattern.replace("\x0a-\x1f", "\x0b-\x1f"))
Event = MutableMapping[str, Any]


def visible(text: str, controls: re.Pattern[str] = _CONTROLS) -> str:
    """The text with an escape like \\x1b for every control character."""
    return controls.sub(lambda found: ascii(found.group())[1:-1], text)


def make_visible(_: object, __: str, event: Event) -> Event:
    """The processor: every text of an event; only a stack trace keeps its lines."""
    return {key: _value(value, _CONTROLS_IN_TRACE if key == "exception" else _CONTROLS) for key, value in event.items()}


def _value(value: Any, controls: re.Pattern[str]) -> Any:
    if isinstance(value, dict):
        return {key: _value(item, controls) for key, item in value.items()}
    if isinstance(value, list):
        return [_value(item, controls) for item in value]
    return visible(value, controls) if isinstance(value, str) else value
