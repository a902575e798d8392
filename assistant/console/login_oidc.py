"""Signing in with the account of the office: to the identity provider and back. Nobody gets an access by it alone."""

import hashlib
import json
import secrets
from datetime import timedelta
from typing import Any

from fastapi import APIRouter
from fastapi.responses import RedirectResponse, Response
from starlette.requests import Request

from klimapartner.assistant.console.login import TRIES_PER_MINUTE, login_form
from klimapartner.assistant.console.signing_in import FAILED, let_in, note_door, on_from_here
from klimapartner.assistant.invitations import site_address
from klimapartner.assistant.oidc import (
    Attempt,
    OidcError,
    OidcRefused,
    OidcUnreachable,
    Person,
    authorization_url,
    discover,
    open_http,
    person_of,
)
from klimapartner.assistant.web.desk import Desk, TheDesk
from klimapartner.assistant.web.origins import is_https, peer
from klimapartner.storage.engine import Session
from klimapartner.storage.errors import NotFound
from klimapartner.storage.tokens import drop_tokens, issue_token, redeem_token
from klimapartner.storage.users import User, find_by_subject, link_subject

router = APIRouter(prefix="/login/oidc")
_KIND = "oidc"
_VALID = timedelta(minutes=10)


@router.get("")
def to_provider(request: Request, desk: TheDesk, next: str = "") -> Response:
    """On to the identity provider; what this visit must bring back is kept here, tied to the browser by a cookie."""
    settings = desk.work.settings.console.oidc
    if not settings.issuer:
        raise NotFound("No identity provider is set.")
    if wait := desk.limiter.wait(f"oidc:{peer(request, desk.work.settings.web)}", TRIES_PER_MINUTE):
        return login_form(request, desk, next=next, wrong="too_often", status=429, wait=wait)
    attempt = Attempt(_redirect(desk), secrets.token_urlsafe(24), secrets.token_urlsafe(48))
    browser = secrets.token_urlsafe(32)
    try:
        with open_http() as http:
            provider = discover(http, settings.issuer)
    except OidcError:
        return login_form(request, desk, next=next, wrong="oidc_away", status=503)
    state = _keep(desk, attempt, browser, next)
    answer = RedirectResponse(authorization_url(provider, settings.client_id, attempt, state), 303)
    secure = is_https(request, desk.work.settings.web)
    answer.set_cookie(
        _cookie(request, desk), browser, path="/", httponly=True, samesite="lax", secure=secure,
        max_age=int(_VALID.total_seconds()),
    )  # fmt: skip
    return answer


@router.get("/callback")
def from_provider(request: Request, desk: TheDesk, state: str = "", code: str = "", iss: str = "") -> Response:
    """Back from the provider: the answer counts once, in the browser that asked, and only if its token holds."""
    kept = _take(request, desk, state)
    try:
        if kept is None or not code:
            raise OidcRefused("No answer to a question of this browser.")
        person = _person(desk, kept, code, iss)
    except OidcUnreachable:
        return _failed(request, desk, "oidc_away", 503)
    except OidcError:
        return _failed(request, desk, "oidc_failed", 403)
    with desk.work.database.session() as session:
        user = _user(session, desk, person)
        token = let_in(session, request, desk, user, how="oidc") if user else ""
    if user is None:
        return _failed(request, desk, "oidc_unknown", 403)
    return _without_cookie(request, desk, on_from_here(request, desk, user, token, kept["next"]))


def _person(desk: Desk, kept: dict[str, str], code: str, iss: str) -> Person:
    settings = desk.work.settings.console.oidc
    attempt = Attempt(_redirect(desk), kept["nonce"], kept["verifier"])
    with open_http() as http:
        provider = discover(http, settings.issuer)
        # RFC 9207: an answer of another provider must not be taken to ours (mix-up).
        if iss != provider.issuer and (iss or provider.names_itself):
            raise OidcRefused("The answer names another provider.")
        return person_of(http, provider, settings, attempt, code, now=desk.work.clock())


def _user(session: Session, desk: Desk, person: Person) -> User | None:
    """The user that is linked, or is linked now by a verified address; never a new one."""
    known = find_by_subject(session, person.subject)
    return known or link_subject(session, person.mail, person.subject, now=desk.work.clock())


def _keep(desk: Desk, attempt: Attempt, browser: str, wanted: str) -> str:
    """Keep what the answer is checked against; the state under which it is found again, once."""
    kept = {"nonce": attempt.nonce, "verifier": attempt.verifier, "browser": _digest(browser), "next": wanted[:500]}
    now = desk.work.clock()
    with desk.work.database.session() as session:
        drop_tokens(session, kind=_KIND, ended=now)
        return issue_token(session, kind=_KIND, subject=json.dumps(kept), now=now, valid=_VALID)


def _take(request: Request, desk: Desk, state: str) -> dict[str, Any] | None:
    with desk.work.database.session() as session:
        subject = redeem_token(session, kind=_KIND, token=state, now=desk.work.clock())
    kept: dict[str, Any] = json.loads(subject) if subject else {"browser": ""}
    browser = _digest(request.cookies.get(_cookie(request, desk), ""))
    return kept if secrets.compare_digest(kept["browser"].encode(), browser.encode()) else None


def _failed(request: Request, desk: Desk, wrong: str, status: int) -> Response:
    with desk.work.database.session() as session:
        note_door(session, desk, None, FAILED, "oidc")
    return _without_cookie(request, desk, login_form(request, desk, wrong=wrong, status=status))


def _without_cookie(request: Request, desk: Desk, answer: Response) -> Response:
    secure = is_https(request, desk.work.settings.web)
    answer.delete_cookie(_cookie(request, desk), path="/", secure=secure, httponly=True, samesite="lax")
    return answer


def _cookie(request: Request, desk: Desk) -> str:
    return "__Host-oidc" if is_https(request, desk.work.settings.web) else "oidc"


def _redirect(desk: Desk) -> str:
    """Where the provider sends the browser back to; it must be registered there."""
    return f"{site_address(desk.work.settings.web)}/console/login/oidc/callback"


def _digest(value: str) -> str:
    return hashlib.sha256(value.encode("utf-8", "replace")).hexdigest()
