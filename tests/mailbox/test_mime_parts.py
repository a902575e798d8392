"""The small parts of MIME: parameters, transfer encodings, soft line breaks, clean text."""

import binascii

import pytest

from klimapartner.mailbox.cleaning import clean_line, clean_text
from klimapartner.mailbox.flowed import unfold
from klimapartner.mailbox.parameters import first_token, parameters
from klimapartner.mailbox.transfer import Transferred, UuText, extract_uuencoded, undo_transfer


@pytest.mark.parametrize(
    ("raw", "found"),
    [
        ("text/plain; charset=utf-8", {"charset": "utf-8"}),
        ('attachment; filename="Anlage 1.pdf"; size=3', {"filename": "Anlage 1.pdf", "size": "3"}),
        ("attachment; filename=Anlage 1.pdf", {"filename": "Anlage 1.pdf"}),
        ("attachment; filename*=utf-8''K%C3%B6ln.pdf", {"filename": "Köln.pdf"}),
        ("attachment; filename*0*=utf-8''K%C3; filename*1*=%B6ln; filename*2=.pdf", {"filename": "Köln.pdf"}),
        ("attachment; filename*1=b.pdf; filename*0=a", {"filename": "ab.pdf"}),
        ('attachment; filename="=?utf-8?q?K=C3=B6ln=2Epdf?="', {"filename": "Köln.pdf"}),
        ('attachment; filename="K\udcf6ln.pdf"', {"filename": "Köln.pdf"}),
        ('attachment; filename="a;b.pdf"', {"filename": "a;b.pdf"}),
        ('attachment; filename="offen.pdf', {"filename": "offen.pdf"}),
        ("text/plain; name*=iso-2022-jp''%1B$B%41%B0", {"name": "\ufffd"}),
        ("text/plain; name*", {}),
        ("text/plain; name*=", {"name": ""}),
        ("text/plain;;; ; x", {}),
        ("text/plain", {}),
    ],
)
def test_parameters(raw: str, found: dict[str, str]) -> None:
    assert parameters(raw) == found


@pytest.mark.parametrize(
    ("raw", "token"),
    [("Text/HTML; charset=x", "text/html"), ("base64 (Kommentar)", "base64"), ('"7bit"', "7bit"), ("", "")],
)
def test_first_token(raw: str, token: str) -> None:
    assert first_token(raw) == token


@pytest.mark.parametrize(
    ("data", "encoding", "result"),
    [
        (b"SGFsbG8=", "base64", Transferred(b"Hallo")),
        (b"SGFs\r\nbG8=\r\n", "base64", Transferred(b"Hallo")),
        (b"SGFsbG8", "base64", Transferred(b"Hallo")),
        (b"SGFsbG8=SGFsbG8=", "base64", Transferred(b"HalloHallo")),
        (b"SGFs!bG8=", "base64", Transferred(b"Hallo", damaged=True)),
        (b"SGFsbG8gV", "base64", Transferred(b"Hallo ", damaged=True)),
        (b"K=C3=B6ln=\nX", "quoted-printable", Transferred("KölnX".encode())),
        (b"kaputt =ZZ", "quoted-printable", Transferred(b"kaputt =ZZ")),
        (b"begin 644 a.txt\n%2&%L;&\\\n`\nend\n", "x-uuencode", Transferred(b"Hallo")),
        (b"roh \xff", "8bit", Transferred(b"roh \xff")),
        (b"roh", "gibt-es-nicht", Transferred(b"roh")),
    ],
)
def test_transfer_encoding(data: bytes, encoding: str, result: Transferred) -> None:
    assert undo_transfer(data, encoding) == result


def test_uuencoded_file_in_a_text() -> None:
    block = "begin 644 liste.csv\n" + binascii.b2a_uu(b"Name;Ort").decode() + "`\nend"
    assert extract_uuencoded(f"oben\n{block}\nunten") == UuText("oben\nunten", (("liste.csv", b"Name;Ort"),))


@pytest.mark.parametrize("text", ["begin 644 mit der Arbeit\nnormaler Satz, kein uuencode\nend", "begin\nend", "end"])
def test_text_that_only_looks_uuencoded(text: str) -> None:
    assert extract_uuencoded(text) == UuText(text)


@pytest.mark.parametrize(
    ("text", "delsp", "unfolded"),
    [
        ("eine \nZeile\nneu", False, "eine Zeile\nneu"),
        ("Wort \nteil", True, "Wortteil"),
        ("> zitiert \n> weiter\nAntwort", False, "> zitiert weiter\nAntwort"),
        (">> tief \n> flach", False, "> > tief \n> flach"),
        (" From hier", False, "From hier"),
        ("Text \n-- \nName", False, "Text \n-- \nName"),
    ],
)
def test_format_flowed(text: str, delsp: bool, unfolded: str) -> None:
    assert unfold(text, delsp=delsp) == unfolded


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("a\r\nb\rc\x0bd\u2028e", "a\nb\nc\nd\ne"),
        ("a\x00b\x1bc\x7f\tä", "abc\tä"),
        ("Ko\u0308ln", "Köln"),
        ("a\u00a0b\u2009c\u202fd", "a b c d"),
        ("Klima\u00adschutz\u200b\ufeff", "Klimaschutz"),
        ("\u202etxt.exe", "txt.exe"),
        ("o\ufb00en", "offen"),
        ("a\ud800b", "a\ufffdb"),
    ],
)
def test_clean_text(text: str, clean: str) -> None:
    assert clean_text(text) == clean


def test_clean_line() -> None:
    assert clean_line("  a\r\n\tb  c ") == "a b c"
