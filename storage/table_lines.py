"""Rows as lines of JSON that are the same bytes from SQLite and from PostgreSQL, so that hashes can be compared."""

import base64
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Literal, cast

import sqlalchemy as sa
from sqlalchemy.types import TypeEngine

from klimapartner.storage.columns import Json, JsonColumn, UtcDateTime

Kind = Literal["text", "number", "bool", "moment", "bytes", "json"]
_TYPES: dict[Kind, TypeEngine[Any]] = {
    "text": sa.Text(),
    # Integer or floating: the drivers send both as they are.
    "number": sa.types.NullType(),
    "bool": sa.Boolean(),
    "moment": UtcDateTime(),
    "bytes": sa.LargeBinary(),
    "json": JsonColumn,
}
# From here on PostgreSQL's JSON writes a floating number as an integer.
_WHOLE = 1e16


@dataclass(frozen=True, slots=True)
class TableShape:
    """A table as a backup describes it: its columns with their kinds, its key, and the last id that was given out."""

    name: str
    columns: tuple[tuple[str, Kind], ...]
    key: tuple[str, ...]
    last_id: int | None = None

    @property
    def kinds(self) -> tuple[Kind, ...]:
        """The kinds of the columns, in their order."""
        return tuple(kind for _, kind in self.columns)

    def table(self) -> sa.TableClause:
        """The table for statements; independent of the tables that this version of the program has."""
        columns: list[sa.ColumnClause[Any]] = [sa.column(name, _TYPES[kind]) for name, kind in self.columns]
        return sa.table(self.name, *columns)


def shape_of(table: sa.Table, last_id: int | None) -> TableShape:
    """The shape of a table as it stands in the database."""
    columns = tuple((column.name, _kind(column.type)) for column in table.columns)
    return TableShape(table.name, columns, tuple(column.name for column in table.primary_key), last_id)


def line_of(row: Sequence[Any], kinds: Sequence[Kind]) -> bytes:
    """A row as one line of JSON; moments as ISO text in UTC, bytes as Base64, keys of objects sorted."""
    values = [_plain(value, kind) for value, kind in zip(row, kinds, strict=True)]
    text = json.dumps(values, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return text.encode() + b"\n"


def row_of(line: bytes, shape: TableShape) -> dict[str, Any]:
    """The row of a line, by column; ValueError where the line is none of this table."""
    values = json.loads(line)
    if not isinstance(values, list) or len(values) != len(shape.columns):
        raise ValueError(f"not a row of {shape.name}")
    return {name: _python(value, kind) for (name, kind), value in zip(shape.columns, values, strict=True)}


def _kind(column_type: TypeEngine[Any]) -> Kind:
    kinds: tuple[tuple[Any, Kind], ...] = (
        (datetime, "moment"), (bytes, "bytes"), (bool, "bool"), (str, "text"), (int, "number"), (float, "number"),
    )  # fmt: skip
    found = next((kind for python, kind in kinds if _holds(column_type) is python), None)
    return found or "json"


def _holds(column_type: TypeEngine[Any]) -> type[Any] | None:
    inner = column_type.impl if isinstance(column_type, sa.types.TypeDecorator) else column_type
    return None if isinstance(inner, sa.JSON) else cast("type[Any]", inner.python_type)


def _plain(value: Any, kind: Kind) -> Json:
    if value is None:
        return None
    if kind == "moment":
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    if kind == "bytes":
        return base64.b64encode(value).decode("ascii")
    return _same_everywhere(value) if kind == "json" else value


def _same_everywhere(value: Json) -> Json:
    """JSON as both databases give it back: huge floating numbers whole, no negative zero."""
    if isinstance(value, dict):
        return {key: _same_everywhere(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_same_everywhere(item) for item in value]
    if isinstance(value, float):
        return int(Decimal(repr(value))) if abs(value) >= _WHOLE else value + 0.0
    return value


def _python(value: Json, kind: Kind) -> Any:
    if value is None:
        return None
    if kind == "moment":
        return datetime.fromisoformat(value)
    return base64.b64decode(value, validate=True) if kind == "bytes" else value
