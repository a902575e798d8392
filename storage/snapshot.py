"""All tables as they stand at one moment, row by row, while others go on writing."""

import hashlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from klimapartner.storage import schema
from klimapartner.storage.engine import Database, Session
from klimapartner.storage.errors import SchemaMismatch
from klimapartner.storage.table_lines import TableShape, line_of, shape_of

# Of a table with whole mails few rows at a time, for one may have 40 MB.
_FEW, _MANY = 8, 1_000
# The revision stands in the manifest; erase_permits never holds a row (see PermitRow).
NOT_KEPT = {"alembic_version", "erase_permits"}


@dataclass(frozen=True, slots=True)
class TableSum:
    """How many rows a table has, and the SHA-256 of their lines in the order of the key."""

    rows: int
    sha256: str


@dataclass(frozen=True)
class Snapshot:
    """One moment of a database; `tables` in the order in which they can be filled again."""

    session: Session
    revision: str
    tables: tuple[TableShape, ...]

    def lines(self, shape: TableShape) -> Iterator[bytes]:
        """The rows of a table as lines, in the order of its key."""
        return table_lines(self.session.connection(), shape)

    def sums(self) -> Mapping[str, TableSum]:
        """Count and hash of every table."""
        return {shape.name: sum_of(self.lines(shape)) for shape in self.tables}


@contextmanager
def snapshot(database: Database) -> Iterator[Snapshot]:
    """One moment of a database of whatever revision, however long reading it takes.

    Raises SchemaMismatch where the database has no tables of ours.
    """
    with database.snapshot() as session:
        connection = session.connection()
        revision = schema.revision(connection)
        if revision is None:
            raise SchemaMismatch("The database has no tables of klimapartner.")
        found = sa.MetaData()
        found.reflect(connection)
        kept = [table for table in found.sorted_tables if table.name not in NOT_KEPT]
        yield Snapshot(session, revision, tuple(shape_of(table, last_id(connection, table.name)) for table in kept))


def table_lines(connection: sa.Connection, shape: TableShape) -> Iterator[bytes]:
    """The rows of a table as lines, in the order of its key."""
    table, kinds = shape.table(), shape.kinds
    order = [_bytewise(connection, table.c[name], shape) for name in shape.key]
    batch = _FEW if "bytes" in kinds else _MANY
    chosen = sa.select(*table.c).order_by(*order).execution_options(yield_per=batch)
    for row in connection.execute(chosen):
        yield line_of(row, kinds)


def sum_of(lines: Iterator[bytes]) -> TableSum:
    """Count and hash of lines."""
    digest, rows = hashlib.sha256(), 0
    for line in lines:
        digest.update(line)
        rows += 1
    return TableSum(rows, digest.hexdigest())


def last_id(connection: sa.Connection, table: str) -> int | None:
    """The last id that was given out, None for a table that numbers nothing or never did."""
    if connection.dialect.name == "sqlite":
        found = connection.execute(sa.text("SELECT seq FROM sqlite_sequence WHERE name = :name"), {"name": table})
        return found.scalar()
    sequence = _sequence(connection, table)
    if sequence is None:
        return None
    value, called = connection.execute(sa.text(f"SELECT last_value, is_called FROM {sequence}")).one()
    return int(value) if called else None


def set_last_id(connection: sa.Connection, table: str, number: int) -> None:
    """Let the next id be above this one, also where the row with it is gone."""
    if connection.dialect.name == "sqlite":
        values = {"name": table, "seq": number}
        connection.execute(sa.text("DELETE FROM sqlite_sequence WHERE name = :name"), values)
        connection.execute(sa.text("INSERT INTO sqlite_sequence (name, seq) VALUES (:name, :seq)"), values)
    elif sequence := _sequence(connection, table):
        connection.execute(sa.text("SELECT setval(:sequence, :number)"), {"sequence": sequence, "number": number})


def _sequence(connection: sa.Connection, table: str) -> str | None:
    if "id" not in {column["name"] for column in sa.inspect(connection).get_columns(table)}:
        return None
    return connection.execute(sa.text("SELECT pg_get_serial_sequence(:name, 'id')"), {"name": table}).scalar()


def _bytewise(connection: sa.Connection, column: Any, shape: TableShape) -> Any:
    """Order text by its bytes: PostgreSQL orders by the language of the database."""
    is_text = dict(shape.columns)[column.name] == "text"
    return sa.collate(column, "C") if is_text and connection.dialect.name == "postgresql" else column
