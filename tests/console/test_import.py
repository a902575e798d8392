"""Bringing a sheet in: what the preview says is what happens, once, and nothing happens before."""

import io
import zipfile
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from console_desk import Console, Staff, said, texts, values
from httpx import Response

from klimapartner.storage.history import latest_history, list_history
from klimapartner.storage.register import staff_set
from klimapartner.storage.search import Entry, count_entries

LICENCE = Path(__file__).resolve().parents[2] / "LICENSE"

HEADER = (
    "Kommune",
    "AGS",
    "Weltregion",
    "Partnerkommune",
    "Land",
    "Ansprechpartner/in",
    "E-Mail",
    "Telefon",
    "Eingang",
)
ROWS = (
    ("Herdecke", None, "Afrika", "Kaya", "Burkina Faso", "Kim Beispiel", "kim@herdecke.example", "02330 611-0",
     datetime.fromisoformat("2022-01-20 08:30")),
    ("Herzogenaurach", None, "offen", None, None, "Robin Muster", None, None, None),
    ("Entenhausen", None, "Afrika", None, None, None, None, None, None),
    (None, 5315000, "Mars", None, None, None, None, None, None),
    (None, 5315000, "Lateinamerika", None, None, None, None, None, None),
    ("Neustadt", None, None, None, None, None, None, None, None),
)  # fmt: skip


def excel(*rows: tuple[object, ...]) -> bytes:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def send(staff: Staff, content: bytes, name: str = "altes Register.xlsx") -> Response:
    """Send a file; the preview that follows."""
    staff.get("/import")
    return staff._seen(
        staff.client.post("/console/import", data={"guard": staff.guard}, files={"file": (name, content)})
    )


def take_over(staff: Staff, preview: Response, **changed: str) -> Response:
    """Confirm a preview."""
    chosen = dict(zip(values(preview, ".import-do input[name^=c]", "name"),
                      values(preview, ".import-do input[name^=c]", "value"), strict=True))  # fmt: skip
    return staff.post(preview.url.path.removeprefix("/console"), **(chosen | changed))


def results(page: Response) -> dict[int, str]:
    """The result of each row by its number."""
    lines = texts(page, "tbody td.number")
    return dict(sorted(zip(map(int, lines), texts(page, "tbody .kern-badge"), strict=True)))


def state(console: Console) -> tuple[Any, ...]:
    """All of the register, and how long the history is."""
    with console.session() as session:
        return (console.entries(), [line.id for line in latest_history(session, 1)])


def of(console: Console, ags: str) -> Entry:
    return next(entry for entry in console.entries() if entry.ags == ags)


def test_the_preview_names_every_row_and_writes_nothing(any_console: Console) -> None:
    before = state(any_console)
    page = send(any_console.staff("lead"), excel(HEADER, *ROWS))
    assert results(page) == {
        2: "neu", 3: "ergänzt", 4: "Kommune unbekannt", 5: "Wert unverständlich", 6: "neu", 7: "Kommune unbekannt",
    }  # fmt: skip
    assert state(any_console) == before


def test_columns_are_guessed_by_their_headings(console: Console) -> None:
    page = send(console.staff("lead"), excel(HEADER, *ROWS))
    assert values(page, ".mapping option[selected]", "value") == [
        "municipality", "ags", "world_region", "partner", "partner_country", "contact.name", "contact.email",
        "contact.phone", "received",
    ]  # fmt: skip


def test_what_was_previewed_is_entered_as_staffs_own_and_noted(any_console: Console) -> None:
    lead = any_console.staff("lead")
    page = take_over(lead, send(lead, excel(HEADER, *ROWS)))
    assert said(page) == ["Eingelesen: 2 neu, 1 ergänzt, 3 ausgelassen."]
    herdecke = of(any_console, "05954020")
    wanted = {
        "municipality": "Herdecke", "world_region": "africa", "partner": "Kaya (Burkina Faso)",
        "contact.name": "Kim Beispiel", "contact.email": "kim@herdecke.example", "contact.phone": "02330 611-0",
    }  # fmt: skip
    assert {name: field.value for name, field in herdecke.fields.items()} == wanted
    assert {field.provenance for field in herdecke.fields.values()} == {"staff"}
    assert (herdecke.partner_name, herdecke.partner_country, herdecke.received_at) == (
        "Kaya", "BF", datetime.fromisoformat("2022-01-20T08:30:00+01:00"),
    )  # fmt: skip
    with any_console.session() as session:
        assert [(h.who, h.action) for h in list_history(session, "entry", herdecke.id)][-1] == ("lead", "imported")


def test_a_key_that_lost_its_zero_is_found(console: Console) -> None:
    lead = console.staff("lead")
    take_over(lead, send(lead, excel(HEADER, *ROWS)))
    assert of(console, "05315000").value("world_region") == "latin_america"


def test_the_same_file_a_second_time_changes_nothing(any_console: Console) -> None:
    lead = any_console.staff("lead")
    take_over(lead, send(lead, excel(HEADER, *ROWS)))
    before = state(any_console)
    page = send(lead, excel(HEADER, *ROWS))
    assert set(results(page).values()) == {"unverändert", "Kommune unbekannt", "Wert unverständlich"}
    lead.post(page.url.path.removeprefix("/console"))
    assert state(any_console) == before


@pytest.mark.parametrize("kind", ["xlsx", "csv"])
def test_our_own_export_changes_nothing(any_console: Console, kind: str) -> None:
    lead = any_console.staff("lead")
    page = send(lead, lead.get(f"/export.{kind}").content, f"register.{kind}")
    kinds = results(page)
    unknown = [entry for entry in any_console.entries() if not entry.body_name]
    assert list(kinds.values()).count("unverändert") == len(any_console.entries()) - len(unknown)


def test_what_staff_set_stays_and_is_named(any_console: Console) -> None:
    entry = any_console.entry("Husum")
    with any_console.session() as session:
        staff_set(
            session, entry_id=entry.id, field="world_region", value="africa", expected_version=entry.version,
            actor="kim", now=any_console.hands.now,
        )  # fmt: skip
    lead = any_console.staff("lead")
    page = send(lead, excel(("Gemeindeschlüssel", "Region"), (entry.ags, "Lateinamerika")))
    assert (results(page), texts(page, "tbody .muted")[-1]) == (
        {2: "unverändert"}, "Vom Team gesetzt, bleibt: Weltregion",
    )  # fmt: skip


def test_a_column_can_be_given_another_meaning(console: Console) -> None:
    lead = console.staff("lead")
    page = send(lead, b"Ort;Wunsch\nHerdecke;Afrika\n", "liste.csv")
    assert said(page) == ["Bitte sagen, in welcher Spalte die Kommune oder ihr amtlicher Schlüssel (AGS) steht."]
    page = lead.get(f"{page.url.path.removeprefix('/console')}?c0=municipality&c1=world_region")
    assert results(page) == {2: "neu"}
    take_over(lead, page)
    assert of(console, "05954020").value("world_region") == "africa"


@pytest.mark.parametrize(
    "content",
    [
        "Kommune;Weltregion\r\nKöln;Afrika\r\n".encode("cp1252"),
        "\ufeffKommune\tWeltregion\r\nKöln\tAfrika\r\n".encode(),
        "Kommune,Weltregion\nKöln,Afrika\n".encode("utf-16"),
        'Register 2021\n\n"Kommune";"Weltregion"\n"Köln";"Afrika"\n'.encode(),
        b"AGS|Region\n'05315000|africa\n",
    ],
)
def test_text_files_are_read_however_they_are_written(console: Console, content: bytes) -> None:
    lead = console.staff("lead")
    assert list(results(send(lead, content, "liste.csv")).values()) == ["neu"]


UNREADABLE = "Die Datei lässt sich nicht lesen. Bitte Excel (xlsx, ohne Kennwort) oder CSV senden."


def _bomb() -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", b" " * 70_000_000)
    return file.getvalue()


def _entities() -> bytes:
    source, file = io.BytesIO(excel(("Kommune",), ("Köln",))), io.BytesIO()
    # A file that is there and has no markup in it, so that nothing but the refusal of entities keeps it out.
    evil = f'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY x SYSTEM "{LICENCE.as_uri()}">]><sst>&x;</sst>'.encode()
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(file, "w") as new:
        for name in old.namelist():
            new.writestr(name, evil if name.endswith("sheet1.xml") else old.read(name))
    return file.getvalue()


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "In der Datei steht nichts."),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "Das ist das alte Excel-Format (xls). Bitte in Excel als xlsx speichern "
         "und noch einmal senden."),
        (b"PK\x03\x04 nonsense", UNREADABLE),
        (b"\x89PNG\x00\x01", UNREADABLE),
        (_bomb(), "Die Datei wird entpackt zu groß. Bitte nur die Tabelle senden, ohne Bilder."),
        (_entities(), UNREADABLE),
        (b"Kommune\n" + b"Bonn\n" * 5_001, "Die Tabelle hat mehr als 5.000 Zeilen. Bitte teilen."),
    ],
)  # fmt: skip
def test_what_is_no_sheet_is_refused_with_what_to_do(console: Console, content: bytes, told: str) -> None:
    page = send(console.staff("lead"), content)
    assert (page.status_code, said(page)) == (422, [told])


def test_the_file_is_its_owners_and_gone_after_a_day(console: Console) -> None:
    lead = console.staff("lead")
    path = send(lead, excel(HEADER, *ROWS)).url.path.removeprefix("/console")
    assert console.staff("editor").get(path).status_code == 403
    console.hands.now += timedelta(days=1)
    assert console.sign_in("lead").get(path).status_code == 404


def test_formulas_of_a_sheet_are_text_in_the_register(console: Console) -> None:
    lead = console.staff("lead")
    csv = 'Kommune;Ansprechperson;Bemerkung\nHerdecke;"=HYPERLINK(""http://x"")";<script>alert(1)</script>\n'
    page = send(lead, csv.encode(), "liste.csv")
    take_over(lead, page)
    entry = of(console, "05954020")
    assert (entry.value("contact.name"), entry.value("remarks")) == (
        '=HYPERLINK("http://x")', ["<script>alert(1)</script>"],
    )  # fmt: skip
    assert "<script>alert" not in page.text


def test_nobody_but_the_lead_imports(console: Console) -> None:
    with console.session() as session:
        before = count_entries(session)
    codes = [console.staff(role).get("/import").status_code for role in ("reader", "editor", "administrator")]
    assert (codes, before) == ([403, 403, 403], len(console.entries()))


def test_rows_of_one_body_add_to_each_other_wherever_they_stand(any_console: Console) -> None:
    towns = [(ags, "", "") for ags in ("05315000", "05314000", "09162000")]
    rows = [("05954020", "Afrika", ""), *towns, ("05954020", "", "Kim Beispiel"), ("05954020", "Afrika", "")]
    lead = any_console.staff("lead")
    page = send(lead, excel(("AGS", "Region", "Kontakt"), *rows))
    assert list(results(page).values()) == ["neu", "neu", "neu", "neu", "ergänzt", "unverändert"]
    take_over(lead, page)
    entry = of(any_console, "05954020")
    assert (entry.value("world_region"), entry.value("contact.name")) == ("africa", "Kim Beispiel")
