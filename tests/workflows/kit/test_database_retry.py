"""A database that cannot serve as a whole is waited for; no run is given up for it."""

from __future__ import annotations

import pytest
from django.db import InternalError, OperationalError, ProgrammingError

from workflows.kit import database_retry


@pytest.mark.django_db
@pytest.mark.parametrize("kind", [OperationalError, InternalError, ProgrammingError])
def test_a_step_is_taken_again_until_the_database_serves(
    monkeypatch: pytest.MonkeyPatch, kind: type[Exception]
) -> None:
    monkeypatch.setattr(database_retry, "PAUSE_SECONDS", 0.01)
    monkeypatch.setattr(database_retry.connection, "close", lambda: None)
    left = [kind("cannot execute UPDATE in a read-only transaction")] * 3

    def step() -> str:
        if left:
            raise left.pop()
        return "recorded"

    assert database_retry.retry_while_away(step) == "recorded"
