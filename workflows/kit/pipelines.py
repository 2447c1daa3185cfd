"""Statements that PostgreSQL plans once for a connection and gets together, and that SQLite gets
directly.

Planning takes longer than running them, for the statements that every run repeats; so does
waiting for the server once for each. So they are prepared, and sent in libpq's pipeline mode, with
the beginning of their transaction. psycopg can do both, in twice the time of the processor.

Behind a pooler such as PgBouncer, which may give each transaction another server process,
statements are sent as Django sends all others.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Generator, Iterable, Sequence
from functools import lru_cache, partial
from itertools import count
from typing import Any, NamedTuple, Protocol

from django.db import OperationalError
from django.db.backends.base.base import BaseDatabaseWrapper

# The codes with which PostgreSQL refuses a statement that is to be prepared anew: its tables have
# changed, or someone has removed it. A new connection has no old ones.
STALE = ("0A000", "26000")
# Those that differ in the number of their rows, or in which values are null, are different.
MOST_PREPARED = 200
_PLACEHOLDER = re.compile("%[s%]")


class Sent(NamedTuple):
    """A statement with `%s` for each of its parameters."""

    sql: str
    params: Sequence[Any]


class _Stale(OperationalError):
    """A statement is to be prepared anew."""


class Answer(Protocol):
    """What came of a statement: a cursor of Django's has it, too."""

    @property
    def rowcount(self) -> int:
        """How many rows it has changed, or found."""

    def fetchall(self) -> list[Any]:
        """The rows that it has found."""


def run_together(
    connection: BaseDatabaseWrapper,
    statements: Iterable[Sent],
    *,
    commits: bool = False,
    then: Sequence[Sent] = (),
    meanwhile: Callable[[], None] | None = None,
) -> list[Answer] | None:
    """Run them in one round trip. The first one that fails ends all. In a transaction of
    Django's they are part of it, else they are one of their own. With `commits`, that
    transaction, which the caller is about to end, is committed in the same round trip, unless it is
    part of a larger one; then those in `then` run, whose answers are the last ones: there are
    none if it was, or if one of them fails. `meanwhile` is called while PostgreSQL works, and must not raise.

    On SQLite they run one after the other, without what Django does around each. None if
    this connection cannot do either: not through a pooler, and not where something looks at
    each query, as a log does."""
    _connect(connection)
    if connection.vendor == "sqlite" and not _is_watched(connection):
        connection.validate_no_broken_transaction()
        with connection.wrap_database_errors:
            return [_on_sqlite(connection.connection, *each) for each in statements]
    if not (prepared := _prepared_of(connection)):
        return None
    is_outermost = connection.in_atomic_block and not any(connection.savepoint_ids)
    after = then if commits and is_outermost else None
    return prepared.run(connection, statements, after, meanwhile)


def can_commit(connection: BaseDatabaseWrapper) -> bool:
    """Whether `run_together` can commit in the same round trip."""
    _connect(connection)
    return _prepared_of(connection) is not None


def _connect(connection: BaseDatabaseWrapper) -> None:
    connection.close_if_health_check_failed()
    connection.ensure_connection()


def _is_watched(connection: BaseDatabaseWrapper) -> bool:
    return connection.queries_logged or bool(connection.execute_wrappers)


def _prepared_of(connection: BaseDatabaseWrapper) -> _Prepared | None:
    """What is prepared on this connection to PostgreSQL; None if it can do nothing together."""
    raw: Any = connection.connection
    if connection.vendor != "postgresql" or _is_watched(connection):
        return None
    if not _prepares_nothing(raw):
        return None
    known = vars(raw)
    if "_ostinato_prepared" not in known:
        can = _has_pipelines() and is_direct(connection)
        known["_ostinato_prepared"] = _Prepared(raw) if can else None
    prepared: _Prepared | None = known["_ostinato_prepared"]
    return prepared


def is_direct(connection: BaseDatabaseWrapper) -> bool:
    """Of a connection to PostgreSQL: whether the server process is the one that it was begun
    with. A pooler names none, or one of its own."""
    raw: Any = connection.connection
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        (pid,) = cursor.fetchone()
    return bool(pid == raw.info.backend_pid)


def _prepares_nothing(raw: Any) -> bool:
    """Of a connection of psycopg: where it prepares statements by itself, it removes all of
    them after a rollback. psycopg2 has no pipelines."""
    return hasattr(raw, "pipeline") and raw.prepare_threshold is None


def _has_pipelines() -> bool:
    from psycopg import Pipeline  # noqa: PLC0415 psycopg may be missing

    return bool(Pipeline.is_supported())


class _Done(NamedTuple):
    """The answer of SQLite to one statement."""

    rowcount: int
    rows: list[Any]

    def fetchall(self) -> list[Any]:
        return self.rows


def _on_sqlite(raw: Any, sql: str, params: Sequence[Any]) -> Answer:
    cursor = raw.execute(_with_question_marks(sql), params)
    return _Done(cursor.rowcount, cursor.fetchall())


@lru_cache(maxsize=500)
def _with_question_marks(sql: str) -> str:
    return _PLACEHOLDER.sub(lambda found: "?" if found[0] == "%s" else "%", sql)


class _Result:
    """The answer of the server to one statement."""

    def __init__(self, result: Any, new_transformer: Callable[[], Any]) -> None:
        self._result = result
        self._new_transformer = new_transformer

    @property
    def rowcount(self) -> int:
        return int(self._result.command_tuples or 0)

    def fetchall(self) -> list[Any]:
        transformer = self._new_transformer()
        transformer.set_pgresult(self._result)
        rows: list[Any] = transformer.load_rows(0, self._result.ntuples, tuple)
        return rows


class _Ready(NamedTuple):
    """A statement whose parameters are as the server takes them."""

    sql: str
    values: Sequence[Any]
    types: Sequence[int]
    formats: Sequence[Any]


class _Step(NamedTuple):
    """Something that the server answers: a statement, or what goes before or after it."""

    is_statement: bool = False
    # Of a statement that is being prepared: what it is known by.
    key: Any = None
    name: bytes = b""


class _Prepared:
    """The prepared statements of one connection."""

    def __init__(self, raw: Any) -> None:
        from psycopg import adapt, errors, pq  # noqa: PLC0415 psycopg may be missing

        self._raw = raw
        self._failed = pq.ExecStatus.FATAL_ERROR
        self._error_of: Any = errors.error_from_result
        self._new_transformer = partial(adapt.Transformer, raw)
        self._format = adapt.PyFormat.AUTO
        # By the text of the statement and the types of its parameters.
        self._names: dict[Any, bytes] = {}
        self._count = 0
        # By the text of the statement: they know how its values are sent. (What is read depends
        # on the session's time zone, and a transformer keeps the result.)
        self._transformers: dict[str, Any] = {}

    def run(
        self,
        connection: BaseDatabaseWrapper,
        statements: Iterable[Sent],
        after: Iterable[Sent] | None,
        meanwhile: Callable[[], None] | None,
    ) -> list[Answer]:
        """Before anything in `after`, and be it empty, it commits."""
        connection.validate_no_broken_transaction()
        with connection.wrap_database_errors:
            first = [self._ready(*each) for each in statements]
            then = None if after is None else [self._ready(*each) for each in after]
            try:
                with self._raw.lock:
                    return self._run(first, then, meanwhile)
            except BaseException as error:
                # Interrupted, its answers would later be taken for those to others.
                if self._raw.pgconn.pipeline_status or isinstance(error, _Stale):
                    self._raw.pgconn.finish()  # also out of the pool that it may be of
                    connection.errors_occurred = True
                    if not isinstance(error, _Stale):
                        connection.close()
                raise

    def _ready(self, sql: str, params: Sequence[Any]) -> _Ready:
        transformer = self._transformers.get(sql)
        if transformer is None:
            transformer = self._new_transformer()
            if len(self._transformers) < MOST_PREPARED:
                self._transformers[sql] = transformer
        values = transformer.dump_sequence(params, [self._format] * len(params))
        types, formats = transformer.types or (), transformer.formats or ()
        return _Ready(sql, values, types, formats)

    def _run(
        self,
        statements: Iterable[_Ready],
        after: Iterable[_Ready] | None,
        meanwhile: Callable[[], None] | None,
    ) -> list[Answer]:
        server = self._raw.pgconn
        server.enter_pipeline_mode()
        steps = self._begin()
        for statement in statements:
            steps += self._send(statement)
        if after is not None:  # then Django finds nothing left to commit
            server.send_query_params(b"COMMIT", None)
            steps.append(_Step())
        needed = len(steps)
        for statement in after or ():
            steps += self._send(statement)
        server.pipeline_sync()
        if meanwhile:
            self._raw.wait(_sent(server))
            meanwhile()
        results = self._raw.wait(_results(server, len(steps)))
        server.exit_pipeline_mode()
        if any(each.status == self._failed for each in results[needed:]):
            del steps[needed:], results[needed:]  # what is committed has not failed
        self._check(steps, results)
        return [
            _Result(result, self._new_transformer)
            for step, result in zip(steps, results, strict=True)
            if step.is_statement
        ]

    def _begin(self) -> list[_Step]:
        """Begin the transaction that is due. psycopg would wait for the answer to its BEGIN; it
        ends a transaction in the same way, whoever has begun it."""
        raw = self._raw
        if raw.autocommit or raw.pgconn.transaction_status:
            return []
        begin = "BEGIN"
        if level := raw.isolation_level:
            begin += f" ISOLATION LEVEL {level.name.replace('_', ' ')}"
        if raw.read_only is not None:
            begin += " READ ONLY" if raw.read_only else " READ WRITE"
        if raw.deferrable is not None:
            begin += " DEFERRABLE" if raw.deferrable else " NOT DEFERRABLE"
        raw.pgconn.send_query_params(begin.encode(), None)
        return [_Step()]

    def _send(self, statement: _Ready) -> list[_Step]:
        sql, values, types, formats = statement
        server = self._raw.pgconn
        steps = []
        key = (sql, types)
        name = self._names.get(key)
        if name is None and self._count >= MOST_PREPARED:
            server.send_query_params(_numbered(sql).encode(), values, types, formats)
            return [_Step(is_statement=True)]
        if name is None:
            self._count += 1
            name = b"ostinato_%d" % self._count
            server.send_prepare(name, _numbered(sql).encode(), types)
            steps.append(_Step(key=key, name=name))
        server.send_query_prepared(name, values, formats)
        return [*steps, _Step(is_statement=True)]

    def _check(self, steps: Sequence[_Step], results: Sequence[Any]) -> None:
        """Remember what was prepared; raise the error of the first statement that failed."""
        for step, result in zip(steps, results, strict=True):
            if result.status == self._failed:
                error = self._error_of(result, encoding=self._raw.info.encoding)
                if error.sqlstate in STALE:
                    raise _Stale(str(error)) from error
                raise error
            if step.name:
                self._names[step.key] = step.name


def _numbered(sql: str) -> str:
    """The statement with `$1`, `$2` and so on for its parameters."""
    numbers = count(1)
    return _PLACEHOLDER.sub(
        lambda found: f"${next(numbers)}" if found[0] == "%s" else "%", sql
    )


def _sent(server: Any) -> Generator[Any, Any, None]:
    """All of a pipeline is with the server. For `Connection.wait`."""
    from psycopg import generators  # noqa: PLC0415

    yield from generators.send(server)


def _results(server: Any, how_many: int) -> Generator[Any, Any, list[Any]]:
    """Of a pipeline: its results. For `Connection.wait`."""
    from psycopg import generators  # noqa: PLC0415

    yield from _sent(server)
    results = []
    for _ in range(how_many):
        results += yield from generators.fetch_many(server)
    yield from generators.fetch_many(server)  # the end of the pipeline
    return results
