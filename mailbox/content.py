"""What a mail says, out of its tree of parts: one body, the messages passed on, the attachments."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from klimapartner.mailbox.body import BodyText, body_text, is_complete, prefers_html, same_words
from klimapartner.mailbox.bounds import BODY_TYPES
from klimapartner.mailbox.charset import decode
from klimapartner.mailbox.expansion import FALLBACK
from klimapartner.mailbox.headers import decode_header
from klimapartner.mailbox.limits import Limits
from klimapartner.mailbox.structure import Entity

_SIGNATURES = {
    *("application/pkcs7-signature", "application/x-pkcs7-signature", "application/pgp-signature"),
    *("application/pgp-keys", "text/x-amp-html", "text/watch-html"),
}
_FORWARD_HEADERS = (("Von", "from"), ("Datum", "date"), ("An", "to"), ("Betreff", "subject"))


@dataclass(frozen=True, slots=True)
class Content:
    """The readable content of a mail, in order. `attachments` are leaves whose text has still to be read."""

    bodies: tuple[BodyText, ...] = ()
    forwards: tuple[str, ...] = ()
    attachments: tuple[Entity, ...] = ()


def content_of(root: Entity, limits: Limits) -> Content:
    """The content of a message; a body part marked as attachment counts as body where there is no other."""
    content = _content(root, limits)
    spare = [entity for entity in content.attachments if _can_be_body(entity, root)]
    others = tuple(entity for entity in content.attachments if entity.disposition != FALLBACK)
    if any(body.text.strip() for body in content.bodies) or not spare:
        return replace(content, attachments=others)
    return Content((body_text(spare[0], limits),), content.forwards, tuple(e for e in others if e is not spare[0]))


def _can_be_body(entity: Entity, root: Entity) -> bool:
    unnamed = not entity.name or entity.disposition != "attachment" or entity is root
    return entity.disposition == FALLBACK or (entity.content_type in BODY_TYPES and unnamed)


def _content(entity: Entity, limits: Limits) -> Content:
    kind = entity.content_type
    if kind in _SIGNATURES:
        return Content()
    if entity.problem == "encrypted":
        return Content(attachments=(entity,))
    if kind == "multipart/alternative":
        return _alternative(entity.children, limits)
    if kind == "multipart/report":
        return _joined(_content(_report_part(child), limits) for child in entity.children)
    if kind.startswith("message/") and entity.children:
        return (
            _forward(entity, limits)
            if kind in ("message/rfc822", "message/global")
            else _content(as_text(entity), limits)
        )
    if entity.children:
        return _sequence(entity, limits)
    if _is_body(entity):
        return Content(bodies=(body_text(entity, limits),))
    return Content(attachments=(entity,)) if entity.data.strip() or entity.name else Content()


def _is_body(entity: Entity) -> bool:
    """Whether a leaf is shown as text: not marked as attachment, and without a file name."""
    return entity.content_type in BODY_TYPES and entity.disposition in ("", "inline") and not entity.name


def _joined(contents: Iterable[Content]) -> Content:
    found = list(contents)
    return Content(
        tuple(body for content in found for body in content.bodies),
        tuple(forward for content in found for forward in content.forwards),
        tuple(entity for content in found for entity in content.attachments),
    )


def _sequence(entity: Entity, limits: Limits) -> Content:
    """Parts one after the other; a plain and an HTML version of the same text side by side count once."""
    joined = _joined(_content(_in_related(entity, child), limits) for child in entity.children)
    match joined.bodies:
        case (first, second) if first.html != second.html and same_words(first, second):
            plain, html = (second, first) if first.html else (first, second)
            return replace(joined, bodies=(html if prefers_html(plain, html) else plain,))
    return joined


def _in_related(parent: Entity, child: Entity) -> Entity:
    """A picture inside multipart/related is part of the page, also without a Content-ID."""
    pictured = parent.content_type == "multipart/related" and child.content_type.startswith("image/")
    return replace(child, content_id=child.content_id or "related") if pictured else child


def _alternative(children: Iterable[Entity], limits: Limits) -> Content:
    """The versions of one text: the plain one, unless it is a stub beside the HTML one."""
    plain, html, rest = Content(), Content(), []
    for child in children:
        if child.content_type == "text/html" and plain.bodies and is_complete(plain.bodies[0]):
            continue
        content = _content(child, limits)
        rest.append(replace(content, bodies=()))
        if any(body.html for body in content.bodies):
            html = html if html.bodies else content
        elif content.bodies and not _all_text(plain).text.strip():
            plain = content
    chosen = html if html.bodies and (not plain.bodies or prefers_html(_all_text(plain), _all_text(html))) else plain
    return _joined((replace(chosen, forwards=(), attachments=()), *rest))


def _all_text(content: Content) -> BodyText:
    return BodyText("\n\n".join(body.text for body in content.bodies))


def _report_part(child: Entity) -> Entity:
    """In a report (RFC 6522) the returned message is evidence, nothing that the sender passes on."""
    return (
        as_text(child)
        if child.content_type.startswith("message/") or child.content_type == "text/rfc822-headers"
        else child
    )


def as_text(entity: Entity) -> Entity:
    """A message part as an attachment whose text is its headers and its content, as they are."""
    data = "\n\n".join(_source(entity)).encode("utf-8", "replace")
    return Entity(entity.content_type, data, params={"charset": "utf-8"}, disposition="attachment", name=entity.name)


def _source(entity: Entity) -> list[str]:
    """Headers and text of the parts below a message part, in order; other leaves give their headers only."""
    is_message = entity.content_type.startswith("message/")
    own = [] if is_message or entity.content_type == "text/rfc822-headers" else [_header_lines(entity)]
    if entity.children:
        return [*own, *(text for child in entity.children for text in _source(child))]
    if is_message or entity.content_type.startswith("text/"):
        own.append(decode(entity.data, entity.charset).text.strip())
    return [text for text in own if text]


def _header_lines(entity: Entity) -> str:
    return "\n".join(f"{name}: {decode_header(value)}" for name, value in entity.headers)


def _forward(entity: Entity, limits: Limits) -> Content:
    """A message in the message is passed on: its headers as lines of text, then what it says."""
    mail = entity.children[0]
    inner = content_of(mail, limits)
    values = ((label, decode_header(mail.raw(name))) for label, name in _FORWARD_HEADERS)
    head = "\n".join(f"{label}: {value}" for label, value in values if value)
    text = "\n\n".join(part for part in (head, *(body.text for body in inner.bodies)) if part.strip())
    return Content((), (text, *inner.forwards) if text else inner.forwards, inner.attachments)
