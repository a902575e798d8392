"""What is asked of the FAQ: in the sentences of a letter, and in a line of chat."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from klimapartner.intents.faq_asking import Heard, asks_of_workshop, hear, is_elliptic
from klimapartner.intents.faq_order import FAQ_IDS
from klimapartner.intents.faq_rank import asked
from klimapartner.intents.faq_voter import Votes
from klimapartner.intents.language import detect
from klimapartner.intents.question_features import Part, parts
from klimapartner.intents.question_voter import judge
from klimapartner.intents.reading import Answer, Evidence, Intent
from klimapartner.intents.sentences import Sentence

REASON = "wird gefragt"
SURELY = 0.8
# What the voter on letters says weighs so much, the rest what that on chat lines says where the rules hear a question.
# So sure both must be in a letter that is a question as a whole, and in one that is none. Chosen on writers that the
# voter had not read.
LETTERS, ASKED, UNASKED = 0.7, 0.29, 0.8
# What a vote is worth on a sentence that by the rules asks nothing, beside others that do, and where none does.
TELLS, TELLS_ALONE = 0.45, 0.7
# "Wird man dann überhaupt zugelassen?", right behind the words that there is no partner yet
LEANING = re.compile(
    r"\b(?:trotzdem|dennoch|dann|auch so|damit|still|anyway|nonetheless|quand même|tout de même|malgré"
    r"|de todas formas|igualmente|aun así|mesmo assim)\b",
    re.IGNORECASE,
)
# What a question on the workshop sounds like, once it was named: "Wird das aufgezeichnet?"
ATTENDING = frozenset({"privacy", "how_to_apply", "eligibility", "schedule", "deadline", "workshop"})
OPENING = frozenset({"eligibility", "how_to_apply", "binding", "no_partner_yet"})  # what such a question sounds like


@dataclass(frozen=True, slots=True)
class FaqDecision:
    """The FAQ ids that a letter asks for."""

    faq: tuple[str, ...]
    evidence: tuple[Evidence, ...]


def decide_faq(sentences: Sequence[Sentence], intents: Sequence[Intent], language: str) -> FaqDecision:
    """The FAQ ids asked for in a letter, each with the sentence that asks; none where it is about something else."""
    if tuple(intents) == ("other",):
        return FaqDecision((), ())
    ruled = list(asked_for(sentences))
    found = parts(sentences, intents)
    evidence = weigh(ruled, list(zip(found, judge(found), strict=True)), asks="question" in intents)
    return FaqDecision(tuple(each.value for each in evidence), evidence)


Said = dict[str, tuple[Sentence, float]]  # the sentence that asks most surely for an id, and how surely


def weigh(
    ruled: Iterable[tuple[Sentence, Evidence]], voted: Iterable[tuple[Part, Votes]], *, asks: bool
) -> tuple[Evidence, ...]:
    """What is asked, in the order of the FAQ, by the rules and by the votes on the parts of a letter.

    `asks`: the letter as a whole is a question.
    """
    by_rules = _surest((evidence.value, sentence, evidence.confidence) for sentence, evidence in ruled)
    by_voter = _surest(_shares(list(voted)))
    found = (_weighed(name, by_rules, by_voter, asks=asks) for name in FAQ_IDS)
    return tuple(evidence for evidence in found if evidence)


def _shares(voted: Sequence[tuple[Part, Votes]]) -> Iterator[tuple[str, Sentence, float]]:
    """What the votes on the parts are worth."""
    tells = TELLS if any(part.asks for part, _ in voted) else TELLS_ALONE
    for part, votes in voted:
        for name, value in votes.items():
            yield name, part.sentence, value if part.asks else tells * value


def _weighed(name: str, ruled: Said, voted: Said, *, asks: bool) -> Evidence | None:
    (chosen, by_voter), (plain, by_rules) = (said.get(name, (None, 0.0)) for said in (voted, ruled))
    sentence, sureness = plain or chosen, LETTERS * by_voter + (1 - LETTERS) * by_rules
    if not sentence or sureness <= (ASKED if asks else UNASKED):
        return None
    return Evidence("faq", name, sentence.start, sentence.end, min(max(sureness, 0.5), 0.99), REASON)


def _surest(said: Iterable[tuple[str, Sentence, float]]) -> Said:
    found: Said = {}
    for name, sentence, sureness in said:
        if sureness > found.get(name, (sentence, 0.0))[1]:
            found[name] = (sentence, sureness)
    return found


def asked_for(sentences: Sequence[Sentence]) -> Iterator[tuple[Sentence, Evidence]]:
    """Each FAQ id that by the rules a sentence asks for, with the sentence, in their order."""
    for heard in hear(sentences):
        if heard.threshold is not None:
            sentence = heard.sentence
            for name, confidence in _ids(heard).items():
                if confidence > heard.threshold:
                    yield sentence, Evidence("faq", name, sentence.start, sentence.end, confidence, REASON)


def _ids(heard: Heard) -> dict[str, float]:
    """The ids of a question; one that says nothing by itself ("Ginge es trotzdem?") is read with what stands before."""
    text, before = heard.sentence.text, heard.before
    found = asked(text).sure
    if found.keys() <= ATTENDING and asks_of_workshop(heard):
        return {"workshop": SURELY + 0.1}
    if (
        LEANING.search(text)
        and found.keys() <= OPENING
        and (told := asked(before).sure.get("no_partner_yet", 0)) > SURELY
    ):
        return {"no_partner_yet": told}
    if found or not is_elliptic(heard):
        return found
    return asked(f"{before} {text}").sure


def ask_line(text: str) -> Answer:
    """What a chat line asks."""
    result = asked(text)
    faq = _ordered(result.sure)
    return Answer(detect(text)[0], faq, () if faq else result.near, not faq or "human" in faq)


def _ordered(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(names, key=FAQ_IDS.index))
