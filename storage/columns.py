"""Column types that behave alike on SQLite and PostgreSQL: UTC times, text that both accept, JSON."""

import math
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, DateTime, Dialect, Integer, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.types import TypeDecorator

Json = Any
BigInt = BigInteger().with_variant(Integer(), "sqlite")
JsonColumn = JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")


def clean_text(text: str) -> str:
    """Replace what PostgreSQL or UTF-8 refuse (NUL, lone surrogates) by U+FFFD: mail brings both."""
    if "\0" in text:
        text = text.replace("\0", "\ufffd")
    return text if text.isascii() else text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def clean_json(value: Json) -> Json:
    """The same for every string in a JSON value; tuples and sets become lists, NaN and infinity null."""
    if isinstance(value, str):
        return clean_text(value)
    if isinstance(value, dict):
        return {clean_text(str(key)): clean_json(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [clean_json(item) for item in value]
    if isinstance(value, set | frozenset):
        return sorted(clean_json(item) for item in value)
    return None if isinstance(value, float) and not math.isfinite(value) else value


class UtcDateTime(TypeDecorator[datetime]):
    """A moment: stored in UTC, returned aware. A naive one is a mistake of the caller and raises ValueError."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment without a time zone cannot be stored")
        moment = value.astimezone(UTC)
        return moment.replace(tzinfo=None) if dialect.name == "sqlite" else moment

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class CleanText(TypeDecorator[str]):
    """Text without the code points that one of the databases refuses."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        return None if value is None else clean_text(value)


class CleanJson(TypeDecorator[Json]):
    """JSON with the same guard; None is SQL's NULL."""

    impl = JsonColumn
    cache_ok = True

    def process_bind_param(self, value: Json, dialect: Dialect) -> Json:
        return clean_json(value)
