"""An answer to a mail that got none: prepared and held, for a person to release."""

from dataclasses import replace

from klimapartner.assistant.answer import Answer, queue_answer
from klimapartner.assistant.answer_parts import answer_by, unread
from klimapartner.assistant.case import Case
from klimapartner.assistant.errors import UsageError
from klimapartner.assistant.intake import new_conversation, read_stored
from klimapartner.assistant.templates import Section
from klimapartner.assistant.workplace import Workplace
from klimapartner.storage.conversations import get_conversation
from klimapartner.storage.messages import get_message, set_conversation
from klimapartner.storage.outbox import OutboxMail, mails_of
from klimapartner.storage.unanswered import mark_answered

WHO = "kommandozeile"


def answer_after_all(work: Workplace, message_id: int, *, who: str = WHO) -> OutboxMail:
    """Queue a held receipt to a stored mail; Reply-To and From are the only addresses it may go to.

    Raises:
        UsageError: the mail names no usable address.
    """
    now = work.clock()
    with work.database.session() as session:
        stored = get_message(session, message_id)
        office = work.office(stored.mailbox)
        mail = read_stored(session, office, stored)
        to = mail.verdict.reply_to or mail.message.from_
        if not to.addr:
            raise UsageError(f"Nachricht {message_id} nennt keine Adresse, an die geantwortet werden kann.")
        conversation = (
            get_conversation(session, stored.conversation_id)
            if stored.conversation_id
            else new_conversation(session, office, to.addr, now=now)
        )
        set_conversation(session, message_id, conversation.id)
        if before := [row for row in mails_of(session, conversation.id) if row.message_id == message_id]:
            return before[-1]
        allowed = replace(mail, verdict=replace(mail.verdict, reply_to=to))
        case = Case(allowed, message_id, conversation, office.call, office.box, office.settings, office.texts, now)
        sections = (Section("receipt", {"answer_by": answer_by(case), "unread": unread(case)}),)
        answer = Answer("receipt", sections, conversation.entry_id, "Bitte ansehen und freigeben")
        row = queue_answer(session, case, to, answer)
        mark_answered(session, message_id, who=who, now=now)
    return row
