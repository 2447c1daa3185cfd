"""How the database carries out what was asked: by an index, or by reading whole tables."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager

from django.db import connection, transaction
from django.db.models import Model

LONG = ("SELECT", "UPDATE", "DELETE", "WITH")


def plan_of(sql: str) -> str:
    """The plan, a step a line. PostgreSQL reads a small table as a whole, whatever indexes it
    has, unless it must not."""
    is_sqlite = connection.vendor == "sqlite"
    with transaction.atomic(), connection.cursor() as cursor:
        if not is_sqlite:
            cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(f"EXPLAIN {'QUERY PLAN' if is_sqlite else ''} {sql}")
        return "\n".join(str(row[-1]) for row in cursor)


@contextmanager
def knowing_the_rows() -> Iterator[None]:
    """Within, the database plans with what is in its tables; the next test does not."""
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    yield
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("DELETE FROM pg_statistic WHERE starelid >= 16384")
        else:
            cursor.execute("DELETE FROM sqlite_stat1")
            cursor.execute("ANALYZE sqlite_schema")  # forget what was read of it


def whole_reads(
    queries: Iterable[Mapping[str, str]], *models: type[Model]
) -> Iterator[str]:
    """The queries that read every row of one of these tables, or all of an index, with their
    plans."""
    tables = [model._meta.db_table for model in models]
    for sql in dict.fromkeys(each["sql"] for each in queries):
        if not sql.lstrip(" (").startswith(LONG):
            continue
        names = {name for table in tables for name in _names(table, sql)}
        if names:
            plan = plan_of(sql)
            if any(_is_whole(step, names, sql) for step in plan.splitlines()):
                yield f"{plan}\n{sql}"


def _names(table: str, sql: str) -> Iterator[str]:
    """The table, and what the query calls it."""
    if table in sql:
        yield table
    yield from re.findall(rf'{table}"? (?:AS )?"?([UTW]\d+|run|each)\b', sql)


def _is_whole(step: str, names: set[str], sql: str) -> bool:
    if connection.vendor == "postgresql":
        found = re.search(r"Seq Scan on (\w+)(?: (\w+))?", step)
        return found is not None and not names.isdisjoint(found.groups())
    found = re.search(r"SCAN (?:TABLE )?(\w+)(.*)", step)
    if found is None or found[1] not in names:
        return False
    # In order of an index, up to as many as are wanted.
    return not ("USING" in found[2] and "LIMIT" in sql)
