"""A commit may leave waiting for the disk to the next one."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from django.db import IntegrityError, connection, transaction

from workflows.kit import commits
from workflows.kit.commits import left_to_the_next, settle
from workflows.kit.prepared import run_all
from workflows.models import Workflow

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both_databases]
ASK = {"sqlite": "PRAGMA synchronous", "postgresql": "SHOW synchronous_commit"}
WAITS = {"sqlite": "2", "postgresql": "on"}
DOES_NOT = {"sqlite": "1", "postgresql": "off"}


@pytest.fixture(autouse=True)
def which_waits() -> Iterator[None]:
    """A connection whose commits wait for the disk, as those of a site; of tests they do not."""
    on = {
        "sqlite": "PRAGMA synchronous=FULL",
        "postgresql": "SET synchronous_commit=on",
    }
    connection.close()
    with connection.cursor() as cursor:
        cursor.execute(on[connection.vendor])
    settle()
    yield
    connection.close()
    settle()


@pytest.fixture
def synced(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The files that were brought to the disk."""
    found: list[int] = []
    monkeypatch.setattr(commits.os, "fsync", found.append)
    return found


def answer() -> str:
    with connection.cursor() as cursor:
        cursor.execute(ASK[connection.vendor])
        return str(cursor.fetchone()[0])


@pytest.mark.parametrize(
    ("how", "answers"), [({"if_": True}, DOES_NOT), ({"if_": False}, WAITS)]
)
def test_only_a_commit_that_is_left_to_the_next_does_not_wait(
    workflow: Workflow, how: dict[str, bool], answers: dict[str, str]
) -> None:
    with left_to_the_next(**how) as statements, transaction.atomic():
        run_all(statements)
        workflow.save()
        assert answer() == answers[connection.vendor]
    assert answer() == WAITS[connection.vendor]


def test_after_an_error_commits_wait_as_before(workflow: Workflow) -> None:
    with pytest.raises(IntegrityError):
        _save_without_waiting(workflow)
    assert answer() == WAITS[connection.vendor]


def _save_without_waiting(workflow: Workflow) -> None:
    with left_to_the_next() as statements, transaction.atomic():
        run_all(statements)
        workflow.owner_id = None  # type: ignore[assignment]
        workflow.save()


def test_a_transaction_of_the_caller_stays_as_it_is(workflow: Workflow) -> None:
    with transaction.atomic(), left_to_the_next() as statements:
        assert statements == []
        workflow.save()
        assert answer() == WAITS[connection.vendor]


@pytest.mark.skipif(
    connection.vendor != "sqlite", reason="PostgreSQL does it by itself."
)
def test_what_no_commit_follows_is_brought_to_the_disk_once(
    workflow: Workflow, synced: list[int]
) -> None:
    settle()
    assert synced == []
    with left_to_the_next(), transaction.atomic():
        workflow.save()
    settle()
    assert len(synced) == 1
    settle()
    assert len(synced) == 1
    assert not os.path.exists(f"/proc/self/fd/{synced[0]}")
