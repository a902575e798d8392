"""The memory of erasures outside the database: a file of tombstones, by which a restored backup is erased again."""

import hashlib
import json
import os
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import structlog

from klimapartner.assistant.errors import SettingsError
from klimapartner.assistant.settings import Settings
from klimapartner.assistant.workplace import Workplace
from klimapartner.storage.engine import Database
from klimapartner.storage.erase_again import Again, erase_again
from klimapartner.storage.tombstones import Tombstone, fingerprint, tombstone_key, tombstones

_FILE = "sqlite:///"
log = structlog.get_logger(__name__)


def key_of(settings: Settings, database: Database, now: datetime) -> bytes:
    """The key of the tombstones: the settings' own, else the one in the database.

    Raises:
        SettingsError: the file of the key cannot be read.
    """
    if settings.erasure.key.is_set:
        return hashlib.sha256(settings.erasure.key.read().encode()).digest()
    with database.session() as session:
        return tombstone_key(session, now=now)


def journal_path(settings: Settings) -> Path | None:
    """Where the journal is; None where none is set and the database is no file."""
    if settings.erasure.journal is not None:
        return settings.erasure.journal
    name = settings.database.removeprefix(_FILE)
    return Path(f"{name}.erased") if name != settings.database else None


def write_journal(work: Workplace) -> int:
    """Add what the journal lacks; returns how many lines. The file is readable by its owner only."""
    path = journal_path(work.settings)
    if path is None:
        return 0
    key = key_of(work.settings, work.database, work.clock())
    written = set(_read(path, key))
    with work.database.reading() as session:
        missing = [stone for stone in tombstones(session) if stone not in written]
    if missing:
        _append(path, [_line(stone, key) for stone in missing])
    return len(missing)


def replay(work: Workplace, path: Path | None = None, *, who: str) -> Again:
    """Erase again what the journal knows and the database does not, as after the restore of a backup.

    Raises:
        SettingsError: there is no journal, or it was written with another key.
    """
    path, now = path or journal_path(work.settings), work.clock()
    if path is None or not path.exists():
        raise SettingsError("Es gibt kein Verzeichnis der Löschungen; erasure.journal nennt die Datei.")
    key = key_of(work.settings, work.database, now)
    stones = list(_read(path, key))
    with work.database.session() as session:
        done = erase_again(session, stones, key=key, who=who, now=now)
    if done.rows:
        work.database.scrub()
    if done.stones:
        log.info("erasures replayed", tombstones=done.stones, rows=done.rows)
    return done


def replay_if_restored(work: Workplace) -> bool:
    """The same before the service starts; whether there was a journal to look at."""
    path = journal_path(work.settings)
    if path is None or not path.exists():
        return False
    replay(work, path, who="klimapartner")
    return True


def _read(path: Path, key: bytes) -> Iterator[Tombstone]:
    if not path.exists():
        return
    for line in path.read_text(encoding="ascii").splitlines():
        try:
            item = json.loads(line)
            stone = Tombstone(item["kind"], item["digest"], datetime.fromisoformat(item["at"]))
        except (ValueError, KeyError, TypeError):
            continue  # a line that was cut by a crash: the database writes it once more
        if item["key"] != fingerprint(key):
            raise SettingsError(f"{path} wurde mit einem anderen Schlüssel geschrieben; bitte erasure.key prüfen.")
        yield stone


def _line(stone: Tombstone, key: bytes) -> str:
    item = {"kind": stone.kind, "digest": stone.digest, "at": stone.at.isoformat(), "key": fingerprint(key)}
    return json.dumps(item) + "\n"


def _append(path: Path, lines: list[str]) -> None:
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600), "w", encoding="ascii") as file:
        file.write("\n" if path.stat().st_size and not path.read_bytes().endswith(b"\n") else "")
        file.writelines(lines)
        file.flush()
        os.fsync(file.fileno())
