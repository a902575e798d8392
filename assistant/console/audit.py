"""The audit log: leads see reads of personal data and changes of the register, administrators sign-ins and accesses."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from klimapartner.assistant.console.audit_words import field_word, word
from klimapartner.assistant.console.pages import page
from klimapartner.assistant.console.visit import Admin, Lead, Visit
from klimapartner.assistant.console.words import text
from klimapartner.storage.accesses import Access, list_reads, list_sign_ins
from klimapartner.storage.engine import Session
from klimapartner.storage.history import HistoryLine, history_of_doors, history_of_work
from klimapartner.storage.users import list_users

router = APIRouter(prefix="/log")
PAGE = 100
EVERYTHING = "*"
# Where the things are, that a line is about.
_PAGES: Mapping[str, str] = {
    "entry": "/console/entries/{}", "message": "/console/messages/{}", "outbox": "/console/outbox/{}",
    "chat": "/console/chats/{}", "user": "/console/users/{}",
}  # fmt: skip
_TABS: Mapping[str, tuple[tuple[str, str], ...]] = {
    "lead": (("reads", "/console/log"), ("changes", "/console/log/changes")),
    "administrator": (("sign_ins", "/console/log/access"), ("people", "/console/log/access/people")),
}


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the log, in words; `link` is where the thing is, '' for nowhere."""

    at: datetime
    who: str
    what: str
    about: str
    link: str
    detail: str
    bad: bool = False


@router.get("")
def reads(visit: Lead, who: str = "", start: int = 0) -> HTMLResponse:
    """Who read or took out personal data."""
    return _page(visit, "reads", who, start, lambda s, n, o: [_access(visit, a) for a in _reads(s, who, n, o)])


@router.get("/changes")
def changes(visit: Lead, who: str = "", start: int = 0) -> HTMLResponse:
    """Who changed the register, the outbox, tasks and offers: staff, one of them, or also the program and senders."""
    return _page(visit, "changes", who, start, lambda s, n, o: _changes(visit, s, who, n, o))


@router.get("/access")
def sign_ins(visit: Admin, who: str = "", start: int = 0) -> HTMLResponse:
    """Who signed in, and which tries failed."""
    return _page(visit, "sign_ins", who, start, lambda s, n, o: [_access(visit, a) for a in _doors(s, who, n, o)])


@router.get("/access/people")
def people(visit: Admin, start: int = 0) -> HTMLResponse:
    """Who made or changed accesses."""
    return _page(visit, "people", "", start, lambda s, n, o: _people(visit, s, history_of_doors(s, limit=n, offset=o)))


def _page(
    visit: Visit, tab: str, who: str, start: int, look: Callable[[Session, int, int], Sequence[Line]]
) -> HTMLResponse:
    start = min(max(start, 0), 10**9)
    with visit.work.database.reading() as session:
        lines = look(session, PAGE + 1, start)
        names = [user.name for user in list_users(session)]
    return page(
        visit, "log.html.j2", lines=lines[:PAGE], more=len(lines) > PAGE, start=start, size=PAGE, tab=tab, who=who,
        names=names, tabs=_TABS[visit.user.role], can_filter=tab != "people",
        everything=EVERYTHING if tab == "changes" else "",
    )  # fmt: skip


def _reads(session: Session, who: str, limit: int, offset: int) -> list[Access]:
    return list_reads(session, who=who, limit=limit, offset=offset)


def _doors(session: Session, who: str, limit: int, offset: int) -> list[Access]:
    return list_sign_ins(session, who=who, limit=limit, offset=offset)


def _access(visit: Visit, item: Access) -> Line:
    language = visit.language
    about, link = _about(visit, item.subject, item.subject_id)
    who = word("who", item.who, language) if item.who else text("log.nobody", language)
    at_door = item.subject == "user"
    return Line(
        item.at, who, word("action", item.action, language), "" if at_door else about, "" if at_door else link,
        word("detail", item.detail, language), bad=item.action.endswith("failed"),
    )  # fmt: skip


def _changes(visit: Visit, session: Session, who: str, limit: int, offset: int) -> list[Line]:
    staff = [user.name for user in list_users(session)]
    wanted = () if who == EVERYTHING else [name for name in staff if who in ("", name)]
    lines = history_of_work(session, who=wanted, limit=limit, offset=offset) if wanted or who == EVERYTHING else []
    return [_change(visit, line, "", line.who if line.who in staff else "others") for line in lines]


def _people(visit: Visit, session: Session, lines: Sequence[HistoryLine]) -> list[Line]:
    names = {user.id: user.name for user in list_users(session)}
    return [
        _change(visit, line, names.get(line.subject_id, "") if line.subject == "user" else "", line.who)
        for line in lines
    ]


def _change(visit: Visit, line: HistoryLine, name: str, who: str) -> Line:
    language = visit.language
    about, link = _about(visit, line.subject, line.subject_id)
    # Values of entries are personal data; those of accesses are roles and switches.
    values = [word("value", str(value), language) for value in (line.old, line.new) if value not in (None, "")]
    shown = " → ".join(values) if name else ""
    detail = ": ".join(filter(None, (field_word(line.field, language), shown)))
    return Line(
        line.at, word("who", who, language), word("action", line.action, language), name or about, link, detail
    )  # fmt: skip


def _about(visit: Visit, subject: str, subject_id: int) -> tuple[str, str]:
    name = word("subject", subject, visit.language)
    if not subject_id:
        return name, ""
    return f"{name} {subject_id}", _PAGES.get(subject, "").format(subject_id)
