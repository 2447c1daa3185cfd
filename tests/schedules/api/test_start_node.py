"""`start_node` of a schedule: at which trigger of its workflow it starts."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from schedules.models import ScheduledJob
from tests.graphs import add_graph
from tests.schedules.api.conftest import SCHEDULES
from tests.schedules.conftest import MakeSchedule, SaveNodes
from tests.schedules.triggers import MANUAL, trigger
from workflows.models import Workflow

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


def start_nodes(api: APIClient, query: str = "") -> dict[str, Any]:
    rows = api.get(f"{SCHEDULES}{query}").json()["results"]
    for row in rows:
        detail = api.get(f"{SCHEDULES}{row['id']}/").json()
        assert detail["start_node"] == row["start_node"]
    return {row["name"]: row["start_node"] for row in rows}


def test_it_is_the_trigger_that_accepts_the_schedule(
    api: APIClient, make_schedule: MakeSchedule, save_nodes: SaveNodes
) -> None:
    for name in ("nightly-report", "hourly", "mine", "chosen"):
        make_schedule(name=name)
    mine = ScheduledJob.objects.get(name="mine")
    workflow = save_nodes(
        trigger("any"),
        trigger("at-night", name_pattern="nightly-*"),
        trigger("of-mine", scheduled_job_id=str(mine.pk)),
        trigger("asleep", name_pattern="hourly", is_active=False),
    )
    ScheduledJob.objects.filter(name="chosen").update(
        trigger_node=workflow.nodes.get(node_id="at-night")
    )
    assert start_nodes(api, f"?workflow={workflow.pk}") == {
        "nightly-report": "at-night",
        "hourly": "any",
        "mine": "of-mine",
        "chosen": "at-night",
    }


def test_it_is_null_if_no_trigger_accepts_the_schedule(
    api: APIClient, make_schedule: MakeSchedule, save_nodes: SaveNodes
) -> None:
    make_schedule()
    save_nodes(MANUAL, trigger(name_pattern="other-*"), orphan_schedules=True)
    assert start_nodes(api) == {"job": None}


def test_an_inactive_workflow_shows_where_its_schedules_start(
    api: APIClient, make_schedule: MakeSchedule
) -> None:
    make_schedule()
    Workflow.objects.update(is_active=False)
    assert start_nodes(api) == {"job": "start"}


def test_it_follows_a_change(api: APIClient, make_schedule: MakeSchedule) -> None:
    row = f"{SCHEDULES}{make_schedule().pk}/"
    for answer in (
        api.patch(row, {"name": "renamed"}),
        api.post(f"{row}pause/", {}),
        api.post(f"{row}resume/", {}),
    ):
        assert answer.json()["start_node"] == "start"
    tried = api.post(f"{row}pause/?dry_run=true", {}).json()
    assert tried["before"]["start_node"] == tried["after"]["start_node"] == "start"
    body = {"action": "pause", "ids": [row.split("/")[-2]]}
    tried = api.post(f"{SCHEDULES}bulk/?dry_run=true", body).json()
    (result,) = tried["after"]["results"]
    assert result["before"]["start_node"] == result["after"]["start_node"] == "start"


def test_it_costs_a_page_one_query(
    api: APIClient, make_schedule: MakeSchedule, alice: User
) -> None:
    def queries() -> list[str]:
        with CaptureQueriesContext(connection) as captured:
            assert api.get(SCHEDULES).status_code == 200
        return [query["sql"] for query in captured]

    make_schedule()
    few = queries()
    for number in range(5):
        other = Workflow.objects.create(name=f"other {number}", owner=alice)
        add_graph(other, {"start": ("trigger_schedule", {})})
        make_schedule(name=f"job {number}", workflow=other)
    assert len(queries()) == len(few)
    assert sum("workflownode" in query for query in few) == 1


def test_a_list_shows_what_a_drawing_tells_of_its_schedules(
    api: APIClient, make_schedule: MakeSchedule, workflow: Workflow
) -> None:
    schedule = make_schedule()
    api.post(f"{SCHEDULES}{schedule.pk}/pause/", {"note": "holidays"})
    (row,) = api.get(f"{SCHEDULES}?workflow={workflow.pk}").json()["results"]
    assert row["status"] == "paused"
    assert "holidays" in row["status_reason"]
    assert row["timing_text"]
    assert row["last_run"] is None
    assert row["awaits_approval"] is False
    assert row["next_run_at"] is None
