"""What staff should note: conditions as written ("vorbehaltlich der Zustimmung"), contacts named by others."""

from collections.abc import Sequence
from dataclasses import dataclass

from klimapartner.intents.contact import ContactDecision
from klimapartner.intents.cues import labels
from klimapartner.intents.reading import Evidence
from klimapartner.intents.sentences import Sentence

TOLD = ("body", "forward", "attachment")
BY_THIRD = "Kontakt von Dritten genannt (Art. 14 DSGVO)"
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


def third_person_remark(contact: ContactDecision) -> Evidence:
    """The remark that somebody else than the person to answer gave that person's details."""
    name = next((e for e in contact.evidence if e.field == "contact.name"), None)
    start, end = (name.start, name.end) if name else (None, None)
    return Evidence("remarks", BY_THIRD, start, end, 0.9, "Person ist über ihre Daten zu unterrichten")


def _one_line(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= LONGEST else f"{line[: LONGEST - 1].rsplit(' ', 1)[0]}…"
