"""The audit log and the pages for everybody: who sees which lines, and what they say."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from console_desk import Console, copied_console, texts, values
from lxml import html

from klimapartner.assistant.console.words import catalogue, groups
from klimapartner.storage.accesses import note_access
from klimapartner.storage.history import record

ROOT = Path(__file__).parent.parent.parent


def rows(page_text: str) -> list[list[str]]:
    """The cells of the log's lines but the time."""
    found = html.fromstring(page_text).cssselect("tbody tr")
    return [[" ".join(cell.text_content().split()) for cell in row.cssselect("td")][1:] for row in found]


def test_a_lead_sees_who_read_personal_data_and_nothing_of_sign_ins(any_console: Console) -> None:
    any_console.sign_in("editor").get("/entries/1")
    lead = any_console.sign_in("lead")
    page = lead.get("/log")
    assert rows(page.text) == [["editor", "angesehen", "Eintrag 1", ""]]
    assert values(page, "tbody a", "href") == ["/console/entries/1"]
    assert values(page, ".tabs a", "href") == ["/console/log", "/console/log/changes"]


def test_lines_are_filtered_by_person_and_come_in_pages(any_console: Console) -> None:
    with any_console.session() as session:
        for number in range(205):
            who = "editor" if number % 2 else "reader"
            note_access(session, now=any_console.hands.now, who=who, action="read", subject="message", subject_id=9)
    lead = any_console.sign_in("lead")
    first = lead.get("/log", who="editor")
    assert (len(rows(first.text)), values(first, ".pager a", "href")) == (100, ["?start=100&who=editor"])
    second = lead.get("/log", who="editor", start=100)
    assert (len(rows(second.text)), values(second, ".pager a", "href")) == (2, ["?start=0&who=editor"])


def test_changes_by_staff_come_without_values_and_those_of_the_program_on_demand(any_console: Console) -> None:
    now = any_console.hands.now
    with any_console.session() as session:
        record(
            session, now=now, who="editor", subject="entry", subject_id=1, action="changed", field="contact.name",
            old="Kim Muster", new="Robin Beispiel",
        )  # fmt: skip
        record(session, now=now, who="host:123", subject="message", subject_id=2, action="done")
    lead = any_console.sign_in("lead")
    page = lead.get("/log/changes")
    assert rows(page.text) == [["editor", "geändert", "Eintrag 1", "Kontaktperson"]]
    assert ("Kim Muster" in page.text, "Robin Beispiel" in page.text, "host:123" in page.text) == (False, False, False)
    everything = rows(lead.get("/log/changes", who="*").text)
    assert everything[0] == ["Programm oder Kommune", "erledigt", "Nachricht 2", ""]


def test_an_administrator_sees_doors_and_accesses_and_no_data_of_municipalities(any_console: Console) -> None:
    any_console.sign_in("editor").get("/entries/1")
    any_console.client().post("/console/login", data={"name": "editor", "password": "not the password"})
    admin = any_console.sign_in("administrator")
    assert rows(admin.get("/log/access").text) == [
        ["administrator", "angemeldet", "Passwort"],
        ["editor", "Anmeldung fehlgeschlagen", "Passwort"],
        ["editor", "angemeldet", "Passwort"],
    ]
    people = rows(admin.get("/log/access/people").text)
    assert people == [["Programm", "angelegt", name, word] for name, word in [
        ("administrator", "Administration"), ("lead", "Leitung"), ("editor", "Bearbeiten"), ("reader", "Lesen"),
    ]]  # fmt: skip
    assert admin.get("/log").status_code == 403


@pytest.mark.parametrize("start", ["-5", "9999999999999999999999", "x"])
def test_a_page_that_is_none_is_no_error_of_the_server(console: Console, start: str) -> None:
    assert console.staff("lead").get("/log", start=start).status_code in (200, 422)


@pytest.fixture
def informed(filled_sqlite: Path, tmp_path: Path) -> Iterator[Console]:
    """A console whose office has set its texts."""
    own = {
        "privacy_text": {"de": "Zweck: Bearbeitung.\n\nRechtsgrundlage: <b>§ 26 BDSG</b>.", "en": "Purpose: work."},
        "accessibility_contact": "barriere@office.example",
        "accessibility_enforcement": "Landesstelle, Musterstraße 1",
    }
    with copied_console(filled_sqlite, tmp_path, console=own) as console:
        yield console


def test_the_office_s_own_words_stand_on_the_public_pages(informed: Console) -> None:
    client = informed.client()
    privacy = texts(client.get("/console/privacy"), ".prose p")
    assert [p for p in ("Zweck: Bearbeitung.", "Rechtsgrundlage: <b>§ 26 BDSG</b>.") if p not in privacy] == []
    english = client.get("/console/privacy", headers={"Accept-Language": "en"})
    assert ("Purpose: work." in texts(english, ".prose p"), values(english, "html", "lang")) == (True, ["en"])
    page = client.get("/console/accessibility")
    assert "mailto:barriere@office.example" in values(page, "main a", "href")
    assert "Landesstelle, Musterstraße 1" in " ".join(texts(page, ".prose p"))
    assert texts(page, "address") == []


def test_the_accessibility_statement_has_what_the_law_asks_for(console: Console) -> None:
    page = console.client().get("/console/accessibility")
    assert texts(page, "h2") == [
        "Wie barrierefrei sind die Seiten?", "Was geprüft wurde und wie", "Bekannte Barrieren", "Barriere melden",
        "Durchsetzung", "Stand",
    ]  # fmt: skip
    assert "mailto:info@schlichtungsstelle-bgg.de" in values(page, "address a", "href")


def test_every_text_is_there_in_both_languages() -> None:
    bare = [
        f"{group}.{key}"
        for group in groups()
        for key, said in catalogue(group).items()
        if not {"de", "en"} <= said.keys()
    ]
    assert bare == []


def test_every_action_and_subject_that_the_program_writes_down_has_a_word() -> None:
    source = "".join(
        path.read_text(encoding="utf-8")
        for leaf in ("assistant", "storage")
        for path in sorted((ROOT / leaf).rglob("*.py"))
    )
    written = {("action", name) for name in re.findall(r'\baction="([a-z -]+)"', source)}
    written |= {("subject", name) for name in re.findall(r'\bsubject="([a-z_]+)", subject_id', source)}
    for action, subject in re.findall(r'visit\.note\(session, "([a-z ]+)", "([a-z_]+)"', source):
        written |= {("action", action), ("subject", subject)}
    words = catalogue("log")
    assert len(written) > 40
    assert sorted(item for item in written if f"{item[0]}_{item[1].replace(' ', '_')}" not in words) == []
