"""Transactions that code of others has begun and not ended."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connections

from workflows.kit.logs import get_logger

log = get_logger(__name__)


class TransactionLeftOpen(Exception):
    """The body has begun a transaction and not ended it: what it wrote there is undone."""


@contextmanager
def ended_by_the_body() -> Iterator[None]:
    """Undo the transactions that the body leaves open, so that no later write becomes part of
    them. Raises `TransactionLeftOpen`, unless the body has raised an exception."""
    before = _open()
    try:
        yield
    except BaseException:
        _undo(before)
        raise
    if _undo(before):
        raise TransactionLeftOpen


def _open() -> dict[str, int]:
    """How many transactions and savepoints are open, by connection."""
    return {
        connection.alias: len(connection.savepoint_ids)
        + (
            connection.in_atomic_block
            or (connection.connection is not None and not connection.autocommit)
        )
        for connection in connections.all(initialized_only=True)
    }


def _undo(before: dict[str, int]) -> bool:
    left = [alias for alias, count in _open().items() if count > before.get(alias, 0)]
    for alias in left:
        log.warning("transaction_left_open", database=alias)
        connections[alias].close()
        del connections[alias]
    return bool(left)
