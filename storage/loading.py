"""Filling an empty database: from a backup's lines, or from another database."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice

import sqlalchemy as sa

from klimapartner.storage import schema
from klimapartner.storage.engine import Database
from klimapartner.storage.errors import NotEmpty, TransferFailed
from klimapartner.storage.snapshot import NOT_KEPT, TableSum, set_last_id, snapshot, sum_of, table_lines
from klimapartner.storage.table_lines import TableShape, row_of

Filling = tuple[TableShape, Iterator[bytes]]

_FEW, _MANY = 8, 500
# What migrations and a service that started by mistake write into a database without any mail.
_OVERWRITTEN = {"state", "alembic_version"}


def fill(
    database: Database, revision: str, fillings: Iterator[Filling], wanted: Mapping[str, TableSum] | None = None
) -> dict[str, TableSum]:
    """Fill an empty database at a revision of the schema, all or nothing; returns what stands in it then.

    Raises NotEmpty where something is in it, SchemaMismatch for a revision that this program does not know,
    TransferFailed where a table is missing or unknown, or what stands in it then is not what is `wanted`.
    """
    with database.session() as session:
        connection = session.connection()
        _refuse_filled(connection)
        schema.upgrade(connection, revision)
        if schema.revision(connection) != revision:
            raise NotEmpty("The database has the tables of another version; give one without any tables.")
        connection.execute(sa.text("DELETE FROM state"))
        tables = set(_tables(connection)) - NOT_KEPT
        filled = {shape.name: _fill_table(connection, _one_of(tables, shape), lines) for shape, lines in fillings}
        if missing := sorted(tables - set(filled)):
            raise TransferFailed(f"What was saved lacks {', '.join(missing)}; nothing was kept.")
        if wanted is not None and (differing := differences(filled, wanted)):
            raise TransferFailed(f"After filling, {', '.join(differing)} differ from what was saved; nothing was kept.")
        return filled


def differences(found: Mapping[str, TableSum], wanted: Mapping[str, TableSum]) -> list[str]:
    """The names of the tables whose count or hash differs."""
    return sorted(name for name in {*found, *wanted} if found.get(name) != wanted.get(name))


def copy_all(source: Database, target: Database) -> dict[str, TableSum]:
    """Copy everything into an empty database and compare; returns count and hash of every table.

    Raises TransferFailed where the two differ afterwards, also because somebody wrote in the meantime.
    """
    with snapshot(source) as before:
        revision, tables = before.revision, before.tables
        copied = fill(target, revision, ((shape, before.lines(shape)) for shape in tables))
    with snapshot(source) as after:
        differing = differences(copied, after.sums())
    if differing:
        raise TransferFailed(
            f"The source changed meanwhile ({', '.join(differing)}); stop the service and copy into a new database."
        )
    return copied


def _one_of(tables: set[str], shape: TableShape) -> TableShape:
    if shape.name not in tables:
        raise TransferFailed(f"What was saved names {shape.name!r}, which is no table of this revision.")
    return shape


def _fill_table(connection: sa.Connection, shape: TableShape, lines: Iterator[bytes]) -> TableSum:
    table = shape.table()
    batch = _FEW if "bytes" in shape.kinds else _MANY
    while chunk := [row_of(line, shape) for line in islice(lines, batch)]:
        connection.execute(sa.insert(table), chunk)
    if shape.last_id is not None:
        set_last_id(connection, shape.name, shape.last_id)
    return sum_of(table_lines(connection, shape))


def _refuse_filled(connection: sa.Connection) -> None:
    filled = [name for name in _tables(connection) if name not in _OVERWRITTEN and _has_rows(connection, name)]
    if filled:
        raise NotEmpty(f"The database is not empty ({', '.join(sorted(filled))}); nothing was changed.")


def _tables(connection: sa.Connection) -> Sequence[str]:
    return sa.inspect(connection).get_table_names()


def _has_rows(connection: sa.Connection, name: str) -> bool:
    return connection.execute(sa.select(sa.literal(1)).select_from(sa.table(name)).limit(1)).first() is not None
