"""The text of a document, or why there is none."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class DocumentText:
    """Text of a document; `problem` is unreadable, encrypted, too_large, too_slow, no_text, unsupported or bomb.

    A document that is too large or has too many pages keeps the text of its beginning beside the problem.
    """

    text: str = ""
    problem: str | None = None
