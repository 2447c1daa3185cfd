"""Where the product meets Redis and the transaction of a test."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any
from unittest.mock import patch

from django.db import DatabaseError, transaction

from schedules.scheduler import SchedulerService
from workflows.execution.outbox import Outbox

_ALARMS = ("schedule_job", "cancel_job", "set_alarms", "wake_schedulers")


class SwallowedError(DatabaseError):
    """A function has gone on after an error that has broken the transaction around it."""


@contextmanager
def without_redis() -> Iterator[None]:
    """Meanwhile no alarm is set and no message is sent. The rows in the database are enough:
    both are only hints."""
    with ExitStack() as replaced:
        replaced.enter_context(patch.object(Outbox, "enqueue", _enqueued))
        for name in _ALARMS:
            replaced.enter_context(patch.object(SchedulerService, name, _nothing))
        yield


@contextmanager
def kept_usable() -> Iterator[None]:
    """If the body fails in the database, the transaction around the test goes on without what
    the body has written. On a site a function runs in no transaction."""
    if not transaction.get_connection().in_atomic_block:
        yield
        return
    savepoint = _savepoint()
    try:
        yield
        _check_usable()
        transaction.savepoint_commit(savepoint)
    except BaseException as error:
        if transaction.get_rollback() or _of_the_database(error):
            transaction.set_rollback(False)  # else Django refuses to roll back
            transaction.savepoint_rollback(savepoint)
        raise


def _savepoint() -> str:
    """Django 6.1 has given the function another name."""
    create = getattr(transaction, "savepoint_create", None) or transaction.savepoint
    return str(create())


def _check_usable() -> None:
    """Raises `SwallowedError` if the body has caught an error of the database: PostgreSQL
    then refuses everything else in this transaction."""
    try:
        if not transaction.get_rollback():
            transaction.savepoint_commit(_savepoint())
            return
    except DatabaseError:
        pass
    raise SwallowedError(
        "It has caught an error of the database inside the transaction of the test. Put "
        "`with transaction.atomic():` around the statement that may fail, or let the test "
        "commit: pytest.mark.django_db(transaction=True)."
    )


def _of_the_database(error: BaseException | None) -> bool:
    while error is not None and not isinstance(error, DatabaseError):
        error = error.__cause__ or error.__context__
    return error is not None


def _enqueued(outbox: Outbox, messages: Any, **options: Any) -> bool:
    return True


def _nothing(service: SchedulerService, *arguments: Any) -> None:
    return None
