"""Queries that are compiled once: for the few that each run makes.

The ORM takes ten times as long to write such a query as SQLite takes to answer it. What they
mean is still said in the ORM's terms: a queryset in which a `Param` stands for each value that differs
between calls.
"""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any, Generic, NamedTuple, TypeVar, cast
from uuid import UUID

from django.db import DEFAULT_DB_ALIAS, connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import (
    BooleanField,
    Expression,
    F,
    Field,
    ForeignKey,
    Model,
    QuerySet,
)
from django.db.models.expressions import RawSQL
from django.db.models.sql import UpdateQuery
from typing_extensions import override

from workflows.kit.pipelines import Answer, Sent, can_commit, run_together

Row = TypeVar("Row")
Result = TypeVar("Result")
# Makes the parameters of a statement of the values that are given with a call.
Binding = Callable[[Mapping[str, Any]], tuple[Any, ...]]
# In fields of these kinds, these values go to the database as they are.
_AS_THEY_ARE: dict[str, type] = {
    "CharField": str,
    "TextField": str,
    "IntegerField": int,
    "PositiveIntegerField": int,
    "PositiveSmallIntegerField": int,
    "PositiveBigIntegerField": int,
}
_AS_THEY_ARE_ON_POSTGRESQL = _AS_THEY_ARE | {
    "UUIDField": UUID,
    "DateTimeField": datetime,
    "BooleanField": bool,
}


class Param(Expression):
    """A value that is given with each call, by the name of its field or by another one."""

    def __init__(self, model: type[Model], name: str, given: str = "") -> None:
        field = model._meta.get_field(name)
        assert isinstance(field, Field)
        super().__init__(output_field=field)
        self.name = given or name

    @override
    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, Any]:
        return "%s", [self]

    def prepared(self, connection: BaseDatabaseWrapper) -> Callable[[Any], Any]:
        """Makes what is sent to the database of a value."""
        return _prepared(self.output_field, connection)


class IsAnyOf(Param):
    """The condition that a field has one of the values of a list that is given with each call,
    of any length: it is one parameter."""

    def __init__(self, model: type[Model], name: str) -> None:
        super().__init__(model, name)
        self._field, self.output_field = self.output_field, BooleanField()
        self._column: Any = F(name)

    @override
    def get_source_expressions(self) -> list[Any]:
        return [self._column]

    @override
    def set_source_expressions(self, exprs: Sequence[Any]) -> None:
        (self._column,) = exprs

    @override
    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, Any]:
        column, params = compiler.compile(self._column)
        if connection.vendor == "postgresql":
            return f"{column} = ANY(%s)", [*params, self]
        return f"{column} IN (SELECT value FROM json_each(%s))", [*params, self]  # noqa: S608 a column's name

    @override
    def prepared(self, connection: BaseDatabaseWrapper) -> Callable[[Any], Any]:
        of_one = _prepared(self._field, connection)
        if connection.vendor == "postgresql":
            return lambda values: [of_one(each) for each in values]
        return lambda values: json.dumps([of_one(each) for each in values])


def literal(constant: str) -> RawSQL:
    """A constant that stands in the statement itself. Given as a parameter, SQLite compiles
    the statement anew each time: an index with a condition might suit one value only."""
    assert constant.isidentifier()
    return RawSQL(f"'{constant}'", ())  # noqa: S611 a constant


class Statement(ABC, Generic[Result]):
    """A statement that is compiled once for a connection. Called with the values of its
    parameters, it returns its result."""

    def __call__(self, **values: Any) -> Result:
        (result,) = run_all([self.bind(**values)])
        return cast("Result", result)

    def bind(self, **values: Any) -> Bound:
        """The statement with these values, for `run_all`."""
        return Bound(self, self.sent(connections[DEFAULT_DB_ALIAS], values))

    @abstractmethod
    def sent(self, connection: BaseDatabaseWrapper, values: Mapping[str, Any]) -> Sent:
        """What the database gets."""

    @abstractmethod
    def result(self, connection: BaseDatabaseWrapper, answer: Answer) -> Result:
        """What the answer means."""


class Bound(NamedTuple):
    """A statement that is ready to run: nothing of it is to be worked out while a lock is held."""

    statement: Statement[Any]
    sent: Sent


def run_all(statements: Sequence[Bound], *, commits: bool = False) -> list[Any]:
    """The results of these statements, which run one after the other. PostgreSQL gets them
    together: none can depend on the result of another. To be called in a transaction if they
    belong together. With `commits` they are its last ones, whatever their results: see
    `run_together`."""
    connection = connections[DEFAULT_DB_ALIAS]
    sent = [each.sent for each in statements]
    answers = run_together(connection, sent, commits=commits)
    if answers is not None:
        pairs = zip(statements, answers, strict=True)
        return [each.statement.result(connection, answer) for each, answer in pairs]
    results = []
    with connection.cursor() as cursor:
        for statement, (sql, params) in statements:
            cursor.execute(sql, params)
            results.append(statement.result(connection, cursor))
    return results


class Ahead(Generic[Result]):
    """A statement whose answer is wanted soon after a commit, which may bring it along.
    `meanwhile` is called while PostgreSQL works, and must not raise."""

    def __init__(
        self, bind: Callable[[], Bound], meanwhile: Callable[[], None] | None = None
    ) -> None:
        self.bind = bind
        self._meanwhile = meanwhile
        self._answer: list[Result] = []

    @property
    def can_commit(self) -> bool:
        """Whether this connection can bring the answer along with a commit."""
        return can_commit(connections[DEFAULT_DB_ALIAS])

    def commit(self, statements: Sequence[Bound]) -> list[Answer]:
        """Run these in a transaction, commit it, and ask, in one round trip, if it
        `can_commit`. (In a transaction of the caller they are only run.) Returns their
        answers."""
        connection = connections[DEFAULT_DB_ALIAS]
        mine = self.bind()
        sent = [each.sent for each in statements]
        with transaction.atomic():
            then = [mine.sent]
            answers = run_together(
                connection, sent, commits=True, then=then, meanwhile=self._meanwhile
            )
        assert answers is not None
        for answer in answers[len(sent) :]:
            self._answer = [mine.statement.result(connection, answer)]
        return answers[: len(sent)]

    @property
    def is_known(self) -> bool:
        """Whether a commit has brought the answer along."""
        return bool(self._answer)

    def answer(self) -> Result:
        """The answer, once: whoever asks again asks the database."""
        if self._answer:
            return self._answer.pop()
        (result,) = run_all([self.bind()])
        return cast("Result", result)


class Select(Statement[list[Row]]):
    """The rows of a queryset."""

    def __init__(self, build: Callable[[], QuerySet[Any, Row]]) -> None:
        self._build = build

    @override
    def sent(self, connection: BaseDatabaseWrapper, values: Mapping[str, Any]) -> Sent:
        known: _Known = _remembered(connection, self, self._compile)
        return Sent(known.sql, known.bound(values))

    @override
    def result(self, connection: BaseDatabaseWrapper, answer: Answer) -> list[Row]:
        known: _Known = _remembered(connection, self, self._compile)
        return known.objects(answer.fetchall())

    def _compile(self, connection: BaseDatabaseWrapper) -> _Known:
        return _Known(self._build(), connection)


class _Known:
    """A compiled queryset: Django's own code makes rows of what its compiler returns."""

    def __init__(
        self, queryset: QuerySet[Any, Any], connection: BaseDatabaseWrapper
    ) -> None:
        self._queryset: Any = queryset
        self._rows: list[Any] = []
        compiler: Any = queryset.query.get_compiler(connection.alias)
        self.sql, params = compiler.as_sql()
        self.bound = _binding(params, connection)
        converters = compiler.get_converters(each for each, *_ in compiler.select)
        compiler.get_converters = lambda expressions: converters
        compiler.execute_sql = lambda *args, **options: [self._rows]
        queryset.query.get_compiler = lambda *args, **kwargs: compiler  # type: ignore[method-assign]

    def objects(self, rows: list[Any]) -> list[Any]:
        """What the queryset makes of these rows."""
        self._rows = rows
        try:
            return list(self._queryset._iterable_class(self._queryset))
        finally:
            self._rows = []


class Update(Statement[int]):
    """An update of the rows of a queryset; returns their number."""

    def __init__(self, build: Callable[[], QuerySet[Any, Any]], **columns: Any) -> None:
        self._build = build
        self._columns = columns

    @override
    def sent(self, connection: BaseDatabaseWrapper, values: Mapping[str, Any]) -> Sent:
        sql, bound = _remembered(connection, self, self._compile)
        return Sent(sql, bound(values))

    @override
    def result(self, connection: BaseDatabaseWrapper, answer: Answer) -> int:
        return answer.rowcount

    def _compile(self, connection: BaseDatabaseWrapper) -> tuple[str, Binding]:
        query: Any = self._build().query.chain(UpdateQuery)
        query.add_update_values(self._columns)
        sql, params = query.get_compiler(connection.alias).as_sql()
        return sql, _binding(params, connection)


class Save:
    """Saves these fields of an object whose row is there."""

    def __init__(self, model: type[Model], *names: str) -> None:
        self._names = {name: model._meta.get_field(name).attname for name in names}  # type: ignore[union-attr]
        columns = {name: Param(model, name) for name in names}
        of_row = partial(model._default_manager.filter, pk=Param(model, "id"))
        self._update = Update(of_row, **columns)

    def __call__(self, row: Model) -> None:
        columns = {name: getattr(row, at) for name, at in self._names.items()}
        self._update(id=row.pk, **columns)


class Insert(Statement[None]):
    """Inserts `rows`, objects of the model, with all their columns. Those that are there
    already, since a commit whose answer was lost is repeated, stay as they are."""

    def __init__(self, model: type[Model]) -> None:
        self._model = model

    @override
    def sent(self, connection: BaseDatabaseWrapper, values: Mapping[str, Any]) -> Sent:
        table: _Table = _remembered(connection, self, partial(_Table, self._model))
        rows: Sequence[Model] = values["rows"]
        return Sent(table.insert(len(rows)), table.values(rows))

    @override
    def result(self, connection: BaseDatabaseWrapper, answer: Answer) -> None:
        pass


class Rows(Statement[list[Any]]):
    """The rows of a query that is written by hand, with `params` for its parameters."""

    def __init__(self, build: Callable[[], str]) -> None:
        self._build = build

    @override
    def sent(self, connection: BaseDatabaseWrapper, values: Mapping[str, Any]) -> Sent:
        sql = _remembered(connection, self, lambda connection: self._build())
        return Sent(sql, values["params"])

    @override
    def result(self, connection: BaseDatabaseWrapper, answer: Answer) -> list[Any]:
        return answer.fetchall()


class _Table:
    """How rows of a model are inserted."""

    def __init__(self, model: type[Model], connection: BaseDatabaseWrapper) -> None:
        name = connection.ops.quote_name
        fields = [
            each for each in model._meta.concrete_fields if not _is_automatic(each)
        ]
        names = ", ".join(name(each.column or "") for each in fields)
        self._into = f"INSERT INTO {name(model._meta.db_table)} ({names}) VALUES "  # noqa: S608 names come from the model
        self._row = f"({', '.join(['%s'] * len(fields))})"
        self.columns = [(each.attname, _prepared(each, connection)) for each in fields]

    def values(self, rows: Iterable[Model]) -> list[Any]:
        return [
            prepared(getattr(row, name))
            for row in rows
            for name, prepared in self.columns
        ]

    def insert(self, count: int) -> str:
        return self._into + ", ".join([self._row] * count) + " ON CONFLICT DO NOTHING"


def _is_automatic(field: Field[Any, Any]) -> bool:
    return field.primary_key and field.get_internal_type() == "BigAutoField"


def _remembered(
    connection: BaseDatabaseWrapper,
    statement: Any,
    compile_: Callable[[BaseDatabaseWrapper], Any],
) -> Any:
    """Each connection, so each thread, has compiled statements of its own."""
    known = connection.__dict__.setdefault("_ostinato_prepared", {})
    if statement not in known:
        known[statement] = compile_(connection)
    return known[statement]


def _binding(params: Iterable[Any], connection: BaseDatabaseWrapper) -> Binding:
    steps: list[tuple[str, Any]] = [
        (each.name, each.prepared(connection))
        if isinstance(each, Param)
        else ("", each)
        for each in params
    ]
    return lambda values: tuple(
        [step(values[name]) if name else step for name, step in steps]
    )


def _prepared(
    field: Field[Any, Any], connection: BaseDatabaseWrapper
) -> Callable[[Any], Any]:
    """Makes what is sent to the database of a value of this field."""
    is_postgresql = connection.vendor == "postgresql"
    kinds = _AS_THEY_ARE_ON_POSTGRESQL if is_postgresql else _AS_THEY_ARE
    target = field.target_field if isinstance(field, ForeignKey) else field
    # A field of a project's own may send something else than it is given.
    is_djangos = type(target).__module__.startswith("django.db.models.")
    kind = kinds.get(target.get_internal_type()) if is_djangos else None
    save = field.get_db_prep_save
    is_id_as_text = (
        is_djangos
        and connection.vendor == "sqlite"
        and target.get_internal_type() == "UUIDField"
    )

    def prepared(value: Any) -> Any:
        if value is None or type(value) is kind:
            return value
        if is_id_as_text and type(value) is UUID:
            return value.hex
        return save(value, connection)

    return prepared
