"""Invitations for staff: a mail whose link is made when it leaves, so that it never stands in database or outbox."""

import secrets
from dataclasses import replace
from datetime import datetime, timedelta

from klimapartner.assistant.identity import message_id_domain
from klimapartner.assistant.intake import Office, new_conversation
from klimapartner.assistant.settings_chat import WebSettings
from klimapartner.mailbox.compose import new_message_id
from klimapartner.storage.engine import Session
from klimapartner.storage.errors import NotFound
from klimapartner.storage.outbox import Draft, OutboxMail, enqueue
from klimapartner.storage.tokens import drop_tokens, issue_token, look_at_token, redeem_token
from klimapartner.storage.users import User, get_user

INVITE = "invite"
VALID = timedelta(days=7)
# What stands in the waiting mail in the place of the link.
LINK = "[Link]"


def invite(session: Session, office: Office, user: User, *, subject: str, body: str, now: datetime) -> OutboxMail:
    """Put an invitation for a user into the outbox; `body` holds LINK once."""
    token = f"{INVITE}.{user.id}.{secrets.token_hex(8)}"
    conversation = new_conversation(session, office, user.mail, now=now)
    draft = Draft(
        kind=INVITE, step=token, conversation_id=conversation.id, to_name=user.name, to_addr=user.mail,
        from_addr=office.box.address, envelope_from=office.box.address, subject=subject, body_text=body,
        language=user.language, rfc_message_id=new_message_id(message_id_domain(office.box), token),
    )  # fmt: skip
    return enqueue(session, draft, now=now)[0]


def with_link(session: Session, web: WebSettings, mail: OutboxMail, *, now: datetime) -> OutboxMail | None:
    """The mail as it leaves: an invitation gets its link; None where it would not go to the user's own address."""
    if mail.kind != INVITE:
        return mail
    user = _user(session, mail.step.removeprefix(f"{INVITE}.").partition(".")[0])
    if user is None or user.mail != mail.to_addr:
        return None
    token = issue_token(session, kind=INVITE, subject=_subject(user.id), now=now, valid=VALID)
    return replace(mail, body_text=mail.body_text.replace(LINK, f"{site_address(web)}/console/invite?token={token}"))


def invited(session: Session, token: str, *, now: datetime, use: bool = False) -> User | None:
    """The active user to whom a link belongs; with `use` the link ends."""
    open_it = redeem_token if use else look_at_token
    subject = open_it(session, kind=INVITE, token=token, now=now)
    return _user(session, subject.partition(":")[2]) if subject else None


def end_invitations(session: Session, user_id: int) -> None:
    """No link that went to the user opens anything any more."""
    drop_tokens(session, kind=INVITE, subject=_subject(user_id))


def site_address(web: WebSettings) -> str:
    """The address of our pages for links, never from a request's headers: those are a stranger's to choose."""
    host = f"[{web.host}]" if ":" in web.host else web.host
    return web.public_url.rstrip("/") or f"http://{host}:{web.port}"


def _subject(user_id: int) -> str:
    return f"user:{user_id}"


def _user(session: Session, number: str) -> User | None:
    try:
        user = get_user(session, int(number))
    except (NotFound, ValueError):
        return None
    return user if user.active else None
