"""The examples of docs/python-api.md, and of the docstrings, are true."""

from __future__ import annotations

import doctest
import sys
from types import ModuleType
from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.db.models.signals import post_delete
from django.utils import timezone

import schedules
from platform_site.local.data_dir import BASE_DIR
from schedules.declared import timings
from schedules.models import ScheduledJob
from schedules.receivers import connect_objects
from schedules.services import Actor, update_schedule
from tests.permissions import CALLS, allow
from workflows.callables import declarations
from workflows.models import Workflow

OPTIONS = doctest.ELLIPSIS | doctest.IGNORE_EXCEPTION_DETAIL


@pytest.mark.both_databases
@pytest.mark.django_db
def test_the_examples_of_the_document_are_true(
    owner: User, workflow: Workflow, ostinato: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    ostinato(OBJECTS=["auth.Group"])
    connect_objects()

    def change_as_a_person(key: str, **fields: Any) -> None:
        row = ScheduledJob.objects.get(key=key)
        update_schedule(row.pk, fields, actor=Actor.person(owner), now=timezone.now())

    invoice = Group.objects.create(name="invoice 7")
    allow(owner, *CALLS)
    monkeypatch.setitem(sys.modules, "billing", ModuleType("billing"))
    tasks = ModuleType("billing.tasks")
    exec("def remind(invoice: int, days: int = 14) -> None: ...", vars(tasks))
    monkeypatch.setitem(sys.modules, tasks.__name__, tasks)
    declarations.by_name.clear()
    schedules.schedulable(vars(tasks)["remind"])
    names = {name: getattr(schedules, name) for name in schedules.__all__}
    known = {
        "ada": owner,
        "invoice": invoice,
        "workflow": workflow,
        "change_as_a_person": change_as_a_person,
    }
    result = doctest.testfile(
        str(BASE_DIR / "docs" / "python-api.md"),
        module_relative=False,
        globs=names | known,
        optionflags=OPTIONS,
    )
    post_delete.disconnect(sender=Group, dispatch_uid="ostinato_schedules.auth.group")
    assert result.attempted > 5
    assert result.failed == 0


def test_the_examples_of_the_docstrings_are_true() -> None:
    result = doctest.testmod(timings)
    assert result.attempted > 2
    assert result.failed == 0
