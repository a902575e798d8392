"""Forms with boxes: what is not ticked is not said."""

import re
from collections.abc import Sequence
from dataclasses import replace

from klimapartner.intents.sentences import Sentence

EMPTY = r"\[\s*\]|\(\s*\)|[☐□○❏❑]"
TICKED = r"\[\s*[xX✓✗✔]\s*\]|\(\s*[xX]\s*\)|[☒☑✓✔■◉●⊠]"
BOX = re.compile(f"(?P<empty>{EMPTY})|(?P<ticked>{TICKED})")
NO = re.compile(
    r"\W*(?:nein|nö|nee|ne|nope|no|non|não|nao|(?:noch )?(?:keine?r?|niemand|nix)|fehlanzeige|none)\b\W*", re.IGNORECASE
)


def ticked_only(sentences: Sequence[Sentence]) -> tuple[Sentence, ...]:
    """The sentences with the options of empty boxes blanked; offsets stay as they are.

    A single empty box is an option left open where another one is ticked; alone it may be a bullet.
    """
    fewest = 1 if any(box["ticked"] for s in sentences for box in BOX.finditer(s.text)) else 2
    return tuple(replace(s, text=_ticked(s.text)) if len(BOX.findall(s.text)) >= fewest else s for s in sentences)


def _ticked(text: str) -> str:
    """A box stands before its option, or after it where the line begins with an option."""
    boxes = list(BOX.finditer(text))
    lead = text[: boxes[0].start()]
    if (
        len(lead.strip()) > 0
        and not lead.rstrip().endswith((":", "?", ")", "-"))
        and not text[boxes[-1].end() :].strip()
    ):
        return _blank(text, [(left, box.end()) for left, box in _before(boxes) if box["empty"]])
    ends = [box.start() for box in boxes[1:]] + [len(text)]
    return _blank(text, [(box.start(), end) for box, end in zip(boxes, ends, strict=True) if box["empty"]])


def _before(boxes: list[re.Match[str]]) -> list[tuple[int, re.Match[str]]]:
    return list(zip([0, *(box.end() for box in boxes)], boxes, strict=False))


def _blank(text: str, spans: list[tuple[int, int]]) -> str:
    for start, end in spans:
        text = text[:start] + " " * (end - start) + text[end:]
    return text


def is_no(text: str) -> bool:
    """Whether an answer is a bare no."""
    return bool(NO.fullmatch(BOX.sub(" ", text)))
