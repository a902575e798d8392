"""Processes that are killed on purpose, and what mailbox, database and mail server hold afterwards."""

import contextlib
import email
import email.policy
import json
import pickle
import re
import secrets
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from crash_points import DATABASE
from sqlalchemy import FromClause, func, select

from klimapartner.assistant.settings import Settings
from klimapartner.mailbox.errors import FolderMissing
from klimapartner.mailbox.fakes.smtp_sink import SmtpSink
from klimapartner.mailbox.imap import connect
from klimapartner.mailbox.server import PasswordLogin, Server
from klimapartner.storage.engine import Database, Session, open_database
from klimapartner.storage.tables import (
    Base,
    ChatLineRow,
    ChatUpdateRow,
    EntryRow,
    FieldRow,
    HistoryRow,
    MessageRow,
    OutboxRow,
    TaskRow,
    UnansweredRow,
)

WORKER = Path(__file__).with_name("crash_worker.py")
_OWN = re.compile(r"KP9-[0-9A-Z]{6}|[0-9a-f]{16,}|start=[\w-]+|\S+:\d+")


Result = dict[str, Any]
Changes = dict[str, tuple[list[Any], list[Any]]]


@dataclass(frozen=True)
class Ended:
    """How a process ended (-9: killed), the points that it reached, in order, and those of its transactions."""

    code: int
    points: tuple[str, ...]
    commits: tuple[str, ...]


class CrashOffice:
    """Starts processes that do a piece of work, and die at a point of it where one is named."""

    def __init__(self, process: "subprocess.Popen[bytes]") -> None:
        self._process = process

    def run(
        self, job: str, settings: Settings, point: str = "", times: int = 1, ahead: float = 0, given: Any = ()
    ) -> Ended:
        """Do a job; `point` with `times` is where to die, `ahead` the seconds that the clock is ahead.

        `given` is what a job has to know: (form, ...) of the console, or whatever else it takes.
        """
        assert self._process.stdin and self._process.stdout
        pickle.dump((job, settings, point, times, ahead, given), self._process.stdin)
        self._process.stdin.flush()
        code, points = pickle.load(self._process.stdout)
        commits = tuple(name for name in points if name.startswith(DATABASE))
        return Ended(code, tuple(name for name in points if not name.startswith(DATABASE)), commits)


@pytest.fixture(scope="session")
def crash_office() -> Iterator[CrashOffice]:
    """One process that forks all others."""
    with subprocess.Popen([sys.executable, WORKER], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        yield CrashOffice(process)
        assert process.stdin
        process.stdin.close()
        process.wait(30)


_LINE = (HistoryRow.subject, HistoryRow.subject_id, HistoryRow.action, HistoryRow.field, HistoryRow.old, HistoryRow.new)
SHOWN: dict[str, tuple[Any, ...]] = {
    "messages": (MessageRow.sha256, MessageRow.state, MessageRow.state_reason, MessageRow.lease_owner),
    "entries": (EntryRow.body_key, EntryRow.partner_key, EntryRow.status, EntryRow.version),
    "fields": (FieldRow.field, FieldRow.value, FieldRow.provenance, FieldRow.evidence),
    "outbox": (OutboxRow.kind, OutboxRow.to_addr, OutboxRow.body_text, OutboxRow.state),
    "unanswered": (UnansweredRow.code, UnansweredRow.reason),
    "tasks": (TaskRow.kind, TaskRow.text),
    "chat_lines": (ChatLineRow.who, ChatLineRow.text, ChatLineRow.state),
    "chat_updates": (ChatUpdateRow.update_key, ChatUpdateRow.state),
}


def _common(text: str) -> str:
    """Without what differs from run to run: references, tokens, names of processes."""
    return _OWN.sub("*", text)


def in_mailbox(server: Server, login: PasswordLogin, folders: tuple[str, ...]) -> dict[str, list[str]]:
    """What lies in each folder."""
    found: dict[str, list[str]] = {}
    with connect(server, login) as session:
        for folder in folders:
            found[folder] = []
            with contextlib.suppress(FolderMissing):
                session.select(folder)
                found[folder] = sorted(sha256(each.raw).hexdigest() for each in session.fetch(session.uids(), 10**6))
    return found


def in_sink(sink: SmtpSink) -> list[tuple[str, str]]:
    """To whom which subjects came."""
    mails = [(email.message_from_bytes(each.raw, policy=email.policy.default), each) for each in sink.received]
    return sorted((each.recipients[0], _common(str(mail["Subject"]))) for mail, each in mails)


def in_database(url: str) -> dict[str, Any]:
    """What the database holds, without what differs from run to run, and how many rows each table has."""
    database = open_database(url)
    try:
        return _kept(database)
    finally:
        database.close()


def _kept(database: Database) -> dict[str, Any]:
    with database.reading() as session:
        count = {table.name: _count(session, table) for table in Base.metadata.sorted_tables}
        kept = {table: _rows(session, *columns) for table, columns in SHOWN.items()}
        lines = session.execute(select(*_LINE)).all()
        # PostgreSQL gives no number twice, also where the transaction was rolled back: numbers say only who was first.
        known = sorted({(subject, number) for subject, number, *_ in lines})
        kept["history"] = sorted(
            _common(str((subject, known.index((subject, number)), *map(_sorted, rest))))
            for subject, number, *rest in lines
        )
        return {**kept, "rows": count}


def _count(session: Session, table: FromClause) -> int | None:
    return session.scalar(select(func.count()).select_from(table))


def _rows(session: Session, *columns: Any) -> list[str]:
    return sorted(_common(str(tuple(map(_sorted, row)))) for row in session.execute(select(*columns)))


def _sorted(value: Any) -> Any:
    """JSON with its keys in order: PostgreSQL keeps none."""
    return json.dumps(value, sort_keys=True, ensure_ascii=False) if isinstance(value, dict | list) else value


def changes(before: Result, after: Result) -> Changes:
    """What of the first is missing in the second, and what is there besides."""
    found = {}
    for name in before:
        one, other = Counter(items_of(before[name])), Counter(items_of(after[name]))
        if one != other:
            found[name] = (list((one - other).elements()), list((other - one).elements()))
    return found


def items_of(found: Any) -> list[Any]:
    return [(key, str(value)) for key, value in found.items()] if isinstance(found, dict) else found


def new_name() -> str:
    """A name that nobody else has."""
    return f"crash_{secrets.token_hex(4)}"
