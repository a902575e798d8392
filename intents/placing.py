"""Evidence gets its place: a value that stands in the text is pointed at, even where a step only knows its words."""

from collections.abc import Iterable
from dataclasses import replace

from klimapartner.intents.reading import Evidence, Letter

_NOT_THE_SENDERS = ("quote", "disclaimer")


def placed(evidence: Iterable[Evidence], letter: Letter) -> tuple[Evidence, ...]:
    """The same evidence, with offsets where the value stands verbatim in what the sender wrote."""
    return tuple(_placed(item, letter) for item in evidence)


def _placed(item: Evidence, letter: Letter) -> Evidence:
    if item.start is not None or item.source != "text":
        return item
    if item.field == "language":
        part = next((p for p in letter.parts if p.kind not in _NOT_THE_SENDERS), None)
        return replace(item, start=part.start, end=part.end) if part else item
    # A signature stands at the end: the last occurrence is the one that was read.
    for part in reversed(letter.parts):
        at = -1 if part.kind in _NOT_THE_SENDERS else letter.text.rfind(item.value, part.start, part.end)
        if at >= 0:
            return replace(item, start=at, end=at + len(item.value))
    return item
