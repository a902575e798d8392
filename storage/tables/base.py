"""The base of all tables: naming of constraints, types by annotation, ids that are never given out twice."""

from datetime import datetime
from typing import Annotated, Any

from sqlalchemy import CheckConstraint, ForeignKey, MetaData
from sqlalchemy.orm import DeclarativeBase, mapped_column

from klimapartner.storage.columns import BigInt, CleanJson, CleanText, UtcDateTime

_NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "pk": "pk_%(table_name)s",
}

Id = Annotated[int, mapped_column(BigInt, primary_key=True)]
Big = Annotated[int, mapped_column(BigInt)]
JsonValue = Annotated[Any, mapped_column(CleanJson)]
JsonOrNull = Annotated[Any, mapped_column(CleanJson, nullable=True)]
MessageId = Annotated[int, mapped_column(BigInt, ForeignKey("messages.id"))]
EntryId = Annotated[int, mapped_column(BigInt, ForeignKey("entries.id"))]

# SQLite gives the id of a deleted last row out again unless told not to; the history would then speak of two things.
KEEP_IDS = {"sqlite_autoincrement": True}


class Base(DeclarativeBase):
    """What all tables share."""

    metadata = MetaData(naming_convention=_NAMES)
    type_annotation_map = {str: CleanText, datetime: UtcDateTime}  # noqa: RUF012 - read by SQLAlchemy, as a class attribute


def one_of(column: str, values: tuple[str, ...]) -> CheckConstraint:
    """A check that the column holds one of the values."""
    listed = ", ".join(f"'{value}'" for value in values)
    return CheckConstraint(f"{column} IN ({listed})", name=column)
