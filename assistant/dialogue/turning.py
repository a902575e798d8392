"""What one step of the dialogue has at hand, and what it hands back."""

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Literal

from klimapartner.assistant.call import Call
from klimapartner.assistant.dates import until, when, working_days_after
from klimapartner.assistant.dialogue.catalogue import filled, label, line
from klimapartner.assistant.dialogue.contract import Button, Event, Reply
from klimapartner.assistant.dialogue.state import State
from klimapartner.assistant.intake import Office
from klimapartner.assistant.languages import Language
from klimapartner.intents.reading import Answer, Letter, Part, Reading
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
    # What was read in this step already: reading is what takes the time.
    readings: dict[str, Reading] = field(default_factory=dict, compare=False)
    answers: dict[str, Answer] = field(default_factory=dict, compare=False)

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
        """A text in the chat's language: the call's own, else that of the catalogue."""
        own = self._own("line", key)
        return filled(own, values) if own else line(key, self.language, **values)

    def _own(self, group: Literal["line", "button"], key: str) -> str:
        texts = self.call.chat.get(self.language)
        return str(getattr(texts, group).get(key, "")) if texts else ""

    def reply(self, key: str, *rows: Row, **values: object) -> Reply:
        """A text of the catalogue as a reply with buttons."""
        return Reply(self.text(key, **values), rows)

    def button(self, key: str, value: str) -> Button:
        """A button with the call's own label, else that of the catalogue."""
        return Button(self._own("button", key) or label(key, self.language), value)

    def word(self, group: str, key: str) -> str:
        """The word for a value, as the mails have it."""
        return self.office.texts.word(group, key, self.language)

    def read(self, text: str) -> Reading:
        """What a text says, read as the body of a letter; once in a step."""
        if text not in self.readings:
            self.readings[text] = self.office.reader.read(Letter(text, (Part("body", 0, len(text)),)))
        return self.readings[text]

    def ask(self, text: str) -> Answer:
        """The questions of the FAQ that a text asks; once in a step."""
        if text not in self.answers:
            self.answers[text] = self.office.reader.ask(text)
        return self.answers[text]

    def with_state(self, **changes: Any) -> "Turn":
        """The same step with another state."""
        return replace(self, state=replace(self.state, **changes))

    def says(self, *replies: Reply, **changes: Any) -> Said:
        """These replies, and these changes to the state."""
        return Said(replace(self.state, **changes), replies)
