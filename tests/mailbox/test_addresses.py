"""Address headers as they are really written."""

import pytest

from klimapartner.mailbox.addresses import first_address, parse_addresses


@pytest.mark.parametrize(
    ("raw", "addresses"),
    [
        ("max@bonn.de", [("", "max@bonn.de")]),
        ("Max Muster <Max@Bonn.DE>", [("Max Muster", "Max@bonn.de")]),
        ('"Muster, Max" <max@bonn.de>', [("Muster, Max", "max@bonn.de")]),
        ('"Muster \\"M\\" Max" <max@bonn.de>', [('Muster "M" Max', "max@bonn.de")]),
        ("=?utf-8?q?M=C3=BCller=2C_Max?= <max@bonn.de>", [("Müller, Max", "max@bonn.de")]),
        ('"=?utf-8?q?M=C3=BCller?=" <max@bonn.de>', [("Müller", "max@bonn.de")]),
        ("M\udcfcller <max@bonn.de>", [("Müller", "max@bonn.de")]),
        ("=?utf-8?q?Max=0D=0ABcc=3A_x=40y=2Ede?= <max@bonn.de>", [("Max Bcc: x@y.de", "max@bonn.de")]),
        ("=?utf-8?q?x=40y=2Ede=2C?= <max@bonn.de>", [("x@y.de,", "max@bonn.de")]),
        ('"a@b.de" <c@d.de>', [("a@b.de", "c@d.de")]),
        ("a@b.de <c@d.de>", [("a@b.de", "c@d.de")]),
        ("max@bonn.de (Max Muster)", [("Max Muster", "max@bonn.de")]),
        ("a@b.de, c@d.de", [("", "a@b.de"), ("", "c@d.de")]),
        ("a@b.de; c@d.de;", [("", "a@b.de"), ("", "c@d.de")]),
        ("Rat: a@b.de, Max <c@d.de>;", [("", "a@b.de"), ("Max", "c@d.de")]),
        ("undisclosed-recipients:;", []),
        ("unlisted-recipients:; (no To-header on input)", []),
        ("<mailto:max@bonn.de>", [("", "max@bonn.de")]),
        ("<<max@bonn.de>>", [("", "max@bonn.de")]),
        ("'max@bonn.de' <max@bonn.de>", [("max@bonn.de", "max@bonn.de")]),
        ("Max Muster max@bonn.de", [("Max Muster", "max@bonn.de")]),
        ("Max <max@bonn.de", [("Max", "max@bonn.de")]),
        ('"Max <max@bonn.de>', [("Max", "max@bonn.de")]),
        ("Jörg@Müller.de", [("", "Jörg@müller.de")]),
        ("max@xn--mller-kva.de", [("", "max@xn--mller-kva.de")]),
        ('"max muster"@bonn.de', [("", '"max muster"@bonn.de')]),
        ("Max <>", [("Max", "")]),
        ("MAILER-DAEMON", [("MAILER-DAEMON", "")]),
        ("Max <max bonn.de>", [("Max", "")]),
        ("<a@b,c@d>", []),
        ("<>", []),
        ('"', []),
        ("(c):", []),
        ("", []),
    ],
)
def test_addresses(raw: str, addresses: list[tuple[str, str]]) -> None:
    assert [(address.name, address.addr) for address in parse_addresses(raw)] == addresses


def test_the_first_address_that_can_be_used() -> None:
    assert first_address("kaputt, Max <max@bonn.de>").addr == "max@bonn.de"
    assert first_address("nur ein Name").name == "nur ein Name"
