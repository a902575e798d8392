"""The call's data for the lead: dates, contacts, FAQ and files, with preview, validation, versions and undo."""

from collections.abc import Callable
from difflib import unified_diff
from typing import Annotated, Any

from fastapi import APIRouter, Depends
from fastapi.responses import HTMLResponse, Response
from starlette.datastructures import FormData
from starlette.requests import Request

from klimapartner.assistant.call import FAQ_IDS, Call, call_from, files_of, find_folder
from klimapartner.assistant.call_edit import ContactForm, StepForm, with_contacts, with_faq, with_file, with_steps
from klimapartner.assistant.console.pages import go, page
from klimapartner.assistant.console.visit import Lead, Visit
from klimapartner.assistant.console.words import text
from klimapartner.assistant.dates import when
from klimapartner.assistant.errors import CallError, SettingsError
from klimapartner.assistant.faq import faq_texts
from klimapartner.assistant.languages import LANGUAGES, NAMES, Language, language_of
from klimapartner.storage.call_versions import add_version, get_version, list_versions, newest_version

router = APIRouter(prefix="/call")
PARTS = ("dates", "contacts", "faq", "files", "versions")
Files = dict[str, str]
_MOST_PEOPLE = 8


async def _form(request: Request) -> FormData:
    return await request.form()


Sent = Annotated[FormData, Depends(_form)]


@router.get("")
def call_page(visit: Lead, part: str = "dates", language: str = "de", file: str = "call.toml") -> HTMLResponse:
    """One part of the call's data."""
    return _page(visit, part if part in PARTS else "dates", language_of(language), file)


@router.post("/{part}")
def change(visit: Lead, part: str, sent: Sent) -> Response:
    """Look at a change, or keep it; what is wrong with it is said and nothing is kept."""
    language, file = language_of(str(sent.get("language", "de"))), str(sent.get("file", "call.toml"))
    before, _ = _current(visit)
    if part not in _CHANGES:
        return _page(visit, "dates", language, file, status=404)
    try:
        files = _CHANGES[part](before, sent)
        call = call_from(files, _folder(visit))
        _filled(visit, call)
    except (CallError, SettingsError) as error:
        return _page(visit, part, language, file, status=422, problem=str(error))
    if sent.get("action") != "save":
        return _page(visit, part, language, file, files=files, diff=_diff(before, files))
    given = str(sent.get("base", "0"))
    _keep(visit, files, int(given) if given.isdecimal() else -1, str(sent.get("note", "")))
    visit.say(text("call.saved", visit.language))
    return go("/call", part=part, language=language, file=file)


@router.post("/versions/{version_id}/restore")
def restore(visit: Lead, version_id: int) -> Response:
    """Make an earlier version count again, as a new one; 0 is what came with the program."""
    _, base = _current(visit)
    with visit.work.database.reading() as session:
        files = dict(get_version(session, version_id).files) if version_id else files_of(_folder(visit))
    note = text("call.restored_note", visit.language, n=version_id)
    _keep(visit, files, base, note)
    visit.say(text("call.saved", visit.language))
    return go("/call", part="versions")


def _keep(visit: Visit, files: Files, base: int, note: str) -> None:
    with visit.work.database.session() as session:
        add_version(
            session, call=_call_id(visit), files=files, base=base, note=" ".join(note.split())[:200], who=visit.who,
            now=visit.now(),
        )  # fmt: skip


def _page(
    visit: Visit, part: str, language: Language, file: str, *, status: int = 200, problem: str = "",
    files: Files | None = None, diff: list[str] | None = None,
) -> HTMLResponse:  # fmt: skip
    current, base = _current(visit)
    shown = files or current
    call = call_from(shown, _folder(visit))
    with visit.work.database.reading() as session:
        versions = list_versions(session, call.id)
    chosen = file if file in shown else "call.toml"
    return page(
        visit, "call.html.j2", status=status, part=part, parts=PARTS, call=call, base=base, problem=problem, diff=diff,
        language_=language, languages=[(one, NAMES[one]) for one in LANGUAGES], faq=call.faq[language], ids=FAQ_IDS,
        files=list(shown), file=chosen, content=shown[chosen], versions=versions,
        preview=_filled(visit, call, language), most_people=_MOST_PEOPLE,
        when_=lambda step: when(step, visit.language),
    )  # fmt: skip


def _filled(visit: Visit, call: Call, language: Language | None = None) -> dict[str, str]:
    """The FAQ's answers as people get them; raises SettingsError for a placeholder that there is not."""
    office = visit.work.chat_office
    found = {}
    for one in (language,) if language else LANGUAGES:
        for key in FAQ_IDS:
            item = faq_texts(call, office.texts, office.settings.controller, one, [key])[0]
            found[key] = item["answer"]
    return found


def _steps(files: Files, sent: FormData) -> Files:
    ids = [str(one) for one in sent.getlist("step")]
    keys = ("on", "from", "to", "until", "month", "part")
    return with_steps(
        files,
        [
            StepForm(one, {key: str(sent.get(f"{one}.{key}", "")) for key in keys}, str(sent.get(f"{one}.title", "")))
            for one in ids
        ],
    )


def _contacts(files: Files, sent: FormData) -> Files:
    def value(one: str, key: str) -> str:
        return str(sent.get(f"{one}.{key}", ""))

    forms = []
    for one in map(str, sent.getlist("contact")):
        people = [(value(one, f"name{n}"), value(one, f"phone{n}")) for n in range(_MOST_PEOPLE)]
        forms.append(ContactForm(one, value(one, "organisation"), value(one, "mail"), value(one, "address"), people))
    return with_contacts(files, forms)


def _faq(files: Files, sent: FormData) -> Files:
    texts = {key: (str(sent.get(f"{key}.question", "")), str(sent.get(f"{key}.answer", ""))) for key in FAQ_IDS}
    return with_faq(files, language_of(str(sent.get("language", "de"))), texts)


def _file(files: Files, sent: FormData) -> Files:
    return with_file(files, str(sent.get("file", "")), str(sent.get("content", "")))


_CHANGES: dict[str, Callable[[Files, FormData], Files]] = {
    "dates": _steps, "contacts": _contacts, "faq": _faq, "files": _file,
}  # fmt: skip


def _current(visit: Visit) -> tuple[Files, int]:
    """The files that count now, and the version's id."""
    with visit.work.database.reading() as session:
        newest = newest_version(session, _call_id(visit))
    return (dict(newest.files), newest.id) if newest else (files_of(_folder(visit)), 0)


def _folder(visit: Visit) -> Any:
    return find_folder(_call_id(visit), tuple(visit.work.settings.call_folders))


def _call_id(visit: Visit) -> str:
    return visit.work.chat_office.box.call


def _diff(before: Files, after: Files) -> list[str]:
    lines: list[str] = []
    for name in after:
        old, new = before.get(name, "").splitlines(), after[name].splitlines()
        lines += [line for line in unified_diff(old, new, lineterm="", n=0) if line[:2] not in ("--", "++", "@@")]
    return lines
