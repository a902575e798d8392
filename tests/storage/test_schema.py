"""The migrations end where the tables begin, and the rules that only the database can keep are kept."""

from collections.abc import Callable
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import text

from klimapartner.storage import schema
from klimapartner.storage.engine import Database, open_database
from klimapartner.storage.errors import SchemaMismatch, StorageError
from klimapartner.storage.tables import Base


def test_a_fresh_migration_equals_the_tables(database: Database) -> None:
    with database.reading() as session:
        context = MigrationContext.configure(session.connection(), opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []


def test_check_constraints_are_those_of_the_tables(database: Database) -> None:
    from sqlalchemy import CheckConstraint, inspect

    wanted = {
        str(check.name)
        for table in Base.metadata.tables.values()
        for check in table.constraints
        if isinstance(check, CheckConstraint)
    }
    with database.reading() as session:
        inspector = inspect(session.connection())
        found = {check["name"] for table in Base.metadata.tables for check in inspector.get_check_constraints(table)}
    assert found == wanted


def test_processes_that_migrate_at_once_wait_for_each_other(
    unmigrated_url: str, race: Callable[..., list[Any]]
) -> None:
    def migrate(_: int) -> str | None:
        database = open_database(unmigrated_url)
        database.migrate()
        revision = database.check().revision
        database.close()
        return revision

    assert race(migrate, 4) == [schema.head()] * 4


def test_migrating_again_changes_nothing(database: Database) -> None:
    database.migrate()
    assert database.check().revision == database.check().head


def test_a_database_of_a_newer_program_is_refused(database: Database) -> None:
    with database.session() as session:
        session.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(SchemaMismatch):
        database.migrate()


@pytest.mark.parametrize("bad", ["mysql://host/name", "nonsense", "sqlite://", "sqlite:////no/such/folder/file.db"])
def test_an_unusable_url_is_refused_in_one_sentence(bad: str) -> None:
    with pytest.raises(StorageError):
        open_database(bad)


def test_sqlite_settings(tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.mktemp("db") / "file.db"
    database = open_database(f"sqlite:///{path}")
    with database.session() as session:
        names = ("journal_mode", "synchronous", "foreign_keys", "busy_timeout", "secure_delete")
        settings = [session.execute(text(f"PRAGMA {name}")).scalar() for name in names]
    assert settings == ["wal", 2, 1, 30_000, 1]
    assert path.stat().st_mode & 0o777 == 0o600
    database.close()
