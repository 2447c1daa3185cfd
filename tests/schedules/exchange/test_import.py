"""What an import creates, and what it refuses before anything is written."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext

from schedules.exchange import check_import, export_workflow
from schedules.models import ScheduledJob, ScheduleEvent
from tests.graphs import add_graph, startable
from tests.schedules.conftest import NOON
from tests.schedules.exchange.files import file, imported
from workflows.kit.errors import DomainError
from workflows.kit.refusals import refusals
from workflows.models import Workflow, WorkflowNode

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


def errors(value: Any, user: User) -> dict[str, list[str]]:
    """The problems of a file, after which nothing may have been written."""
    before = Workflow.objects.count()
    with pytest.raises(DomainError) as refused, refusals():
        imported(value, user)
    assert Workflow.objects.count() == before
    assert not ScheduledJob.objects.exists()
    return refused.value.errors


def config(value: dict[str, Any]) -> dict[str, Any]:
    """`value` as the configuration of the node that fetches."""
    return file(graph__nodes__1__config=value)


def test_all_is_created_for_who_imports_and_schedules_are_paused(alice: User) -> None:
    made = imported(file(), alice)
    workflow = Workflow.objects.get()
    assert (workflow.owner, workflow.name, workflow.is_active) == (
        alice,
        "greeting",
        True,
    )
    assert [*workflow.nodes.values_list("node_id", flat=True)] == ["tick", "fetch"]
    assert workflow.edges.count() == 1
    rows = {job.name: job for job in ScheduledJob.objects.all()}
    assert set(rows) == {"daily", "hourly"} == {job.name for job in made.schedules}
    for schedule in rows.values():
        assert (schedule.status, schedule.reason_code) == ("paused", "by_user")
        assert schedule.status_reason == "Imported. Resume it to start it."
        assert schedule.next_run_at is None
        assert (schedule.owner, schedule.created_by) == (alice, alice)
    assert rows["daily"].trigger_node == workflow.nodes.get(node_id="tick")
    assert rows["hourly"].trigger_node is None
    events = ScheduleEvent.objects.values_list("verb", "actor", "note")
    assert set(events) == {("create", alice.pk, "Imported. Resume it to start it.")}


def test_a_workflow_can_get_another_name(alice: User) -> None:
    assert imported(file(), alice, name="mine").workflow.name == "mine"
    with pytest.raises(DomainError, match="visible"):
        imported(file(), alice, name="\u200b")


def test_times_without_an_offset_are_read_in_the_zone(alice: User) -> None:
    once = {
        "name": "once",
        "run_at": "2027-01-01T00:00:00",
        "timezone": "Asia/Tokyo",
    }
    (schedule,) = imported(file(schedules=[once]), alice).schedules
    schedule.refresh_from_db()
    assert schedule.run_at is not None
    assert schedule.run_at.isoformat() == "2026-12-31T15:00:00+00:00"


def test_marks_lead_to_what_was_imported(alice: User) -> None:
    value = file(graph__nodes__0__config={"scheduled_job_id": "$schedules[1]"})
    value["schedules"] = value["schedules"][1:] * 2
    value["graph"]["nodes"][1] = {
        "node_id": "make",
        "component_type": "schedule_create",
        "config": {"name": "x", "workflow": "$workflow", "interval_seconds": 60},
    }
    value["graph"]["edges"] = []
    value["schedules"] = [{"name": "b", "interval_seconds": 60, "trigger_node": "tick"}]
    value["schedules"] += [{"name": "a", "interval_seconds": 60}]
    made = imported(value, alice)
    configs = dict(WorkflowNode.objects.values_list("node_id", "config"))
    assert configs["tick"]["scheduled_job_id"] == str(made.schedules[1].pk)
    assert configs["make"]["workflow"] == str(made.workflow.pk)
    assert Workflow.objects.get().pk == made.workflow.pk


def test_a_trigger_that_takes_another_schedule_only_is_refused(alice: User) -> None:
    value = file(graph__nodes__0__config={"scheduled_job_id": "$schedules[0]"})
    found = errors(value, alice)
    assert [*found] == ["schedules[1].trigger_node"]
    assert "accepts only another schedule" in found["schedules[1].trigger_node"][0]


def test_another_workflow_is_found_by_its_name(alice: User, bob: User) -> None:
    value = file()
    value["graph"]["nodes"][1] = {
        "node_id": "call",
        "component_type": "run_workflow",
        "config": {"workflow": "helper"},
    }
    value["graph"]["edges"] = []
    path = "graph.nodes[1].config.workflow"
    startable("helper", bob)
    assert "You have no workflow named" in errors(value, alice)[path][0]
    helper = startable("helper", alice)
    imported(value, alice)
    node = WorkflowNode.objects.get(node_id="call")
    assert node.config == {"workflow": str(helper.pk)}
    startable("helper", alice)
    with pytest.raises(DomainError, match='2 workflows named "helper"'):
        imported(value, alice)


def test_what_was_emptied_keeps_the_workflow_inactive(alice: User) -> None:
    path = "graph.nodes[1].config.headers.Authorization"
    headers = {"Authorization": ""}
    value = config({"url": "https://x.io", "headers": headers}) | {"emptied": [path]}
    made = imported(value, alice)
    assert made.emptied == [path]
    assert Workflow.objects.get().is_active is False
    assert ScheduledJob.objects.filter(status="paused").count() == 2
    assert {*ScheduleEvent.objects.values_list("verb", flat=True)} == {"create"}


def test_what_was_filled_in_in_the_file_is_no_longer_empty(alice: User) -> None:
    headers = {"Authorization": "Bearer mine"}
    value = config({"url": "https://x.io", "headers": headers})
    value["emptied"] = ["graph.nodes[1].config.headers.Authorization"]
    made = imported(value, alice)
    assert made.emptied == []
    assert Workflow.objects.get().is_active is True


def test_an_export_with_secrets_is_imported_inactive_and_names_them(
    workflow: Workflow, alice: User, bob: User
) -> None:
    secret = {"url": "https://x.io/", "headers": {"X-Api-Key": "s3cret"}}
    add_graph(workflow, {"fetch": ("http_request", secret)})
    made = imported(export_workflow(workflow, user=alice), bob)
    assert made.emptied == ["graph.nodes[2].config.headers.X-Api-Key"]
    assert made.workflow.is_active is False


@pytest.mark.parametrize(
    "url",
    ["https://x.io/?api_key=s3cret&page=1", "https://me:s3cret@x.io/"],
)
def test_what_is_left_of_an_address_without_its_password_is_not_filled_in(
    url: str, workflow: Workflow, alice: User, bob: User
) -> None:
    add_graph(workflow, {"fetch": ("http_request", {"url": url})})
    value = export_workflow(workflow, user=alice)
    made = imported(value, bob)
    assert made.emptied == ["graph.nodes[2].config.url"]
    assert made.workflow.is_active is False
    for filled in (url, "https://x.io/?api_key={{ trigger.payload.key }}"):
        value["graph"]["nodes"][2]["config"]["url"] = filled
        again = imported(value, bob)
        assert (again.emptied, again.workflow.is_active) == ([], True)


def test_a_reference_that_was_emptied_is_filled_in_by_a_name(alice: User) -> None:
    startable("helper", alice)
    value = file(
        graph__nodes__1__component_type="run_workflow",
        graph__nodes__1__config={"workflow": "helper"},
    )
    path = "graph.nodes[1].config.workflow"
    made = imported(value | {"emptied": [path]}, alice)
    assert (made.emptied, made.workflow.is_active) == ([], True)


def test_an_emptied_field_that_must_not_be_empty_is_refused_by_name(
    alice: User,
) -> None:
    path = "graph.nodes[1].config.url"
    (why, hint) = errors(config({"url": ""}) | {"emptied": [path]}, alice)[path]
    assert "least 1 character" in why
    assert "emptied when the workflow was exported" in hint


@pytest.mark.parametrize(
    ("value", "paths"),
    [
        ([], ["file"]),
        ("hello", ["file"]),
        ({"nodes": [], "edges": []}, ["file"]),
        (file(format="other"), ["file"]),
        (file(version=2), ["version"]),
        (file(version=True), ["version"]),
        (file(more=1), ["more"]),
        (file(emptied="x"), ["emptied"]),
        (file(emptied=["x"] * 1_001), ["emptied"]),
        (file(workflow={"name": 7}), ["workflow.name"]),
        (file(workflow={"name": "x", "owner": 1}), ["workflow.owner"]),
        (file(graph=[]), ["graph"]),
        (file(graph__nodes={}), ["graph.nodes"]),
        (file(graph__nodes__1__label=7), ["graph.nodes[1].label"]),
        (file(graph__nodes__1__id=7, graph__nodes__1__x=7), ["graph.nodes[1].x"]),
        (file(graph__nodes__1__component_type="x"), ["graph.nodes[1].component_type"]),
        (
            file(graph__nodes__1__node_id="tick", graph__edges=[]),
            ["graph.nodes[1].node_id"],
        ),
        (config({}), ["graph.nodes[1].config.url"]),
        (config({"url": "{{ oops"}), ["graph.nodes[1].config.url"]),
        (config({"url": "$schedules[2]"}), ["graph.nodes[1].config.url"]),
        (file(graph__edges__0__target="gone"), ["graph.edges[0].target"]),
        (file(schedules={}), ["schedules"]),
        (file(schedules=[{"name": "x"}] * 101), ["schedules"]),
        (file(schedules__1=7), ["schedules[1]"]),
        (file(schedules__1__owner=7), ["schedules[1].owner"]),
        (file(schedules__1__workflow="x"), ["schedules[1].workflow"]),
        (file(schedules__0__cron_expression="61 * * * *"), None),
        (file(schedules__0__cron_expression=7), None),
        (file(schedules__0__trigger_node="gone"), ["schedules[0].trigger_node"]),
        (file(schedules__0__trigger_node="fetch"), ["schedules[0].trigger_node"]),
        (file(schedules__0__trigger_node=7), ["schedules[0].trigger_node"]),
        (file(schedules__0__start_at="soon"), ["schedules[0].start_at"]),
        (file(schedules__0__start_at="2026-99-99T00:00"), ["schedules[0].start_at"]),
        (file(schedules__0__end_at="2020-01-01T00:00:00Z"), ["schedules[0].end_at"]),
        (file(schedules__1__interval_seconds="5"), ["schedules[1].interval_seconds"]),
        (file(schedules__1__tags="a"), ["schedules[1].tags"]),
        (file(schedules__1__overlap_policy=[]), ["schedules[1].overlap_policy"]),
        (file(schedules__1__trigger_payload=[]), ["schedules[1].trigger_payload"]),
        (file(schedules__1__timezone="Mars"), ["schedules[1].timezone"]),
        (file(schedules__1__name=None), ["schedules[1].name"]),
    ],
)
def test_what_does_not_fit_is_refused_with_its_place(
    value: Any, paths: list[str] | None, alice: User
) -> None:
    assert [*errors(value, alice)] == (paths or ["schedules[0].cron_expression"])


def test_every_problem_is_named_at_once(alice: User) -> None:
    value = config({})
    value["schedules"][0]["cron_expression"] = "61 * * * *"
    value["schedules"][1]["max_retries"] = -1
    assert [*errors(value, alice)] == [
        "graph.nodes[1].config.url",
        "schedules[0].cron_expression",
        "schedules[1].max_retries",
    ]


def test_without_a_trigger_no_schedule_is_imported(alice: User) -> None:
    value = file(graph__nodes__0__component_type="trigger_manual")
    del value["schedules"][0]["trigger_node"]
    assert [*errors(value, alice)] == ["schedules[0].workflow", "schedules[1].workflow"]


def test_a_file_that_is_no_export_says_so(alice: User) -> None:
    with pytest.raises(DomainError, match="not an exported workflow"):
        check_import({"name": "x"}, user=alice, now=NOON)


def test_each_schedule_takes_the_same_queries(alice: User) -> None:
    def queries(size: int) -> int:
        jobs = [{"name": f"job {n}", "interval_seconds": 60} for n in range(size)]
        with CaptureQueriesContext(connection) as captured:
            imported(file(schedules=jobs), alice)
        return len(captured)

    none, one, many = queries(0), queries(1), queries(20)
    assert none < 30
    assert one - none < 15
    assert many - one <= 19 * (one - none)
