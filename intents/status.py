"""The state of the partnership: existing, planned or none, voted sentence by sentence.

A sentence votes only on the partner meant (or on partners in general where none is meant). A trained classifier can be
one more voter: it yields the same votes.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from klimapartner.intents.checkboxes import is_no
from klimapartner.intents.cues import find_cues, fold, labels
from klimapartner.intents.partner import PartnerDecision
from klimapartner.intents.partner_names import Span, names
from klimapartner.intents.partnership_voice import hear
from klimapartner.intents.reading import Evidence, Letter, Status
from klimapartner.intents.sentences import Sentence
from klimapartner.intents.telling import NEGATION, is_asking
from klimapartner.intents.world import find

WEAK = 0.7  # below it the phrases only guess
HEARD, HEARD_AFTER, HEARD_NONE = (
    0.35,
    0.5,
    0.5,
)  # the voter's word from here on counts; chosen on writers that it had not seen
PLANS = {"partnership.planned", "partnership.hedged", "partnership.to_be", "partnership.not_yet"}
SO_FAR = re.compile(
    r"\b(?:bisher\w*|bislang|nur|alle|sämtlich\w*|ausschließlich|so far|only|jusqu'ici|hasta ahora|até agora)\b", re.I
)
DONE = re.compile(r"\s+(?:wurde|worden|war|haben|hatten|hat)\b", re.IGNORECASE)
LASTS = re.compile(r"(?:schon|seit) \w+", re.IGNORECASE)
FIRST_PERSON = re.compile(r"\b(?:wir|uns|we|our|nous|tenemos|temos)\b", re.IGNORECASE)
DOUBTED = 0.6  # of what an earlier letter said and this one corrects
REPORTS = re.compile(
    r"\b(?:steht|stand|heißt es|hieß es|findet sich|formulierung|schrieb(?:en)? (?:wir|ich)|angegeben|geschrieben"
    r"|behauptet|vermerkt|eingetragen|nannten|bezeichne\w+|called|named|wording|says|said|stated|wrote|écrit|indiqué|dice|decía|escribimos|consta|escrevemos)\b",
    re.IGNORECASE,
)
REASONS: dict[Status, str] = {
    "existing": "bestehende Partnerschaft",
    "planned": "Partnerschaft geplant oder Kontakt vorhanden",
    "none": "noch kein Partner",
}


@dataclass(frozen=True, slots=True)
class StatusDecision:
    """The status, None where nothing is said, and why."""

    status: Status | None = None
    evidence: tuple[Evidence, ...] = ()


@dataclass(frozen=True, slots=True)
class Vote:
    """What one sentence says of the partnership, with the probability that it means it."""

    status: Status
    sentence: Sentence
    confidence: float


def decide_status(
    letter: Letter, sentences: Sequence[Sentence], partner: PartnerDecision, german: Sequence[Span] = ()
) -> StatusDecision:
    """The status of the partnership with the partner meant; without one, whether one is looked for."""
    told = [s for s in sentences if s.zone != "signature"]
    if partner.partner and (partner.partner.municipality or _existing_country(partner, told)):
        votes = list(_votes_with_partner(told, partner, german))
    elif partner.partner:
        votes = list(_votes_with_country(told, partner, german))
    else:
        votes = list(_votes_without(told))
    if partner.partner and partner.partner.municipality and all(v.confidence < WEAK for v in votes):
        votes += _heard(told, partner, german)
    elif not votes and _is_interested(told):
        votes += _heard_without(told, german)
    return _join(votes)


def _heard(told: list[Sentence], partner: PartnerDecision, german: Sequence[Span]) -> Iterator[Vote]:
    """What the voter says of the sentences about the partner, where the phrases say little."""
    about = list(_about(told, partner, german))
    place = partner.partner.municipality if partner.partner else None
    asked = [(s, next((n for n in names(s, german) if n.name == place), None) if named else None) for s, named in about]
    for (sentence, named), said in zip(about, hear(told, german, asked), strict=True):
        existing, planned = said["status_existing"], said["status_planned"]
        if max(existing, planned) >= (HEARD if named else HEARD_AFTER):
            yield Vote("existing" if existing > planned else "planned", sentence, 0.6 + 0.2 * max(existing, planned))


def assume_none(sentences: Sequence[Sentence]) -> StatusDecision:
    """A letter that offers to take part and wishes a region, but names nobody there, has no partner yet."""
    if not _is_interested(sentences):
        return StatusDecision()
    return StatusDecision("none", (Evidence("partnership_status", "none", None, None, 0.6, "kein Partner genannt"),))


def _heard_without(told: list[Sentence], german: Sequence[Span]) -> Iterator[Vote]:
    """Sentences that say in words of their own that there is nobody yet."""
    asked = [s for s in told if not is_asking(s) and s.zone != "subject" and NEGATION.search(fold(s.text))]
    for sentence, said in zip(asked, hear(told, german, [(s, None) for s in asked]), strict=True):
        if said["status_none"] >= HEARD_NONE:
            yield Vote("none", sentence, 0.6 + 0.2 * said["status_none"])


def _is_interested(sentences: Sequence[Sentence]) -> bool:
    """Whether a letter offers to take part, and neither withdraws, corrects nor keeps its partner to itself."""
    found = {label for s in sentences if not is_asking(s) for label in labels(s.text)}
    interested = bool({"intent.interest.sure", "intent.interest.likely"} & found)
    return interested and not {"intent.withdrawal.sure", "intent.correction.sure", "partnership.withheld"} & found


def _existing_country(partner: PartnerDecision, told: list[Sentence]) -> bool:
    """Whether a partnership in a country is told of, though without its town, and none is said to be missing."""
    own = [labels(s.text) for s in partner.named if "partner.state" not in labels(s.text)]
    told_of = any({"partnership.existing", "partnership.sure"} & found for found in own)
    return told_of and not any(map(_none, told))


def _join(votes: list[Vote]) -> StatusDecision:
    """The weightiest status; of equal ones the last word."""
    if not votes:
        return StatusDecision()
    best = max(enumerate(votes), key=lambda pair: (pair[1].confidence, pair[0]))[1]
    chosen = [v for v in votes if v.status == best.status][:2]
    return StatusDecision(
        best.status,
        tuple(
            Evidence("partnership_status", v.status, v.sentence.start, v.sentence.end, v.confidence, REASONS[v.status])
            for v in chosen
        ),
    )


def _votes_with_partner(told: list[Sentence], partner: PartnerDecision, german: Sequence[Span]) -> Iterator[Vote]:
    corrects = any({"intent.correction.sure", "intent.correction.likely"} & labels(s.text) for s in told)
    for sentence, named in _about(told, partner, german):
        found = _told_states(sentence)
        reported = corrects and REPORTS.search(sentence.text) and "partnership.not_yet" not in found
        votes = _partnered(found, sentence, named)
        yield from map(_doubted, votes) if reported else votes
        if reported:
            continue
        if PLANS & found:
            yield Vote("planned", sentence, 0.85 if named else 0.75)
        elif _none(sentence):
            yield Vote("planned", sentence, 0.65)
    if partner.named and not _is_about_earlier(told):
        yield Vote("planned", partner.named[0], 0.5)


def _told_states(sentence: Sentence) -> frozenset[str]:
    """The labels of a sentence; a deed is not still to come where it is told of as done ("geschlossen wurde")."""
    coming = [hit for hit in find_cues(sentence.text) if hit.label == "partnership.to_be"]
    done = all(DONE.match(sentence.text[hit.end :]) for hit in coming)
    return labels(sentence.text) - ({"partnership.to_be"} if done else set())


def _doubted(vote: Vote) -> Vote:
    """A state that a letter only reports from the one that it corrects."""
    return replace(vote, confidence=min(vote.confidence, DOUBTED))


def _is_about_earlier(told: list[Sentence]) -> bool:
    """Whether the letter withdraws or corrects, so that a partner named in it says nothing of the state."""
    found = {label for s in told for label in labels(s.text)}
    corrects = "intent.correction.sure" in found and "intent.interest.sure" not in found
    return corrects or "intent.withdrawal.sure" in found


def _partnered(found: frozenset[str], sentence: Sentence, named: bool) -> Iterator[Vote]:
    """A dated partnership stays one whatever is planned beside it, unless it is said not to be there yet."""
    if "partnership.not_yet" in found:
        yield Vote("planned", sentence, 0.93 if named else 0.84)
    elif "partnership.sure" in found and "partnership.to_be" not in found and not _only_lasts(sentence):
        yield Vote("existing", sentence, 0.95 if named else 0.82)
    elif "partnership.existing" in found and not {"partnership.hedged", "partnership.to_be"} & found:
        yield Vote("existing", sentence, 0.9 if named else 0.78)


def _only_lasts(sentence: Sentence) -> bool:
    """Whether it is only said how long something goes on, and neither partners nor the writers are spoken of."""
    dates = [sentence.text[h.start : h.end] for h in find_cues(sentence.text) if h.label == "partnership.sure"]
    spoken = {"partner.tie", "partner.contact"} & labels(sentence.text) or FIRST_PERSON.search(sentence.text)
    return not spoken and all(map(LASTS.fullmatch, dates))


def _about(told: list[Sentence], partner: PartnerDecision, german: Sequence[Span]) -> Iterator[tuple[Sentence, bool]]:
    """The sentences that name the partner (True), and those after them that name no other place (False)."""
    near = False
    for sentence in told:
        if sentence in partner.named:
            near = True
            yield sentence, True
        elif near and (sentence.zone == "attachment" or not _names_others(sentence, partner, german)):
            yield sentence, False
        else:
            near = False


def _names_others(sentence: Sentence, partner: PartnerDecision, german: Sequence[Span]) -> bool:
    country = partner.partner.country if partner.partner else None
    mentions = [m for m in find(sentence.text) if m.kind in ("country", "demonym")]
    return any(country not in m.countries for m in mentions) or bool(names(sentence, german))


def _votes_with_country(told: list[Sentence], partner: PartnerDecision, german: Sequence[Span]) -> Iterator[Vote]:
    """A wish is no partner yet; talks and contacts there are a plan."""
    for sentence, named in _about(told, partner, german):
        found = labels(sentence.text)
        if _none(sentence):
            yield Vote("none", sentence, 0.9)
        elif "partnership.planned" in found and named:
            yield Vote("planned", sentence, 0.8)
    yield from _votes_without(told)
    for sentence in partner.named:
        if "partner.wish" in labels(sentence.text):
            yield Vote("none", sentence, 0.5)


def _votes_without(told: list[Sentence]) -> Iterator[Vote]:
    for sentence, following in zip(told, [*told[1:], None], strict=False):  # strict fails where told is empty
        if _none(sentence) or (following and _asks_for_partner(sentence) and is_no(following.text)):
            yield Vote("none", sentence, 0.85)
        elif _partners_elsewhere(sentence):
            yield Vote("none", sentence, 0.55)


def _partners_elsewhere(sentence: Sentence) -> bool:
    """Whether it tells where the partners so far are, and that is elsewhere in the world."""
    countries = [m for m in find(sentence.text) if m.kind in ("country", "region")]
    elsewhere = bool(countries) and all(m.region == "other" for m in countries)
    return elsewhere and "partner.tie" in labels(sentence.text) and bool(SO_FAR.search(sentence.text))


def _asks_for_partner(sentence: Sentence) -> bool:
    """Whether it is a form's question for a partner."""
    return sentence.text.rstrip().endswith(("?", ":")) and "partner.tie" in labels(sentence.text)


def _none(sentence: Sentence) -> bool:
    """Whether it says that a partner is missing; a question about the case in general does not."""
    found = labels(sentence.text)
    if is_asking(sentence) and not FIRST_PERSON.search(sentence.text):
        return False
    return bool({"partnership.none", "partnership.lack"} & found)
