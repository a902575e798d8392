"""People: who may work here, in which role; inviting them, and helping them back in."""

import re
from collections.abc import Callable
from typing import Annotated

from fastapi import APIRouter, Form
from fastapi.responses import HTMLResponse, Response

from klimapartner.assistant.console.audit_words import word
from klimapartner.assistant.console.pages import go, page
from klimapartner.assistant.console.visit import Admin, PageLanguage, Visit
from klimapartner.assistant.console.words import text
from klimapartner.assistant.dispatch import gate_is_open
from klimapartner.assistant.errors import SettingsError
from klimapartner.assistant.invitations import LINK, end_invitations, invite
from klimapartner.storage.accesses import last_sign_ins
from klimapartner.storage.engine import Session
from klimapartner.storage.errors import Refused
from klimapartner.storage.history import list_history
from klimapartner.storage.recovery import drop_recovery_codes
from klimapartner.storage.sessions import end_sessions, sessions_of, set_flash
from klimapartner.storage.states import ROLES, Role
from klimapartner.storage.users import User, change_user, get_user, invite_user, list_users, set_totp, unlock

router = APIRouter(prefix="/users")
Field = Annotated[str, Form()]
# Not every address that a mail server takes, but none that could bring a second recipient or header in.
_MAIL = re.compile(r"[^\s@<>,;:\"()\[\]\\]{1,64}@[A-Za-z0-9.-]{1,190}\.[A-Za-z0-9-]{2,63}")


@router.get("")
def people(visit: Admin) -> HTMLResponse:
    """Everybody, and the form for inviting somebody."""
    return _list_page(visit)


@router.post("")
def invite_somebody(visit: Admin, name: Field = "", mail: Field = "", role: Field = "") -> Response:
    """A user without a password, and a mail with a link for setting one."""
    name, mail = name.strip(), mail.strip()
    wrong = _problem(name, mail, role)
    if not wrong:
        wrong = _invite_new(visit, name, mail, _role(role))
    if wrong:
        return _list_page(visit, status=422, wrong=wrong, given={"name": name, "mail": mail, "role": role})
    return go("/users")


@router.get("/{user_id}")
def person(visit: Admin, user_id: int) -> HTMLResponse:
    """One person: details, access, history."""
    return _person_page(visit, user_id)


@router.post("/{user_id}")
def change(
    visit: Admin, user_id: int, mail: Field = "", role: Field = "", active: Field = "", version: Field = ""
) -> Response:
    """Address, role, and whether the person may sign in; who may not is signed out at once."""
    mail = mail.strip()
    wrong = _problem("name", mail, role) or _change(visit, user_id, mail, _role(role), bool(active), version)
    if wrong:
        return _person_page(visit, user_id, status=422, wrong=wrong)
    visit.say(text("users.saved", visit.language))
    return go(f"/users/{user_id}")


@router.post("/{user_id}/link")
def send_link(visit: Admin, user_id: int) -> Response:
    """A new link for setting the password; earlier ones end."""
    with visit.work.database.session() as session:
        end_invitations(session, user_id)
        _send_invitation(session, visit, get_user(session, user_id))
    return go(f"/users/{user_id}")


@router.post("/{user_id}/second-factor/reset")
def reset_factor(visit: Admin, user_id: int) -> Response:
    """Take the second factor away, with its recovery codes and all sessions."""

    def do(session: Session) -> None:
        set_totp(session, user_id, "", who=visit.who, now=visit.now())
        drop_recovery_codes(session, user_id)
        end_sessions(session, user_id)

    return _done(visit, user_id, "users.factor_reset", do)


@router.post("/{user_id}/unlock")
def lift_lock(visit: Admin, user_id: int) -> Response:
    """Let a person try again before the quarter of an hour is over."""
    return _done(
        visit, user_id, "users.unlocked", lambda session: unlock(session, user_id, who=visit.who, now=visit.now())
    )


@router.post("/{user_id}/sessions/end")
def sign_out_everywhere(visit: Admin, user_id: int) -> Response:
    """End all sessions of a person; one's own at hand stays."""
    return _done(
        visit, user_id, "users.sessions_ended", lambda session: end_sessions(session, user_id, but=visit.sign_in.id)
    )


def _done(visit: Visit, user_id: int, said: str, do: Callable[[Session], None]) -> Response:
    with visit.work.database.session() as session:
        name = get_user(session, user_id).name
        do(session)
    visit.say(text(said, visit.language, name=name))
    return go(f"/users/{user_id}")


def _invite_new(visit: Visit, name: str, mail: str, role: Role) -> str:
    """What is wrong, '' where the invitation waits."""
    try:
        with visit.work.database.session() as session:
            user = invite_user(session, name=name, mail=mail, role=role, who=visit.who, now=visit.now())
            _send_invitation(session, visit, user)
    except Refused:
        return "problem_taken"
    except SettingsError:
        return "no_mailbox"
    return ""


def _send_invitation(session: Session, visit: Visit, user: User) -> None:
    office = visit.work.office(next(iter(visit.work.settings.mailboxes), ""))
    language: PageLanguage = "en" if user.language == "en" else "de"
    body = text("invite.mail_body", language, name=user.name, link=LINK, signature=office.box.display_name)
    subject = text("invite.mail_subject", language)
    invite(session, office, user, subject=subject, body=body.strip() + "\n", now=visit.now())
    said = "users.invited" if gate_is_open(session) else "users.invited_closed"
    # Not visit.say: this transaction has the database, and a second one would wait for it.
    set_flash(session, visit.sign_in.id, {"kind": "success", "text": text(said, visit.language, name=user.name)})


def _change(visit: Visit, user_id: int, mail: str, role: Role, active: bool, version: str) -> str:
    try:
        with visit.work.database.session() as session:
            before = get_user(session, user_id)
            after = change_user(
                session, user_id, mail=mail, role=role, active=active, who=visit.who, now=visit.now(),
                expected_version=version,
            )  # fmt: skip
            if not after.active:
                end_sessions(session, user_id)
            if not after.active or after.mail != before.mail:
                end_invitations(session, user_id)
    except Refused:
        return "problem_last"
    return ""


def _problem(name: str, mail: str, role: str) -> str:
    """What is wrong with a form, as a key of texts/users.toml."""
    if not (2 <= len(name) <= 60 and name.isprintable()):
        return "problem_name"
    if not _MAIL.fullmatch(mail):
        return "problem_mail"
    return "" if role in ROLES else "problem_role"


def _role(role: str) -> Role:
    return next(known for known in ROLES if known == role)


def _list_page(
    visit: Visit, *, status: int = 200, wrong: str = "", given: dict[str, str] | None = None
) -> HTMLResponse:
    with visit.work.database.reading() as session:
        users, last = list_users(session), last_sign_ins(session)
    given = given or {"name": "", "mail": "", "role": "editor"}
    return page(
        visit, "users.html.j2", status=status, users=users, last=last, roles=ROLES, wrong=wrong, given=given,
        now=visit.now(),
    )  # fmt: skip


def _person_page(visit: Visit, user_id: int, *, status: int = 200, wrong: str = "") -> HTMLResponse:
    with visit.work.database.reading() as session:
        user = get_user(session, user_id)
        lines = list_history(session, "user", user_id)[::-1]
        sessions = len(sessions_of(session, user_id))
        last = last_sign_ins(session).get(user_id)
    return page(
        visit, "user.html.j2", status=status, user=user, lines=lines, sessions=sessions, last=last, roles=ROLES,
        wrong=wrong, now=visit.now(), word=lambda group, value: word(group, value, visit.language),
    )  # fmt: skip
