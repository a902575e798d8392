"""The whole assistant between real or embedded mail servers: what a mailbox holds, what a sender gets."""

import asyncio
import email
import email.policy
import json
import secrets
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from email.message import EmailMessage
from functools import cached_property
from pathlib import Path
from typing import Any

import pytest
from dovecot_server import Dovecot
from postgres_server import new_database

from klimapartner.assistant.clock import Clock, clock_from
from klimapartner.assistant.dispatch import open_gate, send_due
from klimapartner.assistant.intake import Handled
from klimapartner.assistant.poll import Polled, poll_once
from klimapartner.assistant.reading_work import read_waiting
from klimapartner.assistant.settings import Settings, make_settings
from klimapartner.assistant.workplace import Workplace, open_workplace
from klimapartner.mailbox.fakes.smtp_sink import SmtpSink
from klimapartner.mailbox.imap import connect
from klimapartner.mailbox.server import PasswordLogin, Server
from klimapartner.storage.invariants import broken_rules

OFFICE = "office@engagement-global.example"
NOW = "2022-03-15T09:00:00+01:00"


@dataclass
class Post:
    """A mailbox to be filled, an outgoing server that keeps what it gets, and the assistant between them."""

    imap: Server
    login: PasswordLogin
    sink: SmtpSink
    url: str
    more: dict[str, Any] = field(default_factory=dict)
    box: dict[str, Any] = field(default_factory=dict)

    @cached_property
    def settings(self) -> Settings:
        box = {
            "address": OFFICE,
            "imap": {
                "host": self.imap.host, "port": self.imap.port, "tls": "none", "user": self.login.user,
                "auth": {"secret": {"value": self.login.password}}, "timeout": 10,
            },
            "smtp": {"host": self.sink.server.host, "port": self.sink.server.port, "tls": "none", "timeout": 10},
        } | self.box  # fmt: skip
        data = {
            "now": datetime.fromisoformat(NOW),
            "answer_since": datetime.fromisoformat("2022-01-01T00:00:00+01:00"),
            "database": self.url,
            "controller": {"name": "Beispielstelle", "privacy_text": {"de": "Zweck: Klimapartnerschaften."}},
            "limits": {"domain_per_hour": 1000, "total_per_hour": 1000, "address_per_day": 1000},
            "mailboxes": {"box": box},
        }
        return make_settings(data | self.more, where="test", base=Path())

    @cached_property
    def clock(self) -> Clock:
        return clock_from(self.settings.now)

    @contextmanager
    def workplace(self) -> Iterator[Workplace]:
        with open_workplace(self.settings, self.clock) as work:
            yield work

    def deliver(self, *mails: bytes | EmailMessage, received: datetime | None = None, folder: str = "INBOX") -> None:
        """Append mails, with INTERNALDATE = Date unless another time is given."""
        with connect(self.imap, self.login) as session:
            for mail in mails:
                raw = mail if isinstance(mail, bytes) else mail.as_bytes()
                session.append(folder, raw, received or _date_of(raw))

    def work(self, *, release: bool = True) -> tuple[Polled, list[Handled]]:
        """One poll, all readings, and all that is due sent."""
        handled: list[Handled] = []
        with self.workplace() as work:
            polled = poll_once(work, "box")
            read_waiting(work, handled.append)
            if release:
                with work.database.session() as session:
                    open_gate(session, now=work.clock())
            while asyncio.run(send_due(work.settings, work.database, work.clock)):
                pass
            with work.database.reading() as session:
                assert list(broken_rules(session, now=work.clock())) == []
        return polled, handled

    def folder(self, name: str) -> int:
        """How many mails a folder holds."""
        with connect(self.imap, self.login) as session:
            session.select(name)
            return len(session.uids())

    @property
    def answers(self) -> list[EmailMessage]:
        return [email.message_from_bytes(item.raw, policy=email.policy.default) for item in self.sink.received]  # type: ignore[misc]


def _date_of(raw: bytes) -> datetime | None:
    value = email.message_from_bytes(raw, policy=email.policy.default)["Date"]
    return value.datetime if value else None


def letter(
    body: str,
    *,
    sender: str = "Kim Muster <kim.muster@herzogenaurach.example>",
    subject: str = "Klimapartnerschaft",
    **headers: str,
) -> EmailMessage:
    """A mail to the office; headers by keyword with _ for -."""
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = sender, OFFICE, subject
    mail["Date"] = headers.pop("date", "Thu, 10 Mar 2022 10:00:00 +0100")
    for name, value in headers.items():
        mail[name.replace("_", "-")] = value
    mail.set_content(body)
    return mail


@pytest.fixture
def sink() -> Iterator[SmtpSink]:
    with SmtpSink() as server:
        yield server


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def flow_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of a new, empty database."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/klimapartner.db"
    return new_database(request.getfixturevalue("postgres_server"), f"flow_{secrets.token_hex(4)}")


@pytest.fixture
def post(dovecot: Dovecot, user: str, sink: SmtpSink, flow_url: str) -> Post:
    """A mailbox of its own on Dovecot, and an empty database."""
    return Post(dovecot.server, dovecot.login(user), sink, flow_url)


@pytest.fixture(scope="session")
def dev(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> list[tuple[dict[str, Any], bytes]]:
    """The dev set: each case with its mail."""
    folder, cases = tmp_path_factory.mktemp("dev"), shared / "gold" / "dev" / "cases.jsonl"
    subprocess.run([sys.executable, shared / "gold" / "build_eml.py", cases, folder], check=True)
    lines = [json.loads(line) for line in cases.read_text(encoding="utf-8").splitlines()]
    return [(case, (folder / f"{case['id']}.eml").read_bytes()) for case in lines]
