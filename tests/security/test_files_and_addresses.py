"""Names that climb out of a folder, archives that explode, and webhook addresses that point inside."""

import asyncio
import io
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from console_desk import Console

from klimapartner.assistant.sheets.read import SheetError, read_sheet
from klimapartner.assistant.webhooks.errors import RefusedAddress
from klimapartner.assistant.webhooks.target import find_target
from klimapartner.mailbox.parse import parse_message

Check = Callable[[str, dict[Any, bool]], None]
NAMES = (
    "../../../etc/passwd", "..\\..\\windows\\win.ini", "/etc/passwd", "C:\\x.txt", "....//x", "%2e%2e%2fx",
    "a/../b.txt", "x\x00.txt", "con", "\u202egpj.exe", "x\r\nSet-Cookie: a=b", "." * 300, "~/.ssh/id_rsa",
    "file:///srv/secret",
)  # fmt: skip


def test_an_attachment_s_name_is_a_name_and_no_path(none_through: Check) -> None:
    results = {}
    for name in NAMES:
        mail = parse_message(_with_attachment(name.encode()))
        found = [attachment.name for attachment in mail.attachments]
        assert len(found) == 1
        results[name] = any(sign in found[0] for sign in "\r\n\x00") or len(found[0]) > 300
    none_through("attachment names", results)


def _with_attachment(name: bytes) -> bytes:
    return (
        b"From: a@b.example\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n"
        b"--x\r\n\r\nHallo\r\n"
        b'--x\r\nContent-Type: text/plain; name="' + name + b'"\r\nContent-Disposition: attachment; filename="' + name
        + b'"\r\n\r\nroot:x:0:0\r\n--x--\r\n'
    )  # fmt: skip


PATHS = (
    "/console/static/../pages.py", "/console/static/..%2fpages.py", "/console/static/%2e%2e/pages.py",
    "/console/static/....//pages.py", "/console/static//etc/passwd", "/console/static/..%5cpages.py",
    "/console/static/%252e%252e/pages.py", "/console/static/\x00", "/chat/assets/../pages.py",
    "/chat/assets/..%2f..%2fapp.py", "/console/export.csv%2f..%2f..", "/console/events/..%2f..%2fetc/calendar",
)  # fmt: skip


def test_no_path_leads_out_of_the_static_files(console: Console, none_through: Check) -> None:
    client, results = console.sign_in("lead").client, {}
    for path in PATHS:
        answer = client.get(quote(path, safe="/%."), follow_redirects=False)
        results[path] = answer.status_code == 200 or "import" in answer.text or answer.status_code >= 500
    none_through("paths out of a folder", results)


def _archive(*parts: tuple[str, bytes], kind: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", kind) as archive:
        for name, content in parts:
            archive.writestr(name, content)
    return out.getvalue()


ENTITIES = b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">' + b"".join(
    b'<!ENTITY %c "%s">' % (98 + n, b"&%c;" % (97 + n) * 10) for n in range(8)
) + b"]><worksheet>&i;</worksheet>"  # fmt: skip
SHEETS = {
    "inflates": _archive(("xl/workbook.xml", b"<a/>"), ("x", b"\0" * 70_000_000)),
    "many parts": _archive(*((f"x{number}", b"") for number in range(600))),
    "climbs": _archive(("../../../tmp/evil", b"x"), ("[Content_Types].xml", b"<Types/>")),
    "a billion laughs": _archive(("[Content_Types].xml", ENTITIES), ("xl/workbook.xml", ENTITIES)),
    "in an archive": _archive(("x.zip", _archive(("y", b"\0" * 1_000_000)))),
    "cut": _archive(("xl/workbook.xml", b"<a/>"))[:-8],
    "zeros": b"PK\x03\x04" + b"\0" * 5_000,
    "columns": b";" * 200_000,
    "binary": bytes(range(256)) * 50,
}


def _reads_a_file(folder: Path) -> bytes:
    """A sheet that wants a file of the machine in it; the file is there, so that it would come if it were read."""
    (folder / "secret").write_text("root:x:0:0", encoding="utf-8")
    uri = (folder / "secret").as_uri()
    outside = f'<!DOCTYPE x [<!ENTITY a SYSTEM "{uri}">]><workbook>&a;</workbook>'.encode()
    return _archive(("[Content_Types].xml", outside), ("xl/workbook.xml", outside))


def test_a_sheet_that_is_none_is_refused(none_through: Check, tmp_path: Path) -> None:
    results = {}
    for name, content in {**SHEETS, "reads a file": _reads_a_file(tmp_path)}.items():
        with pytest.raises(SheetError) as caught:
            read_sheet(content)
        results[name] = "root:" in str(caught.value)
    none_through("sheets for the import", results)


INSIDE = (
    "https://127.0.0.1/", "https://localhost/", "https://localhost.localdomain/", "https://10.0.0.1/",
    "https://192.168.1.1/", "https://172.16.0.1/", "https://169.254.169.254/latest/meta-data/", "https://100.64.0.1/",
    "https://0.0.0.0/", "https://0/", "https://2130706433/", "https://0x7f000001/", "https://0177.0.0.1/",
    "https://127.1/", "https://[::1]/", "https://[::ffff:127.0.0.1]/", "https://[64:ff9b::7f00:1]/",
    "https://[2002:7f00:1::]/", "https://[fe80::1]/", "https://[fd00::1]/", "https://user@127.0.0.1/",
    "https://example.org@127.0.0.1/", "https://127.0.0.1#@example.org/", "https://224.0.0.1/",
    "https://255.255.255.255/", "http://example.org/", "file:///srv/secret", "gopher://127.0.0.1/",
    "https://127.0.0.1\t.example.org/", "https://127.0.0.1\r\nHost: x/", "https://%31%32%37.0.0.1/", "https:127.0.0.1",
    "//127.0.0.1", "https://①②⑦.⓪.⓪.①/", "https://127。0。0。1/",
)  # fmt: skip


def test_no_webhook_leads_inside(none_through: Check) -> None:
    results = {}
    for address in INSIDE:
        try:
            asyncio.run(find_target(address, ()))
            results[address] = True
        except RefusedAddress:
            results[address] = False
    none_through("webhook addresses inside", results)
