"""Bytes to text, whatever the label says."""

import pytest

from klimapartner.mailbox.charset import codec_of, decode

KYRILLISCH = "Уважаемые коллеги, мы хотели бы принять участие в программе партнёрства"


@pytest.mark.parametrize(
    ("data", "label", "text", "sure"),
    [
        (b"Hallo", None, "Hallo", True),
        ("Köln".encode(), "utf-8", "Köln", True),
        ("Köln".encode(), None, "Köln", True),
        ("Köln".encode(), "us-ascii", "Köln", False),
        ("Köln".encode(), "iso-8859-1", "Köln", False),
        ("Köln".encode("latin-1"), "iso-8859-1", "Köln", True),
        ("Köln".encode("latin-1"), "utf-8", "Köln", False),
        ("Köln".encode("latin-1"), None, "Köln", False),
        (b"\x84Zitat\x93 5 \x80", "iso-8859-1", "„Zitat“ 5 €", True),
        (b"5 \xa4", "iso-8859-15", "5 €", True),
        ("Köln".encode("cp1252"), "1252", "Köln", True),
        ("Köln".encode("cp850"), "cp-850", "Köln", True),
        ("Köln".encode(), "utf8mb4", "Köln", True),
        ("Köln".encode(), "gibt-es-nicht", "Köln", False),
        ("Köln".encode("latin-1"), "idna", "Köln", False),
        ("Köln".encode(), "utf-8\x00", "Köln", True),
        (
            b"K\xc3\xb6ln und M\xc3\xbcnchen und G\xc3\xb6ttingen \xc3",
            "utf-8",
            "Köln und München und Göttingen \ufffd",
            False,
        ),
        (KYRILLISCH.encode("koi8-r"), None, KYRILLISCH, False),
        ("中文".encode("gb18030"), "x-gbk", "中文", True),
        ("日本".encode("iso2022_jp"), None, "日本", True),
        ("\ufeffKöln".encode("utf-16-le"), None, "Köln", True),
        ("Köln Rathaus".encode("utf-16-le"), None, "Köln Rathaus", True),
        ("\ufeffKöln".encode(), "iso-8859-1", "Köln", True),
        (b"", "utf-8", "", True),
    ],
)
def test_decode(data: bytes, label: str | None, text: str, sure: bool) -> None:
    decoded = decode(data, label)
    assert (decoded.text, decoded.sure) == (text, sure)


@pytest.mark.parametrize(
    "label", ["", "unknown-8bit", "rot13", "zip", "undefined", "unicode-escape", "x" * 5000, "\x00"]
)
def test_labels_that_name_no_charset(label: str) -> None:
    assert codec_of(label) is None
