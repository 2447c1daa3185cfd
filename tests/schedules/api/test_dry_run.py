"""?dry_run=true: the same checks, nothing written, and what would change."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from redis import Redis
from rest_framework.test import APIClient

from schedules.models import ScheduledJob, ScheduledRun, ScheduleEpoch, ScheduleEvent
from tests.schedules.api.conftest import SCHEDULES, address, problems
from tests.schedules.conftest import MakeSchedule
from workflows import services
from workflows.models import Workflow, WorkflowExecution
from workflows.services import checked_graph

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both_databases]
DRY = "?dry_run=true"


def everything() -> list[Any]:
    return [
        list(model.objects.order_by("pk").values())  # type: ignore[attr-defined]
        for model in (
            ScheduledJob,
            ScheduledRun,
            ScheduleEpoch,
            ScheduleEvent,
            Workflow,
            WorkflowExecution,
        )
    ]


def test_a_creation_shows_the_schedule_and_its_next_ticks(
    api: APIClient, workflow: Workflow, redis: Redis
) -> None:
    body = {"name": "job", "workflow": str(workflow.id), "interval_seconds": 60}
    answer = api.post(SCHEDULES + DRY, body)
    assert answer.status_code == 200
    told = answer.json()
    assert (told["dry_run"], told["before"]) == (True, None)
    assert told["after"]["status"] == "active"
    assert told["next_ticks"][0] == told["after"]["next_tick_at"]
    assert len(told["next_ticks"]) == 5
    assert not ScheduledJob.objects.exists()
    assert not redis.keys("*schedule-*")


@pytest.mark.parametrize(
    ("verb", "body", "status"),
    [("pause", {"note": "why"}, "paused"), ("resume", {}, "active")],
)
def test_an_action_shows_before_and_after_and_does_nothing(
    api: APIClient,
    make_schedule: MakeSchedule,
    redis: Redis,
    verb: str,
    body: dict[str, Any],
    status: str,
) -> None:
    schedule = make_schedule()
    stood = everything()
    answer = api.post(address(schedule, verb) + DRY, body)
    assert answer.status_code == 200
    assert answer.json()["before"]["status"] == "active"
    assert answer.json()["after"]["status"] == status
    assert len(answer.json()["next_ticks"]) == (0 if status == "paused" else 5)
    assert "ETag" not in answer.headers
    assert everything() == stood


def test_a_change_shows_the_ticks_that_would_follow(
    api: APIClient, make_schedule: MakeSchedule, redis: Redis
) -> None:
    schedule = make_schedule()
    stood, alarms = everything(), redis.zrange("rq:scheduler:scheduled_jobs", 0, -1)
    answer = api.patch(address(schedule) + DRY, {"interval_seconds": 7200})
    told = answer.json()
    assert told["before"]["interval_seconds"] == 60
    assert told["after"]["interval_seconds"] == 7200
    assert told["next_ticks"][0] == told["after"]["next_tick_at"]
    assert everything() == stood
    assert redis.zrange("rq:scheduler:scheduled_jobs", 0, -1) == alarms


def test_running_and_deleting_are_tried_too(
    api: APIClient, make_schedule: MakeSchedule, redis: Redis
) -> None:
    schedule = make_schedule()
    stood = everything()
    run = api.post(address(schedule, "run") + DRY, {})
    assert (run.status_code, run.json()["after"]["origin"]) == (200, "manual")
    assert run.json()["before"] is None  # a run, which there is not yet
    gone = api.delete(address(schedule) + DRY)
    assert (gone.status_code, gone.json()["after"]) == (200, None)
    assert everything() == stood
    assert not redis.llen("rq:queue:workflows")


def test_a_creation_whose_key_is_known_would_change_nothing(
    api: APIClient, workflow: Workflow, redis: Redis
) -> None:
    body = {"name": "job", "workflow": str(workflow.id), "interval_seconds": 60}
    body |= {"idempotency_key": "once"}
    made = api.post(SCHEDULES, body).json()
    told = api.post(SCHEDULES + DRY, body).json()
    assert told["before"] == told["after"] == made


def test_deleting_a_workflow_shows_what_is_deleted_with_it(
    api: APIClient, make_schedule: MakeSchedule, redis: Redis
) -> None:
    schedule = make_schedule()
    make_schedule()
    told = api.delete(f"/api/v1/workflows/{schedule.workflow_id}/{DRY}").json()
    assert (told["after"], told["deleted"]["schedules"]) == (None, 2)
    assert ScheduledJob.objects.count() == 2


def test_others_write_while_a_graph_is_checked(
    api: APIClient, workflow: Workflow, monkeypatch: pytest.MonkeyPatch, redis: Redis
) -> None:
    def check(*args: Any, **named: Any) -> Any:
        assert not connection.in_atomic_block
        return checked_graph(*args, **named)

    monkeypatch.setattr(services, "checked_graph", check)
    graph = {"nodes": [{"node_id": "a", "component_type": "trigger_manual"}]}
    one = f"/api/v1/workflows/{workflow.id}/graph/"
    answer = api.put(one + DRY, graph | {"edges": []})
    assert answer.json()["after"]["nodes"][0]["node_id"] == "a"
    assert not workflow.nodes.filter(node_id="a").exists()


def test_others_write_between_the_tries_of_a_bulk(
    api: APIClient, make_schedule: MakeSchedule, redis: Redis
) -> None:
    ids = [str(make_schedule().id) for _ in range(3)]
    with CaptureQueriesContext(connection) as captured:
        body = {"action": "run", "ids": ids}
        api.post(f"{SCHEDULES}bulk/{DRY}", body)
    ends = [query for query in captured.captured_queries if query["sql"] == "ROLLBACK"]
    assert len(ends) == len(ids)


def test_what_would_be_refused_is_refused(
    api: APIClient,
    bobs_api: APIClient,
    make_schedule: MakeSchedule,
) -> None:
    schedule = make_schedule()
    answer = api.patch(address(schedule) + DRY, {"interval_seconds": 0})
    assert problems(answer) == {"interval_seconds"}
    assert bobs_api.post(address(schedule, "pause") + DRY, {}).status_code == 404
    stale = api.patch(address(schedule) + DRY, {"name": "new", "version": 9})
    assert stale.status_code == 409


def test_only_true_and_false_are_understood(
    api: APIClient, make_schedule: MakeSchedule
) -> None:
    schedule = make_schedule()
    answer = api.post(address(schedule, "pause") + "?dry_run=perhaps", {})
    assert problems(answer) == {"dry_run"}
    schedule.refresh_from_db()
    assert schedule.status == "active"
    done = api.post(address(schedule, "pause") + "?dry_run=false", {})
    assert done.json()["status"] == "paused"


def test_workflows_are_tried_too(
    api: APIClient, workflow: Workflow, redis: Redis
) -> None:
    workflow.nodes.create(node_id="by_hand", component_type="trigger_manual")
    stood = everything()
    one = f"/api/v1/workflows/{workflow.id}/"
    new = api.post(f"/api/v1/workflows/{DRY}", {"name": "new"})
    assert (new.status_code, new.json()["after"]["name"]) == (200, "new")
    renamed = api.patch(one + DRY, {"name": "other"}).json()
    assert (renamed["before"]["name"], renamed["after"]["name"]) == (
        workflow.name,
        "other",
    )
    graph = api.get(f"{one}graph/").json()
    without_edges = {"nodes": graph["nodes"], "edges": []}
    cut = api.put(f"{one}graph/{DRY}", without_edges).json()
    assert cut["before"] == graph
    assert cut["after"]["edges"] == []
    assert api.post(f"{one}run/{DRY}", {}).json()["after"]["status"] == "pending"
    assert api.delete(one + DRY).json()["after"] is None
    assert everything() == stood
    assert not redis.llen("rq:queue:workflows")
