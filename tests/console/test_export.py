"""What is taken out: exactly what the filter shows, with zeros and dates, never a formula, always noted."""

import csv
import io
import json
from datetime import timedelta

import openpyxl
import pytest
from console_desk import Console, texts

from klimapartner.assistant.export import COLUMNS
from klimapartner.assistant.export_text import csv_cell
from klimapartner.storage.accesses import list_reads
from klimapartner.storage.register import BodyRef, FieldValue, PartnerRef, upsert_entry


def sheet_of(content: bytes) -> list[dict[str, object]]:
    """The rows of an XLSX file by heading; fails on any cell that is a formula."""
    sheet = openpyxl.load_workbook(io.BytesIO(content)).active
    assert sheet is not None
    header, *rows = list(sheet.iter_rows())
    assert {cell.data_type for row in rows for cell in row} <= {"s", "n", "d"}
    return [dict(zip((cell.value for cell in header), (cell.value for cell in row), strict=True)) for row in rows]


def add_hostile(console: Console) -> None:
    values = {
        "municipality": "Köln", "contact.name": "=cmd|' /C calc'!A0", "contact.phone": "022112345",
        "contact.role": '"";=1+1', "remarks": ["@SUM(1)", "\t=2", "-3"],
    }  # fmt: skip
    with console.session() as session:
        upsert_entry(
            session, call="phase09", body=BodyRef("Köln", "05315000"), partner=PartnerRef("=Kaya", "BF"),
            fields={name: FieldValue(value, "staff") for name, value in values.items()}, message_id=None,
            reference="KP9-222222", received_at=console.hands.now, actor="x", now=console.hands.now,
        )  # fmt: skip


def test_an_excel_file_holds_what_the_filter_shows(any_console: Console) -> None:
    lead = any_console.staff("lead")
    page = lead.get("/entries?region=africa&order=body&turned=1")
    response = lead.get("/export.xlsx?region=africa&order=body&turned=1")
    rows = sheet_of(response.content)
    shown = [name if name != "Kommune nicht erkannt" else None for name in texts(page, ".list__name")]
    assert ([row["Kommune"] for row in rows], {row["Weltregion"] for row in rows}) == (shown, {"Afrika"})
    assert response.headers["content-disposition"] == 'attachment; filename="register-2022-02-10.xlsx"'


def test_zeros_dates_and_formulas_in_excel(console: Console) -> None:
    add_hostile(console)
    row = next(r for r in sheet_of(console.staff("lead").get("/export.xlsx?q=koeln").content) if r["AGS"] == "05315000")
    wanted = {
        "AGS": "05315000", "Partner": "=Kaya", "Land": "Burkina Faso", "Kontakt": "=cmd|' /C calc'!A0",
        "Telefon": "022112345", "Funktion": '"";=1+1', "Status": "neu", "Bemerkungen": "@SUM(1), \t=2, -3",
        "Eingang": console.hands.now.replace(tzinfo=None),
    }  # fmt: skip
    assert {name: row[name] for name in wanted} == wanted


def test_a_csv_file_is_for_a_german_excel_and_has_no_formula(any_console: Console) -> None:
    add_hostile(any_console)
    content = any_console.staff("lead").get("/export.csv?q=koeln").content
    assert content[:3] == b"\xef\xbb\xbf"
    header, *rows = csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""), delimiter=";")
    row = next(dict(zip(header, row, strict=True)) for row in rows if "'05315000" in row)
    assert tuple(header) == COLUMNS
    assert (row["Partner"], row["Telefon"], row["Kontakt"]) == ("'=Kaya", "'022112345", "'=cmd|' /C calc'!A0")
    assert (row["Funktion"], row["Eingang"]) == ('"";\'=1+1', "10.02.2022 09:00")


@pytest.mark.parametrize(
    ("value", "cell"),
    [
        ("Köln", '"Köln"'),
        ("", '""'),
        ("=1+1", '"\'=1+1"'),
        ("+49 221 1", '"\'+49 221 1"'),
        ("-2", '"\'-2"'),
        ("@A1", '"\'@A1"'),
        ("＝1", '"\'＝1"'),
        ("\t=1", '"\'=1"'),
        ("\r=1", '"\'=1"'),
        ("\n=1", '"\'=1"'),
        ("  =1", '"\'=1"'),
        ('"=1', '"""\'=1"'),
        ("a;=1", '"a;\'=1"'),
        ('a";\t=1', '"a""; \'=1"'),
        ("a\nb", '"a b"'),
        ("0221", '"\'0221"'),
        ("02330 611-0", '"02330 611-0"'),
        ("Bad-Neustadt", '"Bad-Neustadt"'),
    ],
)
def test_cells(value: str, cell: str) -> None:
    assert csv_cell(value) == cell


def test_json_holds_the_evidence(any_console: Console) -> None:
    found = json.loads(any_console.staff("lead").get("/export.json?q=kaya").content)
    entry = any_console.entry("Herzogenaurach")
    assert [item["municipality"] for item in found] == ["Herzogenaurach"]
    field = found[0]["fields"]["world_region"]
    assert (field["value"], field["evidence"]) == ("africa", list(entry.fields["world_region"].evidence))
    assert json.loads(any_console.staff("lead").get("/export.json?q=nobodyatall").content) == []


def test_each_export_is_noted_with_its_size(any_console: Console) -> None:
    lead = any_console.staff("lead")
    lead.get("/export.csv?region=africa")
    with any_console.session() as session:
        noted = [(a.who, a.action, a.subject) for a in list_reads(session) if a.action == "exported"]
        detail = list_reads(session)[0].detail
    rows = len(texts(lead.get("/entries?region=africa"), ".list__name"))
    assert (noted, detail) == ([("lead", "exported", "register")], f"csv: {rows}")


def test_only_the_lead_takes_the_register_out(console: Console) -> None:
    codes = [console.staff(role).get("/export.csv").status_code for role in ("reader", "editor", "administrator")]
    assert codes == [403, 403, 403]
    assert texts(console.staff("editor").get("/entries"), "#export") == []
    links = texts(console.staff("lead").get("/entries"), "#export a")
    assert links == ["Excel", "CSV", "JSON mit Belegen"]


def test_many_entries_go_out_in_parts(console: Console) -> None:
    now = console.hands.now
    with console.session() as session:
        for number in range(600):
            upsert_entry(
                session, call="phase09", body=BodyRef(f"Ort {number:03}"), partner=PartnerRef(), message_id=None,
                fields={"municipality": FieldValue(f"Ort {number:03}", "staff")}, reference=f"X-{number}", actor="x",
                received_at=now + timedelta(seconds=number), now=now,
            )  # fmt: skip
    rows = sheet_of(console.staff("lead").get("/export.xlsx?q=ort&order=body").content)
    names = [str(row["Kommune"]) for row in rows if str(row["Kommune"]).startswith("Ort ")]
    assert names == [f"Ort {number:03}" for number in range(600)]
