"""Two groups are made once, and are people's from then on."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Group, User
from django.core.management import call_command

from schedules.models import DoneOnce
from schedules.services.permissions import may_to_all

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
OPERATORS, EDITORS = "Schedule operators", "Schedule editors"


def migrate() -> None:
    call_command("migrate", "ostinato_schedules", verbosity=0)


def member(group: str) -> User:
    user = User.objects.create_user(group.replace(" ", "-"), is_staff=True)
    user.groups.add(Group.objects.get(name=group))
    return user


def test_operators_view_pause_resume_and_run() -> None:
    operator = member(OPERATORS)
    may = ("view", "pause", "resume", "run")
    may_not = ("change", "delete", "backfill", "approve", "decline")
    assert all(may_to_all(operator, verb) for verb in may)
    assert not any(may_to_all(operator, verb) for verb in may_not)
    assert operator.has_perm("ostinato_workflows.view_workflowexecution")
    assert not operator.has_perm("ostinato_schedules.add_scheduledjob")


def test_editors_change_as_well_and_approve_nothing() -> None:
    editor = member(EDITORS)
    may = ("view", "pause", "resume", "run", "change", "delete", "backfill")
    assert all(may_to_all(editor, verb) for verb in may)
    assert not may_to_all(editor, "approve")
    assert editor.has_perm("ostinato_schedules.add_scheduledjob")


def test_what_people_have_done_to_them_stays() -> None:
    Group.objects.get(name=EDITORS).delete()
    Group.objects.get(name=OPERATORS).permissions.clear()
    migrate()
    assert not Group.objects.filter(name=EDITORS).exists()
    assert not Group.objects.get(name=OPERATORS).permissions.exists()


def test_a_renamed_group_is_not_made_again() -> None:
    Group.objects.filter(name=OPERATORS).update(name="On call")
    migrate()
    assert not Group.objects.filter(name=OPERATORS).exists()


def test_a_group_that_a_project_had_before_stays_as_it_was() -> None:
    Group.objects.all().delete()
    DoneOnce.objects.all().delete()
    Group.objects.create(name=OPERATORS)
    migrate()
    assert not Group.objects.get(name=OPERATORS).permissions.exists()
    assert Group.objects.get(name=EDITORS).permissions.exists()
