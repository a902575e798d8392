"""A backup that is restored is erased again by the journal of tombstones, which the backup cannot take back."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from chat_desk import chat_settings
from sqlalchemy import text

from klimapartner.assistant.erasing import erase
from klimapartner.assistant.errors import SettingsError
from klimapartner.assistant.tombstone_journal import journal_path, replay, replay_if_restored, write_journal
from klimapartner.assistant.workplace import Workplace, open_workplace
from klimapartner.storage.chat_lines import add_line
from klimapartner.storage.chats import open_chat
from klimapartner.storage.conversations import open_conversation
from klimapartner.storage.erase_again import Again
from klimapartner.storage.messages import set_conversation, store_message
from klimapartner.storage.tables import Base

NOW = datetime.fromisoformat("2022-03-10T09:00:00+01:00")
ANNA, JO = "anna.berg@koeln.example", "jo.muster@bonn.example"


@contextmanager
def opened(url: str, folder: Path, now: datetime = NOW, **erasure: Any) -> Iterator[Workplace]:
    settings = chat_settings(url, erasure={"journal": folder / "erased.jsonl"} | erasure)
    with open_workplace(settings, lambda: now) as work:
        yield work


def write(work: Workplace, address: str, words: str = "Bergziege", uid: int = 1) -> None:
    """A mail of somebody, its conversation, and a chat in which they said their address."""
    now = work.clock()
    raw = f"From: {address}\r\nMessage-ID: <{uid}.{address}>\r\n\r\n{words}".encode()
    with work.database.session() as session:
        talk = open_conversation(session, call="phase09", prefix="KP9", address=address, now=now)
        stored, _ = store_message(
            session, mailbox="box", uidvalidity=1, uid=uid, raw=raw, message_id=f"<{uid}.{address}>", received_at=now,
            now=now,
        )  # fmt: skip
        set_conversation(session, stored.id, talk.id)
        chat = open_chat(session, channel="telegram", address=f"47{uid}", language="de", now=now)
        add_line(session, chat_id=chat.id, who="person", text=f"{address} {words}", now=now)


def left(work: Workplace) -> list[str]:
    """Of whom anything is left, in any table."""
    with work.database.reading() as session:
        rows = [session.execute(text(f"SELECT * FROM {name}")).all() for name in Base.metadata.tables]
    cells = [cell for table in rows for row in table for cell in row]
    whole = "\n".join(str(bytes(cell) if isinstance(cell, memoryview) else cell) for cell in cells)
    return [word for word in (ANNA, JO, "Bergziege", "Murmeltier") if word in whole]


@pytest.fixture
def restored(flow_url: str, tmp_path: Path) -> str:
    """The URL of a database as it was before Anna was erased; the journal beside it knows of the erasure."""
    with opened(flow_url, tmp_path) as work:
        write(work, ANNA)
        write(work, JO, "Murmeltier", uid=2)
        saved = _dump(work)
        erase(work, ANNA, who="maria")
        assert left(work) == [JO, "Murmeltier"]
        _restore(work, saved)
        assert left(work) == [ANNA, JO, "Bergziege", "Murmeltier"]
    return flow_url


def _dump(work: Workplace) -> dict[str, list[dict[str, Any]]]:
    with work.database.reading() as session:
        return {
            name: [dict(row) for row in session.execute(table.select()).mappings()]
            for name, table in Base.metadata.tables.items()
        }


def _restore(work: Workplace, saved: dict[str, list[dict[str, Any]]]) -> None:
    """All rows as they were, past the triggers, as a restore of a file or dump is."""
    sqlite = work.settings.database.startswith("sqlite")
    with work.database.session() as session:
        if not sqlite:
            session.execute(text("SET LOCAL session_replication_role = replica"))
        else:
            session.execute(text("PRAGMA defer_foreign_keys=ON"))
            triggers = session.execute(text("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")).all()
            for name, _ in triggers:
                session.execute(text(f"DROP TRIGGER {name}"))
        for table in reversed(Base.metadata.sorted_tables):
            session.execute(table.delete())
        for table in Base.metadata.sorted_tables:
            if saved[table.name]:
                session.execute(table.insert(), saved[table.name])
        for _, sql in triggers if sqlite else ():
            session.execute(text(sql))


def test_what_came_back_goes_again_and_others_stay(restored: str, tmp_path: Path) -> None:
    with opened(restored, tmp_path) as work:
        done = replay(work, who="console")
        assert (done.stones > 2, done.people, done.rows > 2) == (True, 1, True)
        assert left(work) == [JO, "Murmeltier"]
        assert replay(work, who="console") == Again(0, 0, 0)


def test_the_service_does_so_by_itself(restored: str, tmp_path: Path) -> None:
    with opened(restored, tmp_path) as work:
        assert (replay_if_restored(work), left(work)) == (True, [JO, "Murmeltier"])


def test_who_wrote_anew_after_the_erasure_is_not_erased_once_more(flow_url: str, tmp_path: Path) -> None:
    with opened(flow_url, tmp_path) as work:
        write(work, ANNA)
        erase(work, ANNA, who="maria")
    with opened(flow_url, tmp_path, NOW + timedelta(days=3)) as work:
        write(work, ANNA, "Murmeltier", uid=3)
        assert (replay(work, who="console"), left(work)) == (Again(0, 0, 0), [ANNA, "Murmeltier"])


def test_a_mail_without_its_sender_is_known_by_its_tombstone(restored: str, tmp_path: Path) -> None:
    journal = tmp_path / "erased.jsonl"
    lines = [line for line in journal.read_text().splitlines() if '"kind": "content"' in line]
    journal.write_text("\n".join(lines) + "\n")
    with opened(restored, tmp_path) as work:
        assert replay(work, who="console").people == 1
        with work.database.reading() as session:
            raws = [bytes(raw) for (raw,) in session.execute(text("SELECT raw FROM messages ORDER BY id"))]
    assert [raw == b"" for raw in raws] == [True, False]


def test_the_journal_tells_nothing_and_is_the_owners_only(restored: str, tmp_path: Path) -> None:
    journal = tmp_path / "erased.jsonl"
    assert [word for word in (ANNA, "anna", "koeln", "Bergziege") if word in journal.read_text()] == []
    assert oct(journal.stat().st_mode & 0o777) == "0o600"


def test_another_key_is_refused(restored: str, tmp_path: Path) -> None:
    with opened(restored, tmp_path, key={"value": "other"}) as work, pytest.raises(SettingsError):
        replay(work, who="console")


def test_a_key_of_the_settings_is_used_instead_of_that_in_the_database(flow_url: str, tmp_path: Path) -> None:
    with opened(flow_url, tmp_path, key={"value": "long and secret"}) as work:
        write(work, ANNA)
        erase(work, ANNA, who="maria")
        with work.database.session() as session:
            session.execute(text("DELETE FROM state"))
            session.execute(text("DELETE FROM tombstones"))
        write(work, ANNA, uid=9)
        assert (replay(work, who="console").people, left(work)) == (1, [])


def test_a_line_that_was_cut_is_written_once_more(flow_url: str, tmp_path: Path) -> None:
    journal = tmp_path / "erased.jsonl"
    with opened(flow_url, tmp_path) as work:
        write(work, ANNA)
        erase(work, ANNA, who="maria")
        whole = journal.read_text()
        journal.write_text(whole[:-20])
        assert write_journal(work) == 1
        assert write_journal(work) == 0
    assert set(whole.splitlines()) <= set(journal.read_text().splitlines())


def test_without_a_setting_the_journal_lies_beside_the_file_of_the_database(tmp_path: Path) -> None:
    beside = chat_settings(f"sqlite:///{tmp_path}/k.db")
    assert journal_path(beside) == tmp_path / "k.db.erased"
    assert journal_path(chat_settings("postgresql://x@localhost/y")) is None


def test_a_copied_file_is_a_backup_with_the_same_key(tmp_path: Path) -> None:
    path, copy = tmp_path / "k.db", tmp_path / "backup.db"
    with opened(f"sqlite:///{path}", tmp_path) as work:
        write(work, ANNA)
        work.database.scrub()
        shutil.copy(path, copy)
        erase(work, ANNA, who="maria")
    for file in tmp_path.glob("k.db*"):
        file.unlink()
    shutil.copy(copy, path)
    with opened(f"sqlite:///{path}", tmp_path) as work:
        assert left(work) == [ANNA, "Bergziege"]
        replay(work, who="console")
        assert left(work) == []
    files = b"".join(file.read_bytes() for file in tmp_path.glob("k.db*"))
    assert (b"anna.berg" in files, b"Bergziege" in files) == (False, False)
