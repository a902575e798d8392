"""What the trained voter on a letter's questions sees: the parts of its sentences, and how and where they are said.

A line of chat is a question by itself. In a letter the same words may tell, may ask for help in the search, or for the
state of the writer's own matter; so cues of the sentence, of the one before, of the subject and the intents go in too.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from klimapartner.intents.cues import fold, labels
from klimapartner.intents.faq_asking import Heard, asks_of_workshop, hear, is_elliptic
from klimapartner.intents.faq_cues import concepts, read_cues
from klimapartner.intents.faq_features import features
from klimapartner.intents.faq_split import questions
from klimapartner.intents.help_frames import framed
from klimapartner.intents.sentences import Sentence
from klimapartner.intents.telling import answers, conditional, is_asking, is_heading

HOW = ("asking.", "needs.", "intent.", "partnership.")
BEFORE = ("asking.", "intent.workshop", "intent.attend", "partnership.", "partner.")
OTHER = "intent.other."  # another programme, a firm, the press
ASKS = frozenset({"asking.indirect", "asking.bare", "asking.material"})


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a sentence that may ask something of its own, and its features; or (`whole`) all of its parts at once,
    if it is short also with the sentence before it.

    `asks`: by the rules it is asked.
    """

    sentence: Sentence
    text: str
    features: tuple[str, ...]
    asks: bool
    whole: bool = False


def parts(sentences: Sequence[Sentence], intents: Iterable[str]) -> list[Part]:
    """The parts of a letter that may ask; none where neither a sentence nor the letter as a whole asks anything."""
    heard, wanted = list(hear(sentences)), tuple(intents)
    if "question" not in wanted and not any(_is_asked(each) for each in heard):
        return []
    subject = " ".join(s.text for s in sentences if s.zone == "subject")
    around = [f"i:{i}" for i in wanted] + [f"u:{name}" for name in sorted(concepts(read_cues(subject).text))]
    around += sorted(
        {f"i:{label}" for each in heard for label in labels(each.sentence.text) if label.startswith(OTHER)}
    )
    return [part for each in heard if _may_ask(each) for part in _parts(each, around)]


def _is_asked(heard: Heard) -> bool:
    text = heard.sentence.text
    return heard.listed or heard.marked or is_asking(heard.sentence) or bool(ASKS & labels(text))


def _may_ask(heard: Heard) -> bool:
    """Whether a sentence asks, or has the words of a question that the FAQ knows, and is not answered at once."""
    if answers(heard.after) or is_heading(heard.sentence.text):
        return False
    return _is_asked(heard) or bool(read_cues(heard.sentence.text).sure)


def _parts(heard: Heard, around: Sequence[str]) -> Iterator[Part]:
    whole = read_cues(heard.sentence.text).text
    texts = questions(whole) or (fold(heard.sentence.text),)
    said, asks = [*_how(heard), *_before(heard.before), *around], heard.threshold is not None
    for number, text in enumerate(texts):
        place = _place(number, len(texts))
        yield Part(heard.sentence, text, (*features(text), *said, *place), asks)
    if len(texts) > 1:
        yield Part(heard.sentence, whole, (*features(whole), *said, "q:whole"), asks, whole=True)
    if is_elliptic(heard):
        leaning = f"{heard.before} {heard.sentence.text}"
        yield Part(heard.sentence, leaning, (*features(leaning), *said, "q:leaning"), asks, whole=True)


def _place(number: int, count: int) -> tuple[str, ...]:
    if count == 1:
        return ("q:only",)
    return ("q:last",) if number == count - 1 else ("q:first",) if number == 0 else ()


def _how(heard: Heard) -> Iterator[str]:
    """How a sentence is said."""
    text = heard.sentence.text
    yield from (f"q:{label}" for label in sorted(labels(text)) if label.startswith(HOW))
    yield from (f"q:help.{need}" for need in sorted(framed(text)))
    yield f"q:zone.{heard.sentence.zone}"
    signs = {
        "mark": heard.marked,
        "asks": is_asking(heard.sentence),
        "listed": heard.listed,
        "condition": conditional(text),
        "attends": heard.attends,
        "workshop": asks_of_workshop(heard),
    }
    yield from (f"q:{name}" for name, holds in signs.items() if holds)


def _before(text: str) -> Iterator[str]:
    """What the sentence before speaks of."""
    if text:
        cued = read_cues(text)
        yield from (f"v:{name}" for name in sorted(cued.sure))
        yield from (f"v:c:{name}" for name in sorted(concepts(cued.text)))
        yield from (f"v:{label}" for label in sorted(labels(text)) if label.startswith(BEFORE))
