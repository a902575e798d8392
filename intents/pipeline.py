"""The spaCy pipeline: tokenizer, then one component a step, each a plain function over the document's findings."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import spacy
from spacy.language import Language
from spacy.tokens import Doc

from klimapartner.intents.contact import decide_contact
from klimapartner.intents.cues import labels
from klimapartner.intents.faq import decide_faq
from klimapartner.intents.findings import Findings, findings_of, mark
from klimapartner.intents.intent import Facts, decide_intents
from klimapartner.intents.language import decide_language
from klimapartner.intents.letter_features import Told
from klimapartner.intents.letter_weighing import weigh_letter
from klimapartner.intents.municipality import decide_municipality, is_signed
from klimapartner.intents.needs import decide_needs
from klimapartner.intents.partnership import Partnership, read_partnership
from klimapartner.intents.questions import with_questions
from klimapartner.intents.reading import Evidence
from klimapartner.intents.remarks import find_remarks, third_person_remark
from klimapartner.intents.sentences import sentences
from klimapartner.intents.topics import decide_topics
from klimapartner.intents.unsolicited import is_unsolicited

Step = Callable[[Findings, Doc], None]


def read_language(found: Findings, doc: Doc) -> None:
    """The language the sender writes in."""
    found.language, confidence = decide_language(found.letter)
    found.evidence.append(Evidence("language", found.language, None, None, confidence, "Sprache des Textes", "text"))


def cut(found: Findings, doc: Doc) -> None:
    """Sentences with their zones."""
    found.sentences = sentences(found.letter)
    mark(doc, "sentences", ((s.start, s.end, s.zone) for s in found.sentences))


def read_bodies(found: Findings, doc: Doc) -> None:
    """The German municipality that writes, those that join it, and what it could be otherwise."""
    found.bodies = decide_municipality(found.letter, found.sentences, office=found.office)
    found.german = tuple((use.start, use.end) for use in found.bodies.uses)
    mark(doc, "places", ((start, end, "GERMAN_BODY") for start, end in found.german))
    found.evidence.extend(found.bodies.evidence)


def read_partner(found: Findings, doc: Doc) -> None:
    """Partner, world region and status of the partnership."""
    body = found.bodies.municipality
    found.partnership = read_partnership(found.letter, found.sentences, found.german, body.ags if body else None)


def read_intents(found: Findings, doc: Doc) -> None:
    """What the sender wants, by the rules."""
    partnership = found.partnership
    town = partnership.partner.municipality if partnership.partner else None
    facts = Facts(bool(found.bodies.municipality), bool(partnership.partner), partnership.status, town)
    found.intents = decide_intents(found.sentences, found.letter, facts)


def weigh(found: Findings, doc: Doc) -> None:
    """What the letter as a whole says to the trained voter, weighed against the rules."""
    weighed = weigh_letter(told_by_rules(found), found.intents)
    found.intents, found.partnership = weighed.intents, weighed.partnership
    found.unsolicited = found.intents.intents == ("other",) and is_unsolicited(found.letter, found.sentences)
    if found.intents.intents == ("other",) and not is_signed(found.bodies):
        found.bodies = replace(found.bodies, municipality=None, co=())
        found.evidence = [e for e in found.evidence if e.field not in ("municipality", "co_municipalities")]
    # Who wants nothing of the programme has no partnership in it, whatever towns the letter names.
    if found.intents.elsewhere or found.unsolicited:
        found.partnership = Partnership()
    found.evidence.extend(found.partnership.evidence)


def told_by_rules(found: Findings) -> Told:
    """A letter with what the rules found in it, as the voter sees it."""
    scores, in_germany = found.intents.scores, bool(found.bodies.municipality)
    return Told(found.letter, found.sentences, scores, found.partnership, in_germany, found.german)


def read_wishes(found: Findings, doc: Doc) -> None:
    """Needs, topics, questions and remarks."""
    intents = found.intents.intents
    needs, topics = (
        decide_needs(found.sentences, intents, partnered=_is_partnered(found)),
        decide_topics(found.sentences, intents),
    )
    faq, remarks = decide_faq(found.sentences, intents, found.language), find_remarks(found.sentences)
    found.needs, found.topics, found.faq, found.remarks = needs.needs, topics.topics, faq.faq, remarks.remarks
    found.intents = with_questions(found.intents, faq)
    for decision in (found.intents, needs, topics, faq, remarks):
        found.evidence.extend(decision.evidence)


def _is_partnered(found: Findings) -> bool:
    """Whether the writer has its partner, or is about to have it; of an offer, a German one."""
    partnered = found.partnership.status in ("existing", "planned")
    if "partner_offer" not in found.intents.intents:
        return partnered
    lacks = any({"partnership.none", "partnership.lack"} & labels(s.text) for s in found.sentences)
    return partnered or (bool(found.bodies.municipality) and not lacks)


def read_contact(found: Findings, doc: Doc) -> None:
    """Whom to answer."""
    found.contact = decide_contact(found.letter, found.sentences, found.office)
    found.evidence.extend(found.contact.evidence)
    if found.contact.by_third:
        remark = third_person_remark(found.contact)
        found.remarks = (*found.remarks, remark.value)
        found.evidence.append(remark)


STEPS: dict[str, Step] = {
    "klimapartner_language": read_language,
    "klimapartner_sentences": cut,
    "klimapartner_bodies": read_bodies,
    "klimapartner_partner": read_partner,
    "klimapartner_intents": read_intents,
    "klimapartner_letter": weigh,
    "klimapartner_wishes": read_wishes,
    "klimapartner_contact": read_contact,
}


def build_pipeline() -> Language:
    """A multilingual spaCy pipeline with every step in order; documents need findings before they go in."""
    nlp = spacy.blank("xx")
    # No step looks at shape, prefix or flags of a token: working them out for each new word took as long as a step.
    vocab: Any = nlp.vocab
    vocab.lex_attr_getters = {}
    for name, step in STEPS.items():
        if not Language.has_factory(name):
            Language.component(name, func=_component(step))
        nlp.add_pipe(name)
    return nlp


def _component(step: Step) -> Callable[[Doc], Doc]:
    def apply(doc: Doc) -> Doc:
        step(findings_of(doc), doc)
        return doc

    return apply
