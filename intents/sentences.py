"""A letter cut into sentences, each with the zone it stands in."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence or line; `text == letter.text[start:end]`.

    `zone` is subject, body, signature, forward or attachment. Quotes and disclaimers yield no sentences: they are not
    what the sender says.
    """

    text: str
    start: int
    end: int
    zone: str
