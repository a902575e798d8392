"""What the sender wrote, told from quotes, forwards, signatures and footers."""

import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from klimapartner.mailbox.message import Part
from klimapartner.mailbox.split import split_body

CASES = tomllib.loads(Path(__file__).with_name("split_cases.toml").read_text(encoding="utf-8"))["case"]
OWN = ("office@skew.example", "Kommunale Klimapartnerschaften")


def told(body: str, part: Part) -> str:
    """A part as the cases write it: its kind, its first words, its last words."""
    return f"{part.kind}: {' '.join(body[part.start : part.end].split())}"


def agrees(written: str, found: str) -> bool:
    first, dots, last = written.partition(" … ")
    return found.startswith(first) and found.endswith(last) if dots else found == first


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_the_parts_of_a_body(case: dict[str, Any]) -> None:
    body = case["body"]
    found = [told(body, part) for part in split_body(body, case["subject"], OWN, case.get("sender", ""))]
    assert [part.partition(":")[0] for part in found] == [part.partition(":")[0] for part in case["parts"]]
    assert [part for part, written in zip(found, case["parts"], strict=True) if not agrees(written, part)] == []


def test_without_a_subject_a_header_block_is_a_quote() -> None:
    body = "Wir machen gern mit.\n\nVon: A <a@b.example>\nGesendet: heute\nAn: uns\nBetreff: x\n\nText"
    assert [part.kind for part in split_body(body)] == ["body", "quote"]


ANNOUNCEMENT = (
    "Teilnehmen können Kommunen aus Deutschland, die mit Kommunen aus afrikanischen Ländern verbunden sind.",
    "Auch deutsche Kommunen ohne Kontakte können gern eine Interessenbekundung abgeben und sind herzlich willkommen.",
)


def test_our_announcement_that_others_pass_on_is_a_quote() -> None:
    head = "Gotha macht mit!\n\nVon: Verteiler <v@list.example>\nGesendet: heute\nAn: alle\nBetreff: Aufruf\n\n"
    body = head + "\n".join(ANNOUNCEMENT).replace("Kommunen aus", "Kommunen\naus")
    assert [part.kind for part in split_body(body, "WG: Aufruf", OWN)] == ["body", "forward"]
    assert [part.kind for part in split_body(body, "WG: Aufruf", OWN + ANNOUNCEMENT)] == ["body", "quote"]


def test_a_letter_that_is_passed_on_may_cite_our_announcement() -> None:
    letter = "Wir sind die Stadt Gotha und wollen teilnehmen, am liebsten mit einer Stadt in Ghana.\n"
    head = "Von: Gotha <g@gotha.example>\nGesendet: heute\nAn: LAG\nBetreff: Interesse\n\n"
    body = f"Zur Bearbeitung, bitte sehr.\n\n{head}{letter}{ANNOUNCEMENT[1]}\n{letter}{letter}"
    parts = [part.kind for part in split_body(body, "WG: Interesse", OWN + ANNOUNCEMENT)]
    assert parts == ["body", "forward", "quote", "forward"]


LINES = st.sampled_from(
    ["", "Text der Stadt.", "> zitiert", ">> tiefer", "Von: A <a@b.example>", "Gesendet: heute", "An: B", "-- ",
     "Betreff: C", "____________",
     "Mit freundlichen Grüßen", "Am 1.2.2022 um 10:00 schrieb A:", "-----Ursprüngliche Nachricht-----", "Gruß",
     "Von meinem iPhone gesendet", "Diese E-Mail ist vertraulich und nur für den Empfänger.", "PS: x", "[EXTERN]"]
)  # fmt: skip


@given(st.lists(LINES | st.text(max_size=40), max_size=25).map("\n".join), st.sampled_from(["", "AW: x", "WG: x"]))
def test_parts_are_in_order_and_cover_all_but_blanks(body: str, subject: str) -> None:
    parts = split_body(body, subject, OWN, "Petra Sommer")
    ends = [0, *(part.end for part in parts)]
    assert all(end <= part.start < part.end for end, part in zip(ends, parts, strict=False))
    outside = [body[a:b] for a, b in zip(ends, [*(part.start for part in parts), len(body)], strict=True)]
    assert "".join(outside).strip("\x00\u200b\u200c\u200d\u2060\ufeff\u00ad \t\n\r\f\v").strip() == ""
    assert {part.kind for part in parts} <= {"body", "quote", "forward", "signature", "disclaimer"}


@pytest.mark.parametrize(
    "unit",
    [" ", "\n", ">", "> \n", ":", ":\n", "Von: a\n", "Am 3.3.2022\n", "-", "_\n", "schrieb ", "a@b\n", "<",
     "-----Original", "Mit freundlichen Grüßen\n", "Diese E-Mail kann ", ">a\nb\n", "\t\n", "am 2.2.2022 um 11:11 "],
)  # fmt: skip
def test_a_hundred_kilobytes_of_anything_are_cut(unit: str) -> None:
    body = unit * (100_000 // len(unit))
    assert "".join(body[part.start : part.end] for part in split_body(body, "AW: x", OWN)) == body.strip()


@pytest.mark.shared
def test_real_replies_are_covered(shared: Path) -> None:
    files = [
        file
        for name in ("email_reply_trimmer", "crisp-reply-parser")
        for file in (shared / "mails" / name).glob("*.txt")
    ]
    for file in files:
        body = file.read_bytes().decode("utf-8", "replace").replace("\r\n", "\n")
        kept = "".join(body[part.start : part.end] for part in split_body(body))
        assert "".join(kept.split()) == "".join(body.split()), file.name
