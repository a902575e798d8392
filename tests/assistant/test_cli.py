"""The command line as an administrator meets it: exit codes, one-sentence errors, the contract of parse and ask."""

import io
import json
import mailbox
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from klimapartner.assistant.cli import main
from klimapartner.assistant.demo import samples

Run = Callable[..., tuple[int, str, str]]

FIELDS = [
    "file", "automated", "language", "intents", "municipality", "co_municipalities", "world_region", "partner",
    "more_partners", "partnership_status", "contact", "needs", "topics", "faq", "remarks", "truncated", "text", "parts",
    "evidence", "candidates", "message",
]  # fmt: skip
MAIL = (
    b"From: Kim <kim@town.example>\nSubject: Frage\nDate: Thu, 10 Mar 2022 10:00:00 +0100\n\nBis wann ist die Frist?\n"
)


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Calls a command in an empty folder; gives exit code, output and errors."""
    monkeypatch.chdir(tmp_path)

    def call(*arguments: object) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as ended:
            main([str(argument) for argument in arguments])
        output = capsys.readouterr()
        return int(ended.value.code or 0), output.out, output.err

    return call


def parsed(out: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in out.splitlines()]


def test_parse_prints_one_object_a_mail_with_the_fields_of_the_schema(run: Run, tmp_path: Path) -> None:
    (tmp_path / "one.eml").write_bytes(MAIL)
    code, out, _ = run("parse", "--json", tmp_path / "one.eml")
    (result,) = parsed(out)
    assert (code, sorted(result)) == (0, sorted(FIELDS))
    assert result["file"] == str(tmp_path / "one.eml")


@pytest.fixture(scope="module")
def readings(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Any]]:
    """The sample mails of the demo, as parse prints them."""
    folder, out = tmp_path_factory.mktemp("samples"), io.StringIO()
    for sample in samples():
        (folder / sample.name).write_bytes(sample.raw)
    stdout, sys.stdout = sys.stdout, out
    try:
        with pytest.raises(SystemExit) as ended:
            main(["parse", "--json", str(folder)])
    finally:
        sys.stdout = stdout
    assert not ended.value.code
    return parsed(out.getvalue())


def test_every_sample_is_read(readings: list[dict[str, Any]]) -> None:
    assert len(readings) == len(list(samples()))


def test_evidence_is_the_stretch_of_the_text_that_it_names(readings: list[dict[str, Any]]) -> None:
    spans = [(r["text"], e) for r in readings for e in r["evidence"] if e["start"] is not None]
    assert len(spans) > 50
    assert [e for text, e in spans if text[e["start"] : e["end"]] != e["text"]] == []


def test_evidence_from_a_header_has_no_place_and_names_the_header(readings: list[dict[str, Any]]) -> None:
    headers = [e for r in readings for e in r["evidence"] if e["start"] is None]
    assert [e for e in headers if e["end"] is not None or not e["source"]] == []


def test_confidence_is_a_probability_and_every_value_has_a_reason(readings: list[dict[str, Any]]) -> None:
    evidence = [e for r in readings for e in r["evidence"]]
    assert [e for e in evidence if not 0 <= e["confidence"] <= 1 or not e["reason"]] == []


def test_every_register_value_has_evidence(readings: list[dict[str, Any]]) -> None:
    fields = ("municipality", "world_region", "partnership_status")
    missing = [
        (r["file"], name)
        for r in readings
        for name in fields
        if r[name] and name not in {e["field"] for e in r["evidence"]}
    ]
    assert missing == []


def test_parts_are_in_order_and_do_not_overlap(readings: list[dict[str, Any]]) -> None:
    for reading in readings:
        edges = [edge for part in reading["parts"] for edge in (part["start"], part["end"])]
        assert edges == sorted(edges)
        assert all(0 <= edge <= len(reading["text"]) for edge in edges)


def test_a_machine_gets_no_reply_and_the_reason_is_named(readings: list[dict[str, Any]]) -> None:
    machines = [r["message"] for r in readings if r["automated"]]
    assert len(machines) == 4
    assert [m for m in machines if m["reply_allowed"] or m["reply_to"] or not m["why_no_reply"]] == []


def test_reading_a_mail_needs_no_web_server_and_no_bot() -> None:
    probe = "import sys; import klimapartner.assistant.commands.parse; print([m for m in (%s) if m in sys.modules])"
    names = "'fastapi', 'starlette', 'aiogram', 'telegram', 'uvicorn', 'alembic'"
    done = subprocess.run([sys.executable, "-c", probe % names], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_an_unreadable_file_never_stops_the_rest(run: Run, tmp_path: Path) -> None:
    (tmp_path / "one.eml").write_bytes(MAIL)
    code, out, _ = run("parse", "--json", tmp_path / "missing.eml", tmp_path / "one.eml")
    first, second = parsed(out)
    assert (code, sorted(first), second["message"]["subject"]) == (1, ["error", "file"], "Frage")


def test_mbox_and_maildir_are_read_mail_by_mail(run: Run, tmp_path: Path) -> None:
    mbox, maildir = mailbox.mbox(tmp_path / "box"), mailbox.Maildir(tmp_path / "dir")
    for box in (mbox, maildir):
        box.add(MAIL)
        box.add(MAIL.replace(b"Frage", b"Noch eine"))
        box.close()
    _, out, _ = run("parse", "--json", tmp_path / "box", tmp_path / "dir")
    results = parsed(out)
    assert [r["file"] for r in results] == [
        f"{tmp_path}/{name}#{number}" for name in ("box", "dir") for number in (1, 2)
    ]
    assert sorted(r["message"]["subject"] for r in results[2:]) == ["Frage", "Noch eine"]


def test_standard_input_is_a_mail(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(MAIL)))
    _, out, _ = run("parse", "--json", "-")
    assert [(r["file"], r["message"]["subject"]) for r in parsed(out)] == [("-", "Frage")]


def test_ask_reads_and_prints_lines(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        sys, "stdin", io.StringIO('{"id": "a", "text": "Bis wann ist die Frist?"}\n\n{"id": "b", "text": "danke!"}\n')
    )
    code, out, _ = run("ask", "--jsonl")
    answers = parsed(out)
    assert (code, [sorted(a) for a in answers]) == (0, [["faq", "handover", "id", "language", "suggest"]] * 2)
    assert [(a["id"], a["faq"]) for a in answers] == [("a", ["deadline"]), ("b", [])]


def test_a_question_is_answered_with_source_and_date(run: Run) -> None:
    code, out, _ = run("ask", "Bis wann ist die Frist?")
    assert (code, out.splitlines()[0]) == (
        0,
        "Die unverbindliche Interessenbekundung kann bis 31. März 2022 eingereicht werden. Zu späteren Einsendungen "
        "sagt der Aufruf nichts; bitte sprechen Sie in diesem Fall eine Ansprechperson an.",
    )
    assert out.splitlines()[-1].endswith("SKEW / Engagement Global und LAG 21 NRW, 1. Februar 2022)")


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (("register", "list"), 1,
         "Fehler: Unter klimapartner.toml gibt es keine Einstellungen; `klimapartner init` schreibt sie.\n"),
        (("ask",), 2, 'Fehler: Was möchten Sie wissen? Beispiel: klimapartner ask "Bis wann ist die Frist?"\n'),
        (("call", "check", "phase99"), 1,
         "Fehler: Den Aufruf 'phase99' gibt es nicht; "
         "bitte einen Ordner phase99/ mit call.toml und faq.*.md anlegen.\n"),
        (("poll",), 2,
         "Fehler: Bitte `klimapartner poll --once` aufrufen; dauerhaft läuft der Abruf mit `klimapartner run`.\n"),
    ],
)  # fmt: skip
def test_an_error_is_one_sentence_with_the_next_step(
    run: Run, arguments: tuple[str, ...], code: int, message: str
) -> None:
    assert run(*arguments) == (code, "", message)


def test_an_unknown_command_is_wrong_use(run: Run) -> None:
    assert run("regsiter")[0] == 2


def test_call_check_counts_what_it_found(run: Run) -> None:
    code, out, _ = run("call", "check")
    assert (code, out) == (
        0,
        "In Ordnung: Kommunale Klimapartnerschaften, neunte Phase (Stand 01.02.2022), 6 Termine, 2 Kontakte, "
        "17 Fragen in 5 Sprachen.\n",
    )


def test_a_person_is_added_once(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "klimapartner.toml").write_text("", encoding="utf-8")
    monkeypatch.setenv("KLIMAPARTNER_NEW_PASSWORD", "a long enough password")
    arguments = ("user", "add", "kim", "--mail", "kim@agency.example", "--role", "lead")
    assert run(*arguments)[:2] == (0, "kim ist als lead angelegt.\n")
    assert run(*arguments)[0] == 1
    assert run("user", "add", "robin", "--mail", "r@agency.example", "--role", "boss")[0] == 2


def test_an_entry_by_hand_is_in_the_export(run: Run, tmp_path: Path) -> None:
    import openpyxl

    given = {"address": "office@agency.example", "controller": "Agency", "auth": "password"}
    given |= {"imap-host": "imap.agency.example", "smtp-host": "smtp.agency.example"}
    assert run("init", *(word for name, value in given.items() for word in (f"--{name}", value)))[0] == 0
    assert (tmp_path / "geheim" / "zweiter-faktor").stat().st_mode & 0o777 == 0o600
    code, _, _ = run("register", "add", "Herdecke", "--partner", "=1+1", "--country", "ph", "--phone", "02330 611-0")
    assert code == 0
    assert run("register", "export", "register.xlsx")[0] == 0
    sheet = openpyxl.load_workbook(tmp_path / "register.xlsx").active
    assert sheet is not None
    header, row = ([cell.value for cell in line] for line in sheet.iter_rows())
    values = dict(zip(header, row, strict=True))
    assert (values["AGS"], values["Partner"], values["Telefon"]) == ("05954020", "=1+1", "02330 611-0")
    assert {cell.data_type for line in sheet.iter_rows() for cell in line} <= {"s", "n", "d"}
