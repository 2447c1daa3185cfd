"""The guardrail table: what a prompt may talk a model into, and what comes of it.

Every attack is refused by name of the rule, with its limit and what would be accepted,
and nothing is written.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.contrib.auth.models import User
from django.test import Client

from schedules.models import (
    ScheduledJob,
    ScheduledRun,
    ScheduleEvent,
    UserProfile,
)
from schedules.services import fire_due
from schedules.services.runs.claims import claim_run
from schedules.tools import tools
from tests.schedules.conftest import NOON, MakeSchedule
from tests.schedules.tools.conftest import CallTool
from workflows.models import Workflow, WorkflowExecution
from workflows.tools import ToolContext, call_tool

pytestmark = pytest.mark.django_db


@dataclass(frozen=True)
class Attack:
    """Arguments of schedule_create; what the refusal says."""

    given: dict[str, Any]
    code: str
    says: tuple[str, ...]


def create(says: tuple[str, ...], code: str = "invalid", **given: Any) -> Attack:
    return Attack(given, code, says)


TABLE = {
    "every second": create(
        ("every 60 seconds", "interval_seconds of 60 or more"),
        "agent_interval",
        interval_seconds=1,
    ),
    "an interval of nothing": create(
        ("interval_seconds", "at least 1"), "invalid_arguments", interval_seconds=0
    ),
    "six cron fields, for seconds": create(
        ("no seconds", "interval_seconds"),
        cron_expression="* * * * * *",
    ),
    "for ever": create(
        ("90 days", "2027-02-21T12:00:00+00:00 or earlier"),
        "agent_end",
        end_at="9999-12-01T00:00:00+00:00",
    ),
    "once, in a century": create(
        ("90 days", "Give run_at as 2027-02-21"),
        "agent_end",
        run_at="2126-01-01T00:00:00+00:00",
    ),
    "control characters": create(("Control characters",), name="nightly\x1b[2J"),
    "a line break in a name": create(("Control characters",), name="a\nb"),
    "a null character": create(
        ("cannot be stored",), "invalid_arguments", name="a\x00b"
    ),
    "an endless name": create(("200 characters",), "invalid_arguments", name="x" * 201),
    "a huge payload": create(
        ("larger than 64 KiB",), "invalid_arguments", payload={"x": "y" * 70_000}
    ),
    "a field of the ledger": create(
        ("does not exist", "The accepted fields are: name, "),
        "invalid_arguments",
        owner="root",
    ),
    "a status": create(("one of", "paused"), "invalid_arguments", status="stopped"),
    "no workflow of one's own": create(
        ("no workflow with this id or name", "nightly ("),
        "no_workflow",
        workflow=str(uuid4()),
    ),
    "a query in a name": create(
        ("no workflow with this id or name",), "no_workflow", workflow="' OR 1=1 --"
    ),
}


def rows() -> list[int]:
    tables = (ScheduledJob, ScheduledRun, ScheduleEvent, UserProfile)
    return [table.objects.count() for table in tables]


def refused(call: Callable[[], Any], code: str, *says: str) -> dict[str, Any]:
    before = rows()
    result = call()
    assert result.is_error, result.content
    error: dict[str, Any] = result.content["error"]
    assert error["code"] == code
    for words in says:
        assert words in f"{result.text} {error['problems']}"
    assert rows() == before
    return error


@pytest.mark.parametrize("attack", TABLE.values(), ids=TABLE.keys())
def test_the_attack_is_refused(create: Callable[..., Any], attack: Attack):
    refused(lambda: create(**attack.given), attack.code, *attack.says)


@pytest.fixture
def bobs(bob: User, make_schedule: MakeSchedule) -> ScheduledJob:
    schedule = make_schedule()
    ScheduledJob.objects.update(owner=bob)
    return schedule


@pytest.mark.both_databases
@pytest.mark.parametrize("verb", ["pause", "resume", "stop", "preview", "explain"])
@pytest.mark.parametrize("is_superuser", [False, True])
def test_another_owners_schedule_does_not_exist(
    call: CallTool, bobs: ScheduledJob, alice: User, verb: str, is_superuser
):
    alice.is_staff = alice.is_superuser = is_superuser
    alice.save()
    given = {"schedule_id": str(bobs.pk)}
    given |= {"at": NOON.isoformat()} if verb == "explain" else {}
    told = refused(
        lambda: call(f"schedule_{verb}", **given),
        "not_found",
        "Take the id from a list",
    )
    assert told["message"] == "No schedule with this id exists, or you may not view it."
    assert call("schedule_list").content["total"] == 0
    bobs.refresh_from_db()
    assert (bobs.status, bobs.version) == ("active", 1)


def test_another_owners_workflow_does_not_exist(
    create: Callable[..., Any], bob: User, alice: User
):
    alice.is_staff = alice.is_superuser = True
    alice.save()
    secret = Workflow.objects.create(name="takeover", owner=bob)
    for workflow in (secret.name, str(secret.pk)):
        error = refused(lambda name=workflow: create(workflow=name), "no_workflow")
        assert "takeover" not in str(error)


@pytest.mark.heavy
def test_ten_thousand_times_ends_at_the_quota(create: Callable[..., Any]):
    for _ in range(20):
        assert not create().is_error
    for _ in range(30):
        error = refused(
            create,
            "agent_quota",
            "20 active schedules",
            "there are 20",
            "Pause or stop one",
        )
    assert (error["rule"], error["limit"]) == ("quota", 20)


@pytest.fixture
def inside_a_run(make_schedule: MakeSchedule) -> UUID:
    """The execution of a tick."""
    make_schedule()
    soon = NOON + timedelta(minutes=1)
    fire_due(soon)
    claim_run(ScheduledRun.objects.get().id, attempt=1, token=uuid4(), now=soon)
    return WorkflowExecution.objects.get().pk


def test_from_inside_a_scheduled_run(
    create: Callable[..., Any], call: CallTool, inside_a_run: UUID
):
    error = refused(
        lambda: create(execution_id=inside_a_run),
        "agent_depth",
        "A schedule has started this run",
        "Ask a person",
    )
    assert (error["rule"], error["limit"]) == ("depth", 1)
    paused = str(ScheduledJob.objects.get().pk)
    assert not call("schedule_pause", schedule_id=paused).is_error
    resume = {"schedule_id": paused, "execution_id": inside_a_run}
    refused(lambda: call("schedule_resume", **resume), "agent_depth")


def test_a_proposal_approved_by_its_agent(
    create: Callable[..., Any], call: CallTool, alice: User
):
    UserProfile.objects.create(user=alice, agents_propose=True)
    made = create().content["id"]
    refused(
        lambda: call("schedule_resume", schedule_id=made),
        "agent_approval",
        "a person has approved",
        "Ask a person to approve or decline it",
    )


@pytest.mark.parametrize(
    ("tool", "given"),
    [
        (
            "schedule_create",
            {"name": "a", "workflow": "nightly", "run_at": "2027-01-01"},
        ),
        ("schedule_pause", {}),
        ("schedule_resume", {}),
        ("schedule_stop", {}),
    ],
)
def test_where_agents_are_switched_off(
    call: CallTool, make_schedule: MakeSchedule, alice: User, tool, given
):
    UserProfile.objects.create(user=alice, agents_may_schedule=False)
    schedule = make_schedule()
    given = given or {"schedule_id": str(schedule.pk)}
    refused(lambda: call(tool, **given), "agent_switch", "alice", "Ask a person to")


def test_no_tool_offers_to_catch_up_all(call: CallTool, make_schedule: MakeSchedule):
    offered = tools["schedule_resume"].input_schema["properties"]["catch_up"]["enum"]
    assert offered == ["none", "latest"]
    given = {"schedule_id": str(make_schedule().pk), "catch_up": "all"}
    refused(lambda: call("schedule_resume", **given), "invalid_arguments", "latest")


def test_markup_in_a_name_is_text_wherever_it_is_shown(
    create: Callable[..., Any], alice: User, admin_client: Client
):
    name = "<script>alert(1)</script>{{ 7 * 7 }}"
    made = create(name=name).content
    assert made["name"] == name
    for page in ("", f"{made['id']}/change/"):
        shown = admin_client.get(f"/admin/ostinato_schedules/scheduledjob/{page}").text
        assert "<script>alert" not in shown
        assert "&lt;script&gt;" in shown


@pytest.mark.parametrize("arguments", [[], "run", None, {"schedule_id": [1]}, {"": 1}])
def test_arguments_of_the_wrong_shape_are_refused(alice: User, arguments: Any):
    context = ToolContext(user=alice, clock=lambda: NOON)
    for tool in tools.values():
        refused(
            lambda tool=tool: call_tool(tool, arguments, context), "invalid_arguments"
        )
