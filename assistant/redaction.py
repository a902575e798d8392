"""The last net under the logs: what looks like an address, a telephone number or a secret never reaches them.

Our own lines name no person in the first place (numbers, kinds, counts); this is for texts of libraries and errors.
"""

import re
from collections.abc import MutableMapping
from typing import Any

_RULES: tuple[tuple[re.Pattern[str], str], ...] = (
    # A bot's token, as it stands in the address of every call of the Bot API.
    (re.compile(r"(?<!\d)\d{6,12}:[A-Za-z0-9_-]{30,}"), "[token]"),
    (re.compile(r"(?i)\b(bearer|basic)\s+[A-Za-z0-9._~+/=-]{8,}"), r"\1 [token]"),
    (re.compile(r"(?<=://)[^/\s:@]+:[^/\s@]+(?=@)"), "[login]"),
    (re.compile(r"(?i)\b(pass\w*|secret|token|code|key)\s*[=:]\s*['\"]?[^\s,;'\"&)\]}]+"), r"\1=[secret]"),
    (re.compile(r"[^\s<>\"'(),;:\[\]=]+@[^\s<>\"'(),;:\[\]]*[^\s<>\"'(),;:\[\].]"), "[address]"),
    # With + or 0 in front, as numbers are dialled: not the numbers of entries, nor times.
    (re.compile(r"(?<![\w.,:/-])(?:\+|\(?0)[\d(][\d ()/.-]{5,}\d"), "[phone]"),
)
_HIDDEN = re.compile(r"(?i)pass|secret|token|cookie|authorization|address|mail_?(from|to)?$|phone|body|raw|subject")
_KEPT = {"timestamp", "level"}

Event = MutableMapping[str, Any]


def redacted(text: str) -> str:
    """The text without what looks like an address, a telephone number or a secret."""
    for pattern, instead in _RULES:
        text = pattern.sub(instead, text)
    return text


def redact(_: object, __: str, event: Event) -> Event:
    """The processor: every value of an event, and values under telling names altogether."""
    return {key: value if key in _KEPT else _value(key, value) for key, value in event.items()}


def _value(key: str, value: Any) -> Any:
    if isinstance(value, bool | int | float) or value is None:
        return value
    if key != "event" and _HIDDEN.search(key):
        return "[hidden]"
    if isinstance(value, dict):
        return {str(name): _value(str(name), item) for name, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_value(key, item) for item in value]
    return redacted(value if isinstance(value, str) else str(value))
