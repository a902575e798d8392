"""Rows for every table of whatever revision, made from what the database itself says about its columns."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa

ROWS = 3
_EMPTY_BY_RULE = {"alembic_version", "erase_permits"}
_MOMENT = datetime(2022, 3, 10, 9, 0, 0, 123_456, tzinfo=UTC)
_TEXT = "Größe, 'Anführung'\n\\Umbruch – 🌍"
_JSON = {"ü": ["x", 1, 2.5, -0.0, 1e300, None, True], "a": {"b": _TEXT}}


def fill_every_table(connection: sa.Connection, rows: int = ROWS) -> dict[str, int]:
    """Insert rows into every table; returns how many stand in each. Ids begin at 1 everywhere."""
    found = reflected(connection)
    for table in found.sorted_tables:
        if table.name not in _EMPTY_BY_RULE:
            allowed = _allowed(connection, table.name)
            values = [{c.name: _value(c, number, allowed) for c in table.columns} for number in range(1, rows + 1)]
            connection.execute(sa.insert(table), values)
    return count_rows(connection)


def reflected(connection: sa.Connection) -> sa.MetaData:
    """The tables as they stand in the database."""
    found = sa.MetaData()
    found.reflect(connection)
    return found


def count_rows(connection: sa.Connection) -> dict[str, int]:
    """How many rows each table has."""
    names = [table.name for table in reflected(connection).sorted_tables if table.name not in _EMPTY_BY_RULE]
    return {name: connection.scalar(sa.select(sa.func.count()).select_from(sa.table(name))) or 0 for name in names}


def all_rows(connection: sa.Connection) -> dict[str, list[dict[str, Any]]]:
    """All rows of all tables, by column."""
    tables = [table for table in reflected(connection).sorted_tables if table.name not in _EMPTY_BY_RULE]
    order = {table.name: sa.select(table).order_by(*table.primary_key.columns) for table in tables}
    return {name: [dict(row) for row in connection.execute(chosen).mappings()] for name, chosen in order.items()}


def _allowed(connection: sa.Connection, table: str) -> dict[str, str]:
    """The first value that each check constraint of the form "column IN (…)" allows."""
    texts = [str(check["sqltext"]) for check in sa.inspect(connection).get_check_constraints(table)]
    found = [re.match(r"\W*(\w+)\b[^']*'(\w+)'", text) for text in texts]
    return {match[1]: match[2] for match in found if match}


def _value(column: sa.Column[Any], number: int, allowed: dict[str, str]) -> Any:
    if column.foreign_keys or (column.primary_key and not isinstance(column.type, sa.Text)):
        return number
    if column.name in allowed:
        return allowed[column.name]
    kind = column.type
    if isinstance(kind, sa.JSON):
        return {**_JSON, "n": number}
    if isinstance(kind, sa.DateTime):
        aware = _MOMENT + timedelta(seconds=number)
        return aware if kind.timezone else aware.replace(tzinfo=None)
    if isinstance(kind, sa.LargeBinary):
        return bytes(range(256)) * number
    if isinstance(kind, sa.Boolean):
        return number % 2 == 0
    return _number_or_text(kind, number)


def _number_or_text(kind: Any, number: int) -> Any:
    if isinstance(kind, sa.Integer):
        return 2**40 + number if isinstance(kind, sa.BigInteger) else number
    return 0.5 + number if isinstance(kind, sa.Numeric | sa.Float) else f"{_TEXT} {number}"
