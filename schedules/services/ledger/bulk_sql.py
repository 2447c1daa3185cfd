"""Inserts and updates of many different rows in one statement: ten times as fast as Django's.

Made for firing: values are converted by column type, and only the types in the tables
below are supported. Other types raise `KeyError`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime
from functools import lru_cache, partial
from typing import Any
from uuid import UUID

from django.db import connection, models

Rows = Sequence[Sequence[Any]]
Model = type[models.Model]
# The PostgreSQL array type in which the values of a column are sent.
_ARRAYS = {
    "UUIDField": "uuid[]",
    "DateTimeField": "timestamptz[]",
    "CharField": "text[]",
    "TextField": "text[]",
    "JSONField": "jsonb[]",
    "BooleanField": "boolean[]",
    "SlugField": "text[]",
    "SmallAutoField": "smallint[]",
    "PositiveSmallIntegerField": "smallint[]",
    "IntegerField": "int[]",
    "PositiveIntegerField": "int[]",
    "PositiveBigIntegerField": "bigint[]",
    "AutoField": "int[]",
    "BigAutoField": "bigint[]",
    "BigIntegerField": "bigint[]",
}


def insert_rows(model: Model, *, fields: Sequence[str], rows: Rows) -> None:
    """Insert `rows`, each with the values of `fields`; other columns stay null.

    Raises `IntegrityError` if a constraint forbids one of them; then the caller's
    transaction must be rolled back.
    """
    if not rows:
        return
    statement = _insert(model, tuple(fields), connection.vendor)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(statement, _array_literals(model, fields, rows))
        else:
            values = _for_sqlite(model, fields, rows)
            cursor.executemany(statement, list(zip(*values, strict=True)))


def update_rows(
    model: Model, *, match: Sequence[str], change: Sequence[str], rows: Rows
) -> int:
    """Set the fields `change` of the rows whose fields `match` have the given values.

    Each of `rows` holds the values of `match`, then those of `change`. Returns how many
    rows were changed.
    """
    if not rows:
        return 0
    statement = _update(model, tuple(match), tuple(change), connection.vendor)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(statement, _array_literals(model, (*match, *change), rows))
        else:
            values = _for_sqlite(model, (*match, *change), rows)
            in_order = values[len(match) :] + values[: len(match)]
            cursor.executemany(statement, list(zip(*in_order, strict=True)))
        return int(cursor.rowcount)


@lru_cache(maxsize=64)
def _insert(model: Model, fields: Sequence[str], vendor: str) -> str:
    into = f"INSERT INTO {_table(model)} ({', '.join(_columns(model, fields))})"
    if vendor == "postgresql":
        return f"{into} SELECT * FROM unnest({_arrays(model, fields)})"  # noqa: S608 names come from the model
    return f"{into} VALUES ({', '.join(['%s'] * len(fields))})"


@lru_cache(maxsize=64)
def _update(
    model: Model, match: Sequence[str], change: Sequence[str], vendor: str
) -> str:
    table = _table(model)
    matched, changed = _columns(model, match), _columns(model, change)
    if vendor != "postgresql":
        sets = ", ".join(f"{name} = %s" for name in changed)
        where = " AND ".join(f"{name} = %s" for name in matched)
        return f"UPDATE {table} SET {sets} WHERE {where}"  # noqa: S608 names come from the model
    # A column may be both matched and changed, so the arrays are numbered.
    new = [f"v{number}" for number in range(len(matched) + len(changed))]
    where = " AND ".join(
        f"t.{name} = v.{value}" for name, value in zip(matched, new, strict=False)
    )
    sets = ", ".join(
        f"{name} = v.{value}"
        for name, value in zip(changed, new[len(matched) :], strict=True)
    )
    source = f"unnest({_arrays(model, (*match, *change))}) AS v({', '.join(new)})"
    return f"UPDATE {table} AS t SET {sets} FROM {source} WHERE {where}"  # noqa: S608 names come from the model


def _table(model: Model) -> str:
    return connection.ops.quote_name(model._meta.db_table)


def _fields(model: Model, names: Sequence[str]) -> list[Any]:
    return [model._meta.get_field(name) for name in names]


def _columns(model: Model, fields: Sequence[str]) -> list[str]:
    quote = connection.ops.quote_name
    return [quote(field.column) for field in _fields(model, fields)]


def _types(model: Model, fields: Sequence[str]) -> list[str]:
    """The internal types of the fields; for a foreign key that of its target."""
    return [
        getattr(field, "target_field", field).get_internal_type()
        for field in _fields(model, fields)
    ]


def _arrays(model: Model, fields: Sequence[str]) -> str:
    return ", ".join(f"%s::{_ARRAYS[kind]}" for kind in _types(model, fields))


def _array_literals(model: Model, fields: Sequence[str], rows: Rows) -> list[str]:
    """Each column as a PostgreSQL array literal, in a quarter of the time psycopg takes."""
    elements = map(_POSTGRESQL.get, _types(model, fields))
    columns = zip(*rows, strict=True)
    return [
        "{" + ",".join(of_type(column) if of_type else map(_plain, column)) + "}"
        for of_type, column in zip(elements, columns, strict=True)
    ]


def _plain(value: int | UUID | None) -> str:
    return "NULL" if value is None else str(value)


def _quoted(value: str | None) -> str:
    if value is None:
        return "NULL"
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'


# The rows of a batch share most of their choices, zones and the like.
_quoted_short = lru_cache(maxsize=1024)(_quoted)


@lru_cache(maxsize=1024)  # as below
def _iso(value: datetime | None) -> str:
    return value.isoformat() if value else "NULL"


def _for_sqlite(model: Model, fields: Sequence[str], rows: Rows) -> list[Iterable[Any]]:
    """The columns as Django stores them: SQLite has no types for UUIDs and times."""
    adapters = map(_SQLITE.get, _types(model, fields))
    return [
        map(adapt, column) if adapt else column
        for adapt, column in zip(adapters, zip(*rows, strict=True), strict=True)
    ]


def _hex(value: UUID | None) -> str | None:
    return value.hex if value else None


@lru_cache(maxsize=1024)  # the rows of a batch share most of their times
def _naive_utc(value: datetime | None) -> str | None:
    return str(value.astimezone(UTC).replace(tzinfo=None)) if value else None


def _json(value: Any) -> str | None:
    if value is None:
        return None
    return "{}" if value == {} else _encode(value)  # every other value is one


_encode = json.JSONEncoder().encode


def _json_elements(column: Iterable[Any]) -> Iterator[str]:
    """JSON, quoted. Rows that were made alike share their values."""
    last, text = None, "NULL"
    for value in column:
        if value is not last:
            last, text = value, _quoted(_json(value))
        yield text


_SQLITE: dict[str, Callable[[Any], Any]] = {
    "UUIDField": _hex,
    "DateTimeField": _naive_utc,
    "JSONField": _json,
}
_POSTGRESQL: dict[str, Callable[[Iterable[Any]], Iterable[str]]] = {
    "DateTimeField": partial(map, _iso),
    "CharField": partial(map, _quoted_short),
    "SlugField": partial(map, _quoted_short),
    "TextField": partial(map, _quoted),
    "JSONField": _json_elements,
}
