"""Mails inside files: Outlook's .msg and winmail.dat, S/MIME."""

import struct
import zlib
from pathlib import Path
from typing import Any

import pytest
from asn1crypto import algos, cms

from klimapartner.mailbox.document import unpack_container
from klimapartner.mailbox.limits import Limits
from klimapartner.mailbox.message import Message
from klimapartner.mailbox.parse import parse_message
from klimapartner.mailbox.rtf import inflate_rtf
from klimapartner.mailbox.smime import Opened, open_cms
from klimapartner.mailbox.unpacked import Unpacked

HEAD = b"From: Max <max@bonn.de>\nSubject: Betreff\n"
SECTOR, MINI, FREE, END, FAT = 512, 64, 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD
OLE_MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def pieces(message: Message) -> list[tuple[str, str]]:
    return [(part.kind, message.text[part.start : part.end]) for part in message.parts]


def compound_file(tree: dict[str, object]) -> bytes:
    """An OLE compound file (MS-CFB, version 3) of small streams (bytes) and storages (dict)."""
    entries: list[list[Any]] = []  # name, type, right, child, data
    add_entry(entries, "Root Entry", tree)
    mini, mini_fat, starts = b"", list[int](), []
    for *_, data in entries:
        count = -(-len(data) // MINI)
        starts.append(len(mini_fat) if count else END)
        mini_fat += [len(mini_fat) + 1 + number for number in range(count - 1)] + [END] * bool(count)
        mini += data.ljust(count * MINI, b"\0")
    entries[0][1], entries[0][4] = 5, mini
    directory_size = -(-len(entries) * 128 // SECTOR)
    starts[0] = directory_size + 1
    directory = b"".join(directory_entry(*entry, start) for entry, start in zip(entries, starts, strict=True))
    fat, sectors = list[int](), b""
    for block in (directory, struct.pack(f"<{len(mini_fat)}I", *mini_fat).ljust(SECTOR, b"\xff"), mini):
        count = -(-len(block) // SECTOR)
        fat += [len(fat) + 1 + number for number in range(count - 1)] + [END]
        sectors += block.ljust(count * SECTOR, b"\0")
    place = len(fat)
    fat += [FAT] + [FREE] * (127 - len(fat))
    numbers = (0, 1, 0, 0, 4096, directory_size, 1, END, 0, place)
    header = struct.pack("<8s16xHHHHH6x10I", OLE_MAGIC, 0x3E, 3, 0xFFFE, 9, 6, *numbers)
    return header + struct.pack("<108I", *[FREE] * 108) + sectors + struct.pack("<128I", *fat)


def add_entry(entries: list[list[Any]], name: str, value: object) -> int:
    """Adds a stream, or a storage with all it holds as a chain of siblings; says its place."""
    index, previous = len(entries), None
    entries.append([name, 1, FREE, FREE, b""] if isinstance(value, dict) else [name, 2, FREE, FREE, value])
    for key, item in value.items() if isinstance(value, dict) else ():
        child = add_entry(entries, key, item)
        if previous is None:
            entries[index][3] = child
        else:
            entries[previous][2] = child
        previous = child
    return index


def directory_entry(name: str, kind: int, right: int, child: int, data: bytes, start: int) -> bytes:
    encoded = name.encode("utf-16-le") + b"\0\0"
    numbers = (len(encoded), kind, 1, FREE, right, child, 0, 0, 0, start, len(data))
    return struct.pack("<64sHBBIII16xIQQIQ", encoded, *numbers)


def properties(header: int, values: dict[int, str | bytes]) -> dict[str, object]:
    """The streams of a storage of a .msg file: its property table and its values (MS-OXMSG, 2.4)."""
    table, streams = b"\0" * header, {}
    for number, value in values.items():
        kind, data = (0x1F, value.encode("utf-16-le")) if isinstance(value, str) else (0x102, value)
        table += struct.pack("<HHIII", kind, number, 6, len(data) + (2 if kind == 0x1F else 0), 0)
        streams[f"__substg1.0_{number:04X}{kind:04X}"] = data
    return {"__properties_version1.0": table, **streams}


def msg(body: str) -> bytes:
    attachment = properties(8, {0x3707: "liste.csv", 0x3701: b"Name;Ort", 0x370E: "text/csv"})
    values = {0x1A: "IPM.Note", 0x37: "Anfrage", 0x1000: body, 0xC1A: "Eva Ulm", 0xC1F: "eva@ulm.de"}
    root = properties(32, values)
    table = root["__properties_version1.0"]
    assert isinstance(table, bytes)
    root["__properties_version1.0"] = struct.pack("<8xIIII8x", 0, 1, 0, 1) + table[32:]
    return compound_file({**root, "__nameid_version1.0": {}, "__attach_version1.0_#00000000": attachment})


def test_outlook_message_as_attachment() -> None:
    head = b"Content-Type: application/vnd.ms-outlook; name=a.msg\nContent-Disposition: attachment\n\n"
    message = parse_message(HEAD + head + msg("Wir haben Interesse."))
    assert message.problems == ()
    assert pieces(message) == [
        ("subject", "Betreff"),
        ("forward", 'Von: "Eva Ulm" <eva@ulm.de>\nBetreff: Anfrage\n\nWir haben Interesse.'),
        ("attachment:0", "Name;Ort"),
    ]


def test_broken_outlook_message() -> None:
    broken = msg("x")[:700]
    assert unpack_container("msg", broken, limits=Limits()) == "unreadable"


def opaque_signed(content: bytes) -> bytes:
    algorithm = algos.DigestAlgorithm({"algorithm": "sha256"})
    encapsulated = {"content_type": "data", "content": content}
    signed = {"version": "v1", "digest_algorithms": [algorithm], "encap_content_info": encapsulated, "signer_infos": []}
    return cms.ContentInfo({"content_type": "signed_data", "content": cms.SignedData(signed)}).dump()


def enveloped() -> bytes:
    content = {
        "content_type": "data",
        "content_encryption_algorithm": {"algorithm": "aes256_cbc", "parameters": b"\0" * 16},
        "encrypted_content": b"geheim",
    }
    data = cms.EnvelopedData({"version": "v0", "recipient_infos": [], "encrypted_content_info": content})
    return cms.ContentInfo({"content_type": "enveloped_data", "content": data}).dump()


def p7m(data: bytes, name: bytes = b"smime.p7m") -> Message:
    return parse_message(HEAD + b"Content-Type: application/pkcs7-mime; name=" + name + b"\n\n" + data)


def test_opaque_signed_mail_is_read() -> None:
    inner = "Content-Type: text/plain; charset=utf-8\n\nWir möchten mitmachen.".encode()
    assert pieces(p7m(opaque_signed(inner))) == [("subject", "Betreff"), ("body", "Wir möchten mitmachen.")]


def test_signed_document() -> None:
    message = p7m(opaque_signed(b"Name;Ort\nMax;Bonn"), b"liste.csv.p7m")
    assert [(item.name, item.text) for item in message.attachments] == [("liste.csv", "Name;Ort\nMax;Bonn")]


def test_encrypted_mail_says_so() -> None:
    message = p7m(enveloped())
    assert message.problems == ("encrypted",)
    assert [item.problem for item in message.attachments] == ["encrypted"]


@pytest.mark.parametrize("data", [b"", b"nichts", b"\x30\x80" * 5000, opaque_signed(b"")])
def test_broken_cms(data: bytes) -> None:
    assert open_cms(data, max_bytes=1000) == Opened(problem="unreadable")


def test_compressed_mail_that_is_a_bomb() -> None:
    content = {"content_type": "data", "content": zlib.compress(b"a" * 100_000)}
    algorithm = cms.CompressionAlgorithm({"algorithm": "zlib"})
    data = cms.CompressedData({"version": "v0", "compression_algorithm": algorithm, "encap_content_info": content})
    bomb = cms.ContentInfo({"content_type": "compressed_data", "content": data}).dump()
    assert open_cms(bomb, max_bytes=1000) == Opened(problem="bomb")
    assert open_cms(bomb, max_bytes=100_000) == Opened(b"a" * 100_000)


def test_compressed_rich_text_of_the_specification() -> None:
    """The example of MS-OXRTFCP, 4.1.1."""
    data = bytes.fromhex(
        "2d0000002b0000004c5a4675f1c5c7a703000a007263706731323542320af32068656c090020627705b06c647d0a800fa0"
    )
    assert inflate_rtf(data) == b"{\\rtf1\\ansi\\ansicpg1252\\pard hello world}\r\n"


@pytest.mark.shared
def test_files_of_winmail_dat(shared: Path) -> None:
    found = unpack_container("tnef", (shared / "mails" / "tnefparse" / "two-files.tnef").read_bytes(), limits=Limits())
    assert isinstance(found, Unpacked)
    assert [(file.name, len(file.data)) for file in found.files] == [("AUTHORS", 244), ("README", 893)]


@pytest.mark.shared
def test_body_and_files_of_a_mail_that_is_only_winmail_dat(shared: Path) -> None:
    data = (shared / "mails" / "tnefparse" / "umlaut.tnef").read_bytes()
    message = parse_message(HEAD + b"Content-Type: application/ms-tnef; name=winmail.dat\n\n" + data)
    assert pieces(message)[1][1].splitlines()[0] == "TEST äöü +-*/~"
    assert [item.name for item in message.attachments][-1] == "UmlautAnhang-äüö.txt"
