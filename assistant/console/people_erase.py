"""Erasing a person (Art. 17 GDPR): what will go, the word that lets it go, and the certificate of what went."""

from typing import Annotated, Any

from fastapi import APIRouter, Form
from fastapi.responses import HTMLResponse, PlainTextResponse, Response

from klimapartner.assistant.access_request import written_by
from klimapartner.assistant.console.pages import go, page
from klimapartner.assistant.console.people_view import GROUPS
from klimapartner.assistant.console.visit import Lead, Visit
from klimapartner.assistant.console.words import text
from klimapartner.assistant.erasing import erase, is_protected, number_of, person_of
from klimapartner.storage.deletions import count_deletions, deletions_of, try_again
from klimapartner.storage.erasures import Certificate, get_erasure
from klimapartner.storage.state import get_state
from klimapartner.storage.traces import counts_of, find_traces

router = APIRouter()
Field = Annotated[str, Form()]
WORDS = ("LÖSCHEN", "LOESCHEN", "ERASE")


@router.post("/people/erase")
def ask(visit: Lead, key: Field = "") -> HTMLResponse:
    """What will go, and the question whether it should."""
    return _ask(visit, key)


def _ask(visit: Visit, key: str, *, wrong: bool = False) -> HTMLResponse:
    with visit.work.database.reading() as session:
        person = person_of(session, key)
        counts = counts_of(find_traces(session, person))
        others = len(person.messages) - len(written_by(session, person))
    return page(
        visit, "people_erase.html.j2", status=422 if wrong else 200, key=key, person=person, kinds=_kinds(counts),
        others=others, wrong=wrong, protected=is_protected(visit.work, person.address),
    )  # fmt: skip


@router.post("/people/erase/now")
def erase_now(visit: Lead, key: Field = "", word: Field = "") -> Response:
    """Erase, if the word was typed."""
    wrong = word.strip().upper() not in WORDS
    if wrong or is_protected(visit.work, key.strip().lower()):
        return _ask(visit, key, wrong=wrong)
    done = erase(visit.work, key, who=visit.who)
    with visit.work.database.session() as session:
        visit.note(session, "erased", "person", detail=number_of(done.id, visit.now().year))
    visit.say(text("people.erased", visit.language))
    return go(f"/people/erasures/{done.id}")


@router.get("/people/erasures/{erasure_id}")
def certificate(visit: Lead, erasure_id: int) -> HTMLResponse:
    """The certificate, with how far the mailboxes are."""
    return page(visit, "certificate.html.j2", **_certificate(visit, erasure_id))


@router.get("/people/erasures/{erasure_id}/certificate.txt")
def certificate_text(visit: Lead, erasure_id: int) -> PlainTextResponse:
    """The same to be kept."""
    values = _certificate(visit, erasure_id)
    named = {"Content-Disposition": f'attachment; filename="{values["number_"]}.txt"'}
    return PlainTextResponse("\n".join(_lines(visit, values)) + "\n", headers=named)


@router.post("/people/erasures/{erasure_id}/retry")
def retry(visit: Lead, erasure_id: int) -> Response:
    """Let the next poll try again what failed in a mailbox."""
    with visit.work.database.session() as session:
        get_erasure(session, erasure_id)
        try_again(session, erasure_id, now=visit.now())
    visit.say(text("people.retried", visit.language))
    return go(f"/people/erasures/{erasure_id}")


def _certificate(visit: Visit, erasure_id: int) -> dict[str, Any]:
    with visit.work.database.reading() as session:
        one = get_erasure(session, erasure_id)
        boxes = count_deletions(session, erasure_id)
        errors = sorted({item.error for item in deletions_of(session, erasure_id) if item.error})
        scrubbed = not get_state(session, "scrub.due", False)
    return {
        "one": one, "number_": number_of(one.id, one.at.year), "kinds": _kinds(one.counts), "boxes": boxes,
        "errors": errors, "scrubbed": scrubbed, "controller": visit.work.settings.controller,
    }  # fmt: skip


def _kinds(counts: dict[str, int]) -> list[tuple[str, int]]:
    """Kinds of which there is something, in the order of the page."""
    return [(kind, counts[kind]) for _, kinds in GROUPS for kind in kinds if counts.get(kind)]


def _lines(visit: Visit, values: dict[str, Any]) -> list[str]:
    def say(key: str, **more: object) -> str:
        return text(f"people.{key}", visit.language, **more)

    one: Certificate = values["one"]
    at = one.at.astimezone(visit.desk.zone)
    head = [say("certificate"), "", f"{say('number')}: {values['number_']}", f"{say('at')}: {at:%d.%m.%Y %H:%M}"]
    head += [
        f"{say('by')}: {one.who}",
        f"{say('controller')}: {values['controller'].name}",
        "",
        say("certificate_text"),
        "",
    ]
    kinds = [f"{say(f'kind_{kind}')}: {count}" for kind, count in values["kinds"]]
    boxes = [f"{say('box')}: {say(f'box_{state}')}: {count}" for state, count in sorted(values["boxes"].items())]
    return head + kinds + ["", *boxes]
