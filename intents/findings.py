"""What the steps of the pipeline found so far in one letter: each adds its part, the last makes the reading."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from spacy.tokens import Doc

from klimapartner.intents.contact import ContactDecision
from klimapartner.intents.intent import IntentDecision
from klimapartner.intents.municipality import MunicipalityDecision
from klimapartner.intents.partnership import Partnership
from klimapartner.intents.reading import Contact, Evidence, Letter, Office
from klimapartner.intents.sentences import Sentence

_KEY = "klimapartner"


@dataclass(slots=True)
class Findings:
    """Filled from step to step; a part that no step has filled says nothing."""

    letter: Letter
    office: Office
    language: str = "de"
    sentences: tuple[Sentence, ...] = ()
    german: tuple[tuple[int, int], ...] = ()
    bodies: MunicipalityDecision = field(default_factory=MunicipalityDecision)
    partnership: Partnership = field(default_factory=Partnership)
    intents: IntentDecision = field(default_factory=lambda: IntentDecision(("other",), ()))
    contact: ContactDecision = field(default_factory=lambda: ContactDecision(Contact(), ()))
    needs: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
    faq: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()
    unsolicited: bool = False
    evidence: list[Evidence] = field(default_factory=list)


def attach(doc: Doc, findings: Findings) -> Doc:
    """Hang the findings on a spaCy document, so that every step of the pipeline has them."""
    doc.user_data[_KEY] = findings
    return doc


def findings_of(doc: Doc) -> Findings:
    """The findings that hang on a document."""
    found = doc.user_data[_KEY]
    assert isinstance(found, Findings)
    return found


def mark(doc: Doc, group: str, spans: Iterable[tuple[int, int, str]]) -> None:
    """Put labelled stretches of the text into a span group of the document."""
    made = (doc.char_span(start, end, label=label, alignment_mode="expand") for start, end, label in spans)
    doc.spans[group] = [span for span in made if span is not None]
