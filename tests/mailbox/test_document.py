"""Documents: their text, their limits, and what a bomb costs."""

import io
import zipfile
import zlib
from dataclasses import replace

import openpyxl
import pytest
from docx import Document
from pypdf import PdfWriter
from pypdf.generic import ArrayObject, DictionaryObject, NameObject, StreamObject
from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.pdfgen.canvas import Canvas

from klimapartner.mailbox.calendar_text import calendar_method
from klimapartner.mailbox.document import read_document
from klimapartner.mailbox.document_text import DocumentText
from klimapartner.mailbox.limits import Limits

LIMITS = Limits()
SMALL = replace(LIMITS, document_cpu_seconds=1, document_seconds=3.0, inflated_bytes=20_000_000, document_pages=2)
WORD = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
ODF = " ".join(
    f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for name in ("office", "text", "table", "form")
)


def read(name: str, data: bytes, limits: Limits = LIMITS) -> DocumentText:
    return read_document(data, name, "application/octet-stream", limits=limits)


def zipped(**parts: str | bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name.replace("__", "/") + ".xml", content)
    return out.getvalue()


def docx(body: str) -> bytes:
    return zipped(word__document=f"<w:document {WORD}><w:body>{body}</w:body></w:document>")


def paragraph(text: str) -> str:
    return f"<w:p><w:r><w:t>{text}</w:t></w:r></w:p>"


def odt(body: str) -> bytes:
    return zipped(content=f"<office:document-content {ODF}><office:body>{body}</office:body></office:document-content>")


def pdf(*lines: str, encrypt: object = None) -> bytes:
    out = io.BytesIO()
    canvas = Canvas(out, encrypt=encrypt)
    for line in lines:
        canvas.drawString(50, 800, line)
        canvas.showPage()
    canvas.save()
    return out.getvalue()


def pdf_of_stream(content: bytes, times: int) -> bytes:
    """A PDF whose page is a content stream compressed several times over."""
    writer = PdfWriter()
    page = writer.add_blank_page(100, 100)
    stream = StreamObject()
    for _ in range(times):
        content = zlib.compress(content, 9)
    stream._data = content
    stream[NameObject("/Filter")] = ArrayObject([NameObject("/FlateDecode")] * times)
    font = {"/Type": "/Font", "/Subtype": "/Type1", "/BaseFont": "/Helvetica"}
    fonts = DictionaryObject({NameObject(key): NameObject(value) for key, value in font.items()})
    page[NameObject("/Contents")] = writer._add_object(stream)
    page[NameObject("/Resources")] = DictionaryObject(
        {NameObject("/Font"): DictionaryObject({NameObject("/F1"): fonts})}
    )
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def form() -> bytes:
    out = io.BytesIO()
    canvas = Canvas(out)
    canvas.drawString(50, 800, "Interessenbekundung")
    canvas.acroForm.textfield(name="k", tooltip="Kommune", value="Stadt Köln", x=50, y=700)
    canvas.acroForm.textfield(name="leer", tooltip="Telefon", value="", x=50, y=650)
    canvas.acroForm.checkbox(name="a", tooltip="Afrika", checked=True, x=50, y=600)
    canvas.acroForm.checkbox(name="l", tooltip="Lateinamerika", checked=False, x=50, y=550)
    canvas.acroForm.choice(name="s", tooltip="Status", value="neu", options=["neu", "alt"], x=50, y=500)
    canvas.save()
    return out.getvalue()


def real_docx() -> bytes:
    document = Document()
    document.sections[0].header.paragraphs[0].text = "Stadt Köln"
    document.add_paragraph("Wir haben Interesse.")
    document.add_paragraph("Punkt eins", style="List Bullet")
    table = document.add_table(rows=1, cols=2)
    table.cell(0, 0).text, table.cell(0, 1).text = "Telefon", "0221 1"
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def real_xlsx() -> bytes:
    book = openpyxl.Workbook()
    book.active.append(["Kommune", "Einwohner"])
    book.active.append(["Köln", 1_000_000])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


WORD_FORM = (
    paragraph("Land:")
    + f"<w:sdt><w:sdtPr><w:showingPlcHdr/></w:sdtPr><w:sdtContent>{paragraph('Hier klicken')}</w:sdtContent></w:sdt>"
    + "<w:p><w:r><w:fldChar><w:ffData><w:checkBox><w:default w:val='0'/><w:checked/></w:checkBox></w:ffData>"
    + "</w:fldChar><w:t>Afrika</w:t></w:r></w:p>"
    + "<w:p><w:del><w:r><w:delText>weg</w:delText></w:r></w:del>"
    + "<w:r><w:rPr><w:vanish/></w:rPr><w:t>versteckt</w:t></w:r><w:r><w:t>Ende</w:t></w:r></w:p>"
)
ODT_BODY = (
    "<office:text><text:h>Titel</text:h><text:p>zwei<text:s text:c='2'/>Blanks<text:tab/>"
    "<text:span>Tab</text:span></text:p>"
    "<table:table><table:table-row><table:table-cell><text:p>Kommune</text:p></table:table-cell>"
    "<table:table-cell><text:p>Köln</text:p></table:table-cell></table:table-row></table:table>"
    "<text:list><text:list-item><text:p>Punkt</text:p></text:list-item></text:list></office:text>"
)
RTF = rb"{\rtf1\ansi\ansicpg1252 Gr\'fc\'dfe aus K\'f6ln\par Zeile}"
ICS = (
    b"BEGIN:VCALENDAR\nMETHOD:REPLY\nBEGIN:VEVENT\nSUMMARY:Treffen\\, gross\nDTSTART:20220310T100000Z\n"
    b"END:VEVENT\nEND:VCALENDAR"
)


@pytest.mark.parametrize(
    ("name", "data", "text"),
    [
        ("form.pdf", form(), "Interessenbekundung\n\nKommune: Stadt Köln\nAfrika: ja\nStatus: neu"),
        ("locked.pdf", pdf("Nur gegen Druck", encrypt=StandardEncryption("", "x", canPrint=0)), "Nur gegen Druck"),
        ("ohne.endung", pdf("Seite"), "Seite"),
        ("luft.docx", docx(paragraph("oben ") + "<w:p/>" * 5 + paragraph("unten")), "oben\n\nunten"),
        ("a.docx", real_docx(), "Stadt Köln\n\nWir haben Interesse.\nPunkt eins\nTelefon\t0221 1"),
        ("form.docx", docx(WORD_FORM), "Land:\n\n☒ Afrika\nEnde"),
        ("a.odt", odt(ODT_BODY), "Titel\nzwei  Blanks\tTab\nKommune\tKöln\n- Punkt"),
        ("a.xlsx", real_xlsx(), "Kommune\tEinwohner\nKöln\t1000000"),
        ("a.rtf", RTF, "Grüße aus Köln\nZeile"),
        ("a.txt", "Grüße".encode("cp1252"), "Grüße"),
        ("a.csv", b"Name;Ort\r\nMax;Bonn\r\n", "Name;Ort\nMax;Bonn"),
        ("a.html", b"<p>Hallo<p>Welt", "Hallo\n\nWelt"),
        ("a.ics", ICS, "Termin: Treffen, gross\nBeginn: 10.03.2022 10:00 Uhr"),
    ],
)
def test_text_of_documents(name: str, data: bytes, text: str) -> None:
    assert read(name, data) == DocumentText(text)


@pytest.mark.parametrize(
    ("name", "data", "problem"),
    [
        ("scan.pdf", pdf(""), "no_text"),
        ("foto.jpg", b"\xff\xd8\xff\xe0", "no_text"),
        ("leer.txt", b" \n", "no_text"),
        ("geheim.pdf", pdf("x", encrypt="geheim"), "encrypted"),
        ("kaputt.pdf", b"%PDF-1.4 nichts", "unreadable"),
        ("kaputt.docx", b"PK\x03\x04nichts", "unreadable"),
        ("kaputt.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1nichts", "unreadable"),
        ("entities.docx", zipped(word__document='<!DOCTYPE x [<!ENTITY a "aa">]><x>&a;</x>'), "unreadable"),
        ("archiv.zip", zipped(liste="<x/>"), "unsupported"),
        ("ton.mp3", b"ID3\x00\x01\x02\x03", "unsupported"),
        ("bombe.docx", docx(paragraph("a" * 30_000_000)), "bomb"),
        ("bombe.pdf", pdf_of_stream(b"\0" * 200_000_000, 2), "bomb"),
        ("langsam.docx", docx("<w:p/>" * 3_000_000), "too_slow"),
    ],
)
def test_documents_without_text(name: str, data: bytes, problem: str) -> None:
    assert read(name, data, SMALL) == DocumentText(problem=problem)
    assert read("danach.pdf", pdf("geht noch"), SMALL) == DocumentText("geht noch")


def test_a_page_tree_that_contains_itself() -> None:
    loop = b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[2 0 R]/Count 9>>endobj\n"
    loop += b"xref\n0 3\n0000000000 65535 f \n0000000009 00000 n \n0000000052 00000 n \n"
    loop += b"trailer<</Size 3/Root 1 0 R/Prev 104>>\nstartxref\n104\n%%EOF"
    assert read("schleife.pdf", loop, SMALL).problem in ("unreadable", "no_text", "too_slow")


def test_a_long_document_keeps_its_beginning() -> None:
    assert read("lang.pdf", pdf("eins", "zwei", "drei"), SMALL) == DocumentText("eins\n\nzwei", "too_large")


def test_method_of_a_calendar() -> None:
    assert calendar_method(ICS.decode()) == "REPLY"
