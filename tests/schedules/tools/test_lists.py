"""What a model sees of the schedules there are."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User

from schedules.models import ScheduledJob
from tests.schedules.conftest import NOON, MakeSchedule
from tests.schedules.tools.conftest import CallTool
from tests.schedules.tools.test_tools import good
from workflows.models import Workflow

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


@pytest.mark.heavy
@pytest.mark.parametrize(
    ("filters", "names"),
    [
        ({}, ["by agent", "other", "by person"]),
        ({"created_by": "agent"}, ["by agent", "other"]),
        ({"status": "paused"}, ["other"]),
        ({"name_contains": "PERSON"}, ["by person"]),
        ({"workflow": "nightly", "limit": 1, "offset": 1}, ["other"]),
        ({"awaits_approval": True}, []),
    ],
)
def test_the_list_is_narrowed_down(
    call: CallTool, create, make_schedule: MakeSchedule, filters, names
):
    make_schedule(name="by person")
    other = good(create(name="other", end_at="2027-01-01"))["id"]
    good(create(name="by agent"))
    good(call("schedule_pause", schedule_id=other))
    order = {"by person": 0, "other": 1, "by agent": 2}
    for schedule in ScheduledJob.objects.all():  # all were made at noon
        schedule.created_at = NOON.replace(second=order[schedule.name])
        schedule.save()
    listed = good(call("schedule_list", **filters), "schedule_list")
    assert [each["name"] for each in listed["schedules"]] == names


def test_a_list_is_narrowed_down_in_capitals_or_not_in_any_alphabet(
    call: CallTool, make_schedule: MakeSchedule, workflow: Workflow
):
    Workflow.objects.filter(pk=workflow.pk).update(name="Übersicht")
    made = make_schedule(name="Prüfung")
    make_schedule(name="other")
    filters = {"name_contains": "PRÜF", "workflows_contain": "ÜBER"}
    listed = good(call("schedule_list", **filters), "schedule_list")
    assert [each["id"] for each in listed["schedules"]] == [str(made.pk)]
    assert [each["name"] for each in listed["workflows"]] == ["Übersicht"]


def test_a_long_list_is_paged(call: CallTool, make_schedule: MakeSchedule):
    for number in range(3):
        make_schedule(name=str(number))
    first = good(call("schedule_list", limit=2), "schedule_list")
    assert (first["total"], first["next_offset"]) == (3, 2)
    last = good(call("schedule_list", limit=2, offset=2), "schedule_list")
    assert (len(last["schedules"]), last["next_offset"]) == (1, None)


def test_a_list_names_the_workflows_that_can_be_scheduled(
    call: CallTool, alice: User, bob: User, workflow: Workflow
):
    Workflow.objects.create(name="asleep", owner=alice, is_active=False)
    Workflow.objects.create(name="of another", owner=bob)
    listed = good(call("schedule_list"), "schedule_list")
    assert listed["workflows"] == [{"id": str(workflow.pk), "name": "nightly"}]
    for number in range(30):
        Workflow.objects.create(name=f"report {number:02}", owner=alice)
    listed = good(call("schedule_list"), "schedule_list")
    assert (len(listed["workflows"]), listed["workflows_total"]) == (20, 31)
    found = good(call("schedule_list", workflows_contain="PORT 29"), "schedule_list")
    assert [each["name"] for each in found["workflows"]] == ["report 29"]


def test_a_list_costs_the_same_however_long_it_is(
    call: CallTool, alice: User, make_schedule: MakeSchedule, django_assert_num_queries
):
    for number in range(5):
        Workflow.objects.create(name=str(number), owner=alice)
        make_schedule()
    with django_assert_num_queries(8):
        call("schedule_list")


def test_the_largest_list_fits(call: CallTool, make_schedule: MakeSchedule, alice):
    for _ in range(25):
        make_schedule(name="\u2603" * 200)
    ScheduledJob.objects.update(status_reason="\u2603" * 500)
    listed = good(call("schedule_list", limit=25), "schedule_list")
    assert len(listed["schedules"]) == 25
