"""One UPDATE for many rows that differ: ten times as fast as `bulk_update`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import connection, models

# PostgreSQL's name of the array a column's values travel in.
_ARRAYS = {
    "UUIDField": "uuid[]",
    "DateTimeField": "timestamptz[]",
    "CharField": "text[]",
    "PositiveSmallIntegerField": "smallint[]",
    "PositiveIntegerField": "int[]",
    "PositiveBigIntegerField": "bigint[]",
}


def update_rows(
    model: type[models.Model],
    *,
    match: Sequence[str],
    change: Sequence[str],
    rows: Sequence[Sequence[Any]],
) -> int:
    """Set the fields `change` of the rows whose fields `match` equal the given values.

    Each of `rows` holds the values of `match`, then those of `change`. Returns how many
    rows were changed.
    """
    if not rows:
        return 0
    fields = [model._meta.get_field(name) for name in (*match, *change)]
    if connection.vendor == "postgresql":
        return _update_from_unnest(model, fields, len(match), rows)
    return _update_each(model, fields, len(match), rows)


def _update_from_unnest(
    model: type[models.Model],
    fields: list[Any],
    keys: int,
    rows: Sequence[Sequence[Any]],
) -> int:
    quote = connection.ops.quote_name
    columns = [quote(field.column) for field in fields]
    # By number: a column may stand both in `match` and in `change`.
    values = [f"value_{number}" for number in range(len(fields))]
    pairs = list(zip(columns, values, strict=True))
    arrays = ", ".join(f"%s::{_ARRAYS[field.get_internal_type()]}" for field in fields)
    sets = ", ".join(f"{column} = v.{value}" for column, value in pairs[keys:])
    where = " AND ".join(f"t.{column} = v.{value}" for column, value in pairs[:keys])
    statement = (
        f"UPDATE {quote(model._meta.db_table)} AS t SET {sets} "  # noqa: S608 names come from the model
        f"FROM unnest({arrays}) AS v({', '.join(values)}) WHERE {where}"
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, [list(column) for column in zip(*rows, strict=True)])
        return int(cursor.rowcount)


def _update_each(
    model: type[models.Model],
    fields: list[Any],
    keys: int,
    rows: Sequence[Sequence[Any]],
) -> int:
    quote = connection.ops.quote_name
    columns = [quote(field.column) for field in fields]
    sets = ", ".join(f"{name} = %s" for name in columns[keys:])
    where = " AND ".join(f"{name} = %s" for name in columns[:keys])
    statement = f"UPDATE {quote(model._meta.db_table)} SET {sets} WHERE {where}"  # noqa: S608 names come from the model
    adapt = [field.get_db_prep_save for field in fields]
    adapted = []
    for row in rows:
        values = [
            to_db(value, connection) for to_db, value in zip(adapt, row, strict=True)
        ]
        adapted.append(values[keys:] + values[:keys])
    with connection.cursor() as cursor:
        cursor.executemany(statement, adapted)
        return int(cursor.rowcount)
