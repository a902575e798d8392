"""One mail on its way through the register to its answer, with all that the steps need to know."""

from dataclasses import dataclass
from datetime import datetime

from klimapartner.assistant.call import Call
from klimapartner.assistant.languages import Language, language_of
from klimapartner.assistant.mail_reading import MailReading
from klimapartner.assistant.settings import MailboxSettings, Settings
from klimapartner.assistant.templates import Section, Texts
from klimapartner.storage.conversations import Conversation
from klimapartner.storage.register import Provenance


@dataclass(frozen=True, slots=True)
class Case:
    """A mail by a person, read, in its conversation; `provenance` is "sender" for what was confirmed.

    `left_out` are details that the person chose not to give: they are not asked for again.
    """

    mail: MailReading
    message_id: int
    conversation: Conversation
    call: Call
    box: MailboxSettings
    settings: Settings
    texts: Texts
    now: datetime
    provenance: Provenance = "machine"
    left_out: tuple[str, ...] = ()

    @property
    def language(self) -> Language:
        return language_of(self.mail.reading.language)

    @property
    def received(self) -> datetime:
        return self.mail.received or self.now

    @property
    def sender(self) -> str:
        return self.mail.message.from_.addr


@dataclass(frozen=True, slots=True)
class Result:
    """What one step did: sections for the answer, the entry it touched, and why the answer should wait."""

    sections: tuple[Section, ...] = ()
    entry_id: int | None = None
    state: str | None = None
    hold: str = ""
