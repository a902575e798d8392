"""What one step of the dialogue has at hand, and what it hands back."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from klimapartner.assistant.call import Call
from klimapartner.assistant.dates import until, when, working_days_after
from klimapartner.assistant.dialogue.catalogue import label, line
from klimapartner.assistant.dialogue.contract import Button, Event, Reply
from klimapartner.assistant.dialogue.state import State
from klimapartner.assistant.intake import Office
from klimapartner.assistant.languages import Language
from klimapartner.intents.reading import Letter, Part, Reading
from klimapartner.storage.chats import Chat
from klimapartner.storage.engine import Session

Row = tuple[Button, ...]


@dataclass(frozen=True, slots=True)
class Said:
    """What a step hands back: the state from now on, and what is said."""

    state: State
    replies: tuple[Reply, ...] = ()


@dataclass(frozen=True, slots=True)
class Turn:
    """One event of a chat, with the state before it."""

    session: Session
    office: Office
    chat: Chat
    event: Event
    state: State
    now: datetime

    @property
    def language(self) -> Language:
        return self.state.language

    @property
    def call(self) -> Call:
        return self.office.call

    @property
    def takes_intake(self) -> bool:
        """Whether personal data may be taken on this channel."""
        return self.chat.channel != "telegram" or self.office.settings.telegram.mode == "intake"

    @property
    def answer_by(self) -> str:
        """By when a person answers, in words."""
        within = self.office.settings.answers.answer_within
        return until(working_days_after(self.now, within, self.call.zone), self.language)

    @property
    def deadline(self) -> str:
        """Until when interest could be expressed, in words."""
        return next(when(step, self.language) for step in self.call.step if step.id == "interest")

    @property
    def call_name(self) -> str:
        return self.call.name.get(self.language, self.call.name["de"])

    def text(self, key: str, **values: object) -> str:
        """A text of the catalogue in the chat's language."""
        return line(key, self.language, **values)

    def reply(self, key: str, *rows: Row, **values: object) -> Reply:
        """A text of the catalogue as a reply with buttons."""
        return Reply(self.text(key, **values), rows)

    def button(self, key: str, value: str) -> Button:
        """A button with a label of the catalogue."""
        return Button(label(key, self.language), value)

    def word(self, group: str, key: str) -> str:
        """The word for a value, as the mails have it."""
        return self.office.texts.word(group, key, self.language)

    def read(self, text: str) -> Reading:
        """What a text says, read as the body of a letter."""
        return self.office.reader.read(Letter(text, (Part("body", 0, len(text)),)))

    def with_state(self, **changes: Any) -> "Turn":
        """The same step with another state."""
        return replace(self, state=replace(self.state, **changes))

    def says(self, *replies: Reply, **changes: Any) -> Said:
        """These replies, and these changes to the state."""
        return Said(replace(self.state, **changes), replies)
