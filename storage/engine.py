"""Opening a database, one transaction per `session()`, and the settings without which SQLite loses or blocks."""

import json
import os
import sqlite3
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import sqlalchemy
from sqlalchemy import Connection, Engine, event, exc
from sqlalchemy.engine import URL, make_url
from sqlalchemy.orm import Session
from sqlalchemy.pool import ConnectionPoolEntry

from klimapartner.storage import schema
from klimapartner.storage.errors import DatabaseUnavailable, Refused, StorageError

__all__ = ["Database", "DatabaseState", "Session", "open_database"]

_BUSY_SECONDS = 30
_LOOK_SECONDS = 0.002
_PRAGMAS = (
    # NORMAL may forget the last commits at power loss: a mail acknowledged and then forgotten is the worst fault here.
    "synchronous=FULL",
    "foreign_keys=ON",
    # INSERT OR REPLACE would otherwise get past the triggers that keep history and mail.
    "recursive_triggers=ON",
    f"busy_timeout={_BUSY_SECONDS * 1000}",
    # What is erased is overwritten in the file, not only unlinked.
    "secure_delete=ON",
)
_SERVER_SIDE = {"tcp_keepalives_idle": 10, "tcp_keepalives_interval": 5, "tcp_keepalives_count": 4}
# Half a minute after a machine vanished without a word the other side knows: the server then ends its transaction and
# frees what it had locked, which would else block every other machine for hours; and we connect anew.
_LINE = {
    "connect_timeout": 10,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 4,
    "tcp_user_timeout": 30_000,
    "options": " ".join(f"-c {name}={value}" for name, value in {**_SERVER_SIDE, "tcp_user_timeout": 30_000}.items()),
}


@dataclass(frozen=True, slots=True)
class DatabaseState:
    """What `doctor` prints: "sqlite" or "postgresql", the server's version, schema revision there and wanted."""

    dialect: str
    server: str
    revision: str | None
    head: str


class Database:
    """An open database. Threads may share it; each `session()` is a transaction of its own."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._reader = engine.execution_options(read_only=True, postgresql_readonly=engine.dialect.name == "postgresql")

    @contextmanager
    def session(self) -> Iterator[Session]:
        """One writing transaction: commits at the end, rolls back when the block raises.

        Raises StorageError (or one of its kinds) for whatever the database says.
        """
        with _own_errors(), Session(self._engine, expire_on_commit=False) as session:
            with session.begin():
                yield session
                sys.audit("klimapartner.database.committing")
            sys.audit("klimapartner.database.committed")

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """One transaction that only reads and keeps no writer waiting."""
        with _own_errors(), Session(self._reader, expire_on_commit=False) as session, session.begin():
            yield session

    @contextmanager
    def snapshot(self) -> Iterator[Session]:
        """One transaction that only reads and sees one moment, however long it takes; writers go on meanwhile."""
        # SQLite's write-ahead log gives that to every reader.
        level = {"isolation_level": "REPEATABLE READ"} if self._engine.dialect.name == "postgresql" else {}
        reader = self._reader.execution_options(**level)
        with _own_errors(), Session(reader, expire_on_commit=False) as session, session.begin():
            yield session

    def migrate(self) -> None:
        """Bring the schema to the newest revision; several processes may do so at once.

        Raises SchemaMismatch when the database is newer than this program.
        """
        with _own_errors(), self._engine.begin() as connection:
            schema.upgrade(connection)

    def check(self) -> DatabaseState:
        """Dialect, version and schema revision of the database; raises DatabaseUnavailable."""
        with _own_errors(), self._reader.connect() as connection:
            server = ".".join(str(part) for part in connection.dialect.server_version_info or ())
            return DatabaseState(connection.dialect.name, server, schema.revision(connection), schema.head())

    def scrub(self) -> None:
        """Rewrite the files, so that nothing that was erased can be found in free pages or the write-ahead log."""
        with _own_errors():
            if self._engine.dialect.name == "sqlite":
                _scrub_sqlite(self._engine)
            else:
                with self._engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
                    connection.exec_driver_sql("VACUUM FULL")

    def close(self) -> None:
        """Close all connections."""
        self._engine.dispose()


def open_database(url: str) -> Database:
    """Open `sqlite:////path/file.db` or `postgresql://user@host/name`; does not connect or migrate yet.

    Raises StorageError for any other kind of URL and for an SQLite file whose folder does not exist.
    """
    try:
        parsed = make_url(url)
    except (exc.ArgumentError, ValueError):
        # Without its cause, which quotes parts of the URL and so perhaps the password.
        raise StorageError("The database URL cannot be read; write sqlite:///file.db or postgresql://…") from None
    kind = parsed.get_backend_name()
    if kind == "sqlite":
        return Database(_sqlite(parsed))
    if kind in ("postgresql", "postgres"):
        return Database(_postgresql(parsed))
    raise StorageError(f"Databases of the kind {kind} are not supported; use sqlite or postgresql.")


def _sqlite(url: URL) -> Engine:
    _create_private_file(url.database)
    engine = _engine(url.set(drivername="sqlite"), connect_args={"timeout": _BUSY_SECONDS})
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _postgresql(url: URL) -> Engine:
    line = {name: value for name, value in _LINE.items() if name not in url.query}
    return _engine(url.set(drivername="postgresql+psycopg"), pool_pre_ping=True, connect_args=line)


def _engine(url: URL, **arguments: Any) -> Engine:
    dumps = partial(json.dumps, ensure_ascii=False)
    return sqlalchemy.create_engine(url, json_serializer=dumps, **arguments)


def _create_private_file(path: str | None) -> None:
    """Create the file readable by its owner only: it holds personal data."""
    if not path or path == ":memory:":
        raise StorageError("An SQLite database needs a file; name one in the database URL.")
    if not Path(path).parent.is_dir():
        raise StorageError(f"The folder of the database file {path} does not exist; create it first.")
    os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))


def _prepare_sqlite(connection: Any, _record: ConnectionPoolEntry) -> None:
    # The driver's own transactions begin too late and deferred; ours begin in _begin_sqlite.
    connection.isolation_level = None
    _write_ahead(connection)
    for pragma in _PRAGMAS:
        connection.execute(f"PRAGMA {pragma}").close()


def _write_ahead(connection: Any) -> None:
    """Turn the write-ahead log on; where another process does so in this moment, SQLite fails without waiting."""
    for _ in range(_BUSY_SECONDS * 20):
        try:
            connection.execute("PRAGMA journal_mode=WAL").close()
        except sqlite3.OperationalError as error:
            # A full disk (no room for the log's index) does not pass by waiting.
            if error.sqlite_errorcode & 0xFF not in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
                raise
            time.sleep(0.05)
        else:
            return
    raise sqlite3.OperationalError("the write-ahead log cannot be turned on")


def _begin_sqlite(connection: Connection) -> None:
    """Take the write lock at the start: a transaction that upgrades later fails at once when another one wrote."""
    read_only = connection.get_execution_options().get("read_only", False)
    # Past SQLAlchemy, which would spend more on each of the two than on reading a row.
    cursor = connection.connection.cursor()
    try:
        if read_only:
            cursor.execute("PRAGMA query_only=ON")
            cursor.execute("BEGIN DEFERRED")
        else:
            cursor.execute("PRAGMA query_only=OFF")
            _begin_writing(cursor)
    except sqlite3.Error as error:
        raise exc.DBAPIError.instance("BEGIN", None, error, sqlite3.Error) from error


def _begin_writing(cursor: Any) -> None:
    """Wait for the write lock with short looks: SQLite's own grow to 0.1 s, and meanwhile others slip in."""
    end = time.monotonic() + _BUSY_SECONDS
    cursor.execute("PRAGMA busy_timeout=0")
    try:
        while True:
            try:
                cursor.execute("BEGIN IMMEDIATE")
            except sqlite3.OperationalError as error:
                if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > end:
                    raise
                time.sleep(_LOOK_SECONDS)
            else:
                return
    finally:
        cursor.execute(f"PRAGMA busy_timeout={_BUSY_SECONDS * 1000}")


def _scrub_sqlite(engine: Engine) -> None:
    connection = engine.raw_connection()
    try:
        for statement in ("PRAGMA query_only=OFF", "VACUUM", "PRAGMA wal_checkpoint(TRUNCATE)"):
            connection.cursor().execute(statement).fetchall()
    finally:
        connection.close()


@contextmanager
def _own_errors() -> Iterator[None]:
    try:
        yield
    except exc.IntegrityError as error:
        raise Refused(_first_line(error)) from error
    except exc.OperationalError as error:
        raise DatabaseUnavailable(_first_line(error)) from error
    except exc.SQLAlchemyError as error:
        raise StorageError(_first_line(error)) from error


def _first_line(error: exc.SQLAlchemyError) -> str:
    """What the database said, without the statement and its values: those hold personal data."""
    cause = error.orig if isinstance(error, exc.DBAPIError) else error
    return (
        f"The database answered: {str(cause).strip().splitlines()[0] if str(cause).strip() else type(cause).__name__}"
    )
