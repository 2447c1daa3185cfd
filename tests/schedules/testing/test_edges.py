"""What surrounds a test that travels in time."""

from __future__ import annotations

import pytest
from django.db import transaction

from schedules.testing.edges import kept_usable


@pytest.mark.django_db
def test_savepoints_are_made_by_the_name_that_django_has_since_6_1(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    make = transaction.savepoint
    made: list[str] = []

    def create() -> str:
        made.append(make())
        return made[-1]

    monkeypatch.setattr(transaction, "savepoint_create", create, raising=False)
    monkeypatch.delattr(transaction, "savepoint")
    with kept_usable():
        pass
    assert len(made) == 2
