"""Statements that are planned once for a connection, and sent together."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from contextlib import AbstractContextManager, closing, nullcontext
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import (
    DataError,
    IntegrityError,
    OperationalError,
    connection,
    transaction,
)
from django.test.utils import CaptureQueriesContext

from tests.at_once import at_once
from workflows.kit import pipelines as module
from workflows.kit.pipelines import Answer, Sent, run_together
from workflows.kit.prepared import Ahead, Param, Rows, Select, Update, run_all
from workflows.models import Workflow

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both_databases]
by_name = Select(lambda: Workflow.objects.filter(name=Param(Workflow, "name")))
rename = Update(
    lambda: Workflow.objects.filter(pk=Param(Workflow, "id")),
    name=Param(Workflow, "name"),
)
of_postgresql = pytest.mark.skipif(
    connection.vendor != "postgresql", reason="SQLite has no pipelines."
)


@pytest.fixture(autouse=True)
def new_connection(db: None) -> None:
    connection.close()


def together(*statements: tuple[str, list[object]]) -> list[Answer]:
    answers = run_together(connection, [Sent(*each) for each in statements])
    assert answers is not None
    return answers


def prepared() -> int:
    """How many statements the server process has planned for later."""
    if connection.vendor != "postgresql":
        return 0
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_prepared_statements")
        (count,) = cursor.fetchone()
    return int(count)


def test_a_statement_is_planned_once_and_answers_as_before(
    workflow: Workflow,
) -> None:
    before = prepared()
    for _ in range(5):
        assert by_name(name=workflow.name) == [workflow]
        assert by_name(name=str(uuid.uuid4())) == []
    assert prepared() - before == (connection.vendor == "postgresql")


def test_each_of_several_statements_has_its_result_and_sees_those_before(
    workflow: Workflow,
) -> None:
    name = workflow.name
    for _ in range(2):
        found, changed, none, now_found, changed_back = run_all(
            [
                by_name.bind(name=name),
                rename.bind(id=workflow.pk, name="100% %s new"),
                rename.bind(id=uuid.uuid4(), name="x"),
                by_name.bind(name="100% %s new"),
                rename.bind(id=workflow.pk, name=name),
            ]
        )
        assert (changed, none, changed_back) == (1, 0, 1)
        assert found == now_found == [workflow]


def test_they_belong_to_the_transaction_around_them(workflow: Workflow) -> None:
    name = workflow.name
    with transaction.atomic():
        run_all([rename.bind(id=workflow.pk, name="x")])
        assert Workflow.objects.get(name="x") == workflow
        transaction.set_rollback(True)
    assert by_name(name=name) == [workflow]
    with transaction.atomic():
        rename(id=workflow.pk, name="y")
    connection.close()
    assert by_name(name="y") == [workflow]


def test_the_last_ones_of_a_transaction_may_commit_it(workflow: Workflow) -> None:
    done: list[str] = []
    with transaction.atomic():
        transaction.on_commit(lambda: done.append("committed"))
        run_all([rename.bind(id=workflow.pk, name="x")], commits=True)
    assert done == ["committed"]
    connection.close()
    assert by_name(name="x") == [workflow]
    rename(id=workflow.pk, name="after")
    assert by_name(name="after") == [workflow]


@of_postgresql
def test_the_commit_may_bring_an_answer_along(workflow: Workflow) -> None:
    ahead: Ahead[list[Workflow]] = Ahead(lambda: by_name.bind(name="x"))
    renames = [rename.bind(id=workflow.pk, name=name) for name in ("w", "x")]
    assert [each.rowcount for each in ahead.commit(renames)] == [1, 1]
    connection.close()  # it is committed, and the answer is there
    assert ahead.answer() == [workflow]
    rename(id=workflow.pk, name="y")
    assert ahead.answer() == []  # asked anew


@of_postgresql
def test_what_is_committed_has_not_failed_though_what_comes_after_it_does(
    workflow: Workflow,
) -> None:
    divided: Rows = Rows(lambda: "SELECT 1 / %s::int")
    ahead: Ahead[list[Any]] = Ahead(lambda: divided.bind(params=[divisor]))
    divisor = 0
    (renamed,) = ahead.commit([rename.bind(id=workflow.pk, name="x")])
    assert renamed.rowcount == 1
    assert not ahead.is_known
    assert by_name(name="x") == [workflow]
    divisor = 1
    assert ahead.answer() == [(1,)]


@of_postgresql
def test_a_zone_that_the_session_had_is_not_remembered() -> None:
    noon = datetime(2026, 7, 1, 12, tzinfo=UTC)
    for zone in ("Europe/Berlin", "UTC"):
        with connection.cursor() as cursor:
            cursor.execute(f"SET TIME ZONE '{zone}'")
        (answer,) = together(("SELECT %s::timestamptz", [noon]))
        ((read,),) = answer.fetchall()
    assert read == noon


def test_without_a_commit_of_its_own_an_answer_is_asked_for_when_it_is_wanted(
    workflow: Workflow,
) -> None:
    ahead: Ahead[list[Workflow]] = Ahead(lambda: by_name.bind(name="x"))
    with transaction.atomic():
        if ahead.can_commit:
            ahead.commit([rename.bind(id=workflow.pk, name="y")])
        rename(id=workflow.pk, name="x")
    assert ahead.answer() == [workflow]


@of_postgresql
def test_something_else_may_be_done_while_the_server_works(workflow: Workflow) -> None:
    done: list[list[str]] = []

    def names() -> list[str]:
        return list(Workflow.objects.values_list("name", flat=True))

    def meanwhile() -> None:
        done.extend(at_once([names]))
        other.close()

    impatient: Rows = Rows(lambda: "SELECT set_config('lock_timeout', '30s', true)")
    locking: Rows = Rows(lambda: "SELECT 1 FROM pg_advisory_xact_lock(1)")
    ahead: Ahead[list[Workflow]] = Ahead(lambda: by_name.bind(name="x"), meanwhile)
    # The server works until the other one, who has the lock, is gone.
    with closing(connection.copy()) as other:
        with other.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(1)")
        ahead.commit(
            [
                rename.bind(id=workflow.pk, name="x"),
                impatient.bind(params=[]),
                locking.bind(params=[]),
            ]
        )
    assert done == [["greeting"]]
    assert ahead.answer() == [workflow]


@of_postgresql
def test_what_fails_before_the_commit_undoes_all(workflow: Workflow) -> None:
    divided: Rows = Rows(lambda: "SELECT 1 / %s::int")
    ahead: Ahead[list[Workflow]] = Ahead(lambda: by_name.bind(name="x"))
    with pytest.raises(DataError, match="division by zero"):
        ahead.commit([rename.bind(id=workflow.pk, name="x"), divided.bind(params=[0])])
    assert not ahead.is_known
    assert by_name(name=workflow.name) == [workflow]


def test_not_every_connection_brings_an_answer_along() -> None:
    ahead: Ahead[list[Workflow]] = Ahead(lambda: by_name.bind(name="x"))
    assert ahead.can_commit == (connection.vendor == "postgresql")
    with CaptureQueriesContext(connection):  # it sees each statement by itself
        assert not ahead.can_commit


def test_but_not_the_transaction_of_a_caller(workflow: Workflow) -> None:
    name = workflow.name
    with transaction.atomic():
        with transaction.atomic():
            run_all([rename.bind(id=workflow.pk, name="x")], commits=True)
        transaction.set_rollback(True)
    assert by_name(name=name) == [workflow]


@of_postgresql
@pytest.mark.parametrize("around", [transaction.atomic, nullcontext])
def test_what_fails_undoes_all_of_them_and_the_connection_serves_on(
    workflow: Workflow, around: Callable[[], AbstractContextManager[None]]
) -> None:
    table = Workflow._meta.db_table
    for _ in range(2):  # what was prepared before the failure is known
        with pytest.raises(IntegrityError, match="null value"), around():
            together(*failing(table))
    assert Workflow.objects.get() == by_name(name=workflow.name)[0]
    (answer,) = together(("SELECT 7 % %s, '%%', %s::text", [4, "ü"]))
    assert answer.fetchall() == [(3, "%", "ü")]


def failing(table: str) -> list[tuple[str, list[object]]]:
    return [
        (f"UPDATE {table} SET name = %s", ["x"]),
        (f"UPDATE {table} SET name = %s", [None]),
        (f"SELECT count(*) FROM {table} WHERE name <> %s", ["never"]),
    ]


@of_postgresql
def test_an_interrupted_one_leaves_no_answer_to_the_next(
    workflow: Workflow, monkeypatch: pytest.MonkeyPatch
) -> None:
    together(("SELECT 1", []))

    def interrupted(*args: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(module, "_results", interrupted)
        with pytest.raises(KeyboardInterrupt), transaction.atomic():
            together(("SELECT 2", []))
    (answer,) = together(("SELECT 3", []))
    assert answer.fetchall() == [(3,)]


@of_postgresql
def test_a_server_process_that_has_ended_is_an_outage() -> None:
    together(("SELECT 1", []))
    other = connection.copy()
    with other.cursor() as cursor:
        pid = connection.connection.info.backend_pid
        cursor.execute("SELECT pg_terminate_backend(%s, 5000)", [pid])
    other.close()
    with pytest.raises(OperationalError):
        together(("SELECT 2", []))


@of_postgresql
def test_a_transaction_has_the_isolation_of_the_settings(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    level = connection.isolation_level
    try:
        connection.ensure_connection()
        connection.connection.isolation_level = 4
        with transaction.atomic():
            (answer,) = together(("SHOW transaction_isolation", []))
    finally:
        connection.close()
    assert answer.fetchall() == [("serializable",)]
    assert connection.isolation_level == level


@of_postgresql
@pytest.mark.parametrize(("default", "told"), [("off", "on"), ("on", "off")])
@pytest.mark.parametrize("kind", ["read_only", "deferrable"])
def test_a_transaction_is_what_the_connection_says_it_is(
    kind: str, default: str, told: str
) -> None:
    together((f"SET default_transaction_{kind} = {default}", []))
    setattr(connection.connection, kind, told == "on")
    try:
        with transaction.atomic():
            (answer,) = together((f"SHOW transaction_{kind}", []))
            assert answer.fetchall() == [(told,)]
    finally:
        connection.close()


def test_behind_a_pooler_nothing_is_planned_for_later(
    workflow: Workflow, monkeypatch: pytest.MonkeyPatch
) -> None:
    # What a pooler gives for the process number is one of its own.
    monkeypatch.setattr(module, "is_direct", lambda connection: False)
    before = prepared()
    for _ in range(5):
        assert by_name(name=workflow.name) == [workflow]
    assert prepared() == before


@of_postgresql
def test_of_statements_that_always_differ_only_so_many_are_kept() -> None:
    for number in range(module.MOST_PREPARED + 20):
        (answer,) = together((f"SELECT {number}, %s", [number]))
        assert answer.fetchall() == [(number, number)]
    assert prepared() == module.MOST_PREPARED


def test_whoever_looks_at_each_query_sees_these_too(workflow: Workflow) -> None:
    seen: list[str] = []

    def look(execute: Any, sql: str, *args: Any) -> Any:
        seen.append(sql)
        return execute(sql, *args)

    with connection.execute_wrapper(look):
        assert by_name(name=workflow.name) == [workflow]
    assert len(seen) == 1


@of_postgresql
def test_a_value_that_cannot_be_sent_leaves_the_transaction_as_it_is(
    workflow: Workflow,
) -> None:
    with transaction.atomic():
        rename(id=workflow.pk, name="kept")
        with pytest.raises((DataError, ValueError), match="NUL"):
            rename(id=workflow.pk, name="\0")
    assert by_name(name="kept") == [workflow]


def test_other_statements_are_sent_as_before(workflow: Workflow) -> None:
    by_name(name="any")
    before = prepared()
    for _ in range(10):
        assert Workflow.objects.get(name=workflow.name) == workflow
    assert prepared() == before


@of_postgresql
@pytest.mark.parametrize(
    "change", ["ALTER TABLE changing ADD other integer", "DEALLOCATE ALL"]
)
def test_a_statement_that_has_to_be_planned_anew_counts_as_an_outage(
    change: str,
) -> None:
    query = ("SELECT * FROM changing WHERE value > %s", [0])
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMP TABLE changing (value integer)")
        together(query)
        cursor.execute(change)
    with pytest.raises(OperationalError, match=r"cached plan|does not exist"):
        together(query)
    connection.close()


class OldDriver:
    """As a connection of psycopg2: it has neither pipelines nor attributes of others."""

    __slots__ = ()


def test_a_driver_without_pipelines_does_without() -> None:
    old = SimpleNamespace(
        vendor="postgresql",
        connection=OldDriver(),
        queries_logged=False,
        execute_wrappers=[],
        ensure_connection=lambda: None,
        close_if_health_check_failed=lambda: None,
    )
    assert run_together(old, [Sent("SELECT 1", [])]) is None  # type: ignore[arg-type]


@of_postgresql
def test_where_psycopg_prepares_statements_it_is_left_to_it(workflow: Workflow) -> None:
    connection.ensure_connection()
    connection.connection.prepare_threshold = 5
    before = prepared()
    assert by_name(name=workflow.name) == [workflow]
    assert prepared() == before
    connection.close()


@of_postgresql
def test_a_connection_with_stale_statements_is_not_used_again() -> None:
    query = ("SELECT 1", [])
    together(query)
    raw = connection.connection
    with connection.cursor() as cursor:
        cursor.execute("DEALLOCATE ALL")
    with pytest.raises(OperationalError):
        together(query)
    assert raw.closed
    connection.close_if_unusable_or_obsolete()
    assert together(query)[0].fetchall() == [(1,)]
