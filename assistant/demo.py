"""The main job on an embedded mail server: sample mails come in, a register and answers come out."""

import asyncio
import email
import email.policy
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime
from importlib.resources import files
from pathlib import Path
from typing import Any

from klimapartner.assistant.dispatch import open_gate, send_due
from klimapartner.assistant.intake import Handled
from klimapartner.assistant.poll import Polled, poll_once
from klimapartner.assistant.reading_work import read_waiting
from klimapartner.assistant.settings import Settings, make_settings
from klimapartner.assistant.workplace import Workplace
from klimapartner.mailbox.fakes.embedded_imap import EmbeddedImap
from klimapartner.mailbox.fakes.smtp_sink import SmtpSink

ADDRESS = "climatepartnerships.skew@engagement-global.example"


@dataclass(frozen=True, slots=True)
class Sample:
    """A mail that we wrote for the demo."""

    name: str
    raw: bytes
    received: datetime


def samples() -> Iterator[Sample]:
    """The sample mails, in the order of their dates."""
    folder = files("klimapartner.assistant") / "samples"
    loaded = [_sample(item.name, item.read_bytes()) for item in folder.iterdir() if item.name.endswith(".eml")]
    yield from sorted(loaded, key=lambda sample: (sample.received, sample.name))


def _sample(name: str, raw: bytes) -> Sample:
    headers = email.message_from_bytes(raw, policy=email.policy.compat32)
    return Sample(name, raw, parsedate_to_datetime(str(headers["Date"])))


@contextmanager
def embedded_servers() -> Iterator[tuple[EmbeddedImap, SmtpSink]]:
    """A mailbox and an outgoing server on loopback, gone at the end."""
    with EmbeddedImap() as imap, SmtpSink() as sink:
        yield imap, sink


def chat_settings(folder: Path) -> Settings:
    """Settings for the chat alone: no mail server is ever called, the web server takes any free port."""
    server = {"host": "127.0.0.1", "port": 1, "tls": "none"}
    return _settings(folder, {"address": ADDRESS, "imap": server, "smtp": server})


def demo_settings(folder: Path, imap: EmbeddedImap, sink: SmtpSink) -> Settings:
    """Settings for the embedded servers; the database lies in `folder`."""
    box = {
        "address": ADDRESS,
        "imap": {
            "host": imap.server.host, "port": imap.server.port, "tls": "none", "user": imap.login.user,
            "auth": {"secret": {"value": imap.login.password}},
        },
        "smtp": {"host": sink.server.host, "port": sink.server.port, "tls": "none"},
        "done_folder": "Erledigt",
    }  # fmt: skip
    return _settings(folder, box)


def _settings(folder: Path, box: dict[str, Any]) -> Settings:
    data = {
        "now": datetime.fromisoformat("2022-03-30T09:00:00+02:00"),
        "answer_since": datetime.fromisoformat("2022-02-01T00:00:00+01:00"),
        "database": f"sqlite:///{(folder / 'klimapartner.db').resolve()}",
        "controller": {
            "name": "Beispielstelle (nur zur Vorführung)",
            "privacy_text": {
                "de": "Dies ist eine Vorführung mit erfundenen Nachrichten; es werden keine echten Daten verarbeitet."
            },
        },
        "mailboxes": {"vorfuehrung": box},
        "web": {"port": 0},
        "console": {"second_factor_key": {"value": secrets.token_urlsafe(32)}},
    }
    return make_settings(data, where="demo", base=folder)


def receive(work: Workplace, handled: list[Handled]) -> Polled:
    """Poll the embedded mailbox, read what is new, and move it."""
    name = next(iter(work.settings.mailboxes))
    polled = poll_once(work, name)
    read_waiting(work, handled.append)
    return polled


def answer(work: Workplace) -> int:
    """Open the outbox and send all that is due; returns how many mails were sent."""
    with work.database.session() as session:
        open_gate(session, now=work.clock())
    sent = 0
    while count := asyncio.run(send_due(work.settings, work.database, work.clock)):
        sent += count
    return sent
