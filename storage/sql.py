"""The few statements in which SQLite and PostgreSQL differ, and the helpers that every module uses."""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any, TypeVar

import sqlalchemy
from sqlalchemy import ColumnElement, Executable, Select, Table, func, or_, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import InstrumentedAttribute, Session

from klimapartner.storage.errors import NotFound
from klimapartner.storage.tables import Base

Row = TypeVar("Row", bound=Base)


def insert_if_new(session: Session, table: type[Base], values: Mapping[str, Any], unique: Sequence[str]) -> bool:
    """Insert unless the unique key (any for none) is taken; where an open transaction has it, wait for that first."""
    return insert_for_key(session, table, values, unique) is not None


def insert_for_key(session: Session, table: type[Base], values: Mapping[str, Any], unique: Sequence[str]) -> Any | None:
    """The same, with the first primary key of the row that is new; None where there was one before."""
    session.flush()
    return session.scalar(_insert(session.get_bind().dialect.name, table, tuple(unique)), values)


# Made once: what SQLAlchemy has to find out about a statement, it keeps with it.
@cache
def _insert(dialect: str, table: type[Base], unique: tuple[str, ...]) -> Executable:
    insert = postgresql.insert if dialect == "postgresql" else sqlite.insert
    first_key = next(iter(table.__mapper__.primary_key))
    return insert(table_of(table)).on_conflict_do_nothing(index_elements=unique or None).returning(first_key)


def insert_all(session: Session, table: type[Base], rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows of the same columns with one statement; their objects are not made."""
    if rows:
        session.flush()
        session.execute(_insert_only(table), rows)


@cache
def _insert_only(table: type[Base]) -> Executable:
    return sqlalchemy.insert(table_of(table))


def table_of(table: type[Base]) -> Table:
    """The bare table of a row's class, for statements that make no objects."""
    assert isinstance(table.__table__, Table)
    return table.__table__


def find(session: Session, table: type[Row], *conditions: ColumnElement[bool]) -> Row | None:
    """The one row that meets the conditions, as it stands in the database now."""
    return session.scalars(select(table).where(*conditions).execution_options(populate_existing=True)).one_or_none()


def fetch(session: Session, table: type[Row], row_id: int) -> Row:
    """The row with this id; raises NotFound."""
    row = session.get(table, row_id, populate_existing=True)
    return _found(row, table, row_id)


def fetch_locked(session: Session, table: type[Row], row_id: int) -> Row:
    """The row with this id, kept from others until the transaction ends; raises NotFound."""
    row = session.get(table, row_id, populate_existing=True, with_for_update=True)
    return _found(row, table, row_id)


def _found(row: Row | None, table: type[Row], row_id: int) -> Row:
    if row is None:
        raise NotFound(f"There is no record {row_id} in {table.__tablename__}.")
    return row


def unclaimed(statement: Select[Row], limit: int) -> Select[Row]:
    """The first rows that no other transaction holds (SKIP LOCKED on PostgreSQL; SQLite has one writer at a time)."""
    chosen = statement.limit(limit).with_for_update(skip_locked=True)
    return chosen.execution_options(populate_existing=True)


def lease_is_free(lease_until: InstrumentedAttribute[datetime | None], now: datetime) -> ColumnElement[bool]:
    """No one holds the row, or whoever held it is overdue."""
    return or_(lease_until.is_(None), lease_until <= now)


def lock(session: Session, *key: str) -> None:
    """Let no other transaction that locks the same key go on until this one ends.

    On SQLite a writing transaction is alone anyway.
    """
    if session.get_bind().dialect.name == "postgresql":
        digest = hashlib.sha256("\x1f".join(key).encode("utf-8", "replace")).digest()
        number = int.from_bytes(digest[:8], "big", signed=True)
        session.execute(select(func.pg_advisory_xact_lock(number)))


def clip(text: str, length: int = 120) -> str:
    """Cut a text that is part of a key: PostgreSQL's index entries end at 2,700 bytes, a stranger's text does not."""
    return text[:length]
