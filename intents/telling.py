"""How a sentence tells what it tells: negated, conditional, asked, or thanked for."""

import re

from klimapartner.intents.cues import find_cues, fold, labels
from klimapartner.intents.sentences import Sentence

NEGATION = re.compile(
    r"\b(?:nicht|nich|ned|net(?![ -]zero)|kein(?:e[rsnm]?)?|koan?e?|nie|niemals|keinesfalls|keineswegs|weder|ohne|statt"
    r"|not"
    r"|no(?! (?:projeto|programa|processo|ambito|workshop|brasil|nosso|seu|vosso|sul|norte"
    r"|rio|dia|mes|ano|final|inicio|presente|entanto))"
    r"|never|neither|without|cannot|can't|don't|won't|aren't|isn't"
    r"|pas|aucune?|jamais|sans|ninguna?|ningun|nunca|jamas|sin|nao|nenhuma?|sem|tampoco)\b"
)
NO_NEGATION = re.compile(
    r"\b(?:nicht (?:nur|zuletzt|allein|weniger|umsonst|zu vergessen)|warum nicht|wenn nicht|ob nicht|nicht wahr"
    r"|ohne (?:ihre|eure) (?:hilfe|vermittlung|unterstuetzung|partnerboerse|mithilfe|kontakte|netzwerk)"
    r"|not only|no doubt|why not|non seulement|no solo|nao so|keine frage|kein problem|ohne weiteres|sin duda"
    r"|sem duvida)\b"
)
CLAUSE = re.compile(r"[,;:.!?()–—]|\b(?:aber|jedoch|sondern|und|but|and|mais|et|pero|sino|y|mas|e)\b")
CONDITION = re.compile(
    r"\b(?:falls|sofern|sollten?|wenn|vorausgesetzt|if|should|provided|unless|si|au cas ou|a condition|caso)\b"
)
TAG = re.compile(r",\s*(?:oder|gell|nicht wahr|ne|right|non|no|né|verdad|não é)\s*\?\s*$", re.IGNORECASE)
WORD = re.compile(r"\w{2,}")
ANSWER = re.compile(
    r"\s*(?:ja|nein|jein|nö|nee|weil"
    r"|noch kein\w*(?!\s+(?:bewerbung|antrag|zusage|anmeldung|interesse|entscheid|commitment))"
    r"|\[|☐|☒|yes|no,|none|oui|non|sí|no\.|sim|não)(?:\b|(?<=\W))",
    re.IGNORECASE,
)
HOW = re.compile(
    r"^\W*(?:wie|was|wann|wo|wer|welche\w*|how|what|when|which|who|where|comment|quand|quel\w*|ou|como|cual\w*|cuando|que|qual|quais"
    r"|quando)\b"
)
QUESTION = re.compile(r"\?+(?:[\s\"'”“»)\]:;-]|$)")


def negated(folded: str, start: int, end: int) -> bool:
    """Whether a stretch of folded text is denied: a negation inside it, or in its clause right before or after it."""
    left = _clause_start(folded, start)
    right = _clause_end(folded, end)
    before = " ".join(folded[left:start].split()[-4:])
    after = " ".join(folded[end:right].split()[:3])
    inside = CLAUSE.split(folded[start:end])[-1]
    stretch = NO_NEGATION.sub(" ", f"{before} {inside} {after}")
    return bool(NEGATION.search(stretch))


def _clause_start(folded: str, start: int) -> int:
    return max((stop.end() for stop in CLAUSE.finditer(folded, 0, start)), default=0)


def _clause_end(folded: str, end: int) -> int:
    stop = CLAUSE.search(folded, end)
    return stop.start() if stop else len(folded)


def conditional(text: str) -> bool:
    """Whether a sentence holds a condition."""
    return bool(CONDITION.search(fold(text)))


# Words in the order of a question, as hasty writers put them with a full stop behind: "und wen ruf ich an."
ORDERED = re.compile(
    r"\W*(?:(?:und|also|oder|ach ja|achja|dann|ps)\W+)?"
    r"(?:(?:wer|wen|wem|was|wann|wo|wohin|wie|wieviele?|bis wann|ab wann)"
    r"\s+(?!ich|wir|sie|ihr|man|es|das|gesagt|telefonisch|besprochen)[a-zäöüß']+"
    r"\s+(?:ich|wir|man|ihr|es|das|da|die|der|uns)"
    r"|(?:kann|koennte|könnte|könnt|koennt|können|koennen|darf|dürfen|duerfen|muss|müssen|muessen|gibts|gibt|habt|seid"
    r"|geht|ginge|reicht|zahlt|braucht)\s+(?:ich|wir|man|ihr|es|das|da|mich|mir|uns|jemand|auch))\b"
)


# The headings of a letter that is built like an interview: "Wer? Die Stadt X. Mit wem? Mit Y."
HEADING = re.compile(
    r"\W*(?:\w{1,4}[.)]\s*)?(?:und )?"
    r"(?:wer|mit wem|was|wie lange(?: schon)?|seit wann|warum|wozu|wofür|womit|worum|who|with whom|what|why|since when"
    r"|qui|avec qui|quoi|pourquoi|depuis quand|qui[ée]n|con qui[ée]n|qu[ée]|por qu[ée]|desde cu[áa]ndo"
    r"|quem|com quem|o qu[eê]|desde quando)\s*\?\W*",
    re.IGNORECASE,
)
# A line of a note that says what was wrong, and the next what is right: "Falsch: Afrika", "Richtig: Lateinamerika".
WRONG_LINE = re.compile(
    r"\W*(?:falsch|fehlerhaft|irrtümlich|bisher|alt|statt|wrong|incorrect|faux|erreur|incorrecto|errado)\s*(?::|=|-{1,2}>)\s*\w",
    re.IGNORECASE,
)
RIGHT_LINE = re.compile(
    r"\W*(?:richtig|korrekt|neu|stattdessen|right|correct|juste|correcto|correto|certo)\s*(?::|=|-{1,2}>)\s*\w",
    re.IGNORECASE,
)
FILLED_IN = re.compile(r"\?\s*(?:\[|☐|☒|☑|\(x\)|(?:ja|nein|yes|no|oui|non|sí|sim|não)\b)", re.IGNORECASE)


def is_asking(sentence: Sentence) -> bool:
    """Whether a sentence asks for information; a polite request for something else does not."""
    found = labels(sentence.text)
    if "asking.polite" in found:
        return False
    if FILLED_IN.search(sentence.text) or is_heading(sentence.text):
        return False
    if has_question_mark(sentence.text):
        return len(WORD.findall(sentence.text)) > 1 and not TAG.search(sentence.text)
    bare = "asking.bare" in found and not sentence.text.rstrip().endswith(".")
    return "asking.indirect" in found or bare or bool(ORDERED.match(sentence.text))


def gives_wrong(text: str) -> bool:
    """Whether a line gives what was wrong before."""
    return bool(WRONG_LINE.match(text))


def gives_right(text: str) -> bool:
    """Whether a line gives what is right instead."""
    return bool(RIGHT_LINE.match(text))


def is_heading(text: str) -> bool:
    """Whether a text is nothing but a question word, as over the answer that the writer gives."""
    return bool(HEADING.fullmatch(text))


def has_question_mark(text: str) -> bool:
    """Whether a question mark ends a sentence in the text (one inside an address does not)."""
    return bool(QUESTION.search(text))


def denied(text: str, label: str) -> bool:
    """Whether every cue of a label in the sentence is negated."""
    folded, hits = fold(text), [hit for hit in find_cues(text) if hit.label == label]
    spans = [(fold(text[: hit.start]), fold(text[hit.start : hit.end])) for hit in hits]
    return bool(hits) and all(negated(folded, len(before), len(before) + len(inside)) for before, inside in spans)


def asks_how(text: str) -> bool:
    """Whether a question asks more than yes or no: it has a question word, or says that something is to be known."""
    return bool(HOW.search(fold(text))) or "asking.indirect" in labels(text)


def answers(text: str) -> bool:
    """Whether a sentence answers the question before it: the writer asked himself, or filled in a form."""
    return bool(ANSWER.match(text))
