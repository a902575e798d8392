"""Who is at a page: the session behind the cookie, the right that the route asks for, the guard of the form."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, Literal

from fastapi import Depends
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request

from klimapartner.assistant.console.errors import Denied, Forged, SignedOut
from klimapartner.assistant.console.roles import Right, may
from klimapartner.assistant.web.desk import Desk
from klimapartner.assistant.web.origins import is_https, is_ours
from klimapartner.assistant.web.texts import wanted_language
from klimapartner.assistant.workplace import Workplace
from klimapartner.storage.accesses import note_access
from klimapartner.storage.engine import Session
from klimapartner.storage.sent_forms import first_time
from klimapartner.storage.sessions import SignIn, find_session, note_seen, seen_long_ago, set_flash
from klimapartner.storage.users import User

PageLanguage = Literal["de", "en"]
_SAFE_METHODS = {"GET", "HEAD", "OPTIONS"}
_LONGEST_KEY = 64


@dataclass(frozen=True)
class Visit:
    """A signed-in member of staff at a page; `once` is the key of the form that was sent, '' for none."""

    desk: Desk
    request: Request
    sign_in: SignIn
    once: str = ""

    @property
    def work(self) -> Workplace:
        return self.desk.work

    @property
    def user(self) -> User:
        return self.sign_in.user

    @property
    def who(self) -> str:
        """The name that stands in the history."""
        return self.user.name

    @property
    def language(self) -> PageLanguage:
        return "en" if self.user.language == "en" else "de"

    @property
    def is_swap(self) -> bool:
        """Whether only a part of the page is wanted (htmx)."""
        return self.request.headers.get("hx-request") == "true"

    def now(self) -> datetime:
        """The time by the workplace's clock."""
        return self.work.clock()

    def can(self, right: Right) -> bool:
        """Whether the user has a right."""
        return may(self.user.role, right)

    def say(self, text: str, kind: Literal["success", "info", "warning", "danger"] = "success") -> None:
        """Let the next page say something once."""
        with self.work.database.session() as session:
            set_flash(session, self.sign_in.id, {"kind": kind, "text": text})

    def first_time(self, session: Session) -> bool:
        """Whether this form was not done before; what it asks for must happen in the same transaction."""
        return not self.once or first_time(session, f"{self.user.id}:{self.once}", now=self.now())

    def note(self, session: Session, action: str, subject: str, subject_id: int = 0, detail: str = "") -> None:
        """Write down that personal data was read or taken out; `detail` holds none of it."""
        note_access(
            session, now=self.now(), who=self.who, action=action, subject=subject, subject_id=subject_id, detail=detail
        )


class Need:
    """A dependency of a route: somebody signed in who has the right; with forms also their guard."""

    def __init__(self, right: Right, *, complete: bool = True) -> None:
        self.right = right
        self._complete = complete

    async def __call__(self, request: Request) -> Visit:
        desk: Desk = request.app.state.desk
        found = await run_in_threadpool(_signed_in, desk, request)
        if found is None or (self._complete and not _may_go_on(desk, found)):
            raise SignedOut
        once = ""
        if request.method not in _SAFE_METHODS:
            await check_form(request, desk, found.guard)
            once = str((await request.form()).get("once", ""))[:_LONGEST_KEY]
        if not may(found.user.role, self.right):
            raise Denied
        return Visit(desk, request, found, once)


def wants_second_factor(desk: Desk, user: User) -> bool:
    """Whether the user has to set up a second factor before anything else."""
    return desk.work.settings.console.second_factor and not user.second_factor


def _may_go_on(desk: Desk, found: SignIn) -> bool:
    return found.complete and not wants_second_factor(desk, found.user)


def page_language(request: Request) -> PageLanguage:
    """The language for somebody who is not signed in: what the browser asks for, German where it is neither."""
    return "en" if wanted_language(request.headers.get("accept-language", "")) == "en" else "de"


async def check_form(request: Request, desk: Desk, guard: str) -> None:
    """Raises Forged unless one of our own pages sent the form, with the session's guard."""
    given = request.headers.get("x-guard")
    if given is None:
        given = str((await request.form()).get("guard", ""))
    if not (is_ours(request, desk.work.settings.web) and secrets.compare_digest(given.encode(), guard.encode())):
        raise Forged


def cookie_name(request: Request, desk: Desk) -> str:
    """The session's cookie; browsers keep the __Host- name to this host and to TLS."""
    return "__Host-console" if is_https(request, desk.work.settings.web) else "console"


def idle_time(desk: Desk) -> timedelta:
    """How long a session lives without a page."""
    return timedelta(minutes=desk.work.settings.console.idle_minutes)


def _signed_in(desk: Desk, request: Request) -> SignIn | None:
    token, now = request.cookies.get(cookie_name(request, desk), ""), desk.work.clock()
    with desk.work.database.reading() as session:
        found = find_session(session, token, idle=idle_time(desk), now=now)
    if found is not None and seen_long_ago(found, now):
        with desk.work.database.session() as session:
            note_seen(session, found, now=now)
    return found


Own = Annotated[Visit, Depends(Need("sign_in"))]
See = Annotated[Visit, Depends(Need("see"))]
Edit = Annotated[Visit, Depends(Need("edit"))]
Lead = Annotated[Visit, Depends(Need("lead"))]
Admin = Annotated[Visit, Depends(Need("admin"))]
