"""A database that cannot serve as a whole is waited for; no run is given up for it."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from django.db import InternalError, OperationalError, ProgrammingError

from workflows.kit import database_retry


@pytest.mark.django_db
@pytest.mark.parametrize("kind", [OperationalError, InternalError, ProgrammingError])
def test_a_step_is_taken_again_until_the_database_serves(
    monkeypatch: pytest.MonkeyPatch, kind: type[Exception]
) -> None:
    monkeypatch.setattr(database_retry, "PAUSE_SECONDS", 0.01)
    outside = SimpleNamespace(in_atomic_block=False, close=lambda: None)
    monkeypatch.setattr(database_retry, "connection", outside)
    left = [kind("cannot execute UPDATE in a read-only transaction")] * 3

    def step() -> str:
        if left:
            raise left.pop()
        return "recorded"

    assert database_retry.retry_while_away(step) == "recorded"


@pytest.mark.django_db
def test_inside_a_transaction_it_is_not_waited_for() -> None:
    def step() -> str:
        raise InternalError("current transaction is aborted")

    with pytest.raises(InternalError):
        database_retry.retry_while_away(step)
