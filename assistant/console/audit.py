"""The audit log: leads see reads of personal data and changes of the register, administrators sign-ins and accesses."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from klimapartner.assistant.console.audit_words import word
from klimapartner.assistant.console.pages import page
from klimapartner.assistant.console.visit import Admin, Lead, Visit
from klimapartner.assistant.console.words import text
from klimapartner.storage.accesses import Access, list_reads, list_sign_ins
from klimapartner.storage.engine import Session
from klimapartner.storage.history import HistoryLine, history_of_users, history_of_work
from klimapartner.storage.users import list_users

router = APIRouter(prefix="/log")
PAGE = 100
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
def changes(visit: Lead, start: int = 0) -> HTMLResponse:
    """Who changed the register, the outbox, tasks and offers."""
    return _page(visit, "changes", "", start, lambda s, n, o: _changes(visit, history_of_work(s, limit=n, offset=o)))


@router.get("/access")
def sign_ins(visit: Admin, who: str = "", start: int = 0) -> HTMLResponse:
    """Who signed in, and which tries failed."""
    return _page(visit, "sign_ins", who, start, lambda s, n, o: [_access(visit, a) for a in _doors(s, who, n, o)])


@router.get("/access/people")
def people(visit: Admin, start: int = 0) -> HTMLResponse:
    """Who made or changed accesses."""
    return _page(visit, "people", "", start, lambda s, n, o: _people(visit, s, history_of_users(s, limit=n, offset=o)))


def _page(
    visit: Visit, tab: str, who: str, start: int, look: Callable[[Session, int, int], Sequence[Line]]
) -> HTMLResponse:
    start = min(max(start, 0), 10**9)
    with visit.work.database.reading() as session:
        lines = look(session, PAGE + 1, start)
        names = [user.name for user in list_users(session)]
    return page(
        visit, "log.html.j2", lines=lines[:PAGE], more=len(lines) > PAGE, start=start, size=PAGE, tab=tab, who=who,
        names=names, tabs=_TABS[visit.user.role], can_filter=tab in ("reads", "sign_ins"),
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


def _changes(visit: Visit, lines: Sequence[HistoryLine]) -> list[Line]:
    return [_change(visit, line, "") for line in lines]


def _people(visit: Visit, session: Session, lines: Sequence[HistoryLine]) -> list[Line]:
    names = {user.id: user.name for user in list_users(session)}
    return [_change(visit, line, names.get(line.subject_id, "")) for line in lines]


def _change(visit: Visit, line: HistoryLine, name: str) -> Line:
    language = visit.language
    about, link = _about(visit, line.subject, line.subject_id)
    # Values of entries are personal data; those of accesses are roles and switches.
    values = [word("value", str(value), language) for value in (line.old, line.new) if value not in (None, "")]
    shown = " → ".join(values) if name else ""
    detail = ": ".join(filter(None, (word("field", line.field, language), shown)))
    return Line(
        line.at, word("who", line.who, language), word("action", line.action, language), name or about, link, detail
    )


def _about(visit: Visit, subject: str, subject_id: int) -> tuple[str, str]:
    name = word("subject", subject, visit.language)
    if not subject_id:
        return name, ""
    return f"{name} {subject_id}", _PAGES.get(subject, "").format(subject_id)
