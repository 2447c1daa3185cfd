"""Schedules that call a function, over HTTP: `call` and `arguments` in place of `workflow`."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from schedules.models import ScheduledJob
from tests.schedules.api.conftest import SCHEDULES, Body, address, problems
from tests.schedules.calls import REMIND, TIDY, alice, callables, create
from workflows.callables import declarations
from workflows.models import Workflow

__all__ = ["alice", "callables"]
pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
CALL: Body = {
    "name": "reminder",
    "call": REMIND,
    "arguments": {"customer": "Ada", "since": "2026-01-31"},
    "interval_seconds": 60,
}


def test_a_schedule_that_calls_shows_its_call_and_no_workflow(api: APIClient):
    answer = api.post(SCHEDULES, CALL)
    assert answer.status_code == 201, answer.json()
    made = answer.json()
    assert made["workflow"] is None
    assert made["call"] == REMIND
    assert made["arguments"] == CALL["arguments"]
    assert made["run_on"] == "worker"
    assert made["call_problem"] == ""
    assert made["start_node"] is None
    (listed,) = api.get(SCHEDULES).json()["results"]
    assert listed == made


def test_an_answer_can_be_sent_back_as_it_is(api: APIClient):
    made = api.post(SCHEDULES, CALL).json()
    same = {name: made[name] for name in ("workflow", "call", "arguments", "run_on")}
    changed = api.patch(f"{SCHEDULES}{made['id']}/", {**same, "name": "other"})
    assert changed.status_code == 200, changed.json()
    assert {**made, **changed.json()} | {"name": "reminder"}
    assert changed.json()["call"] == REMIND


def test_the_arguments_alone_can_be_changed(api: APIClient, alice: User):
    schedule = create(alice)
    wanted = {"customer": "Bob", "days": 7}
    changed = api.patch(address(schedule), {"arguments": wanted})
    assert changed.json()["arguments"] == wanted
    refused = api.patch(address(schedule), {"arguments": {"days": 7}})
    assert refused.json()["errors"].keys() == {"arguments.customer"}


@pytest.mark.parametrize(
    ("change", "fields"),
    [
        ({"arguments": {"customer": 7}}, {"arguments.customer"}),
        ({"arguments": "Ada"}, {"arguments"}),
        ({"call": "billing.nothing"}, {"call"}),
        ({"call": ""}, {"arguments"}),
        ({"call": "", "arguments": {}}, {"workflow"}),
        ({"trigger_payload": {"name": "Ada"}}, {"trigger_payload"}),
        ({"run_on": "backend"}, {"run_on"}),
    ],
)
def test_what_does_not_fit_is_refused_at_its_field(
    api: APIClient, change: Body, fields: set[str]
) -> None:
    assert fields <= problems(api.post(SCHEDULES, CALL | change))
    assert not Workflow.objects.exists()


def test_a_workflow_beside_a_call_is_refused(api: APIClient, workflow: Workflow):
    answer = api.post(SCHEDULES, CALL | {"workflow": str(workflow.pk)})
    assert problems(answer) == {"workflow", "call"}


def test_who_may_not_call_is_refused(bobs_api: APIClient, callables: None):
    answer = bobs_api.post(SCHEDULES, CALL)
    assert answer.status_code == 403
    assert "call_function" in answer.json()["detail"]


def test_a_dry_run_makes_nothing(api: APIClient):
    answer = api.post(f"{SCHEDULES}?dry_run=true", CALL)
    assert answer.status_code == 200, answer.json()
    assert answer.json()["after"]["call"] == REMIND
    assert not ScheduledJob.objects.exists()
    assert not Workflow.objects.exists()


def test_schedules_are_found_by_what_they_call(api: APIClient, alice: User):
    create(alice), create(alice, TIDY)
    (found,) = api.get(f"{SCHEDULES}?call={TIDY}").json()["results"]
    assert found["call"] == TIDY


def test_a_callable_that_is_gone_or_takes_other_arguments_is_told(
    api: APIClient, alice: User
) -> None:
    gone, other = create(alice, TIDY), create(alice)
    declarations.by_name.pop(TIDY)
    ScheduledJob.objects.filter(pk=other.pk).update(arguments={"client": "Ada"})
    told = {
        each["id"]: each["call_problem"]
        for each in api.get(SCHEDULES).json()["results"]
    }
    assert "Nothing of this name may be called" in told[str(gone.pk)]
    assert "arguments.client" in told[str(other.pk)]


def test_a_list_of_calls_takes_the_same_queries_however_long(
    api: APIClient, alice: User
) -> None:
    def queries() -> int:
        with CaptureQueriesContext(
            connection,
        ) as captured:
            assert api.get(SCHEDULES).status_code == 200
        return len(captured)

    create(alice)
    few = queries()
    for number in range(4):
        create(alice, name=f"job {number}")
    assert queries() == few


def test_the_same_key_returns_the_schedule_unless_the_arguments_differ(
    api: APIClient,
) -> None:
    key = {"idempotency_key": "one"}
    first, second = api.post(SCHEDULES, CALL | key), api.post(SCHEDULES, CALL | key)
    assert first.json()["id"] == second.json()["id"]
    other = CALL | key | {"arguments": {"customer": "Bob"}}
    refused = api.post(SCHEDULES, other)
    assert refused.status_code == 422
    assert "arguments" in refused.json()["detail"]


def test_what_is_called_is_copied_to_a_workflow(api: APIClient, alice: User):
    schedule = create(alice)
    copied = api.post(address(schedule, "copy-to-workflow"))
    assert copied.status_code == 201, copied.json()
    drawn = Workflow.objects.get(call="")
    assert copied.json()["id"] == str(drawn.pk)
    moved = api.patch(address(schedule), {"workflow": str(drawn.pk)})
    assert (moved.json()["call"], moved.json()["workflow"]) == ("", str(drawn.pk))
    again = api.post(address(schedule, "copy-to-workflow"))
    assert (again.status_code, again.json()["code"]) == (409, "no_call")


def test_what_may_be_called_is_listed_with_arguments_and_permission(
    api: APIClient, bobs_api: APIClient, alice: User
) -> None:
    listed = {
        each["name"]: each for each in api.get("/api/v1/callables/").json()["results"]
    }
    assert listed[REMIND]["kind"] == "function"
    assert listed[REMIND]["arguments_schema"]["required"] == ["customer"]
    assert listed[REMIND]["agents"]
    assert not listed[TIDY]["agents"]
    assert listed[REMIND]["missing_permission"] == ""
    for each in bobs_api.get("/api/v1/callables/").json()["results"]:
        assert each["missing_permission"].startswith("ostinato_workflows.call_")
