"""Letters made from a few strings, as the reading tests need them."""

from collections.abc import Callable

import pytest

from klimapartner.intents.reading import Letter, Part


@pytest.fixture
def write() -> Callable[..., Letter]:
    """A function that writes a letter: its parts by name, `attachment` for one document, and its From header."""
    return _write


def _write(body: str, *, from_name: str = "", from_addr: str = "", **parts: str) -> Letter:
    order = {"subject": parts.pop("subject", ""), "body": body, **parts}
    text, found = "", []
    for kind, content in order.items():
        if content:
            start = len(text)
            text += content
            found.append(Part("attachment:0" if kind == "attachment" else kind, start, len(text)))
            text += "\n\n"
    return Letter(text, tuple(found), from_name, from_addr)
