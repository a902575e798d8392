"""The schema's revisions: where a database stands, and how it gets to the newest one (Alembic, without an ini file)."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection, text

from klimapartner.storage.errors import SchemaMismatch

_MIGRATIONS = Path(__file__).parent / "migrations"
# Any number will do; it only has to be the same in every process that migrates.
_MIGRATION_LOCK = 0x6B6C696D61


def config() -> Config:
    """Alembic's settings, with the scripts of this package."""
    settings = Config()
    settings.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    settings.set_main_option("path_separator", "os")
    return settings


def head() -> str:
    """The newest revision that this program knows."""
    return ScriptDirectory.from_config(config()).get_current_head() or ""


def revision(connection: Connection) -> str | None:
    """The revision of the database, None where it was never migrated."""
    return MigrationContext.configure(connection).get_current_revision()


def upgrade(connection: Connection, target: str = "head") -> None:
    """Migrate within the connection's transaction; a second process waits and then finds nothing to do."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _MIGRATION_LOCK})
    settings = config()
    settings.attributes["connection"] = connection
    try:
        command.upgrade(settings, target)
    except CommandError as error:
        found = revision(connection)
        raise SchemaMismatch(
            f"The schema {found if target == 'head' else target} is newer than this program; update it."
        ) from error
