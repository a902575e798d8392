"""Data protection at the console: a person is found, handed their data, erased, and the certificate says how much."""

import io
import json
import zipfile
from datetime import timedelta
from email import message_from_bytes
from pathlib import Path

import pytest
from console_desk import Console, said, texts, values
from sqlalchemy import select, text

from klimapartner.storage.accesses import list_reads
from klimapartner.storage.entry_notes import add_comment
from klimapartner.storage.merges import merge_with_undo, undo_merge
from klimapartner.storage.saved_views import save_view
from klimapartner.storage.search import Entry
from klimapartner.storage.stored_files import keep_file
from klimapartner.storage.tables import Base, EntryRow, MergeRow

BODY = "Husum"


@pytest.fixture
def entry(any_console: Console) -> Entry:
    """An entry of the demo with all that staff can add about its contact."""
    entry = any_console.entry(BODY)
    now, name, address = any_console.hands.now, str(entry.value("contact.name")), str(entry.value("contact.email"))
    other = any_console.entry("Gersthofen")
    with any_console.session() as session:
        add_comment(session, entry.id, "ist krank bis Mai", who="editor", now=now)
        add_comment(session, other.id, f"auch mit {name} sprechen", who="editor", now=now)
        save_view(session, 1, name="Meine", query="q=" + address.replace("@", "%40"), shared=False, now=now)
        keep_file(session, 1, kind="sheet", name="liste.csv", content=f"Ort;Mail\r\nHusum;{address}".encode(), now=now)
        merge_with_undo(session, keep=other.id, drop=entry.id, actor="lead", now=now)
    return entry


def secrets_of(entry: Entry) -> list[str]:
    names = ("contact.name", "contact.email", "contact.phone")
    return [str(entry.value(name)) for name in names if entry.value(name)] + ["krank bis Mai"]


def everything(console: Console) -> str:
    with console.work.database.reading() as session:
        rows = [session.execute(text(f"SELECT * FROM {name}")).all() for name in Base.metadata.tables]
    cells = (cell for table in rows for row in table for cell in row)
    return "\n".join(str(bytes(cell) if isinstance(cell, memoryview) else cell) for cell in cells).casefold()


def left_in(where: str, entry: Entry) -> list[str]:
    return [secret for secret in secrets_of(entry) if secret.casefold() in where]


@pytest.mark.parametrize("part", ["contact.email", "contact.name", "contact.phone"])
def test_a_person_is_found_by_address_name_and_number(console: Console, part: str) -> None:
    entry = console.entry(BODY)
    lead = console.staff("lead")
    lead.get("/people")
    page = lead.post("/people", q=str(entry.value(part)))
    assert values(page, ".people input[name=key]", "value") == [entry.value("contact.email")]


def test_who_is_not_there_is_not_found(console: Console) -> None:
    lead = console.staff("lead")
    lead.get("/people")
    assert texts(lead.post("/people", q="Niemand Nirgends"), "#h-found") == ["Niemand gefunden."]


def test_the_page_of_a_person_shows_every_kind_and_links(any_console: Console, entry: Entry) -> None:
    lead = any_console.staff("lead")
    lead.get("/people")
    page = lead.post("/people/person", key=entry.value("contact.email"))
    kinds = [heading.rsplit(" ", 1)[0] for heading in texts(page, ".traces__kind h3")]
    assert kinds == [
        "Nachrichten", "Nicht beantwortet", "Schriftwechsel", "Lesungen der Nachrichten",
        "Einträge des Registers (bleiben ohne die Angaben)",
        "Zitate aus den Nachrichten", "Zusammengeführte Einträge", "Mails an die Person oder über sie",
        "Zeilen im Verlauf", "Kommentare", "Gespeicherte Ansichten", "Zwischengespeicherte Dateien",
    ]  # fmt: skip
    links = values(page, ".traces__lines a", "href")
    assert len(links) > 5
    assert [
        link for link in links if any_console.staff("lead").get(link.removeprefix("/console")).status_code != 200
    ] == []


def test_the_download_has_the_rows_a_summary_and_the_persons_own_mails(any_console: Console, entry: Entry) -> None:
    lead, address = any_console.staff("lead"), str(entry.value("contact.email"))
    lead.get("/people")
    page = lead.post("/people/export", key=address)
    archive = zipfile.ZipFile(io.BytesIO(page.content))
    data = json.loads(archive.read("auskunft.json"))
    mails = [name for name in archive.namelist() if name.startswith("nachrichten/")]
    assert (data["person"]["address"], data["controller"]["name"]) == (address, "Beispielstelle")
    assert [row["text"] for row in data["data"]["comments"]] == [
        "ist krank bis Mai",
        f"auch mit {entry.value('contact.name')} sprechen",
    ]
    assert [address in str(message_from_bytes(archive.read(name))["From"]) for name in mails] == [True, True]
    assert left_in(archive.read("auskunft.html").decode().casefold(), entry) == secrets_of(entry)
    with any_console.session() as session:
        assert [(one.action, one.subject, one.detail) for one in list_reads(session)][:1] == [
            ("exported", "person", "")
        ]


def test_nothing_is_left_after_the_erasure(any_console: Console, entry: Entry) -> None:
    lead, address = any_console.staff("lead"), str(entry.value("contact.email"))
    assert left_in(everything(any_console), entry) == secrets_of(entry)
    lead.get("/people")
    asked = lead.post("/people/erase", key=address)
    refused = lead.post("/people/erase/now", key=address, word="ja")
    assert (refused.status_code, texts(refused, "#word-error")) == (422, ["Bitte genau das Wort LÖSCHEN eingeben."])
    assert left_in(everything(any_console), entry) == secrets_of(entry)
    done = lead.post("/people/erase/now", key=address, word="löschen")
    assert said(done) == ["Gelöscht. Das ist der Nachweis."]
    assert texts(done, "tbody tr") == texts(asked, "tbody tr")
    assert left_in(everything(any_console), entry) == []
    assert left_in(done.text.casefold(), entry) == []


def test_an_undone_merge_brings_nothing_back(any_console: Console, entry: Entry) -> None:
    lead, address = any_console.staff("lead"), str(entry.value("contact.email"))
    lead.get("/people")
    lead.post("/people/erase/now", key=address, word="ERASE")
    with any_console.session() as session:
        merge = session.scalars(select(MergeRow)).one()
        # The erasure is a change after the merge; an office that undoes it all the same gets nothing back.
        merge.before = merge.before | {"version": session.get_one(EntryRow, merge.kept_id).version}
        session.flush()
        undo_merge(session, merge.id, actor="lead", now=any_console.hands.now)
    assert [one.body_name for one in any_console.entries() if one.id == entry.id] == [BODY]
    assert left_in(everything(any_console), entry) == []


def test_nothing_is_left_in_the_files(console: Console, tmp_path: Path) -> None:
    entry = console.entry(BODY)
    words = [secret.lower().encode() for secret in secrets_of(entry)[:-1]]
    lead = console.staff("lead")
    lead.get("/people")
    lead.post("/people/erase/now", key=entry.value("contact.email"), word="LÖSCHEN")
    files = b"".join(path.read_bytes() for path in sorted(tmp_path.glob("console.db*"))).lower()
    assert b"gersthofen" in files
    assert [word for word in words if word in files] == []


def test_the_certificate_can_be_kept_as_text(console: Console) -> None:
    lead = console.staff("lead")
    lead.get("/people")
    page = lead.post("/people/erase/now", key=console.entry(BODY).value("contact.email"), word="LÖSCHEN")
    kept = lead.get("/people/erasures/1/certificate.txt").text.splitlines()
    rows = [f"{kind}: {count}" for kind, count in zip(texts(page, "tbody th"), texts(page, "tbody td"), strict=True)]
    assert kept[:6] == [
        "Nachweis einer Löschung", "", "Nummer: L-2022-0001", "Zeitpunkt: 10.02.2022 09:00", "Durchgeführt von: lead",
        "Verantwortlich: Beispielstelle",
    ]  # fmt: skip
    assert kept[9 : 9 + len(rows)] == rows


def test_an_address_of_the_office_is_not_erased(console: Console) -> None:
    lead = console.staff("lead")
    lead.get("/people")
    for address in ("office@engagement-global.example", "editor@office.example"):
        page = lead.post("/people/erase/now", key=address, word="LÖSCHEN")
        assert page.status_code in (200, 404)
    assert texts(lead.get("/people"), ".empty") == ["Bisher wurde niemand gelöscht."]


def test_retention_shows_what_would_go_and_lets_it_go(console: Console) -> None:
    lead = console.staff("lead")
    with console.session() as session:
        keep_file(session, 1, kind="sheet", name="liste.csv", content=b"x", now=console.hands.now - timedelta(days=2))
    page = lead.get("/people/retention")
    assert (texts(page, "tbody td")[-2:], texts(page, "main > p")[-1]) == (["1 Tag", "1"], "Noch nie gelaufen.")
    assert said(lead.post("/people/retention/run")) == ["Gelöscht: 1"]
    assert texts(lead.get("/people/retention"), "tbody td")[-2:] == ["1 Tag", "0"]
