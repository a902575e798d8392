"""A raw mail to a Message: headers, one readable text with its parts, attachments. Never raises."""

import re
import time
from dataclasses import replace

from klimapartner.mailbox.addresses import first_address, parse_addresses
from klimapartner.mailbox.bounds import bounded
from klimapartner.mailbox.calendar_text import calendar_method
from klimapartner.mailbox.cleaning import clean_text
from klimapartner.mailbox.content import Content, content_of
from klimapartner.mailbox.document import read_document
from klimapartner.mailbox.document_text import DocumentText
from klimapartner.mailbox.expansion import expand
from klimapartner.mailbox.headers import decode_header, message_ids, parse_date, received_time
from klimapartner.mailbox.limits import Limits
from klimapartner.mailbox.message import Attachment, Message, Part
from klimapartner.mailbox.split import split_body
from klimapartner.mailbox.structure import Entity, parse_structure, walk

_OF_THE_MAIL = {
    "too_large",
    "too_deep",
    "too_many_parts",
    "damaged_encoding",
    "missing_boundary",
    "encrypted",
    "truncated",
}
_MAX_IDS = 100


def parse_message(raw: bytes, *, limits: Limits = Limits(), own: tuple[str, ...] = ()) -> Message:
    """What a mail says. Whatever is wrong with it is a code in `problems`, of the mail or of one attachment.

    Codes of the mail: too_large (only its headers were read), too_deep, too_many_parts, damaged_encoding,
    missing_boundary, encrypted, bad_charset, truncated (the body), unreadable. Codes of an attachment: see
    DocumentText. `own` holds our addresses and names: what they quote is ours. Message ids keep their angle brackets.
    """
    try:
        structure = parse_structure(raw, limits)
        root = bounded(expand(structure.root, limits), limits)
        message = _with_headers(structure.root)
        content = content_of(root, limits)
        found = (*structure.problems, *(entity.problem for entity in walk(root) if entity.problem))
        message = replace(message, problems=_problems(found, content))
        return _with_text(message, content, limits, own)
    except Exception:  # the last net: a mail nobody thought of is kept, with its headers where they can be had
        return _unreadable(raw)


def _unreadable(raw: bytes) -> Message:
    try:
        head = parse_structure(raw[:100_000].partition(b"\r\n\r\n")[0].partition(b"\n\n")[0] + b"\n\n", Limits()).root
        message = _with_headers(head)
        subject = (Part("subject", 0, len(message.subject)),) if message.subject else ()
        return replace(message, text=message.subject, parts=subject, problems=("unreadable",))
    except Exception:  # not even headers
        return Message("", (), problems=("unreadable",))


def _problems(found: tuple[str, ...], content: Content) -> tuple[str, ...]:
    codes = [code for code in found if code in _OF_THE_MAIL]
    codes.extend(code for body in content.bodies for code in body.problems)
    return tuple(dict.fromkeys(codes))


def _with_headers(root: Entity) -> Message:
    """The message with all that its headers say."""
    ids = message_ids(root.raw("message-id"))
    references = message_ids(" ".join(_all(root, "references")))
    return Message(
        text="",
        parts=(),
        message_id=ids[0] if ids else "",
        from_=first_address(root.raw("from")),
        reply_to=parse_addresses(", ".join(_all(root, "reply-to"))),
        to=parse_addresses(", ".join(_all(root, "to"))),
        cc=parse_addresses(", ".join(_all(root, "cc"))),
        subject=decode_header(root.raw("subject")),
        date=parse_date(root.raw("date")) if root.raw("date") else None,
        received=received_time(_all(root, "received")),
        in_reply_to=message_ids(root.raw("in-reply-to"))[:_MAX_IDS],
        references=(*references[:1], *references[1:][-_MAX_IDS:]),
        headers=tuple((name, decode_header(value)) for name, value in root.headers),
        content_type=root.content_type,
    )


def _all(root: Entity, name: str) -> tuple[str, ...]:
    return tuple(value for key, value in root.headers if key.lower() == name)


def _with_text(message: Message, content: Content, limits: Limits, own: tuple[str, ...]) -> Message:
    """The message with its text: subject, body, messages passed on, attachments, an empty line between them."""
    attachments = _attachments(content.attachments, limits)
    whole = "\n\n".join(_trimmed(body.text) for body in content.bodies if body.text.strip())
    body = whole[: limits.body_chars]
    pieces = [
        (message.subject, [Part("subject", 0, len(message.subject))]),
        (body, _body_parts(body, message, own)),
        *((text, [Part("forward", 0, len(text))]) for text in content.forwards),
        *((item.text, [Part(f"attachment:{n}", 0, len(item.text))]) for n, item in enumerate(attachments)),
    ]
    text, parts = _laid_out(pieces)
    problems = message.problems if body == whole else tuple(dict.fromkeys((*message.problems, "truncated")))
    return replace(message, text=text, parts=parts, attachments=attachments, problems=problems)


def _laid_out(pieces: list[tuple[str, list[Part]]]) -> tuple[str, tuple[Part, ...]]:
    """The pieces as one text, and their parts moved to where they now stand."""
    text, parts = "", list[Part]()
    for piece, its_parts in pieces:
        if piece.strip():
            text += "\n\n" if text else ""
            parts.extend(Part(part.kind, part.start + len(text), part.end + len(text)) for part in its_parts)
            text += piece
    return text, tuple(parts)


def _trimmed(text: str) -> str:
    """The text without empty lines at its ends."""
    return re.sub(r"^(?:[ \t]*\n)+", "", text).rstrip()


def _body_parts(body: str, message: Message, own: tuple[str, ...]) -> list[Part]:
    try:
        return split_body(body, message.subject, own, message.from_.name)
    except Exception:  # a body that cannot be told apart counts as a whole
        return [Part("body", 0, len(body))]


def _attachments(entities: tuple[Entity, ...], limits: Limits) -> tuple[Attachment, ...]:
    deadline = time.monotonic() + limits.mail_seconds
    found = []
    for number, entity in enumerate(entities):
        if number >= limits.attachments_read:
            document = DocumentText(problem="too_large")
        elif entity.problem and entity.problem != "damaged_encoding":
            document = DocumentText(problem=entity.problem)
        elif time.monotonic() > deadline:
            document = DocumentText(problem="too_slow")
        else:
            document = read_document(entity.data, entity.name, entity.content_type, entity.charset, limits=limits)
        found.append(_attachment(entity, document))
    return tuple(found)


def _attachment(entity: Entity, document: DocumentText) -> Attachment:
    is_calendar = entity.content_type == "text/calendar"
    return Attachment(
        name=entity.name,
        content_type=entity.content_type,
        size=len(entity.data),
        text=document.text,
        problem=document.problem,
        inline=bool(entity.content_id) and entity.disposition != "attachment",
        method=calendar_method(clean_text(entity.data[:20_000].decode("latin-1"))) if is_calendar else "",
    )
