"""What a bounce says: who did not get our mail, why, and which mail it was (RFC 3464, 3463; servers without either)."""

import re
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from klimapartner.mailbox.facts import facts
from klimapartner.mailbox.identity import OwnIdentity
from klimapartner.mailbox.message import Message
from klimapartner.mailbox.phrases import any_of
from klimapartner.mailbox.rules_sender import is_daemon
from klimapartner.mailbox.triage import RULES

_TABLES = tomllib.loads(Path(__file__).with_name("bounce_phrases.toml").read_text(encoding="utf-8"))
_FLAGS = re.IGNORECASE | re.MULTILINE
_FAILED = re.compile(any_of(_TABLES["failed"]), _FLAGS)
_DELAYED = re.compile(any_of(_TABLES["delayed"]), _FLAGS)
_ORIGINAL = re.compile(any_of(_TABLES["original"]), _FLAGS)
_STATUS = {status: re.compile(any_of(patterns), _FLAGS) for status, patterns in _TABLES["status"].items()}

_ADDR = r"([\w.!#$%&'*+/=?^`{|}~-]{1,64}@[\w-][\w.-]{0,252}[\w])"
_ANYWHERE = re.compile(_ADDR)
_ANNOUNCED = (
    r"(?:recipient|address|user(?:id)?|rcpt to|empfänger|destinatar\w{1,4}|destinataire|full|generated from|"
    r"addressed to"
    r"|deliver(?:ed|y)?(?: (?:your )?(?:message|mail))? to|übermittlung an|zugestellt an|to)"
)
_PATTERNS = tuple(
    re.compile(pattern, _FLAGS)
    for pattern in (
        rf"^[ \t>]{{0,12}}<{_ADDR}> ?:",
        rf"^[ \t>]{{0,12}}{_ADDR}:[ \t]*$",
        rf"^[ \t>]{{0,12}}(?:\d\) ?)?[<\"'(]?{_ADDR}[>\"')]?[ \t]*(?:$|\(|\.\.\.|;|on |am )",
        rf"{_ANNOUNCED}[^\n@<\"']{{0,60}}[ \t:<\"']{{1,4}}{_ADDR}",
    )
)
_ECHO = re.compile(r"^[ \t]*(?:to|cc|from|an|von|subject|betreff)[ \t]*:[^\n]*$", _FLAGS)
_FIELD = re.compile(r"^([A-Za-z-]{3,40})[ \t]*:[ \t]*(.*(?:\n[ \t]+.*)*)", re.MULTILINE)
_ENHANCED = re.compile(r"(?<![\d.])([45]\.\d{1,3}\.\d{1,3})(?![\d.])")
_REPLY_CODE = re.compile(r"(?<![\d.])([45])\d\d(?=[ \-:])")
_MESSAGE_ID = re.compile(r"^[> \t]{0,4}message-id:[ \t\r\n]{0,4}(<[^<>\s]{3,250}>)", _FLAGS)
_SUCCESS = ("delivered", "relayed", "expanded")
_MAX_TEXT, _MAX_DIAGNOSTIC = 60_000, 500


@dataclass(frozen=True, slots=True)
class Bounce:
    """A report that a mail did not arrive, or not yet.

    `recipient` is the address as we wrote it, "" where the report does not say; `recipients` all of them. `status` is
    an RFC 3463 code, made from the words where the report has none. `permanent`: the server has given up.
    `original_message_id` names our mail, in angle brackets; `message_ids` holds every candidate, the best one first.
    """

    recipient: str = ""
    status: str = ""
    permanent: bool = True
    diagnostic: str = ""
    original_message_id: str = ""
    recipients: tuple[str, ...] = ()
    message_ids: tuple[str, ...] = ()


def read_bounce(message: Message, raw: bytes = b"") -> Bounce | None:
    """The bounce that a machine's mail is, or None. `raw` helps to find the Message-ID of a mail sent back whole."""
    groups = [group for group in _report_groups(message) if _recipient_of(group)]
    if groups and all(group.get("action", "") in _SUCCESS for group in groups):
        return None
    notice = _notice(message)
    recipients = _report_recipients(groups, message) or _text_recipients(notice, message)
    failed = [value for value in message.header_all("X-Failed-Recipients") if "@" in value]
    if not (groups or failed or (_FAILED.search(f"{message.subject}\n{notice}") and _from_a_mail_system(message))):
        return None
    named = tuple(dict.fromkeys((*(a.strip() for value in failed for a in value.split(",")), *recipients)))
    ids = _message_ids(message, raw)
    diagnostic = _diagnostic(groups, notice, named)
    return Bounce(
        recipient=named[0] if named else "",
        status=_status(groups, diagnostic, notice),
        permanent=not _delayed(groups, message.subject, notice),
        diagnostic=diagnostic,
        original_message_id=ids[0] if ids else "",
        recipients=named,
        message_ids=ids,
    )


def _from_a_mail_system(message: Message) -> bool:
    """Whether headers, sender or subject speak of a bounce; an absence note may say "undeliverable", too."""
    known = facts(message, OwnIdentity())
    names = {rule.name for rule in RULES if rule.kind in ("bounce", "auto_reply") and rule.hits(known)}
    about_absence = names & {"auto_reply_subject", "absence_subject", "absence_body"}
    return bool(names - {"auto_replied", "auto_mark", "precedence_auto_reply"}) and not about_absence


def _report_groups(message: Message) -> Iterator[dict[str, str]]:
    """The field groups of a delivery-status part, names in lower case; a damaged report may stand in the text."""
    if "disposition-notification" in message.header("Content-Type").lower():
        return  # a receipt of reading, which has the same fields (RFC 8098)
    reports = [a.text for a in message.attachments if a.content_type.endswith("delivery-status")]
    if not reports and re.search(r"^final-recipient\s*:", message.text[:_MAX_TEXT], _FLAGS):
        reports = [message.text]
    for report in reports:
        for block in re.split(r"\n[ \t]*\n", report[:_MAX_TEXT]):
            fields = {name.lower(): re.sub(r"\s+", " ", value).strip() for name, value in _FIELD.findall(block)}
            if fields:
                yield fields | {"action": fields.get("action", "").lower().partition(" ")[0]}


def _recipient_of(group: dict[str, str]) -> str:
    """Original-Recipient (as we wrote it) before Final-Recipient."""
    values = (group.get(name, "") for name in ("original-recipient", "final-recipient", "x-actual-recipient"))
    found = (_ANYWHERE.search(value.rpartition(";")[2]) for value in values)
    return next((match.group(1) for match in found if match), "")


def _report_recipients(groups: Sequence[dict[str, str]], message: Message) -> tuple[str, ...]:
    failed = [group for group in groups if group.get("action", "") not in _SUCCESS]
    return tuple(dict.fromkeys(_recipient_of(group) for group in failed))


def _notice(message: Message) -> str:
    """What the server wrote: the text before the mail that it sends back."""
    first_document = next(
        (p.start for p in message.parts if p.kind.startswith(("attachment", "forward"))), len(message.text)
    )
    start = next((p.end for p in message.parts if p.kind == "subject"), 0)
    text = message.text[start:first_document][:_MAX_TEXT]
    told = _FAILED.search(text)
    mark = _ORIGINAL.search(text, told.end() if told else 0)
    return text[: mark.start()] if mark else text


def _text_recipients(notice: str, message: Message) -> tuple[str, ...]:
    ours = {address.addr.lower() for address in (*message.to, message.from_)}
    plain = _ECHO.sub("", notice)
    for text, pattern in [(text, pattern) for text in (plain, notice) for pattern in (*_PATTERNS, _ANYWHERE)]:
        addresses = (addr.rpartition("=")[2] for addr in pattern.findall(text))
        found = [addr for addr in addresses if addr.lower() not in ours and not _office(addr)]
        if found:
            return tuple(dict.fromkeys(found))
    return ()


def _office(addr: str) -> bool:
    """An address to turn to, not the one that failed."""
    local = addr.partition("@")[0].lower()
    return is_daemon(local) or local in ("abuse", "support", "help", "helpdesk", "admin", "hostmaster")


def _delayed(groups: Sequence[dict[str, str]], subject: str, notice: str) -> bool:
    actions = {group.get("action", "") for group in groups} - {""}
    return "failed" not in actions if actions else bool(_DELAYED.search(f"{subject}\n{notice}"))


def _diagnostic(groups: Sequence[dict[str, str]], notice: str, recipients: Sequence[str]) -> str:
    """Diagnostic-Code, else the lines around the address."""
    codes = [group["diagnostic-code"] for group in groups if group.get("diagnostic-code")]
    if codes:
        return codes[0].partition(";")[2].strip()[:_MAX_DIAGNOSTIC] or codes[0][:_MAX_DIAGNOSTIC]
    at = min((notice.find(r) for r in recipients if r in notice), default=-1)
    failed = _FAILED.search(notice)
    start = at if at >= 0 else failed.start() if failed else 0
    line_start = notice.rfind("\n", 0, start) + 1
    return re.sub(r"\s+", " ", notice[line_start : line_start + _MAX_DIAGNOSTIC]).strip()


def _status(groups: Sequence[dict[str, str]], diagnostic: str, notice: str) -> str:
    told = next((match.group(1) for g in groups if (match := _ENHANCED.search(g.get("status", "")))), "")
    if told and not told.endswith(".0.0"):
        return told
    coded = _ENHANCED.search(diagnostic) or _ENHANCED.search(notice)
    if coded:
        return coded.group(1)
    worded = (status for text in (diagnostic, notice) for status, pattern in _STATUS.items() if pattern.search(text))
    reply = _REPLY_CODE.search(diagnostic) or _REPLY_CODE.search(notice)
    return next(worded, told or (f"{reply.group(1)}.0.0" if reply else ""))


def _message_ids(message: Message, raw: bytes) -> tuple[str, ...]:
    """Message-IDs of the mail sent back: its headers in a part or in the text, else what the bounce answers."""
    texts = [item.text for item in message.attachments] + [message.text[:_MAX_TEXT]]
    below = re.split(rb"\r?\n\r?\n", raw[:2_000_000], maxsplit=1)[1:]
    texts += [part.decode("latin-1") for part in below]
    found = [match for text in texts for match in _MESSAGE_ID.findall(text[:_MAX_TEXT])]
    candidates = (*found, *message.in_reply_to, *reversed(message.references))
    return tuple(dict.fromkeys(one for one in candidates if one.strip("<>") != message.message_id.strip("<>")))
