"""Every real mail of the shared folder: read without an error, and no machine gets an answer.

The marks of its index are a first guess; `corpus_judged.tsv` holds each one that we judge otherwise, with the reason.
"""

import csv
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest

from klimapartner.mailbox.identity import OwnIdentity
from klimapartner.mailbox.parse import parse_message
from klimapartner.mailbox.triage import triage

pytestmark = pytest.mark.shared

MACHINES = {"bounce", "auto-reply", "auto-generated", "newsletter", "list", "mdn", "complaint"}
NO_MAILS = {"reply-body", "tnef-data"}
OWN = OwnIdentity(("office@engagement-global.example",), ("klimapartner.engagement-global.example",))
WHOLE_PATH = """
import sys, pathlib
from klimapartner.assistant.call import find_call
from klimapartner.assistant.identity import identity_of
from klimapartner.assistant.mail_reading import read_mail
from klimapartner.assistant.settings import Settings
from klimapartner.intents.reader import load_reader
settings, call = Settings(), find_call("phase09", ())
identity = identity_of(settings, call)
reader = load_reader(identity.office)
files = sorted(path for path in pathlib.Path(sys.argv[1]).rglob("*") if path.is_file() and path.name != "index.tsv")
for path in files:
    try:
        read_mail(path.read_bytes(), reader=reader, identity=identity, call=call)
    except Exception as error:
        print(path, repr(error))
print(len(files))
"""


class Judged(NamedTuple):
    """A mail as its index guesses and as triage says; `told` is answer, no_answer or machine."""

    file: str
    guess: str
    told: str


@pytest.fixture(scope="module")
def judged(shared: Path) -> list[Judged]:
    with (shared / "mails" / "index.tsv").open(encoding="utf-8") as table:
        rows = list(csv.DictReader(table, delimiter="\t", quoting=csv.QUOTE_NONE))
    mails = [row for row in rows if row["kind"].split("+")[0] not in NO_MAILS]
    return [Judged(row["file"], _guess(row), _told(shared / "mails" / row["file"])) for row in mails]


def _guess(row: dict[str, str]) -> str:
    machine = row["kind"].split("+")[0] in MACHINES
    return "machine" if machine else "answer" if row["ack"] == "yes" else "no_answer"


def _told(path: Path) -> str:
    verdict = triage(parse_message(path.read_bytes()), own=OWN)
    return "machine" if verdict.automated else "answer" if verdict.reply_allowed else "no_answer"


def test_no_machine_gets_an_answer(judged: list[Judged]) -> None:
    assert [mail.file for mail in judged if mail.guess == "machine" and mail.told != "machine"] == []


def test_every_disagreement_with_the_first_guess_is_judged(judged: list[Judged]) -> None:
    with Path(__file__).with_name("corpus_judged.tsv").open(encoding="utf-8") as table:
        ours = {row["file"]: row["judged"] for row in csv.DictReader(table, delimiter="\t", quoting=csv.QUOTE_NONE)}
    assert {mail.file: mail.told for mail in judged if mail.told != mail.guess} == ours


@pytest.mark.long
def test_the_whole_path_reads_every_file_without_error_or_warning(shared: Path) -> None:
    told = subprocess.run(
        [sys.executable, "-W", "always", "-c", WHOLE_PATH, shared / "mails"],
        capture_output=True,
        text=True,
        check=False,
        cwd=Path(__file__).parent,
    )
    assert (told.stdout.splitlines(), told.stderr, told.returncode) == (["926"], "", 0)
