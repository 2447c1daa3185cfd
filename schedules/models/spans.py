"""Times as numbers, calculated by the database itself.

Django's own arithmetic calls Python for each row on SQLite, which takes seconds for the runs
of a day.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import BigIntegerField, FloatField, Func
from django.db.models.sql.compiler import SQLCompiler
from typing_extensions import override

# The number of the day at which the year 1970 begins, as SQLite counts them.
_EPOCH_DAY = "2440587.5"


class _OfTime(Func):
    """A function of one time, written in the words of each database."""

    arity = 1
    postgresql: str
    sqlite: str

    def as_postgresql(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **context: Any
    ) -> Any:
        return self.as_sql(compiler, connection, template=self.postgresql, **context)

    @override
    def as_sqlite(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **context: Any
    ) -> Any:
        return self.as_sql(compiler, connection, template=self.sqlite, **context)


class Seconds(_OfTime):
    """The seconds from 1970 to a time, with a fraction; exact to 0.1 ms."""

    output_field = FloatField()
    postgresql = "EXTRACT(EPOCH FROM %(expressions)s)::float8"
    sqlite = f"((julianday(%(expressions)s) - {_EPOCH_DAY}) * 86400.0)"


class WholeSeconds(_OfTime):
    """The whole seconds from 1970 to a time."""

    output_field = BigIntegerField()
    postgresql = "FLOOR(EXTRACT(EPOCH FROM %(expressions)s))::bigint"
    sqlite = "CAST(strftime('%%%%s', %(expressions)s) AS INTEGER)"


def stretches_since(begin: datetime, column: str, seconds: int) -> Any:
    """The whole stretches of so many seconds from `begin`, which no time in the column
    precedes."""
    # Both databases divide integers without a rest.
    return (WholeSeconds(column) - int(begin.timestamp())) / seconds
