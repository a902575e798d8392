"""No line of the log holds personal data: a whole story with all that can go wrong, and every line read."""

import logging
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

import httpx
import pytest
import structlog
from console_desk import PASSWORD, Console
from post_office import Post, letter

from klimapartner.assistant import intake, reading_work
from klimapartner.assistant.chat_work import answer_waiting, receive
from klimapartner.assistant.console import people
from klimapartner.assistant.dialogue.contract import Event
from klimapartner.assistant.erasing import erase
from klimapartner.assistant.logs import set_up_logs
from klimapartner.assistant.poll import poll_once
from klimapartner.assistant.retention import run_retention

WHO = "kim.muster@herzogenaurach.example"
SECRETS = (
    WHO,
    "kim.muster",
    "Kim Muster",
    "Muster",
    "901-128",
    "09132",
    "Bergziege",
    "herzogenaurach",
    PASSWORD,
    "geheimes-Kennwort",
)
INTEREST = (
    "Guten Tag,\n\ndie Stadt Herzogenaurach bekundet ihr Interesse an der Teilnahme. Bergziege.\n\n"
    "Mit freundlichen Grüßen\nKim Muster\nTel. 09132 901-128\n"
)


@dataclass
class Lines:
    """What the product and every library wrote, as an operator's log file has it."""

    streams: pytest.CaptureFixture[str]
    seen: list[str] = field(default_factory=list)

    def all(self) -> list[str]:
        read = self.streams.readouterr()
        self.seen += (read.out + read.err).splitlines()
        return self.seen

    def told(self) -> list[str]:
        """The lines in which something stands that must not."""
        return [line for line in self.all() if any(secret.lower() in line.lower() for secret in SECRETS)]

    def events(self) -> set[str]:
        return {line.split('"event": "')[1].split('"')[0] for line in self.all() if '"event": "' in line}


@pytest.fixture
def lines(capsys: pytest.CaptureFixture[str]) -> Iterator[Lines]:
    """All that goes to stdout and stderr while logs are set up as `klimapartner run` does."""
    before, root = structlog.get_config(), logging.getLogger()
    handlers, level = list(root.handlers), root.level
    set_up_logs(debug=False)
    yield Lines(capsys)
    structlog.configure(**before)
    root.handlers, root.level = handlers, level


def fails(*_: object, **__: object) -> None:
    raise ValueError(f"unreadable: Kim Muster <{WHO}> 09132 901-128 Bergziege")


@pytest.mark.dovecot
def test_a_story_by_mail_and_chat(post: Post, lines: Lines, monkeypatch: pytest.MonkeyPatch) -> None:
    post.more["retention"] = {"messages": 1, "outbox": 1}
    post.deliver(letter(INTEREST, sender=f"Kim Muster <{WHO}>", Message_ID="<kim.muster@herzogenaurach.example>"))
    post.work()
    with post.workplace() as work:
        receive(work, channel="web", address="kim.muster", key="1", event=Event("text", f"Ich bin Kim Muster, {WHO}"))
        answer_waiting(work)
        run_retention(work)
        erase(work, WHO, who="maria")
        poll_once(work, "box")
    with monkeypatch.context() as patch, post.workplace() as work:
        patch.setattr(reading_work, "handle", fails)
        again = letter(INTEREST + "2", sender=f"Kim Muster <{WHO}>", Message_ID="<2@herzogenaurach.example>")
        post.deliver(again, received=datetime.fromisoformat("2022-03-17T09:00:00+01:00"))
        poll_once(work, "box")
        reading_work.read_waiting(work)
    assert lines.told() == []
    assert {"person erased", "erased mails deleted", "message failed"} <= lines.events()


def test_the_console_with_a_wrong_password_and_a_page_that_fails(
    console_site: tuple[str, Console], lines: Lines, monkeypatch: pytest.MonkeyPatch
) -> None:
    address, _ = console_site
    with httpx.Client(base_url=address, headers={"Origin": address}, follow_redirects=True) as browser:
        browser.post("/console/login", data={"name": "Kim Muster", "password": "geheimes-Kennwort"})
        browser.post("/console/login", data={"name": "lead", "password": PASSWORD})
        guard = browser.get("/console/people").text.split('name="guard" value="')[1].split('"')[0]
        browser.post("/console/people", data={"guard": guard, "q": WHO})
        monkeypatch.setattr(people, "search_people", fails)
        failed = browser.post("/console/people", data={"guard": guard, "q": WHO})
        browser.get(f"/console/entries?q={WHO}")
        token = browser.cookies.get("console")
    assert (failed.status_code, WHO in failed.text) == (500, False)
    assert lines.told() == []
    assert [line for line in lines.all() if token and token in line] == []


def test_the_lines_would_be_found(lines: Lines) -> None:
    structlog.get_logger("test").warning("said by Muster")
    logging.getLogger("library").warning("said by %s", "Muster")
    sys.stderr.write("Muster\n")
    assert len(lines.told()) == 3


def test_the_intake_is_what_is_made_to_fail() -> None:
    assert reading_work.handle is intake.handle
