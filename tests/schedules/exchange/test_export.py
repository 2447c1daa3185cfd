"""What an exported file holds, and what it does not."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User

from schedules import limits
from schedules.exchange import export_workflow
from schedules.exchange.exporting import EXCHANGED
from schedules.models import ScheduledJob
from schedules.services import stop_schedule
from schedules.services.actor import Actor
from tests.graphs import add_graph, startable
from tests.schedules.conftest import NOON, MakeSchedule
from tests.schedules.exchange.files import imported
from workflows.kit.errors import InvalidInput
from workflows.models import Workflow

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


def test_a_file_holds_workflow_graph_and_schedules(
    workflow: Workflow, alice: User, make_schedule: MakeSchedule
) -> None:
    start = workflow.nodes.get(node_id="start")
    make_schedule(
        name="job",
        trigger_node=start,
        cron_expression="0 9 * * *",
        timezone="Europe/Berlin",
        tags=["a"],
        end_at=NOON + timedelta(days=9),
    )
    exported = export_workflow(workflow, user=alice)
    assert [*exported] == [
        "format",
        "version",
        "emptied",
        "workflow",
        "graph",
        "schedules",
    ]
    assert (exported["format"], exported["version"]) == ("ostinato/workflow", 1)
    assert exported["workflow"] == {"name": "nightly", "description": ""}
    assert exported["graph"]["nodes"][0] == {
        "node_id": "start",
        "component_type": "trigger_schedule",
        "label": "",
        "config": {},
        "position": {},
        "is_active": True,
    }
    assert exported["graph"]["edges"] == [
        {"source": "start", "target": "say", "source_port": "out", "kind": "flow"}
    ]
    (schedule,) = exported["schedules"]
    assert (
        schedule.items()
        >= {
            "name": "job",
            "trigger_node": "start",
            "schedule_type": "cron",
            "cron_expression": "0 9 * * *",
            "timezone": "Europe/Berlin",
            "tags": ["a"],
            "end_at": "2026-12-02T12:00:00+00:00",
            "overlap_policy": "skip",
            "max_retries": 0,
        }.items()
    )
    assert schedule.keys() <= EXCHANGED.keys()


def test_a_file_names_no_owner_and_no_id(
    workflow: Workflow, alice: User, make_schedule: MakeSchedule
) -> None:
    schedule = make_schedule()
    text = json.dumps(export_workflow(workflow, user=alice))
    for told in (str(alice.username), str(workflow.pk), str(schedule.pk), "owner"):
        assert told not in text


def test_what_comes_out_goes_in_again(
    workflow: Workflow, alice: User, bob: User, make_schedule: MakeSchedule
) -> None:
    make_schedule(name="a", cron_expression="0 9 * * *", trigger_payload={"n": 1})
    make_schedule(name="b", interval_seconds=60, jitter_seconds=5)
    make_schedule(name="c", run_at=NOON + timedelta(days=1), timezone="Asia/Tokyo")
    make_schedule(name="d", schedule_type="manual")
    exported = export_workflow(workflow, user=alice)
    copy = imported(exported, bob)
    assert export_workflow(copy.workflow, user=bob) == exported
    assert {schedule.owner for schedule in copy.schedules} == {bob}


def test_secrets_are_emptied_wherever_they_are(
    workflow: Workflow, alice: User, make_schedule: MakeSchedule
) -> None:
    headers = {"Authorization": "Bearer s3cret", "Accept": "text/plain"}
    config = {"url": "https://x.io/?token=s3cret", "headers": headers}
    add_graph(workflow, {"fetch": ("http_request", config)})
    make_schedule(trigger_payload={"password": "s3cret", "to": "ada"})
    exported = export_workflow(workflow, user=alice)
    assert "s3cret" not in json.dumps(exported)
    assert exported["emptied"] == [
        "graph.nodes[2].config.headers.Authorization",
        "graph.nodes[2].config.url",
        "schedules[0].trigger_payload.password",
    ]
    config = exported["graph"]["nodes"][2]["config"]
    assert config["url"] == "https://x.io/?token="
    assert config["headers"] == {"Authorization": "", "Accept": "text/plain"}


def test_references_within_the_file_are_marks(
    workflow: Workflow, alice: User, make_schedule: MakeSchedule
) -> None:
    first, second = make_schedule(name="a"), make_schedule(name="b")
    add_graph(
        workflow,
        {
            "only": ("trigger_schedule", {"scheduled_job_id": str(second.pk)}),
            "hold": ("schedule_pause", {"schedule_id": str(first.pk)}),
            "make": ("schedule_create", {"workflow": str(workflow.pk)}),
        },
    )
    exported = export_workflow(workflow, user=alice)
    configs = [node["config"] for node in exported["graph"]["nodes"][2:]]
    assert configs == [
        {"scheduled_job_id": "$schedules[1]"},
        {"schedule_id": "$schedules[0]"},
        {"workflow": "$workflow"},
    ]
    assert exported["emptied"] == []


def test_another_workflow_is_named_if_it_may_be_seen(
    workflow: Workflow, alice: User, bob: User
) -> None:
    seen, unseen = startable("helper", alice), startable("hidden", bob)
    add_graph(
        workflow,
        {
            "one": ("run_workflow", {"workflow": str(seen.pk)}),
            "two": ("run_workflow", {"workflow": str(unseen.pk)}),
        },
    )
    exported = export_workflow(workflow, user=alice)
    configs = [node["config"] for node in exported["graph"]["nodes"][2:]]
    assert configs == [{"workflow": "helper"}, {"workflow": ""}]
    assert exported["emptied"] == ["graph.nodes[3].config.workflow"]


@pytest.mark.parametrize("kind", ["run_workflow", "schedule_create", "schedule_list"])
def test_every_node_that_chooses_a_workflow_names_it(
    workflow: Workflow, alice: User, kind: str
) -> None:
    other = startable("helper", alice)
    add_graph(workflow, {"one": (kind, {"workflow": str(other.pk)})})
    exported = export_workflow(workflow, user=alice)
    assert exported["graph"]["nodes"][2]["config"] == {"workflow": "helper"}


def test_a_schedule_that_is_not_in_the_file_is_not_referred_to(
    workflow: Workflow, alice: User, make_schedule: MakeSchedule
) -> None:
    gone = make_schedule()
    add_graph(
        workflow, {"only": ("trigger_schedule", {"scheduled_job_id": str(gone.pk)})}
    )
    stop_schedule(gone.pk, actor=Actor.person(alice), now=NOON)
    exported = export_workflow(workflow, user=alice)
    assert exported["graph"]["nodes"][2]["config"] == {}
    assert exported["emptied"] == ["graph.nodes[2].config.scheduled_job_id"]


def test_ended_schedules_and_those_of_others_are_left_out(
    workflow: Workflow, alice: User, bob: User, make_schedule: MakeSchedule
) -> None:
    ended = make_schedule(name="ended")
    ScheduledJob.objects.filter(pk=ended.pk).update(status="stopped")
    theirs = make_schedule(name="theirs")
    ScheduledJob.objects.filter(pk=theirs.pk).update(owner=bob)
    make_schedule(name="mine")
    exported = export_workflow(workflow, user=alice)
    assert [schedule["name"] for schedule in exported["schedules"]] == ["mine"]


def test_a_file_holds_so_many_schedules(
    workflow: Workflow, alice: User, make_schedule: MakeSchedule
) -> None:
    first = make_schedule()
    copies: list[ScheduledJob] = []
    for number in range(limits.MOST_IN_FILE):
        copy = ScheduledJob.objects.get(pk=first.pk)
        copy.pk = ScheduledJob._meta.pk.get_default()
        copy.rq_job_id = f"schedule-{number}"
        copies.append(copy)
    ScheduledJob.objects.bulk_create(copies)
    with pytest.raises(InvalidInput, match="more than 100 schedules"):
        export_workflow(workflow, user=alice)
    copies[0].delete()
    assert len(export_workflow(workflow, user=alice)["schedules"]) == 100


@pytest.mark.parametrize("size", [1, 20])
def test_an_export_takes_five_queries(
    size: int,
    workflow: Workflow,
    alice: User,
    make_schedule: MakeSchedule,
    django_assert_num_queries: Any,
) -> None:
    helper = startable("helper", alice)
    for number in range(size):
        make_schedule(name=f"job {number}")
        config = {"workflow": str(helper.pk)}
        add_graph(workflow, {f"call{number}": ("run_workflow", config)})
    with django_assert_num_queries(5):
        export_workflow(workflow, user=alice)


def test_a_trigger_node_that_was_removed_is_listed_as_emptied(
    workflow: Workflow, alice: User, bob: User, make_schedule: MakeSchedule
) -> None:
    """Otherwise the schedule would start at another trigger of the imported workflow."""
    start = workflow.nodes.get(node_id="start")
    make_schedule(name="job", trigger_node=start)
    add_graph(workflow, {"other": ("trigger_schedule", {})})
    workflow.nodes.filter(node_id="start").update(removed_at=NOON)
    workflow.edges.all().delete()
    exported = export_workflow(workflow, user=alice)
    assert exported["emptied"] == ["schedules[0].trigger_node"]
    assert "trigger_node" not in exported["schedules"][0]
    assert imported(exported, bob).workflow.is_active is False
    exported["schedules"][0]["trigger_node"] = "other"
    assert imported(exported, bob).workflow.is_active is True
