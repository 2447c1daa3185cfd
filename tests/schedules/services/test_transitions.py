"""Where a schedule stands, it says why, by a code beside the free note."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from redis import Redis

from schedules.models import REASONS_OF_STATUS, ReasonCode, ScheduledJob, ScheduleEvent
from schedules.services import (
    Actor,
    fire_due,
    pause_schedule,
    resume_schedule,
    stop_schedule,
    transitions,
    update_schedule,
)
from tests.schedules.conftest import NOON, MakeSchedule
from tests.schedules.runs import end, start
from workflows.models import Workflow

MINUTE = timedelta(minutes=1)
DUE = NOON + MINUTE
ALARMS = "rq:scheduler:scheduled_jobs"
both = pytest.mark.both_databases
Who = Callable[[User], Actor]


def standing(schedule: ScheduledJob) -> tuple[str, str]:
    schedule.refresh_from_db()
    return schedule.status, schedule.reason_code


def newest_event(schedule: ScheduledJob) -> tuple[str, str]:
    event = ScheduleEvent.objects.filter(schedule_id=schedule.pk).order_by("-pk")[0]
    return event.verb, event.reason_code


@both
@pytest.mark.django_db
@pytest.mark.parametrize(
    ("who", "code"),
    [
        (Actor.person, "by_user"),
        (Actor.agent, "by_agent"),
        (lambda _: Actor.system(), "by_system"),
    ],
)
def test_who_paused_or_deleted_it_is_on_record(
    make_schedule: MakeSchedule, alice: User, who: Who, code: str
) -> None:
    schedule = make_schedule()
    pause_schedule(schedule.pk, actor=who(alice), now=NOON)
    assert standing(schedule) == ("paused", code)
    assert newest_event(schedule) == ("pause", code)
    assert schedule.reason_text in {"by a person", "by an agent", "by the site"}
    resume_schedule(schedule.pk, actor=Actor.person(alice), now=NOON)
    assert standing(schedule) == ("active", "")
    stop_schedule(schedule.pk, actor=who(alice), now=NOON)
    assert newest_event(schedule) == ("stop", code)


@both
@pytest.mark.django_db
def test_code_and_sentence_change_together(
    make_schedule: MakeSchedule, alice: User
) -> None:
    schedule = make_schedule(status="paused")
    assert standing(schedule) == ("paused", "by_user")
    by_agent = {"actor": Actor.agent(alice), "now": NOON}
    pause_schedule(schedule.pk, **by_agent, note="agents think otherwise")
    assert (*standing(schedule), schedule.status_reason) == ("paused", "by_user", "")
    resume_schedule(schedule.pk, actor=Actor.person(alice), now=NOON)
    pause_schedule(schedule.pk, **by_agent, note="lunch")
    pause_schedule(schedule.pk, actor=Actor.person(alice), now=NOON)
    assert (*standing(schedule), schedule.status_reason) == (
        "paused",
        "by_agent",
        "lunch",
    )
    pause_schedule(schedule.pk, actor=Actor.person(alice), now=NOON, note="and dinner")
    assert (*standing(schedule), schedule.reason_text) == (
        "paused",
        "by_user",
        "and dinner",
    )


@both
@pytest.mark.django_db
@pytest.mark.parametrize(
    ("fields", "at", "code"),
    [
        ({"run_at": DUE}, DUE, "completed"),
        (
            {"run_at": DUE, "catchup_policy": "none"},
            DUE + timedelta(hours=1),
            "missed",
        ),
        ({"end_at": DUE}, DUE, "end_reached"),
        ({"max_runs": 1}, DUE, "limit_reached"),
    ],
)
def test_how_it_came_to_its_end_is_a_code(
    make_schedule: MakeSchedule, fields: dict, at, code: str
) -> None:
    schedule = make_schedule(**fields)
    fire_due(at)
    assert standing(schedule) == ("stopped", code)
    assert newest_event(schedule) == ("complete", code)
    assert schedule.status_reason == ReasonCode(code).label


@both
@pytest.mark.django_db
def test_failures_in_a_row_are_a_code_and_a_resume_clears_it(
    make_schedule: MakeSchedule, alice: User
) -> None:
    schedule = make_schedule(pause_after_failures=1)
    fire_due(DUE)
    end(start(schedule, 1), 1.5, "failed")
    assert standing(schedule) == ("paused", "failures")
    assert newest_event(schedule) == ("pause", "failures")
    resume_schedule(schedule.pk, actor=Actor.person(alice), now=DUE + MINUTE)
    assert standing(schedule) == ("active", "")


@both
@pytest.mark.django_db(transaction=True)
def test_what_cannot_be_fired_is_set_aside_with_event_and_without_alarm_or_runs(
    redis: Redis, make_schedule: MakeSchedule
) -> None:
    schedule = make_schedule(overlap_policy="queue")
    fire_due(DUE)
    assert redis.zcard(ALARMS) == 1
    transitions.set_aside(schedule.pk, ValueError("no good"), now=DUE)
    assert standing(schedule) == ("paused", "cannot_fire")
    assert "ValueError: no good" in schedule.status_reason
    assert (schedule.next_run_at, schedule.version) == (None, 2)
    assert newest_event(schedule) == ("pause", "cannot_fire")
    assert redis.zcard(ALARMS) == 0
    assert [(run.status, run.reason) for run in schedule.runs.all()] == [
        ("skipped", "paused")
    ]
    transitions.set_aside(schedule.pk, ValueError("again"), now=DUE)
    assert schedule.events.count() == 2  # it is paused already


@both
@pytest.mark.django_db
def test_a_lost_trigger_node_is_why_of_what_is_active_only(
    make_schedule: MakeSchedule, workflow: Workflow, alice: User
) -> None:
    node = workflow.nodes.get(node_id="start")
    active, paused = make_schedule(trigger_node=node), make_schedule(trigger_node=node)
    pause_schedule(paused.pk, actor=Actor.person(alice), now=NOON, note="holidays")
    node.delete()
    assert standing(active) == ("active", "node_deleted")
    assert (*standing(paused), paused.reason_text) == ("paused", "by_user", "holidays")
    assert newest_event(paused) == ("update", "node_deleted")
    other = workflow.nodes.create(
        node_id="again", component_type="trigger_schedule", config={}
    )
    update_schedule(
        active.pk, {"trigger_node": other}, actor=Actor.person(alice), now=NOON
    )
    assert (*standing(active), active.status_reason) == ("active", "", "")


@both
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("gone", "code"), [("workflow", "workflow_deleted"), ("owner", "owner_deleted")]
)
def test_what_a_deletion_took_it_along_with_is_on_record(
    redis: Redis, make_schedule: MakeSchedule, gone: str, code: str
) -> None:
    schedule = make_schedule()
    row = getattr(schedule, gone)
    type(row)._default_manager.filter(pk=row.pk).delete()
    assert newest_event(schedule) == ("stop", code)


@both
@pytest.mark.django_db
@pytest.mark.parametrize("status", REASONS_OF_STATUS)
def test_the_database_refuses_a_code_of_another_status(
    make_schedule: MakeSchedule, status: str
) -> None:
    rows = ScheduledJob.objects.filter(pk=make_schedule().pk)
    for code in ReasonCode:
        if code in REASONS_OF_STATUS[status]:
            rows.update(status=status, reason_code=code)
            continue
        with pytest.raises(IntegrityError), transaction.atomic():
            rows.update(status=status, reason_code=code)
