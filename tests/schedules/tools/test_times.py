"""Times that no calendar has, and those at its ends."""

from __future__ import annotations

from datetime import datetime

import pytest

from schedules.timing import zones
from tests.schedules.conftest import MakeSchedule
from tests.schedules.tools.conftest import CallTool
from workflows.models import Workflow
from workflows.tools import ToolResult

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
OUTSIDE = [
    "9999-12-31T23:59:59-23:59",
    "9999-12-31T23:59:59+00:00",
    "0001-01-01T00:00:00+23:59",
]


@pytest.mark.heavy
@pytest.mark.parametrize("tool", ["schedule_create", "schedule_preview"])
@pytest.mark.parametrize("field", ["run_at", "start_at", "end_at"])
@pytest.mark.parametrize("time", OUTSIDE)
def test_a_time_outside_the_calendar_is_refused(
    call: CallTool, workflow: Workflow, tool: str, field: str, time: str
):
    given = {field: time} | ({"cron_expression": "@daily"} if field != "run_at" else {})
    if tool == "schedule_create":
        given |= {"name": "job", "workflow": str(workflow.pk)}
    assert_outside(call(tool, **given), field)


@pytest.mark.parametrize("time", OUTSIDE)
def test_nothing_is_explained_outside_the_calendar(
    call: CallTool, make_schedule: MakeSchedule, time: str
):
    schedule_id = str(make_schedule().pk)
    assert_outside(call("schedule_explain", schedule_id=schedule_id, at=time), "at")


@pytest.mark.parametrize("time", [zones.EARLIEST, zones.LATEST])
def test_the_ends_of_the_calendar_are_explained(
    call: CallTool, make_schedule: MakeSchedule, time: datetime
):
    for fields in ({}, {"cron_expression": "@daily", "timezone": "Asia/Tokyo"}):
        schedule_id = str(make_schedule(**fields).pk)
        at = time.isoformat(timespec="seconds")
        result = call("schedule_explain", schedule_id=schedule_id, at=at)
        assert not result.is_error, result.content


def assert_outside(result: ToolResult, field: str) -> None:
    error = result.content["error"]
    assert error["code"] == "invalid_arguments"
    (problem,) = error["problems"]
    assert problem == {"field": field, "message": f"{field} is outside the calendar."}
