"""Changing a workflow over REST and in the admin under the schedules that start it."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from rest_framework.test import APIClient

from schedules.models import ScheduledJob
from tests.schedules.api.conftest import SCHEDULES
from tests.schedules.conftest import MakeSchedule
from workflows.models import Workflow

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
WORKFLOWS = "/api/v1/workflows/"
BY_HAND = {
    "nodes": [{"node_id": "hand", "component_type": "trigger_manual"}],
    "edges": [],
}
# What the page says of the read-only graph in the form.
GRAPH = {
    f"{part}-{count}_FORMS": "0"
    for part in ("nodes", "edges", "versions")
    for count in ("TOTAL", "INITIAL")
}


@pytest.fixture
def row(workflow: Workflow) -> str:
    return f"{WORKFLOWS}{workflow.pk}/"


@pytest.mark.parametrize("query", ["", "?dry_run=true", "?orphan_schedules=false"])
def test_a_graph_that_orphans_schedules_is_refused(
    api: APIClient, row: str, make_schedule: MakeSchedule, query: str
) -> None:
    schedule, before = make_schedule(), api.get(f"{row}graph/").json()
    answer = api.put(f"{row}graph/{query}", BY_HAND)
    assert (answer.status_code, answer.json()["code"]) == (
        409,
        "would_orphan_schedules",
    )
    assert (
        '1 schedule of this workflow could no longer start: "job"'
        in (answer.json()["detail"])
    )
    assert str(schedule.pk) in answer.json()["errors"]["orphan_schedules"][0]
    assert api.get(f"{row}graph/").json() == before


def test_it_is_saved_when_that_is_confirmed(
    api: APIClient, row: str, make_schedule: MakeSchedule
) -> None:
    schedule = make_schedule()
    both = f"{row}graph/?orphan_schedules=true&dry_run=true"
    tried = api.put(both, BY_HAND)
    assert tried.status_code == 200, tried.json()
    assert len(api.get(f"{row}graph/").json()["nodes"]) == 2
    assert api.put(f"{row}graph/?orphan_schedules=true", BY_HAND).status_code == 200
    assert schedule.events.count() == 2
    assert api.put(f"{row}graph/", BY_HAND).status_code == 200  # nothing new


def test_a_workflow_is_not_made_inactive_under_its_schedules(
    api: APIClient, row: str, make_schedule: MakeSchedule
) -> None:
    make_schedule()
    off = {"is_active": False}
    answer = api.patch(row, off)
    assert (answer.status_code, answer.json()["code"]) == (
        409,
        "would_orphan_schedules",
    )
    assert api.get(row).json()["is_active"] is True
    assert api.patch(row, {"name": "renamed"}).status_code == 200
    assert api.patch(f"{row}?orphan_schedules=true", off).json()["is_active"] is False


@pytest.mark.parametrize("value", ["yes", "", "2"])
def test_the_confirmation_is_true_or_false(
    api: APIClient, row: str, value: str
) -> None:
    answer = api.put(f"{row}graph/?orphan_schedules={value}", BY_HAND)
    assert answer.status_code == 400
    assert answer.json()["errors"].keys() == {"orphan_schedules"}
    assert api.get(f"{SCHEDULES}?orphan_schedules=true").status_code == 400


@pytest.mark.parametrize("query", ["", "?dry_run=true"])
def test_a_schedule_that_nothing_starts_is_refused_by_name(
    api: APIClient, row: str, workflow: Workflow, query: str
) -> None:
    api.put(f"{row}graph/", BY_HAND)
    body = {"name": "job", "workflow": str(workflow.pk), "interval_seconds": 60}
    answer = api.post(f"{SCHEDULES}{query}", body)
    assert answer.status_code == 400
    (why,) = answer.json()["errors"]["workflow"]
    assert "no active trigger_schedule node" in why
    assert not ScheduledJob.objects.exists()


def test_bulk_reports_for_each_schedule_why_it_cannot_start(
    api: APIClient, row: str, make_schedule: MakeSchedule
) -> None:
    schedule = make_schedule(status="paused")
    api.put(f"{row}graph/?orphan_schedules=true", BY_HAND)
    for action in ("resume", "run"):
        body = {"action": action, "ids": [str(schedule.pk)]}
        (result,) = api.post(f"{SCHEDULES}bulk/", body).json()["results"]
        assert (result["status"], result["code"]) == (409, "cannot_start")


def test_the_admin_asks_before_it_makes_a_workflow_inactive(
    admin_user: User, workflow: Workflow, make_schedule: MakeSchedule
) -> None:
    schedule, site = make_schedule(), Client()
    site.force_login(admin_user)
    page = reverse("admin:ostinato_workflows_workflow_change", args=[workflow.pk])
    form: dict[str, Any] = {"name": "nightly", "description": "", **GRAPH}
    answer = site.post(page, form)
    assert answer.status_code == 200
    (why,) = answer.context["adminform"].form.errors["orphan_schedules"]
    assert why == f'The schedule "job" ({schedule.pk}) could no longer start.'
    assert site.post(page, form | {"orphan_schedules": "on"}).status_code == 302
    workflow.refresh_from_db()
    assert not workflow.is_active
    event = schedule.events.first()
    assert event is not None
    assert (event.actor, event.after) == (admin_user, {"can_start": False})
