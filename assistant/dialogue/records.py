"""A chat's part in the register: what was said becomes a stored message, and goes the same way as a mail from there."""

from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, formataddr

from klimapartner.assistant.answer import Answer, queue_answer
from klimapartner.assistant.case import Case, Result
from klimapartner.assistant.contract import reading_json
from klimapartner.assistant.dialogue.state import Values
from klimapartner.assistant.dialogue.turning import Turn
from klimapartner.assistant.dialogue.values import reading_of, shown
from klimapartner.assistant.intake import new_conversation
from klimapartner.assistant.mail_reading import MailReading
from klimapartner.intents.reading import Intent
from klimapartner.mailbox.message import Address
from klimapartner.mailbox.parse import parse_message
from klimapartner.mailbox.triage import Verdict
from klimapartner.storage.conversations import Conversation, find_conversation
from klimapartner.storage.messages import next_uid, set_conversation, store_message
from klimapartner.storage.outbox import OutboxMail
from klimapartner.storage.readings import add_reading
from klimapartner.storage.search import Entry
from klimapartner.storage.sql import lock

# No mailbox of IMAP has this UIDVALIDITY (RFC 3501, 2.3.1.1: a non-zero number), so no mail is ever taken for a chat's.
_UIDVALIDITY = 0


def chat_case(
    turn: Turn,
    values: Values,
    intent: Intent,
    *,
    said: tuple[str, ...] = (),
    left_out: tuple[str, ...] = (),
    conversation: Conversation | None = None,
) -> Case:
    """Store what was said as a message that is read already, and open its case."""
    own = conversation or new_conversation(
        turn.session, turn.office, str(values.get("contact.email") or ""), now=turn.now
    )
    message_id, raw = _store(turn, values, intent, said)
    set_conversation(turn.session, message_id, own.id)
    message = parse_message(raw, own=turn.office.identity.marks)
    reading = reading_of(turn, values, (intent,), message.text)
    add_reading(
        turn.session, message_id=message_id, model_version=turn.office.reader.version,
        body=reading_json(reading), now=turn.now,
    )  # fmt: skip
    verdict = Verdict(False, True, _address(values), (), "person")
    mail = MailReading(message, verdict, reading, turn.now, turn.call.is_late(turn.now))
    office = turn.office
    return Case(
        mail, message_id, own, office.call, office.box, office.settings, office.texts, turn.now,
        provenance="sender", left_out=left_out,
    )  # fmt: skip


def conversation_of(turn: Turn, entry: Entry) -> Conversation:
    """The conversation that an entry came of."""
    found = find_conversation(turn.session, message_ids=(), references=(entry.reference,))
    return found or new_conversation(turn.session, turn.office, "", now=turn.now)


def answer_by_mail(turn: Turn, case: Case, result: Result, address: Address) -> OutboxMail | None:
    """Queue the written answer under the same limits as any; None where there is no address or none may be sent yet."""
    since = turn.office.settings.answer_since
    if not address.addr or since is None or turn.now < since or not result.sections:
        return None
    kind = case.mail.reading.intents[0]
    return queue_answer(turn.session, case, address, Answer(kind, result.sections, result.entry_id, result.hold))


def _address(values: Values) -> Address:
    return Address(str(values.get("contact.name") or ""), str(values.get("contact.email") or ""))


def _store(turn: Turn, values: Values, intent: Intent, said: tuple[str, ...]) -> tuple[int, bytes]:
    mailbox = next(name for name, box in turn.office.settings.mailboxes.items() if box == turn.office.box)
    lock(turn.session, "chat-messages", mailbox)
    uid = next_uid(turn.session, mailbox, _UIDVALIDITY)
    raw = letter_of(turn, values, intent, said, uid)
    stored, _ = store_message(
        turn.session, mailbox=mailbox, uidvalidity=_UIDVALIDITY, uid=uid, raw=raw, message_id="",
        received_at=turn.now, now=turn.now, state="done",
    )  # fmt: skip
    return stored.id, raw


def letter_of(turn: Turn, values: Values, intent: Intent, said: tuple[str, ...], number: int) -> bytes:
    """What was said in the chat, as a mail (RFC 5322); `number` makes it unlike any other."""
    letter = EmailMessage(policy=SMTP.clone(utf8=True))
    address = _address(values)
    nobody = f"chat.{turn.chat.id}@{turn.chat.channel}.invalid"
    letter["From"] = formataddr((address.name, address.addr or nobody), charset="utf-8")
    letter["Date"] = format_datetime(turn.now)
    letter["Subject"] = turn.text(f"subject_{intent}", call=turn.call_name)
    letter["X-Chat"] = f"{turn.chat.channel} {turn.chat.id} {number}"
    letter.set_content("\n".join(_body(turn, values, said)), charset="utf-8")
    return letter.as_bytes()


def _body(turn: Turn, values: Values, said: tuple[str, ...]) -> list[str]:
    lines = [item.line for item in shown(turn, values)]
    if said:
        lines += ["", turn.text("said_in_chat"), *(f"- {' '.join(text.split())}" for text in said)]
    return lines
