"""What the trained voter on whole letters sees: stems, pieces of words, cue phrases, what the rules found; no names.

The rules' own decision is no feature: they were written on the letters that the voter learns from, where they are right
so often that it would learn nothing else.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from klimapartner.intents.checkboxes import ticked_only
from klimapartner.intents.cues import fold, labels
from klimapartner.intents.partner_names import Span
from klimapartner.intents.partnership import Partnership
from klimapartner.intents.pieces import pieces
from klimapartner.intents.reading import Letter
from klimapartner.intents.sender import is_group, is_seller, is_southern
from klimapartner.intents.sentences import Sentence

TOLD = ("subject", "body", "forward", "attachment")
STEM = 6  # characters
OPENING = 2  # sentences in which a letter says what it is about
STEPS = (0.25, 0.5, 0.7, 0.9)  # of a signal's probability
LENGTHS = (10, 20, 40, 80, 150)  # words
WORD = re.compile(r"[a-z']+|\d+|[?!]")
ANSWERS = re.compile(r"(?:re|aw|antw|rv|res)\s*:", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Told:
    """A letter with what the rules found in it: `scores` are the probabilities of the intents' signals.

    `german` are the offsets of German bodies in its text.
    """

    letter: Letter
    sentences: Sequence[Sentence]
    scores: Mapping[str, float]
    partnership: Partnership
    municipality: bool
    german: Sequence[Span] = ()


def features(told: Told) -> list[str]:
    """The features of a letter, each once, in a fixed order."""
    read = read_of(told)
    body = [s for s in read if s.zone != "subject"]
    subject = " ".join(s.text for s in read if s.zone == "subject")
    found = {*_of_body(body), *_of_subject(subject), *_of_scores(told.scores), *_of_facts(told)}
    return sorted(found | set(_of_shape(body, subject)))


def read_of(told: Told) -> list[Sentence]:
    """The sentences in which a letter tells what it wants: no signature, no quoted text, no boxes left open."""
    return [s for s in ticked_only(told.sentences) if s.zone in TOLD]


def sentence_features(sentence: Sentence) -> list[str]:
    """What one sentence alone adds to its letter, to tell which of them speaks loudest."""
    found = _of_subject(sentence.text) if sentence.zone == "subject" else _of_sentence(sentence.text)
    return sorted(set(found)) or ["empty"]


def _of_body(body: Sequence[Sentence]) -> Iterator[str]:
    for number, sentence in enumerate(body):
        yield from _of_sentence(sentence.text)
        if number < OPENING:
            yield from (f"first:{label}" for label in labels(sentence.text))


def _of_sentence(text: str) -> Iterator[str]:
    yield from (f"w:{stem}" for stem in _stems(text))
    yield from (f"p:{piece}" for piece in pieces(text))
    yield from (f"cue:{label}" for label in labels(text))


def _of_subject(text: str) -> Iterator[str]:
    yield from (f"subject:{stem}" for stem in _stems(text))
    yield from (f"p:{piece}" for piece in pieces(text))
    yield from (f"subject:{label}" for label in labels(text))


def _stems(text: str) -> list[str]:
    return ["NUM" if word[0].isdigit() else word[:STEM] for word in WORD.findall(fold(text))]


def _of_scores(scores: Mapping[str, float]) -> Iterator[str]:
    for label, score in scores.items():
        yield f"signal:{label}"
        yield from (f"signal:{label}>{step}" for step in STEPS if score > step)


def _of_facts(told: Told) -> Iterator[str]:
    partner = told.partnership.partner
    town = partner.municipality if partner else None
    facts = {
        "southern": is_southern(told.letter, told.sentences, town),
        "seller": is_seller(told.letter),
        "group": is_group(told.letter),
        "municipality": told.municipality,
        "partner": bool(partner),
        "town": bool(town),
    }
    yield from (f"fact:{name}" for name, holds in facts.items() if holds)
    yield f"status:{told.partnership.status}"
    yield f"region:{told.partnership.world_region}"


def _of_shape(body: Sequence[Sentence], subject: str) -> Iterator[str]:
    words = sum(len(s.text.split()) for s in body)
    shape = {
        "asks": any(s.text.rstrip().endswith("?") for s in body),
        "asks twice": sum("?" in s.text for s in body) > 1,
        "answers": bool(ANSWERS.match(subject)),
        "no subject": not subject.strip(),
    }
    yield from (f"shape:{name}" for name, holds in shape.items() if holds)
    yield from (f"words>{length}" for length in LENGTHS if words > length)
