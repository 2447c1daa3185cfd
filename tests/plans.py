"""How the database carries out what was asked: by an index, or by reading whole tables."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager

from django.db import connection, transaction
from django.db.models import Model
from django.test.utils import CaptureQueriesContext

LONG = ("SELECT", "UPDATE", "DELETE", "WITH")


def plan_of(sql: str, *, without: Sequence[str] = ("seqscan",)) -> str:
    """The plan, a step a line, made without these methods of PostgreSQL. It reads a small table
    as a whole, whatever indexes it has, and, once a test has made it count the rows, by a bitmap
    where the index alone would do."""
    is_sqlite = connection.vendor == "sqlite"
    with transaction.atomic(), connection.cursor() as cursor:
        if not is_sqlite:
            for method in without:
                cursor.execute(f"SET LOCAL enable_{method} = off")
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


@contextmanager
def tables_read_as_a_whole() -> Iterator[set[str]]:
    """Those that are read so within, also when the database checks who refers to a row that
    is deleted, which is in no query. Known afterwards; the transaction is rolled back."""
    found: set[str] = set()
    with transaction.atomic(), connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("DISCARD PLANS; SET LOCAL enable_seqscan = off")
            before = _whole_reads_so_far()
            yield found
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            found.update(name for name, _ in _whole_reads_so_far() - before)
        else:
            with CaptureQueriesContext(connection) as queries:
                yield found
            for each in queries:
                if each["sql"].startswith(LONG):
                    found.update(_wholly_read(each["sql"]))
        transaction.set_rollback(True)


def _whole_reads_so_far() -> set[tuple[str, int]]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT relname, seq_scan FROM pg_stat_xact_user_tables")
        return set(cursor)


def _wholly_read(sql: str) -> Iterator[str]:
    """Tables of which the program that SQLite makes of a statement begins at the first row."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT rootpage, name FROM sqlite_schema WHERE type = 'table'")
        tables = dict(cursor.fetchall())
        cursor.execute(f"EXPLAIN {sql}")
        steps = [(step, one, two) for _, step, one, two, *_ in cursor]
    opened = {one: two for step, one, two in steps if step in ("OpenRead", "OpenWrite")}
    for step, cursor_number, _ in steps:
        if step == "Rewind" and opened.get(cursor_number) in tables:
            yield tables[opened[cursor_number]]


def indexes_that_hold(row: Model) -> set[str]:
    """The indexes with an entry of this row, but for that of its primary key."""
    table = row._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(_INDEXES[connection.vendor].format(table=table))
        indexes = cursor.fetchall()
    own = type(row)._base_manager.filter(pk=row.pk)
    return {
        name
        for name, condition in indexes
        if not condition or own.extra(where=[condition.replace("%", "%%")]).exists()
    }


_INDEXES = {
    "postgresql": """
        SELECT indexrelid::regclass::text, pg_get_expr(indpred, indrelid) FROM pg_index
        WHERE indrelid = '{table}'::regclass AND NOT indisprimary
    """,
    "sqlite": """
        SELECT found.name, CASE WHEN found.partial
            THEN substr(entry.sql, instr(entry.sql, ' WHERE ') + 7) END
        FROM pragma_index_list('{table}') found JOIN sqlite_schema entry USING (name)
        WHERE found.origin <> 'pk'
    """,
}
