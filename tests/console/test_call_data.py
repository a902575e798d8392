"""The call's data in forms: what is wrong is not kept, what is kept counts at once, and can be taken back."""

from datetime import date

import pytest
from console_desk import Console, Staff, said, texts, values

from klimapartner.assistant.call import FAQ_IDS, Call, call_from, files_of, find_folder
from klimapartner.assistant.call_edit import with_faq
from klimapartner.assistant.languages import LANGUAGES, Language
from klimapartner.storage.call_versions import list_versions

KEYS = ("on", "from", "to", "until", "month", "part")


def _call(console: Console) -> Call:
    return console.work.chat_office.call


def _dates(call: Call, **changed: str) -> dict[str, object]:
    """The form as the page has it, with some fields changed (a dot in a name is written __)."""
    form: dict[str, object] = {"step": [step.id for step in call.step]}
    for step in call.step:
        given = (step.on, step.from_, step.to, step.until, step.month, step.part)
        form |= {f"{step.id}.{key}": str(value or "") for key, value in zip(KEYS, given, strict=True)}
        form[f"{step.id}.title"] = step.title["de"]
    return form | {name.replace("__", "."): value for name, value in changed.items()}


def _lead(console: Console) -> Staff:
    lead = console.sign_in("lead")
    lead.get("/call")
    return lead


def _deadline(console: Console) -> date | None:
    return next(step.until for step in _call(console).step if step.id == "interest")


def test_a_new_deadline_counts_at_once_and_comments_stay(any_console: Console) -> None:
    lead = _lead(any_console)
    form = _dates(_call(any_console), interest__until="2022-04-15")
    page = lead.post("/call/dates", action="save", base="0", note="Frist verlängert", **form)
    assert said(page) == ["Die neue Version gilt ab jetzt."]
    assert _deadline(any_console) == date(2022, 4, 15)
    with any_console.session() as session:
        version = list_versions(session, "phase09")[0]
    assert (version.note, version.who) == ("Frist verlängert", "lead")
    shipped = files_of(find_folder("phase09"))
    changed = [
        (old, new)
        for old, new in zip(shipped["call.toml"].splitlines(), version.files["call.toml"].splitlines(), strict=True)
        if old != new
    ]
    assert changed == [("until = 2022-03-31", "until = 2022-04-15")]


def test_looking_keeps_nothing_and_shows_what_changes(console: Console) -> None:
    lead = _lead(console)
    page = lead.post("/call/dates", action="look", base="0", **_dates(_call(console), interest__until="2022-04-15"))
    assert (texts(page, ".diff del"), texts(page, ".diff ins")) == (["until = 2022-03-31"], ["until = 2022-04-15"])
    assert _deadline(console) == date(2022, 3, 31)


@pytest.mark.parametrize(
    "changed",
    [
        {"interest__until": ""},
        {"interest__until": "2022-04-15", "interest__on": "2022-04-15"},
        {"workshop__to": "2022-01-01"},
        {"interest__until": "31.3.2022"},
        {"meeting__part": ""},
        {"meeting__part": "sometime"},
    ],
)
def test_what_is_wrong_is_said_and_not_kept(console: Console, changed: dict[str, str]) -> None:
    lead = _lead(console)
    page = lead.post("/call/dates", action="save", base="0", **_dates(_call(console), **changed))
    assert (page.status_code, len(said(page)), _deadline(console)) == (422, 1, date(2022, 3, 31))


def test_two_leads_do_not_overwrite_each_other(console: Console) -> None:
    lead = _lead(console)
    form = _dates(_call(console), interest__until="2022-04-15")
    lead.post("/call/dates", action="save", base="0", **form)
    page = lead.post("/call/dates", action="save", base="0", **(form | {"interest.until": "2022-05-01"}))
    assert (page.status_code, _deadline(console)) == (409, date(2022, 4, 15))


def test_an_answer_of_the_faq_is_changed_in_one_language_and_taken_back(any_console: Console) -> None:
    lead = _lead(any_console)
    faq = _call(any_console).faq["de"]
    form = {f"{key}.{part}": getattr(faq[key], part) for key in FAQ_IDS for part in ("question", "answer")}
    form["deadline.answer"] = "Bis {{ when.interest }}.\n## evil: Eine Frage?\nDanke."
    lead.post("/call/faq", action="save", base="0", language="de", **form)
    call = _call(any_console)
    assert call.faq["de"]["deadline"].answer == "Bis {{ when.interest }}.\nevil: Eine Frage?\nDanke."
    assert (call.faq["de"]["goals"], call.faq["en"]) == (faq["goals"], _call(any_console).faq["en"])
    lead.get("/call?part=versions")
    lead.post("/call/versions/0/restore")
    assert _call(any_console).faq["de"] == faq


def test_a_placeholder_that_there_is_not_is_refused(console: Console) -> None:
    lead = _lead(console)
    faq = _call(console).faq["de"]
    form = {f"{key}.{part}": getattr(faq[key], part) for key in FAQ_IDS for part in ("question", "answer")}
    form["deadline.answer"] = "Bis {{ when.nothing }}."
    page = lead.post("/call/faq", action="save", base="0", language="de", **form)
    assert (page.status_code, _call(console).faq["de"]) == (422, faq)


def test_contacts_and_files(console: Console) -> None:
    lead = _lead(console)
    contact = _call(console).contact[0]
    form = {f"{contact.id}.{key}": getattr(contact, key) for key in ("organisation", "mail", "address")}
    form |= {f"{contact.id}.name0": "Kim Muster", f"{contact.id}.phone0": "0228 1", f"{contact.id}.name1": " "}
    lead.post("/call/contacts", action="save", base="0", contact=contact.id, **form)
    assert [(p.name, p.phone) for p in _call(console).contact[0].people] == [("Kim Muster", "0228 1")]
    page = lead.get("/call?part=files")
    base = values(page, "input[name=base]", "value")[0]
    broken = lead.post("/call/files", action="save", base=base, file="call.toml", content="id = ")
    assert broken.status_code == 422
    assert lead.post("/call/files", action="save", base=base, file="../x", content="a").status_code == 422


@pytest.mark.parametrize("language", LANGUAGES)
def test_rewriting_the_faq_changes_no_text_and_keeps_the_head(language: Language) -> None:
    folder = find_folder("phase09")
    files = files_of(folder)
    faq = call_from(files, folder).faq[language]
    again = with_faq(files, language, {key: (faq[key].question, faq[key].answer) for key in faq})
    assert call_from(again, folder).faq[language] == faq
    name = f"faq.{language}.md"
    assert again[name].split("\n## ")[0] == files[name].split("\n## ")[0]


def test_only_the_lead_may(console: Console) -> None:
    for role in ("reader", "editor", "administrator"):
        assert console.staff(role).get("/call").status_code == 403  # type: ignore[arg-type]
