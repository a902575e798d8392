"""The reader: a letter in, a reading out; a line in, what it asks out."""

import re
from dataclasses import dataclass, replace

from spacy.language import Language

from klimapartner.intents.faq import ask_line
from klimapartner.intents.findings import Findings, attach
from klimapartner.intents.language import decide_language
from klimapartner.intents.leaders import with_colons
from klimapartner.intents.pipeline import build_pipeline
from klimapartner.intents.placing import placed
from klimapartner.intents.reading import Answer, Letter, Office, Part, Reading
from klimapartner.intents.version import VERSION

MOST_WORDS = 20_000
# The tokenizer's work grows with more than the square of a word's length; 60,000 brackets in a row would take days.
LONGEST_WORD = 300
PIECE = 100


@dataclass(frozen=True, slots=True)
class Reader:
    """A loaded pipeline with the office's identity; safe to use again and again, in one thread at a time."""

    nlp: Language
    office: Office
    version: str = VERSION

    def read(self, letter: Letter) -> Reading:
        """What a letter says; of a very long one head and tail are read, and the reading says so."""
        letter, truncated = shorten(with_colons(letter))
        found = Findings(letter, self.office)
        self.nlp(attach(self.nlp.make_doc(_breakable(letter.text)), found))
        return replace(_reading(found), truncated=truncated)

    def language(self, letter: Letter) -> str:
        """The language of a letter alone."""
        return decide_language(letter)[0]

    def ask(self, text: str) -> Answer:
        """What a chat line asks."""
        return ask_line(text)


def load_reader(office: Office) -> Reader:
    """Load the pipeline; takes a second or two, so do it once."""
    return Reader(build_pipeline(), office)


def _reading(found: Findings) -> Reading:
    return Reading(
        language=found.language,
        intents=found.intents.intents,
        municipality=found.bodies.municipality,
        co_municipalities=found.bodies.co,
        world_region=found.partnership.world_region,
        partner=found.partnership.partner,
        more_partners=found.partnership.more,
        partnership_status=found.partnership.status,
        contact=found.contact.contact,
        needs=found.needs,
        topics=found.topics,
        faq=found.faq,
        remarks=found.remarks,
        evidence=placed(found.evidence, found.letter),
        candidates=found.bodies.candidates,
        unsolicited=found.unsolicited,
    )


def shorten(letter: Letter) -> tuple[Letter, bool]:
    """The letter with the middle of its text left unread where it has more than 20,000 words; offsets stay."""
    words = letter.text.split(maxsplit=MOST_WORDS)
    if len(words) <= MOST_WORDS:
        return letter, False
    head = _offset_after(letter.text, MOST_WORDS // 2)
    tail = len(letter.text) - _offset_after(letter.text[::-1], MOST_WORDS // 2)
    parts = [cut for part in letter.parts for cut in _outside(part, head, tail)]
    return replace(letter, parts=tuple(parts)), True


def _breakable(text: str) -> str:
    """The text for the tokenizer, of the same length: blanks in what has none for longer than any word is."""
    if max(map(len, text.split()), default=0) <= LONGEST_WORD:
        return text
    return re.sub(r"\S+", lambda run: _broken(run.group()) if len(run.group()) > LONGEST_WORD else run.group(), text)


def _broken(run: str) -> str:
    pieces = (run[start : start + PIECE] for start in range(0, len(run), PIECE + 1))
    return " ".join(pieces).ljust(len(run))


def _offset_after(text: str, words: int) -> int:
    rest = text.split(maxsplit=words)
    return len(text) - len(rest[-1]) if len(rest) > words else len(text)


def _outside(part: Part, head: int, tail: int) -> list[Part]:
    pieces = [Part(part.kind, part.start, min(part.end, head)), Part(part.kind, max(part.start, tail), part.end)]
    return [piece for piece in pieces if piece.start < piece.end]
