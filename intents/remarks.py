"""What a letter makes its words depend on: "vorbehaltlich der Zustimmung des Rates" is kept for staff as written."""

from collections.abc import Sequence
from dataclasses import dataclass

from klimapartner.intents.cues import labels
from klimapartner.intents.reading import Evidence
from klimapartner.intents.sentences import Sentence

TOLD = ("body", "forward", "attachment")
LONGEST = 300  # characters of one remark


@dataclass(frozen=True, slots=True)
class Remarks:
    """The sentences that hold a condition, in order, and where they stand."""

    remarks: tuple[str, ...]
    evidence: tuple[Evidence, ...]


def find_remarks(sentences: Sequence[Sentence]) -> Remarks:
    """Conditions and votes still to come, each as one line of at most 300 characters."""
    found = [s for s in sentences if s.zone in TOLD and "remarks.condition" in labels(s.text)]
    texts = tuple(dict.fromkeys(_one_line(sentence.text) for sentence in found))
    evidence = (
        Evidence("remarks", _one_line(s.text), s.start, s.end, 0.9, "Vorbehalt oder offene Zustimmung") for s in found
    )
    return Remarks(texts, tuple(evidence))


def _one_line(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= LONGEST else f"{line[: LONGEST - 1].rsplit(' ', 1)[0]}…"
