"""What staff say in a chat: it arrives there, or by mail where the person left and can be written to."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from klimapartner.assistant.chat_work import FETCHED_CHANNELS, say
from klimapartner.assistant.dialogue.catalogue import line
from klimapartner.assistant.dialogue.handover import KIND
from klimapartner.assistant.dialogue.state import state_json, state_of
from klimapartner.assistant.errors import UsageError
from klimapartner.assistant.identity import message_id_domain
from klimapartner.assistant.intake import Office
from klimapartner.assistant.languages import language_of
from klimapartner.mailbox.compose import new_message_id
from klimapartner.storage import history
from klimapartner.storage.channel_notes import get_note
from klimapartner.storage.chats import Chat, get_chat, save_chat
from klimapartner.storage.conversations import get_conversation
from klimapartner.storage.engine import Session
from klimapartner.storage.outbox import Draft, OutboxMail, enqueue
from klimapartner.storage.search import get_entry
from klimapartner.storage.tasks import finish_task, list_tasks

LEFT_AFTER = timedelta(minutes=10)
# The web chat notes here when a browser fetched last.
FETCHED = "fetched_at"


@dataclass(frozen=True, slots=True)
class Answered:
    """What became of an answer: it stands in the chat, and `mail` is the copy for a person who left, if any."""

    chat: Chat
    mail: OutboxMail | None


def answer_in_chat(session: Session, office: Office, chat_id: int, text: str, *, who: str, now: datetime) -> Answered:
    """Say something in a chat as a person of the team; the chat's open tasks are done by that.

    Raises:
        UsageError: the text is empty.
        NotFound: there is no such chat.
    """
    if not text.strip():
        raise UsageError("Bitte einen Text angeben: die Antwort wäre leer.")
    chat = get_chat(session, chat_id)
    say(session, chat, text.strip(), now=now)
    for task in list_tasks(session):
        if task.chat_id == chat_id and task.kind == KIND:
            finish_task(session, task.id, who=who, now=now)
    history.record(session, now=now, who=who, subject="chat", subject_id=chat_id, action="answered")
    mail = _by_mail(session, office, chat, text.strip(), now) if has_left(session, chat, now=now) else None
    return Answered(chat, mail)


def end_hand_over(session: Session, chat_id: int, *, now: datetime) -> None:
    """The assistant answers alone again."""
    chat = get_chat(session, chat_id)
    state = {**state_json(state_of(chat)), "handed_over": "", "told": False}
    save_chat(
        session, chat_id, state=state, language=chat.language, conversation_id=chat.conversation_id,
        entry_id=chat.entry_id, now=now,
    )  # fmt: skip


def has_left(session: Session, chat: Chat, *, now: datetime) -> bool:
    """Whether an answer will hardly be seen in the chat: blocked, or no browser has fetched it for ten minutes."""
    if chat.channel not in FETCHED_CHANNELS:
        return not chat.active
    fetched = get_note(session, chat.id, FETCHED)
    last = datetime.fromisoformat(fetched) if isinstance(fetched, str) else chat.updated_at
    return not chat.active or now - last >= LEFT_AFTER


def address_of(session: Session, chat: Chat) -> str:
    """The mail address that the person gave in the chat, '' where there is none."""
    if chat.entry_id is not None and (mail := get_entry(session, chat.entry_id).value("contact.email")):
        return str(mail)
    return get_conversation(session, chat.conversation_id).address if chat.conversation_id is not None else ""


def _by_mail(session: Session, office: Office, chat: Chat, text: str, now: datetime) -> OutboxMail | None:
    address, conversation_id = address_of(session, chat), chat.conversation_id
    if not address or conversation_id is None:
        return None
    language, box = language_of(chat.language), office.box
    draft = Draft(
        kind="staff_answer",
        step=now.isoformat(),
        conversation_id=conversation_id,
        entry_id=chat.entry_id,
        to_addr=address,
        from_addr=box.address,
        envelope_from=box.address,
        subject=line("answer_subject", language, call=office.call.name.get(language, office.call.name["de"])),
        body_text=line("answer_mail", language, text=text, office=box.display_name) + "\n",
        language=language,
        rfc_message_id=new_message_id(message_id_domain(box), f"chat{chat.id}.answer.{now:%Y%m%d%H%M%S%f}"),
    )
    return enqueue(session, draft, now=now)[0]
