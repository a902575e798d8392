"""What was saved is what comes back: every table, every value, and ids that are never given out twice."""

import json
import resource
import secrets
import zipfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from any_rows import fill_every_table
from postgres_server import new_database

from klimapartner.storage import schema
from klimapartner.storage.backup import check_backup, further_files, read_manifest, restore, write_backup
from klimapartner.storage.engine import Database, open_database
from klimapartner.storage.errors import BadBackup, NotEmpty, SchemaMismatch, TransferFailed
from klimapartner.storage.loading import copy_all
from klimapartner.storage.register import BodyRef
from klimapartner.storage.snapshot import TableSum, snapshot

NOW = datetime(2022, 3, 10, 9, 0, tzinfo=UTC)


def sums(database: Database) -> dict[str, TableSum]:
    with snapshot(database) as moment:
        return dict(moment.sums())


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def target(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """A database without any table, of either kind."""
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path}/target.db"
    else:
        url = new_database(request.getfixturevalue("postgres_server"), f"target_{secrets.token_hex(4)}")
    opened = open_database(url)
    yield opened
    opened.close()


@pytest.fixture
def filled(database: Database) -> Database:
    """A database with three rows in every table."""
    return _fill(database)


@pytest.fixture
def filled_file(sqlite_database: Database) -> Database:
    """The same on SQLite, for what is about the backup's file."""
    return _fill(sqlite_database)


def _fill(database: Database) -> Database:
    with database.session() as session:
        session.execute(sa.text("DELETE FROM state"))
        fill_every_table(session.connection())
    return database


def test_every_table_is_saved_and_comes_back_the_same(filled: Database, target: Database, tmp_path: Path) -> None:
    before = sums(filled)
    assert {name for name, found in before.items() if found.rows != 3} == set()
    write_backup(filled, tmp_path / "b.zip", files={"calls/x/call.toml": b"x = 1"}, now=NOW)
    manifest = restore(target, tmp_path / "b.zip")
    assert (sums(target), dict(manifest.sums), manifest.created_at) == (before, before, NOW)
    assert further_files(tmp_path / "b.zip") == {"calls/x/call.toml": b"x = 1"}


def test_a_database_moves_to_the_other_kind_and_back(filled: Database, target: Database, tmp_path: Path) -> None:
    before = sums(filled)
    assert (copy_all(filled, target), sums(target)) == (before, before)
    back = open_database(f"sqlite:///{tmp_path}/back.db")
    assert copy_all(target, back) == before
    back.close()


def test_an_id_that_was_given_out_is_not_given_out_again(shop: Any, target: Database, tmp_path: Path) -> None:
    database: Database = shop.database
    kept, gone = (
        shop.enter(BodyRef("Köln", "05315000")),
        shop.enter(BodyRef("Bonn", "05314000"), reference="KP9-222222"),
    )
    with database.session() as session:
        for table in ("entry_messages", "entry_fields"):
            session.execute(sa.text(f"DELETE FROM {table} WHERE entry_id = {gone.entry_id}"))
        session.execute(sa.text(f"DELETE FROM entries WHERE id = {gone.entry_id}"))
    write_backup(database, tmp_path / "b.zip", files={}, now=NOW)
    restore(target, tmp_path / "b.zip")
    new = type(shop)(target).enter(BodyRef("Trier", "07211000"), reference="KP9-333333")
    assert (kept.entry_id, gone.entry_id, new.entry_id) == (1, 2, 3)


def test_writers_go_on_while_the_backup_is_made(shop: Any, tmp_path: Path) -> None:
    shop.mails(3)
    with snapshot(shop.database) as moment:
        first = moment.sums()["messages"]
        shop.mail(b"Subject: late\r\n\r\n", uid=9)
        assert moment.sums()["messages"] == first
    assert (first.rows, sums(shop.database)["messages"].rows) == (3, 4)


def test_a_database_with_something_in_it_is_never_overwritten(filled: Database, tmp_path: Path) -> None:
    write_backup(filled, tmp_path / "b.zip", files={}, now=NOW)
    before = sums(filled)
    with pytest.raises(NotEmpty):
        restore(filled, tmp_path / "b.zip")
    assert sums(filled) == before


def test_a_file_is_never_overwritten(sqlite_database: Database, tmp_path: Path) -> None:
    (tmp_path / "b.zip").write_bytes(b"yesterday's")
    with pytest.raises(NotEmpty):
        write_backup(sqlite_database, tmp_path / "b.zip", files={}, now=NOW)
    assert [(p.name, p.read_bytes()) for p in tmp_path.glob("b*")] == [("b.zip", b"yesterday's")]


def test_only_the_owner_reads_a_backup(sqlite_database: Database, tmp_path: Path) -> None:
    write_backup(sqlite_database, tmp_path / "b.zip", files={}, now=NOW)
    assert (tmp_path / "b.zip").stat().st_mode & 0o777 == 0o600


def test_a_copy_into_which_somebody_wrote_meanwhile_is_refused(
    shop: Any, target: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    from klimapartner.storage import loading

    whole = loading.fill

    def fill_while_mail_comes(*arguments: object) -> dict[str, TableSum]:
        done = whole(*arguments)  # type: ignore[arg-type]
        shop.mail(b"Subject: late\r\n\r\n", uid=9)
        return done

    monkeypatch.setattr(loading, "fill", fill_while_mail_comes)
    with pytest.raises(TransferFailed, match="message_locations, messages"):
        copy_all(shop.database, target)


def _cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-200])


def _flip(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 3] ^= 0xFF
    path.write_bytes(content)


def _rewritten(path: Path, change: Callable[[str, bytes], bytes]) -> None:
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, change(name, content))


def _other_word(path: Path) -> None:
    _rewritten(path, lambda name, content: content.replace(b"Anf", b"anf") if name == "tables/tasks.jsonl" else content)


def _row_less(path: Path) -> None:
    _rewritten(path, lambda name, content: b"".join(content.splitlines(True)[:-1]) if "outbox" in name else content)


def _no_backup(path: Path) -> None:
    path.write_bytes(b"PK nonsense")


def _format_of_tomorrow(path: Path) -> None:
    _rewritten(path, lambda name, c: c.replace(b'"format": 1', b'"format": 2') if name == "manifest.json" else c)


@pytest.mark.parametrize("spoil", [_cut, _flip, _other_word, _row_less, _no_backup, _format_of_tomorrow])
def test_a_damaged_backup_fills_nothing(filled_file: Database, tmp_path: Path, spoil: Callable[[Path], None]) -> None:
    write_backup(filled_file, tmp_path / "b.zip", files={}, now=NOW)
    spoil(tmp_path / "b.zip")
    with pytest.raises(BadBackup):
        check_backup(tmp_path / "b.zip")
    target = open_database(f"sqlite:///{tmp_path}/target.db")
    with pytest.raises(BadBackup):
        restore(target, tmp_path / "b.zip")
    assert target.check().revision is None
    target.close()


@pytest.mark.parametrize("name", ["../out", "/etc/passwd", "a/../../out", "C:\\out", "..\\out"])
def test_a_backup_that_names_a_file_outside_is_refused(sqlite_database: Database, tmp_path: Path, name: str) -> None:
    write_backup(sqlite_database, tmp_path / "b.zip", files={"inside": b"x"}, now=NOW)
    _rewritten(
        tmp_path / "b.zip",
        lambda member, c: c.replace(b'"inside"', json.dumps(name).encode()) if member == "manifest.json" else c,
    )
    with pytest.raises(BadBackup):
        further_files(tmp_path / "b.zip")


def test_a_backup_of_an_older_version_is_brought_up_to_date(unmigrated_url: str, tmp_path: Path) -> None:
    old = open_database(f"sqlite:///{tmp_path}/old.db")
    with old.session() as session:
        schema.upgrade(session.connection(), "0004")
        fill_every_table(session.connection())
    assert write_backup(old, tmp_path / "b.zip", files={}, now=NOW).revision == "0004"
    old.close()
    target = open_database(unmigrated_url)
    restore(target, tmp_path / "b.zip")
    assert (target.check().revision, sums(target)["outbox"].rows) == (schema.head(), 3)
    target.close()


def test_there_is_nothing_to_save_in_a_database_without_tables(unmigrated_url: str, tmp_path: Path) -> None:
    database = open_database(unmigrated_url)
    with pytest.raises(SchemaMismatch):
        write_backup(database, tmp_path / "b.zip", files={}, now=NOW)
    assert list(tmp_path.glob("b.zip*")) == []
    database.close()


def _other_tables(change: Callable[[dict[str, object]], None]) -> Callable[[str, bytes], bytes]:
    def changed(name: str, content: bytes) -> bytes:
        if name != "manifest.json":
            return content
        data = json.loads(content)
        change(data["tables"])
        return json.dumps(data).encode()

    return changed


@pytest.mark.parametrize(
    "change",
    [lambda tables: tables.pop("tokens"), lambda tables: tables.update({"alembic_version": tables.pop("tokens")})],
)
def test_a_backup_with_other_tables_fills_nothing(
    sqlite_database: Database, target: Database, tmp_path: Path, change: Callable[[dict[str, object]], None]
) -> None:
    write_backup(sqlite_database, tmp_path / "b.zip", files={}, now=NOW)
    _rewritten(tmp_path / "b.zip", _other_tables(change))
    with zipfile.ZipFile(tmp_path / "b.zip", "a") as archive:
        archive.writestr("tables/alembic_version.jsonl", b"")
    with pytest.raises(TransferFailed):
        restore(target, tmp_path / "b.zip")
    assert target.check().revision is None


def test_a_backup_of_a_newer_version_is_refused(sqlite_database: Database, target: Database, tmp_path: Path) -> None:
    write_backup(sqlite_database, tmp_path / "b.zip", files={}, now=NOW)
    _rewritten(
        tmp_path / "b.zip",
        lambda name, c: c.replace(schema.head().encode(), b"9999") if name == "manifest.json" else c,
    )
    with pytest.raises(SchemaMismatch):
        restore(target, tmp_path / "b.zip")


def test_where_a_file_cannot_grow_no_half_backup_is_left(filled_file: Database, tmp_path: Path) -> None:
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    (tmp_path / "out").mkdir()
    # The same as a full disk, for whoever writes (EFBIG instead of ENOSPC).
    resource.setrlimit(resource.RLIMIT_FSIZE, (4_096, limits[1]))
    try:
        with pytest.raises(OSError, match="too large"):
            write_backup(filled_file, tmp_path / "out" / "b.zip", files={}, now=NOW)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert list((tmp_path / "out").iterdir()) == []


def test_the_manifest_is_read_without_the_rows(filled_file: Database, tmp_path: Path) -> None:
    written = write_backup(filled_file, tmp_path / "b.zip", files={"a": b"b"}, now=NOW)
    assert read_manifest(tmp_path / "b.zip") == written
