"""Writing to municipalities: one or many, from a template in five languages, looked at before anything waits."""

import secrets
from collections.abc import Mapping
from typing import Annotated
from urllib.parse import parse_qsl

from fastapi import APIRouter, Form
from fastapi.responses import HTMLResponse, Response

from klimapartner.assistant.console.entries import lines_of
from klimapartner.assistant.console.errors import Denied
from klimapartner.assistant.console.pages import go, page
from klimapartner.assistant.console.register_filter import filter_from, matching
from klimapartner.assistant.console.visit import Edit, Visit
from klimapartner.assistant.console.words import text
from klimapartner.assistant.intake import new_conversation
from klimapartner.assistant.languages import LANGUAGES, NAMES
from klimapartner.assistant.letters.catalogue import PLACEHOLDERS, Letter, letters, unknown_placeholders
from klimapartner.assistant.letters.sending import TEST, Prepared, letter_draft, prepare, send_letter
from klimapartner.storage.engine import Session
from klimapartner.storage.errors import NotFound
from klimapartner.storage.outbox import enqueue
from klimapartner.storage.search import get_entry

router = APIRouter(prefix="/compose")
Field = Annotated[str, Form()]
_MOST = 2_000


@router.get("")
def compose(visit: Edit, letter: str = "missing", entry: int = 0, query: str = "") -> HTMLResponse:
    """The form: a letter, its texts in every language in which somebody gets it, and to whom it goes."""
    chosen = _letter(visit, letter)
    ids = _recipients(visit, entry, query)
    return _form(visit, chosen.name, ids, query, entry, chosen.subject, chosen.body)


@router.post("")
def send_or_look(
    visit: Edit,
    letter: Field,
    batch: Field,
    action: Field = "look",
    entry: Annotated[int, Form()] = 0,
    query: Field = "",
    subject: Annotated[list[str], Form()] = [],  # noqa: B006 - FastAPI copies defaults
    body: Annotated[list[str], Form()] = [],  # noqa: B006
    released: Field = "",
) -> Response:
    """Look at it filled in, send a test to oneself, or put it into the outbox."""
    chosen = _letter(visit, letter)
    subjects, bodies = _by_language(chosen.subject, subject), _by_language(chosen.body, body)
    ids = _recipients(visit, entry, query)
    unknown = unknown_placeholders(*subjects.values(), *bodies.values())
    if unknown or action == "look":
        return _form(visit, letter, ids, query, entry, subjects, bodies, batch=batch, unknown=unknown, looked=True)
    if action == "test":
        return _test(visit, letter, ids, query, entry, subjects, bodies, batch)
    count, left = _send(visit, ids, subjects, bodies, batch, hold=not released)
    said = text("compose.sent" if released else "compose.held", visit.language, n=count, left=left)
    visit.say(said, "success" if count else "warning")
    return go("/outbox", state="queued" if released else "held")


def _send(
    visit: Visit, ids: list[int], subjects: Mapping[str, str], bodies: Mapping[str, str], batch: str, *, hold: bool
) -> tuple[int, int]:
    """How many letters wait now, and how many recipients got none."""
    made = left = 0
    office = visit.work.chat_office
    with visit.work.database.session() as session:
        for item in _prepared(session, visit, ids, subjects, bodies):
            if item.problem:
                left += 1
            else:
                made += send_letter(session, office, item, batch=batch, who=visit.who, now=visit.now(), hold=hold)[1]
    return made, left


def _test(
    visit: Visit, letter: str, ids: list[int], query: str, entry: int, subjects: Mapping[str, str],
    bodies: Mapping[str, str], batch: str,
) -> Response:  # fmt: skip
    """The first recipient's letter to the user's own address, and to nobody else."""
    office, now = visit.work.chat_office, visit.now()
    with visit.work.database.session() as session:
        first = next(iter(_prepared(session, visit, ids[:1], subjects, bodies)), None)
        if first is not None:
            conversation = new_conversation(session, office, visit.user.mail, now=now)
            token = f"test.{secrets.token_hex(8)}"
            draft = letter_draft(
                office, conversation, token=token, to=visit.user.mail, name=visit.user.name,
                subject=f"[Test] {first.filled.subject}", body=first.filled.body, language=first.language, kind=TEST,
            )  # fmt: skip
            enqueue(session, draft, now=now)
    visit.say(text("compose.tested", visit.language, address=visit.user.mail))
    return _form(visit, letter, ids, query, entry, subjects, bodies, batch=batch, looked=True)


def _form(
    visit: Visit, letter: str, ids: list[int], query: str, entry: int, subjects: Mapping[str, str],
    bodies: Mapping[str, str], *, batch: str = "", unknown: tuple[str, ...] = (), looked: bool = False,
) -> HTMLResponse:  # fmt: skip
    with visit.work.database.reading() as session:
        prepared = [] if unknown else _prepared(session, visit, ids, subjects, bodies)
    used = [one for one in LANGUAGES if one in {item.language for item in prepared}] or ["de"]
    return page(
        visit, "compose.html.j2", status=422 if unknown else 200, letter=letter, letters=_letters(visit),
        subjects=subjects, bodies=bodies, languages=LANGUAGES, used=used, names=NAMES, prepared=prepared, query=query,
        entry=entry, batch=batch or secrets.token_hex(8), unknown=unknown, looked=looked, placeholders=PLACEHOLDERS,
        missing_words=lambda names: ", ".join(text(f"compose.p_{name}", visit.language) for name in names),
    )  # fmt: skip


def _prepared(
    session: Session, visit: Visit, ids: list[int], subjects: Mapping[str, str], bodies: Mapping[str, str]
) -> list[Prepared]:
    office = visit.work.chat_office
    return [prepare(session, office, get_entry(session, one), subjects, bodies) for one in ids]


def _recipients(visit: Visit, entry: int, query: str) -> list[int]:
    """The ids of whom it goes to: one entry, or all that a filter leaves; the latter only for the lead."""
    if entry:
        return [entry]
    if not visit.can("lead"):
        raise Denied
    wanted = filter_from(parse_qsl(query))
    return [line.id for line in matching(lines_of(visit, wanted), wanted)][:_MOST]


def _letters(visit: Visit) -> dict[str, Letter]:
    found = letters(visit.work.settings.answers.templates)
    return {name: letter for name, letter in found.items() if letter.to == "entries"}


def _letter(visit: Visit, name: str) -> Letter:
    found = _letters(visit).get(name)
    if found is None:
        raise NotFound("There is no such letter.")
    return found


def _by_language(shipped: Mapping[str, str], given: list[str]) -> dict[str, str]:
    """The texts of a form, one a language in their order; the letter's own where the form has none."""
    texts: dict[str, str] = {one: shipped.get(one) or shipped["de"] for one in LANGUAGES}
    sent: dict[str, str] = {
        one: value.replace("\r\n", "\n") for one, value in zip(LANGUAGES, given, strict=False) if value.strip()
    }
    return texts | sent
