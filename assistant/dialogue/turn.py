"""One step of a dialogue."""

from datetime import datetime

from klimapartner.assistant.dialogue.contract import Event, Reply
from klimapartner.assistant.faq import answer_text
from klimapartner.assistant.intake import Office
from klimapartner.storage.chats import Chat
from klimapartner.storage.engine import Session


def converse(session: Session, office: Office, chat: Chat, event: Event, *, now: datetime) -> tuple[Reply, ...]:
    """What is said to an event; what the dialogue remembers is kept with the chat, within the transaction."""
    answer = office.reader.ask(event.text)
    return (Reply(answer_text(answer, office.call, office.settings)),)
