"""Transactions that code of others leaves open."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.db import connection, transaction

from workflows.kit.open_transactions import TransactionLeftOpen, ended_by_the_body

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both_databases]


def write(name: str) -> None:
    User.objects.create(username=name)


def test_what_a_body_ends_itself_is_kept() -> None:
    with ended_by_the_body(), transaction.atomic():
        write("kept")
    assert User.objects.get().username == "kept"


def test_a_block_that_was_never_left_is_undone_and_told() -> None:
    @ended_by_the_body()
    def body() -> None:
        transaction.atomic().__enter__()
        write("undone")

    with pytest.raises(TransactionLeftOpen):
        body()
    write("kept")
    assert User.objects.get().username == "kept"


def test_a_connection_without_autocommit_is_put_right() -> None:
    @ended_by_the_body()
    def body() -> None:
        connection.set_autocommit(False)
        write("undone")

    with pytest.raises(TransactionLeftOpen):
        body()
    write("kept")
    assert connection.get_autocommit()
    assert User.objects.get().username == "kept"


def test_the_exception_of_the_body_goes_before() -> None:
    @ended_by_the_body()
    def body() -> None:
        transaction.atomic().__enter__()
        write("undone")
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        body()
    assert not connection.in_atomic_block
    assert not User.objects.exists()


def test_a_transaction_around_the_body_goes_on() -> None:
    with transaction.atomic():
        write("before")
        with ended_by_the_body():
            write("within")
    assert User.objects.count() == 2
