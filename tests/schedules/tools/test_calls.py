"""Agents that schedule functions: only those that were declared for them."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User

from schedules.models import ScheduledJob
from tests.schedules.calls import REMIND, TIDY, alice, callables
from tests.schedules.calls import create as create_call
from tests.schedules.tools.conftest import CallTool

__all__ = ["alice", "callables"]
pytestmark = pytest.mark.django_db
HOURLY = {"name": "job", "interval_seconds": 3600}


def test_an_agent_schedules_a_function_that_was_declared_for_agents(call: CallTool):
    result = call(
        "schedule_create", call=REMIND, arguments={"customer": "Ada"}, **HOURLY
    )
    assert not result.is_error, result.content
    assert result.content["call"] == REMIND
    assert result.content["arguments"] == {"customer": "Ada"}
    assert result.content["workflow"] is result.content["workflow_id"] is None
    schedule = ScheduledJob.objects.get()
    assert (schedule.call, schedule.arguments) == (REMIND, {"customer": "Ada"})


@pytest.mark.parametrize("name", [TIDY, "prune_runs"])
def test_no_other_function_and_no_command(call: CallTool, name: str):
    result = call("schedule_create", call=name, **HOURLY)
    assert result.is_error
    assert not ScheduledJob.objects.exists()


def test_the_refusal_names_the_rule(call: CallTool):
    error = call("schedule_create", call=TIDY, **HOURLY).content["error"]
    assert error["code"] == "agent_call"


def test_an_agent_does_not_resume_what_it_may_not_call(call: CallTool, alice: User):
    schedule = create_call(alice, TIDY)
    assert not call("schedule_pause", schedule_id=str(schedule.pk)).is_error
    error = call("schedule_resume", schedule_id=str(schedule.pk)).content["error"]
    assert error["code"] == "agent_call"


def test_the_list_names_the_functions_and_no_workflow_that_the_system_made(
    call: CallTool, alice: User
) -> None:
    create_call(alice)
    listed = call("schedule_list").content
    assert [each["name"] for each in listed["functions"]] == [REMIND]
    assert [each["name"] for each in listed["workflows"]] == ["nightly"]
    assert listed["workflows_total"] == 1
    (schedule,) = listed["schedules"]
    assert schedule["call"] == REMIND
