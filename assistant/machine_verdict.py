"""What rules and text together say of machine or person: each may be wrong where the other is sure."""

from dataclasses import replace

from klimapartner.intents.machine import HARDLY, PLAUSIBLE, SURE, VERY_SURE
from klimapartner.intents.reading import Reading
from klimapartner.mailbox.facts import facts
from klimapartner.mailbox.identity import OwnIdentity
from klimapartner.mailbox.message import Message
from klimapartner.mailbox.notices import notices
from klimapartner.mailbox.rules_sender import reply_target
from klimapartner.mailbox.rules_text import relays_form
from klimapartner.mailbox.triage import Hit, Verdict

MACHINE_TEXT = Hit("machine_text", "Text und Absender sind die einer Maschine")
ABSENCE = frozenset({"absence_subject", "absence_body"})
DOUBTFUL = ABSENCE | {"newsletter_text", "list_text", "receipt_text", "service_text", "no_reply_sender"}
NOT_TELLING = frozenset({"no_reply_address", "no_acknowledgement", "marked_spam", "own_sender"})


def certain(verdict: Verdict) -> bool:
    """Whether a machine wrote it by a rule that no text can outweigh."""
    return verdict.automated and any(hit.rule not in DOUBTFUL | NOT_TELLING for hit in verdict.hits)


def joined(verdict: Verdict, *, likelihood: float, reading: Reading, message: Message, own: OwnIdentity) -> Verdict:
    """The verdict of the rules, corrected by the text.

    A person who wants something of the programme outweighs a footer or a no-reply address, and a text that no machine
    writes the words of an absence; a text that only machines write is enough of itself, the more so where it wants
    nothing; less will do where it has the wording of a notice. What somebody wrote into a form of a web site is that
    person's, whatever passes it on.
    """
    wants, form = reading.intents != ("other",), relays_form(facts(message, own))
    if verdict.automated:
        doubted = wants or any(hit.rule in ABSENCE for hit in verdict.hits)
        person = (form or (doubted and likelihood < HARDLY)) and not certain(verdict)
        return _person(verdict, message, own) if person else verdict
    if form:
        return verdict
    if likelihood > VERY_SURE or (likelihood > SURE and not wants):
        return _machine(verdict, MACHINE_TEXT)
    if likelihood > (SURE if wants else PLAUSIBLE) and (named := notices(message, own=own)):
        return _machine(verdict, *named)
    return verdict


def _machine(verdict: Verdict, *why: Hit) -> Verdict:
    """The verdict that a machine wrote it, with the reasons."""
    hits = (*verdict.hits, *why)
    return replace(verdict, automated=True, reply_allowed=False, reply_to=None, hits=hits, kind="system")


def _person(verdict: Verdict, message: Message, own: OwnIdentity) -> Verdict:
    """The verdict without the hits that the text outweighs."""
    hits = tuple(hit for hit in verdict.hits if hit.rule not in DOUBTFUL)
    target = None if hits else reply_target(message, own)
    return Verdict(False, target is not None, target, hits, "person")
