"""A change that would leave schedules without a trigger is not made by mistake."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import OperationalError, connection, transaction
from django.db.models import F
from django.test.utils import CaptureQueriesContext

from schedules.exceptions import WouldOrphan
from schedules.models import ScheduledJob, ScheduleEvent
from schedules.services import fire_due
from schedules.services.drafts import starting
from schedules.services.drafts.starting import keep_startable, unable_to_start
from tests.schedules.conftest import NOON, MakeSchedule, SaveNodes
from tests.schedules.triggers import MANUAL, OTHER_ID, trigger
from workflows.guards import WorkflowChange
from workflows.models import Workflow
from workflows.services import NodeSpec, update_workflow

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
MINUTE = timedelta(minutes=1)


def orphans(call: Callable[[], object]) -> WouldOrphan:
    """How the change is refused; it leaves everything as it was."""
    before = list(ScheduleEvent.objects.values_list("pk"))
    with pytest.raises(WouldOrphan) as refused, transaction.atomic():
        call()
    assert list(ScheduleEvent.objects.values_list("pk")) == before
    return refused.value


@pytest.mark.heavy
@pytest.mark.parametrize(
    "nodes",
    [
        [MANUAL],
        [trigger(is_active=False)],
        [trigger(name_pattern="other-*")],
        [trigger(scheduled_job_id=OTHER_ID)],
        [NodeSpec(node_id="start", component_type="trigger_manual")],
    ],
)
def test_a_graph_that_leaves_a_schedule_without_a_trigger_is_refused(
    make_schedule: MakeSchedule, save_nodes: SaveNodes, nodes: list[NodeSpec]
) -> None:
    made, paused = make_schedule(name="a"), make_schedule(name="b", status="paused")
    refused = orphans(lambda: save_nodes(*nodes))
    assert refused.message.startswith(
        '2 schedules of this workflow could no longer start: "a", "b". Keep the workflow'
    )
    assert "confirm the change with orphan_schedules=true" in refused.message
    assert refused.errors == {
        "orphan_schedules": [
            f'The schedule "a" ({made.pk}) could no longer start.',
            f'The schedule "b" ({paused.pk}) could no longer start.',
        ]
    }
    assert save_nodes(trigger()).version == 2  # what was refused has written nothing


def test_a_graph_may_lose_a_trigger_as_long_as_another_accepts_its_schedules(
    make_schedule: MakeSchedule, save_nodes: SaveNodes
) -> None:
    make_schedule()
    save_nodes(trigger("other"))
    assert orphans(lambda: save_nodes(trigger("other", name_pattern="x"))).code == (
        "would_orphan_schedules"
    )


def test_a_graph_may_not_lose_the_chosen_trigger_even_if_another_would_accept_it(
    make_schedule: MakeSchedule, save_nodes: SaveNodes, workflow: Workflow
) -> None:
    make_schedule(trigger_node=workflow.nodes.get(node_id="start"))
    orphans(lambda: save_nodes(trigger("other")))


def test_the_chosen_trigger_may_not_be_switched_off(
    make_schedule: MakeSchedule, save_nodes: SaveNodes, workflow: Workflow
) -> None:
    save_nodes(trigger(), trigger("other"))
    make_schedule(trigger_node=workflow.nodes.get(node_id="other"))
    orphans(lambda: save_nodes(trigger(), trigger("other", is_active=False)))


def test_only_a_schedule_that_could_start_before_is_orphaned(
    make_schedule: MakeSchedule, save_nodes: SaveNodes
) -> None:
    make_schedule(name="a")
    save_nodes(MANUAL, orphan_schedules=True)
    save_nodes(MANUAL, trigger(name_pattern="b"))
    make_schedule(name="b")
    assert orphans(lambda: save_nodes(MANUAL)).message.startswith(
        '1 schedule of this workflow could no longer start: "b". '
    )


def test_schedules_that_have_ended_do_not_hold_up_a_change(
    make_schedule: MakeSchedule, save_nodes: SaveNodes
) -> None:
    make_schedule(run_at=NOON + MINUTE)
    fire_due(NOON + MINUTE)
    assert save_nodes(MANUAL).version == 2


def test_a_confirmed_orphaning_is_recorded_as_an_event(
    make_schedule: MakeSchedule, save_nodes: SaveNodes, alice: User
) -> None:
    schedule = make_schedule()
    save_nodes(MANUAL, orphan_schedules=True)
    event = schedule.events.first()
    assert event is not None
    assert (event.verb, event.actor, event.actor_kind) == ("update", alice, "user")
    assert (event.before, event.after) == ({"can_start": True}, {"can_start": False})
    assert "can no longer start" in event.note
    save_nodes(MANUAL, orphan_schedules=True)  # once is enough
    assert schedule.events.count() == 2


def test_many_orphans_are_recorded_in_short_steps_after_the_commit(
    make_schedule: MakeSchedule,
    save_nodes: SaveNodes,
    monkeypatch: pytest.MonkeyPatch,
    django_capture_on_commit_callbacks,
) -> None:
    monkeypatch.setattr(starting, "MOST_COUNTED", 2)
    monkeypatch.setattr(starting, "ROWS", 2)
    for _ in range(7):
        make_schedule()
    with django_capture_on_commit_callbacks() as after_commit:
        save_nodes(MANUAL, orphan_schedules=True)
    told = ScheduleEvent.objects.filter(after={"can_start": False})
    assert told.count() == 2
    for callback in after_commit:
        callback()
    assert told.count() == told.values("schedule").distinct().count() == 7


@pytest.mark.django_db(transaction=True)
def test_a_change_that_is_committed_is_not_refused_for_what_is_recorded_later(
    make_schedule: MakeSchedule,
    save_nodes: SaveNodes,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fail(*args: Any) -> None:
        raise OperationalError("database is locked")

    monkeypatch.setattr(starting, "MOST_COUNTED", 1)
    monkeypatch.setattr(starting, "_record_rest", fail)
    make_schedule()
    assert save_nodes(MANUAL, orphan_schedules=True).version == 2


def test_a_workflow_that_schedules_start_is_not_made_inactive_by_mistake(
    make_schedule: MakeSchedule, workflow: Workflow, alice: User
) -> None:
    schedule = make_schedule()

    def switch(*, on: bool, **options: Any) -> Workflow:
        changes = {"is_active": on}
        return update_workflow(workflow, changes, user=alice, now=NOON, **options)

    assert orphans(lambda: switch(on=False)).message.startswith("1 schedule of")
    assert not switch(on=False, orphan_schedules=True).is_active
    assert schedule.events.count() == 2
    assert switch(on=True).is_active


def test_many_are_counted_and_few_are_named(
    make_schedule: MakeSchedule, save_nodes: SaveNodes
) -> None:
    for number in range(30):
        make_schedule(name=f"job {number:02}")
    refused = orphans(lambda: save_nodes(MANUAL))
    assert (
        '30 schedules of this workflow could no longer start: "job 00", "job 01"'
        in (refused.message)
    )
    assert '"job 04" and 25 more. Keep' in refused.message
    assert len(refused.errors["orphan_schedules"]) == 20


def test_what_somebody_else_has_scheduled_is_counted_and_not_named(
    workflow: Workflow, save_nodes: SaveNodes, make_schedule: MakeSchedule, bob: User
) -> None:
    schedule = make_schedule(name="a secret")
    ScheduledJob.objects.filter(pk=schedule.pk).update(owner=bob)
    refused = orphans(lambda: save_nodes(MANUAL))
    assert "could no longer start: 1 that you may not see. Keep" in refused.message
    assert refused.errors == {"orphan_schedules": []}


@pytest.mark.heavy
def test_a_change_costs_the_same_however_many_schedules_there_are(
    make_schedule: MakeSchedule, save_nodes: SaveNodes
) -> None:
    def cost(*nodes: NodeSpec) -> int:
        with CaptureQueriesContext(connection) as queries:
            save_nodes(*nodes, orphan_schedules=True)
        return len(queries)

    save_nodes(trigger())
    make_schedule()
    few = [cost(trigger(name_pattern="job")), cost(MANUAL)]
    save_nodes(trigger())
    for _ in range(20):
        make_schedule()
    assert [cost(trigger(name_pattern="job")), cost(MANUAL)] == few


def test_more_names_than_can_be_tried_at_once_are_not_judged(
    make_schedule: MakeSchedule, save_nodes: SaveNodes, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(4):
        make_schedule(name=f"job {number}")
    monkeypatch.setattr(starting, "MOST_TRIES", 2)
    monkeypatch.setattr(starting, "MOST_COUNTED", 2)
    refused = orphans(lambda: save_nodes(trigger(name_pattern="x")))
    assert refused.message.startswith("At least 2 schedules of this workflow could no")
    monkeypatch.setattr(starting, "MOST_TRIES", 0)
    assert save_nodes(trigger(name_pattern="x")).version == 2
    assert unable_to_start(ScheduledJob.objects.all()) == []


def test_a_change_by_somebody_else_just_before_is_seen(
    make_schedule: MakeSchedule, save_nodes: SaveNodes, workflow: Workflow, alice: User
) -> None:
    save_nodes(MANUAL)
    change = WorkflowChange(
        workflow=workflow, user=alice, now=NOON, orphans_schedules=False
    )
    check = keep_startable(change)
    # In between a trigger comes, and a schedule with it.
    save_nodes(trigger())
    make_schedule()
    workflow.nodes.update(is_active=False)
    Workflow.objects.filter(pk=workflow.pk).update(version=F("version") + 1)
    with pytest.raises(WouldOrphan):
        check()
