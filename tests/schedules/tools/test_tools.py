from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.auth.models import User

from schedules.models import ScheduledJob, ScheduledRun, ScheduleEvent, UserProfile
from schedules.services import Actor, approve_schedule, decline_schedule, fire_due
from schedules.services.agents.declined import declined
from schedules.tools import tools
from tests.schedules.conftest import NOON, MakeSchedule
from tests.schedules.tools.conftest import CallTool
from workflows.models import Workflow, WorkflowExecution
from workflows.schemas.validate import schema_problems

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


def good(result: Any, name: str = "schedule_create") -> dict[str, Any]:
    """What a tool gave, if it is as its schema says."""
    assert not result.is_error, result.content
    assert schema_problems(tools[name].output_schema, result.content) == []
    content: dict[str, Any] = result.content
    return content


@pytest.mark.parametrize(
    ("fields", "kind", "sentence"),
    [
        ({"cron_expression": "0 9 * * mon"}, "cron", "At 09:00 on Mondays (UTC)"),
        ({"interval_seconds": 5400}, "interval", "Every 90 minutes"),
        ({"run_at": "2026-11-24T09:00"}, "once", "Once, on 2026-11-24 at 09:00 (UTC)"),
    ],
)
def test_the_given_field_determines_the_type(create, fields, kind, sentence):
    made = good(create(**fields))
    assert made["sentence"] == sentence
    assert ScheduledJob.objects.get(pk=made["id"]).schedule_type == kind


def test_a_creation_returns_what_the_model_needs_next(create, workflow: Workflow):
    made = good(create(cron_expression="0 9 * * *", timezone="Europe/Berlin"))
    assert (made["status"], made["workflow"]) == ("active", workflow.name)
    assert made["next_ticks"][0] == {
        "utc": "2026-11-24T08:00:00+00:00",
        "local": "2026-11-24T09:00:00+01:00",
    }
    assert len(made["next_ticks"]) == 3
    assert (made["active_count"], made["active_allowed"]) == (1, 20)
    assert made["end_at"] == "2027-02-21T12:00:00+00:00"
    assert (made["similar"], made["notes"]) == ([], [])


def test_the_users_own_zone_is_used(create, call: CallTool, alice: User):
    UserProfile.objects.create(user=alice, timezone="Asia/Tokyo")
    made = good(create(run_at="2026-11-24T09:00"))
    assert made["next_ticks"][0]["local"] == "2026-11-24T09:00:00+09:00"
    told = good(call("schedule_preview", cron_expression="@daily"), "schedule_preview")
    assert told["timezone"] == "Asia/Tokyo"


def test_a_dry_run_returns_the_same_and_saves_nothing(create):
    tried = good(create(dry_run=True))
    assert tried["id"] is None
    assert "nothing was saved" in tried["notes"][0]
    assert not ScheduledJob.objects.exists()
    assert not ScheduleEvent.objects.exists()
    assert not UserProfile.objects.exists()
    made = good(create())
    assert {**made, "id": None, "notes": tried["notes"]} == tried


def test_a_dry_run_checks_the_request_even_if_the_key_was_used(create):
    good(create(idempotency_key="k"))
    again = create(idempotency_key="k", dry_run=True, interval_seconds=1)
    assert again.content["error"]["code"] == "agent_interval"


def test_a_workflow_is_found_by_its_name(create, workflow: Workflow):
    made = good(create(workflow="nightly"))
    assert made["workflow_id"] == str(workflow.pk)


def test_an_unknown_workflow_is_refused_with_those_there_are(
    create, workflow: Workflow
):
    error = create(workflow="weekly").content["error"]
    assert error["code"] == "no_workflow"
    assert f"nightly ({workflow.pk})" in error["remedy"]


def test_a_name_of_two_workflows_is_refused(create, alice: User):
    Workflow.objects.create(name="nightly", owner=alice)
    error = create(workflow="nightly").content["error"]
    assert error["message"] == "More than one workflow has this name."


def test_a_workflow_that_no_schedule_starts_is_refused(create, workflow: Workflow):
    workflow.nodes.all().delete()
    (problem,) = create().content["error"]["problems"]
    assert problem["field"] == "workflow"
    assert "no active trigger_schedule" in problem["message"]


def test_a_schedule_that_cannot_start_any_more_is_pointed_out(
    create, call: CallTool, workflow: Workflow
):
    made = good(create())
    workflow.nodes.all().delete()
    paused = good(call("schedule_pause", schedule_id=made["id"]))
    assert paused["notes"][0].startswith("It cannot start. The workflow")


def test_a_schedule_may_begin_paused(create):
    made = good(create(status="paused", idempotency_key="k"))
    assert (made["status"], made["active_count"]) == ("paused", 0)
    again = good(create(status="active", idempotency_key="k"))
    assert (again["id"], again["status"]) == (made["id"], "paused")


def test_a_schedule_may_have_no_times_at_all(call: CallTool, workflow: Workflow):
    given = {"name": "by hand", "workflow": workflow.name, "schedule_type": "manual"}
    made = good(call("schedule_create", idempotency_key="k", **given))
    assert (made["sentence"], made["next_ticks"], made["end_at"]) == (
        "Only on request",
        [],
        None,
    )
    again = good(call("schedule_create", idempotency_key="k", **given))
    assert again["notes"][0].startswith("Nothing was created")
    assert len(again["notes"]) == 1
    shown = call("schedule_preview", schedule_id=made["id"]).content
    assert (shown["sentence"], shown["ticks"]) == ("Only on request", [])
    refused = call("schedule_create", cron_expression="@daily", **given)
    (problem,) = refused.content["error"]["problems"]
    assert problem["field"] == "cron_expression"
    assert "has no ticks" in problem["message"]


def test_two_kinds_of_timing_are_refused_by_name(create):
    error = create(cron_expression="@daily", interval_seconds=60).content["error"]
    assert {each["field"] for each in error["problems"]} == {
        "cron_expression",
        "interval_seconds",
    }


@pytest.mark.parametrize("field", ["run_at", "end_at"])
def test_a_time_that_is_none_is_refused(create, field):
    error = create(**{field: "tomorrow at nine"}).content["error"]
    assert error["problems"][0]["field"] == field
    assert "2026-01-31T09:00:00+01:00" in error["remedy"]


def test_a_schedule_is_paused_resumed_and_stopped(create, call: CallTool):
    made = good(create())["id"]
    paused = good(call("schedule_pause", schedule_id=made, note="lunch"))
    assert (paused["status"], paused["status_reason"]) == ("paused", "lunch")
    assert paused["reason_code"] == "by_agent"
    assert paused["active_count"] == 0
    resumed = good(call("schedule_resume", schedule_id=made))
    assert (resumed["status"], resumed["active_count"]) == ("active", 1)
    stopped = good(call("schedule_stop", schedule_id=made), "schedule_stop")
    assert stopped == {
        "id": made,
        "name": "job",
        "status": "deleted",
        "active_count": 0,
        "active_allowed": 20,
    }
    assert not ScheduledJob.objects.exists()


def test_every_action_is_on_record_with_its_execution(
    call: CallTool, create, alice: User, workflow: Workflow
):
    execution = WorkflowExecution.objects.create(
        owner=alice, workflow=workflow, trigger_type="manual"
    ).pk
    made = good(create(execution_id=execution))["id"]
    for name in ("schedule_pause", "schedule_resume", "schedule_stop"):
        assert not call(name, execution_id=execution, schedule_id=made).is_error
    events = ScheduleEvent.objects.order_by("id")
    assert [event.verb for event in events] == ["create", "pause", "resume", "stop"]
    for event in events:
        who = (event.actor_kind, event.actor_name, event.execution_id)
        assert who == ("agent", "alice", execution)


def test_a_preview_of_what_is_not_saved(call: CallTool):
    told = good(
        call(
            "schedule_preview",
            cron_expression="30 2 * * *",
            timezone="Europe/Berlin",
            start_at="2027-03-28",
            count=1,
        ),
        "schedule_preview",
    )
    assert told["sentence"] == "At 02:30 every day (Europe/Berlin)"
    assert told["ticks"][0]["moved_by_gap"] is True
    assert not ScheduledJob.objects.exists()


def test_the_preview_tool_takes_a_schedule_or_a_timing_but_not_both(
    call: CallTool, make_schedule: MakeSchedule
):
    schedule = make_schedule()
    told = good(
        call("schedule_preview", schedule_id=str(schedule.pk)), "schedule_preview"
    )
    assert (told["sentence"], len(told["ticks"])) == ("Every minute", 5)
    both = call("schedule_preview", schedule_id=str(schedule.pk), run_at="2027-01-01")
    assert (
        both.content["error"]["remedy"]
        == "Give either schedule_id or the timing fields."
    )


def test_the_explain_tool_requires_a_time_with_an_offset(
    call: CallTool, make_schedule: MakeSchedule
):
    schedule = make_schedule()
    explain = {"schedule_id": str(schedule.pk), "at": "2026-11-23T12:00:30+00:00"}
    told = good(call("schedule_explain", **explain), "schedule_explain")
    assert told["is_tick"] is False
    assert told["next_tick"] == "2026-11-23T12:01:00+00:00"
    assert (told["run_status"], told["failure_kind"]) == (None, None)
    naive = call("schedule_explain", **explain | {"at": "2026-11-23T12:00"})
    assert naive.content["error"]["message"] == "at has no offset."


def test_an_explanation_of_a_failed_run_has_its_kind(
    call: CallTool, make_schedule: MakeSchedule
):
    schedule = make_schedule(now=NOON - timedelta(minutes=1))
    fire_due(NOON)
    ScheduledRun.objects.update(status="failed", failure_kind="lost", started_at=NOON)
    explain = {"schedule_id": str(schedule.pk), "at": NOON.isoformat()}
    found = good(call("schedule_explain", **explain), "schedule_explain")
    assert (found["run_status"], found["failure_kind"]) == ("failed", "lost")


def test_a_proposal_notes_that_a_person_must_approve_it(
    create, call: CallTool, alice: User
):
    UserProfile.objects.create(user=alice, agents_propose=True)
    made = good(create())
    assert (made["status"], made["awaits_approval"]) == ("paused", True)
    assert made["status_reason"] == "proposed by an agent for alice"
    assert "until a person approves it" in made["notes"][0]
    error = call("schedule_resume", schedule_id=made["id"]).content["error"]
    assert error["code"] == "agent_approval"
    approve_schedule(made["id"], actor=Actor.person(alice), now=NOON)
    listed = good(call("schedule_list", awaits_approval=True), "schedule_list")
    assert listed["total"] == 0


@pytest.mark.both_databases
def test_a_declined_proposal_is_listed_with_the_reason_for_30_days(
    create, call: CallTool, alice: User, bob: User
):
    UserProfile.objects.create(user=alice, agents_propose=True)
    made = good(create(name="nightly scrape"))["id"]
    why = "Twice a day is enough."
    decline_schedule(made, actor=Actor.person(alice), now=NOON, note=why)
    listed = good(call("schedule_list"), "schedule_list")
    assert (listed["total"], listed["active_count"]) == (0, 0)
    assert listed["declined"] == [
        {
            "name": "nightly scrape",
            "declined_at": "2026-11-23T12:00:00+00:00",
            "declined_by": "alice",
            "note": why,
        }
    ]
    assert declined(alice, now=NOON + timedelta(days=29)).count() == 1
    assert not declined(alice, now=NOON + timedelta(days=31)).exists()
    assert not declined(bob, now=NOON).exists()


def test_resuming_notes_how_many_ticks_passed(
    create, call: CallTool, alice: User, make_schedule: MakeSchedule
):
    schedule = make_schedule(now=NOON.replace(hour=11))
    call("schedule_pause", schedule_id=str(schedule.pk))
    resumed = good(call("schedule_resume", schedule_id=str(schedule.pk)))
    assert (
        "60 ticks passed during the pause; none will be caught up." in resumed["notes"]
    )


def test_an_id_that_is_none_is_refused(call: CallTool):
    error = call("schedule_pause", schedule_id="the nightly one").content["error"]
    assert error["problems"][0]["field"] == "schedule_id"
    unknown = call("schedule_pause", schedule_id=str(uuid4())).content["error"]
    assert unknown["code"] == "not_found"


def test_every_tool_is_declared_in_full():
    assert len(tools) == 7
    for tool in tools.values():
        for part in tool.input_schema["properties"].values():
            assert part.keys() & {"type", "anyOf", "enum"}
        assert len(tool.description) > 40
    destructive = {tool.name for tool in tools.values() if tool.hints.destructive}
    read_only = {tool.name for tool in tools.values() if tool.hints.read_only}
    assert destructive == {"schedule_stop"}
    assert read_only == {"schedule_list", "schedule_preview", "schedule_explain"}
