"""Schedules that are for an object, and end with it."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.contrib.sessions.models import Session

from schedules import every, upsert
from schedules.exceptions import InvalidSchedule
from schedules.models import ScheduledJob
from workflows.models import Workflow

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
KEY = "invoice-42"


@pytest.fixture(autouse=True)
def objects(settings: Any) -> None:
    settings.OSTINATO = {"OBJECTS": ["auth.Group", "sessions.Session"]}


def make(workflow: Workflow, **fields: Any) -> ScheduledJob:
    fields |= {"workflow": workflow, "owner": workflow.owner}
    made = upsert(KEY, timing=every(days=1), **fields)
    return ScheduledJob.objects.get(pk=made.id)


def test_a_schedule_refers_to_its_object(workflow: Workflow) -> None:
    group = Group.objects.create(name="invoice 42")
    schedule = make(workflow, for_object=group)
    assert (schedule.object_model, schedule.object_id) == ("auth.group", str(group.pk))
    assert make(workflow).object_model == ""


@pytest.mark.parametrize(
    ("instance", "why"),
    [
        (Group(name="unsaved"), "saved in the database"),
        ("auth.group:1", "saved in the database"),
        (User(pk=1), "saved in the database"),
    ],
)
def test_an_object_that_is_not_saved_is_refused(
    workflow: Workflow, instance: Any, why: str
) -> None:
    with pytest.raises(InvalidSchedule, match=why) as refused:
        make(workflow, for_object=instance)
    assert refused.value.errors.keys() == {"for_object"}


def test_a_model_that_the_settings_do_not_name_is_refused(workflow: Workflow) -> None:
    with pytest.raises(InvalidSchedule, match=r"auth.User: name it in OSTINATO"):
        make(workflow, for_object=workflow.owner)


def test_the_key_of_an_object_has_a_length(workflow: Workflow) -> None:
    for length in (200, 201):
        session = Session(session_key="x" * length)
        session._state.adding = False
        if length == 200:
            assert len(make(workflow, for_object=session).object_id) == length
            continue
        with pytest.raises(InvalidSchedule, match="more than 200 characters"):
            make(workflow, for_object=session)
