"""Whole numbers as models write them, within the bounds that they have everywhere."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from schedules.models import ScheduledJob
from schedules.tools import tools
from tests.schedules.conftest import BOUNDS, MakeSchedule
from tests.schedules.tools.conftest import CallTool
from tests.schedules.tools.test_tools import good

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


def test_a_whole_number_may_be_written_with_a_point(
    create: Callable[..., Any], call: CallTool
):
    made = good(create(interval_seconds=60.0, max_runs=3.0, payload={"share": 1.0}))
    schedule = ScheduledJob.objects.get(pk=made["id"])
    numbers = (schedule.interval_seconds, schedule.max_runs)
    assert [repr(number) for number in numbers] == ["60", "3"]
    assert repr(schedule.trigger_payload["share"]) == "1.0"
    for tool, given in (
        ("schedule_list", {"limit": 10.0, "offset": 0.0}),
        ("schedule_preview", {"interval_seconds": 60.0, "count": 5.0}),
    ):
        good(call(tool, **given), tool)


@pytest.mark.parametrize(
    "given",
    [
        {"interval_seconds": 60.5},
        {"max_runs": 0},
        {"max_runs": -1},
        {"max_runs": 1e300},
        {"interval_seconds": 1e300},
        {"interval_seconds": True},
    ],
)
def test_invalid_numbers_are_refused_at_their_field(
    create: Callable[..., Any], given: dict[str, Any]
):
    error = create(**given).content["error"]
    assert error["code"] == "invalid_arguments"
    assert [each["field"] for each in error["problems"]] == list(given)


@pytest.mark.parametrize("tool", ["schedule_create", "schedule_preview"])
def test_the_schemas_have_the_bounds_of_the_services(tool: str):
    fields = tools[tool].input_schema["properties"]
    for name in BOUNDS.keys() & fields.keys():
        number = fields[name]["anyOf"][0]
        assert (number["minimum"], number["maximum"]) == BOUNDS[name]


def test_results_include_the_maximum_of_runs(
    create: Callable[..., Any], call: CallTool, make_schedule: MakeSchedule
):
    made = good(create(interval_seconds=60, max_runs=1))
    assert (made["sentence"], made["max_runs"]) == ("Every minute, at most 1 run", 1)
    many = good(create(interval_seconds=3600, max_runs=5))
    assert many["sentence"] == "Every hour, at most 5 runs"
    told = good(call("schedule_preview", schedule_id=made["id"]), "schedule_preview")
    assert told["sentence"] == made["sentence"]
    listed = good(call("schedule_list"), "schedule_list")
    assert {each["max_runs"] for each in listed["schedules"]} == {1, 5}
    assert good(create())["max_runs"] is None
