"""Revivals, graphs and schedulers at the same moment."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from redis import Redis

from schedules.exceptions import InvalidSchedule, StaleSchedule, WouldOrphan
from schedules.models import ScheduledJob, ScheduledRun, ScheduleEvent
from schedules.scheduler import get_scheduler_service
from schedules.services import (
    Actor,
    create_schedule,
    fire_due,
    sweep,
    update_schedule,
)
from schedules.services.drafts.starting import unable_to_start
from schedules.services.insight.audit import audit
from tests.at_once import at_once
from tests.schedules.conftest import NOON, MakeSchedule
from workflows.models import Workflow
from workflows.services import GraphSpec, NodeSpec, save_graph

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.both_databases,
    pytest.mark.slow,
]
MINUTE = timedelta(minutes=1)
LATER = NOON + 10 * MINUTE
TRIGGER = NodeSpec(node_id="start", component_type="trigger_schedule")
BY_HAND = NodeSpec(node_id="hand", component_type="trigger_manual")


@pytest.fixture
def over(redis: Redis, make_schedule: MakeSchedule) -> ScheduledJob:
    schedule = make_schedule(max_runs=1, overlap_policy="allow")
    fire_due(NOON + MINUTE)
    return schedule


def test_of_revivals_at_once_one_revives(over: ScheduledJob, alice: User) -> None:
    def revive(version: int | None) -> ScheduledJob:
        actor, fields = Actor.person(alice), {"max_runs": 9}
        return update_schedule(over.id, fields, actor=actor, now=LATER, version=version)

    answers = at_once([lambda: revive(None)] * 3 + [lambda: revive(1)] * 2)
    assert {type(answer) for answer in answers} <= {ScheduledJob, StaleSchedule}
    assert ScheduleEvent.objects.filter(verb="revive").count() == 1
    over.refresh_from_db()
    assert (over.status, over.epoch, over.next_run_at) == (
        "active",
        2,
        LATER + MINUTE,
    )
    assert next(audit()).problems == []


def test_a_revival_beside_schedulers_and_sweeps_loses_and_doubles_nothing(
    over: ScheduledJob, alice: User
) -> None:
    actor = Actor.person(alice)
    for times in range(2, 7):
        now = NOON + times * 10 * MINUTE
        fields = {"max_runs": times}
        at_once(
            [
                lambda now=now, fields=fields: update_schedule(
                    over.id, fields, actor=actor, now=now
                ),
                lambda now=now: sweep(now, judge_leases=False),
                lambda now=now: fire_due(now),
                lambda now=now: fire_due(now + MINUTE),
            ]
        )
        fire_due(now + MINUTE)
        over.refresh_from_db()
        assert (over.status, over.fired_count) == ("stopped", times)
    assert ScheduledRun.objects.count() == 6
    assert next(audit()).problems == []
    sweep(LATER, judge_leases=False)
    assert get_scheduler_service().alarms_out_of_sync() == (0, 0)


def test_a_trigger_that_goes_while_schedules_come_to_it_leaves_none_without(
    redis: Redis, workflow: Workflow, make_schedule: MakeSchedule, alice: User
) -> None:
    actor = Actor.person(alice)
    for _ in range(8):
        ScheduledJob.objects.all().delete()
        save_graph(workflow, GraphSpec([TRIGGER]), user=alice, now=NOON)
        over = make_schedule(name="over", run_at=NOON + MINUTE)
        ScheduledJob.objects.filter(pk=over.pk).update(
            status="stopped", next_run_at=None, next_tick_at=None
        )
        fields = {"name": "new", "workflow": workflow, "interval_seconds": 60}
        saved, made, revived = at_once(
            [
                lambda: save_graph(
                    workflow, GraphSpec([BY_HAND]), user=alice, now=NOON
                ),
                lambda fields=fields: create_schedule(fields, actor=actor, now=NOON),
                lambda over=over: update_schedule(
                    over.id, {"run_at": LATER}, actor=actor, now=NOON
                ),
            ]
        )
        kinds = {type(made), type(revived)}
        if isinstance(saved, WouldOrphan):
            assert ScheduledJob in kinds
        else:
            assert kinds == {InvalidSchedule}
        active = ScheduledJob.objects.filter(status="active")
        assert unable_to_start(active) == []
