"""What the rules are so sure of that the voter on whole letters cannot take it away: plain words, said or asked."""

import re
from collections.abc import Iterator, Sequence

from klimapartner.intents.cues import fold, labels
from klimapartner.intents.faq import asked_for
from klimapartner.intents.help_frames import framed
from klimapartner.intents.intent import IntentDecision
from klimapartner.intents.reading import Intent
from klimapartner.intents.sentences import Sentence
from klimapartner.intents.telling import has_question_mark

SAID = 0.95  # probability from which an interest was said in so many words
ASKED = 0.7  # probability of an FAQ id from which a question is one for the office
FEWEST = 3  # words of a question; "Chile? Argentinien?" only thinks aloud
DOUBTS = ("undecided", "earlier", "correction", "withdrawal", "other.")
OWN_PERSON = frozenset({"contact", "human"})
ANNOUNCED = re.compile(
    r"\b(?:(?:ein|zwei|drei|vier|noch|kurz|klein|folgend|unser|mein|zusatz)\w*[ -]?(?:\w+ )?(?:rueck|zusatz)?frage"
    r"|fragen?\b[^.?!]{0,25}:|(?:one|two|three|quick|short|small|following) (?:\w+ )?(?:quer|question)"
    r"|question \w+ ?:|(?:une|deux|trois|petite) (?:\w+ )?question|(?:una|dos|tres) (?:\w+ )?pregunta"
    r"|(?:uma|duas|tres) (?:\w+ )?(?:pergunta|duvida))"
)


def vouched(decided: IntentDecision, sentences: Sequence[Sentence]) -> frozenset[Intent]:
    """Of what the rules decided, the intents that stand whatever the voter says."""
    found: set[Intent] = set()
    if "interest" in decided.intents and _is_said(decided):
        found.add("interest")
    if "question" in decided.intents and _is_asked(sentences):
        found.add("question")
    return frozenset(found)


def _is_said(decided: IntentDecision) -> bool:
    doubted = any(label.startswith(DOUBTS) for label in decided.scores)
    return decided.scores.get("interest", 0) >= SAID and not doubted


def _is_asked(sentences: Sequence[Sentence]) -> bool:
    """Whether a plain question is announced as one, or is surely one that the FAQ knows."""
    return any(_is_announced(before, after) for before, after in _pairs(sentences)) or any(
        evidence.confidence > ASKED and evidence.value not in OWN_PERSON and _is_plain(sentence)
        for sentence, evidence in asked_for(sentences)
    )


def _is_plain(sentence: Sentence) -> bool:
    """Whether a sentence is a question that asks for no help in finding a partner and no talk."""
    wishes = {"needs.matchmaking", "needs.consultation", "asking.polite"} & labels(sentence.text)
    spoken = has_question_mark(sentence.text) and len(sentence.text.split()) >= FEWEST
    return spoken and not wishes and not framed(sentence.text)


def _pairs(sentences: Sequence[Sentence]) -> Iterator[tuple[str, Sentence]]:
    told = [s for s in sentences if s.zone in ("body", "forward", "attachment")]
    yield from zip(["", *(s.text for s in told)], told, strict=False)


def _is_announced(before: str, sentence: Sentence) -> bool:
    return _is_plain(sentence) and bool(ANNOUNCED.search(fold(f"{before} {sentence.text}")))
