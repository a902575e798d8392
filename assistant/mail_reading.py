"""A raw mail read as a whole: parsed, told machine from person, and understood."""

from dataclasses import dataclass, replace
from datetime import datetime

from klimapartner.assistant.call import Call
from klimapartner.assistant.identity import Identity
from klimapartner.assistant.machine_verdict import certain, joined
from klimapartner.intents.machine import machine_likelihood
from klimapartner.intents.reader import Reader
from klimapartner.intents.reading import Letter, Part, Reading
from klimapartner.mailbox.message import Address, Message
from klimapartner.mailbox.parse import parse_message
from klimapartner.mailbox.triage import Hit, Verdict, triage

SPAM = Hit("unsolicited", "Unverlangte Werbung oder Betrugsversuch")


@dataclass(frozen=True, slots=True)
class MailReading:
    """What is known of one mail. `received` is when it arrived, with its time zone, None where nobody knows."""

    message: Message
    verdict: Verdict
    reading: Reading
    received: datetime | None
    late: bool

    @property
    def text(self) -> str:
        return self.message.text


def read_mail(
    raw: bytes, *, reader: Reader, identity: Identity, call: Call, received: datetime | None = None
) -> MailReading:
    """Read a mail. `received` is INTERNALDATE; without it the topmost Received header counts, else Date."""
    message = parse_message(raw, own=identity.marks)
    verdict, reading = _judged(message, reader, identity)
    arrived = received or message.received or message.date
    late = arrived is not None and call.is_late(arrived)
    return MailReading(message, _without_reply_to_spam(verdict, reading), reading, arrived, late)


def _judged(message: Message, reader: Reader, identity: Identity) -> tuple[Verdict, Reading]:
    """Machine or person, and what a person says; of a machine's text only the language is told."""
    letter, verdict = letter_of(message), triage(message, own=identity.own)
    if certain(verdict):
        return verdict, Reading(language=reader.language(letter))
    likelihood, reading = machine_likelihood(letter), reader.read(letter)
    verdict = joined(verdict, likelihood=likelihood, reading=reading, message=message, own=identity.own)
    return verdict, Reading(language=reading.language) if verdict.automated else reading


def letter_of(message: Message) -> Letter:
    """The message as the reader takes it."""
    parts = tuple(Part(part.kind, part.start, part.end) for part in message.parts)
    return Letter(message.text, parts, message.from_.name, message.from_.addr)


def _without_reply_to_spam(verdict: Verdict, reading: Reading) -> Verdict:
    if not reading.unsolicited or verdict.automated:
        return verdict
    return replace(verdict, reply_allowed=False, hits=(*verdict.hits, SPAM))


def answer_address(mail: MailReading) -> Address | None:
    """Where an automatic answer may go: Reply-To or From, None where there is no answer."""
    return mail.verdict.reply_to if mail.verdict.reply_allowed else None
