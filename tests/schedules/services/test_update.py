"""Changing a schedule: only what is given, once, and seldom its ticks."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User

from schedules.exceptions import InvalidSchedule, ScheduleStopped, StaleSchedule
from schedules.models import (
    ScheduledJob,
    ScheduleEpoch,
    ScheduleEvent,
)
from schedules.services import (
    Actor,
    fire_due,
    pause_schedule,
    resume_schedule,
    update_schedule,
)
from tests.graphs import startable
from tests.schedules.conftest import NOON, MakeSchedule
from tests.schedules.runs import held
from tests.schedules.timing.sequences import at

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
Edit = Callable[..., ScheduledJob]


@pytest.fixture
def edit(alice: User) -> Edit:
    """Change a schedule half a minute past noon, or at `minute`, and read it again."""

    def change(schedule: ScheduledJob, minute: float = 0.5, **fields: Any):
        version = fields.pop("version", None)
        update_schedule(
            schedule.id,
            fields,
            actor=Actor.person(alice),
            now=NOON + minute * MINUTE,
            version=version,
        )
        schedule.refresh_from_db()
        return schedule

    return change


def updates(schedule: ScheduledJob) -> list[ScheduleEvent]:
    return list(ScheduleEvent.objects.filter(schedule=schedule, verb="update"))


def test_one_event_says_what_was_and_what_is(
    make_schedule: MakeSchedule, edit: Edit
) -> None:
    schedule = edit(make_schedule(), name="new", max_retries=2)
    assert (schedule.name, schedule.max_retries, schedule.version) == ("new", 2, 2)
    assert schedule.updated_at == NOON + 0.5 * MINUTE
    (event,) = updates(schedule)
    assert event.before == {"name": "job", "max_retries": 0}
    assert event.after == {"name": "new", "max_retries": 2}


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"name": "job", "interval_seconds": 60, "schedule_type": "interval"},
        {"anchor_at": datetime.fromisoformat("2026-11-23T13:00+01:00")},
        {"anchor_at": None, "start_at": None, "cron_expression": None, "run_at": None},
        {"trigger_payload": {"b": [1, 2.5], "a": True}, "tags": ["x"]},
    ],
)
def test_the_same_values_change_nothing(
    make_schedule: MakeSchedule, edit: Edit, fields: dict[str, Any]
) -> None:
    made = make_schedule(trigger_payload={"a": True, "b": [1, 2.5]}, tags=["x"])
    schedule = edit(made, 5, **fields)
    assert (schedule.version, schedule.epoch, schedule.updated_at) == (1, 1, NOON)
    assert schedule.next_tick_at == NOON + MINUTE
    assert updates(schedule) == []


@pytest.mark.parametrize("payload", [{"a": 1}, {"a": 1.0}, {"a": [True]}])
def test_changing_true_to_one_in_the_payload_is_a_change(
    make_schedule: MakeSchedule, edit: Edit, payload: dict[str, Any]
) -> None:
    schedule = edit(make_schedule(trigger_payload={"a": True}), trigger_payload=payload)
    assert schedule.version == 2


def test_a_change_of_other_fields_moves_no_tick(
    make_schedule: MakeSchedule, edit: Edit
) -> None:
    schedule = edit(
        make_schedule(),
        5,
        name="new",
        overlap_policy="allow",
        max_runs=9,
        catchup_policy="all",
        pause_after_failures=1,
    )
    assert schedule.epoch == ScheduleEpoch.objects.count() == 1
    assert schedule.next_tick_at == schedule.next_run_at == NOON + MINUTE
    assert held(schedule) == []


@pytest.mark.parametrize(
    "fields", [{"interval_seconds": 420}, {"end_at": NOON + 2 * HOUR}, {"name": "x"}]
)
def test_the_anchor_stays_whatever_is_edited(
    make_schedule: MakeSchedule, edit: Edit, fields: dict[str, Any]
) -> None:
    schedule = edit(make_schedule(), 3.5, **fields)
    pause_schedule(schedule.id, actor=Actor.person(schedule.owner), now=NOON + HOUR)
    resume_schedule(schedule.id, actor=Actor.person(schedule.owner), now=NOON + HOUR)
    schedule.refresh_from_db()
    assert schedule.anchor_at == NOON
    assert (schedule.next_tick_at - NOON).seconds % schedule.interval_seconds == 0


def test_an_anchor_that_is_cleared_is_the_creation_again(
    make_schedule: MakeSchedule, edit: Edit
) -> None:
    made = make_schedule(anchor_at=NOON + 20 * timedelta(seconds=1))
    assert edit(made, 5, anchor_at=None).anchor_at == NOON


def test_a_new_timing_begins_after_now_and_the_ticks_that_passed_are_recorded(
    make_schedule: MakeSchedule, edit: Edit
) -> None:
    schedule = edit(make_schedule(), 3.5, interval_seconds=120)
    assert held(schedule) == ["1-3 x3 skipped edited"]
    assert schedule.next_tick_at == schedule.next_run_at == NOON + 4 * MINUTE
    assert schedule.epoch == 2


def test_an_edit_between_a_tick_and_its_jitter_loses_no_tick(
    make_schedule: MakeSchedule, edit: Edit
) -> None:
    schedule = make_schedule(jitter_seconds=59)
    assert schedule.next_run_at > schedule.next_tick_at
    edit(schedule, 1, jitter_seconds=0)
    assert held(schedule) == ["1 skipped edited"]
    assert schedule.next_run_at == NOON + 2 * MINUTE


@pytest.mark.parametrize(
    ("fields", "first"),
    [
        ({"cron_expression": "30 * * * *"}, "2026-11-23T12:30"),
        ({"run_at": at("2026-11-24T09:00")}, "2026-11-24T09:00"),
        ({"schedule_type": "cron", "cron_expression": "@daily"}, "2026-11-24T00:00"),
    ],
)
def test_another_type_drops_the_fields_of_the_old_one(
    make_schedule: MakeSchedule, edit: Edit, fields: dict[str, Any], first: str
) -> None:
    schedule = edit(make_schedule(timezone="UTC"), 0.5, **fields)
    assert (schedule.interval_seconds, schedule.anchor_at) == (None, None)
    assert schedule.next_tick_at == at(first)
    back = edit(schedule, 10.5, interval_seconds=600)
    assert (back.schedule_type, back.cron_expression, back.run_at) == (
        "interval",
        "",
        None,
    )
    assert back.anchor_at == NOON + 10.5 * MINUTE
    assert back.next_tick_at == NOON + 20.5 * MINUTE


def test_a_paused_schedule_is_changed_and_stays_paused(
    make_schedule: MakeSchedule, edit: Edit
) -> None:
    schedule = make_schedule()
    actor = Actor.person(schedule.owner)
    pause_schedule(schedule.id, actor=actor, now=NOON)
    edit(schedule, 3.5, interval_seconds=600)
    assert (schedule.status, schedule.next_run_at) == ("paused", None)
    assert held(schedule) == ["1-3 x3 skipped paused"]
    resumed = resume_schedule(schedule.id, actor=actor, now=NOON + 25 * MINUTE)
    assert resumed.passed == 2
    assert resumed.schedule.next_run_at == NOON + 30 * MINUTE


@pytest.mark.heavy
@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"end_at": NOON + 1.4 * MINUTE}, "end_at"),
        ({"run_at": NOON}, "run_at"),
        ({"schedule_type": "cron"}, "cron_expression"),
        ({"interval_seconds": None}, "interval_seconds"),
        ({"anchor_at": NOON, "cron_expression": "@daily"}, "anchor_at"),
        ({"workflow": None}, "workflow"),
        ({"max_runs": 1}, "max_runs"),
        ({"owner": None}, "owner"),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_is_written(
    make_schedule: MakeSchedule, edit: Edit, fields: dict[str, Any], field: str
) -> None:
    schedule = make_schedule(overlap_policy="allow")
    fire_due(NOON + MINUTE)
    before = ScheduledJob.objects.values().get()
    with pytest.raises(InvalidSchedule) as refused:
        edit(schedule, 1.5, **fields)
    assert field in refused.value.errors
    assert ScheduledJob.objects.values().get() == before
    assert held(schedule) == ["1 pending"]
    assert updates(schedule) == []


def test_a_limit_can_be_raised_above_what_fired(
    make_schedule: MakeSchedule, edit: Edit
) -> None:
    schedule = make_schedule(max_runs=3, overlap_policy="allow")
    fire_due(NOON + MINUTE)
    assert edit(schedule, 1.5, max_runs=2).max_runs == 2
    assert edit(schedule, 1.5, max_runs=None).max_runs is None


def test_firing_does_not_make_a_version_stale_but_a_verb_does(
    make_schedule: MakeSchedule, edit: Edit
) -> None:
    schedule = make_schedule()
    fire_due(NOON + MINUTE)
    edit(schedule, 1.5, name="new", version=1)
    with pytest.raises(StaleSchedule):
        edit(schedule, 1.5, name="newer", version=1)
    schedule.refresh_from_db()
    assert (schedule.name, schedule.version) == ("new", 2)


def test_a_schedule_that_has_ended_says_so(
    make_schedule: MakeSchedule, edit: Edit
) -> None:
    schedule = make_schedule(run_at=NOON + MINUTE)
    fire_due(NOON + MINUTE)
    with pytest.raises(ScheduleStopped, match=r"stopped \(completed\)"):
        edit(schedule, 2, name="again")


def test_a_schedule_whose_zone_is_gone_is_mended_by_an_edit(
    make_schedule: MakeSchedule, edit: Edit
) -> None:
    schedule = make_schedule(cron_expression="0 * * * *")
    actor = Actor.person(schedule.owner)
    ScheduledJob.objects.update(timezone="Mars/Olympus")
    pause_schedule(schedule.id, actor=actor, now=NOON)
    with pytest.raises(InvalidSchedule) as refused:
        resume_schedule(schedule.id, actor=actor, now=NOON)
    assert "Mars/Olympus" in refused.value.errors["timezone"][0]
    edit(schedule, 30, timezone="UTC")
    assert schedule.next_tick_at == NOON + HOUR
    resume_schedule(schedule.id, actor=actor, now=NOON + 31 * MINUTE)
    assert fire_due(NOON + HOUR).schedules == 1


def test_the_event_names_the_new_workflow_by_its_id(
    make_schedule: MakeSchedule, edit: Edit, alice: User
) -> None:
    other = startable("other", alice)
    schedule = make_schedule()
    old = str(schedule.workflow_id)
    edit(schedule, workflow=other)
    (event,) = updates(schedule)
    assert event.before == {"workflow": old}
    assert event.after == {"workflow": str(other.id)}


def test_an_edit_costs_the_same_whatever_the_ledger_holds(
    make_schedule: MakeSchedule, edit: Edit, django_assert_max_num_queries
) -> None:
    schedule = make_schedule(overlap_policy="allow")
    for minute in range(1, 10):
        fire_due(NOON + minute * MINUTE)
    # The workflow, held, the row, the workflow, the ticks passed over, the old epoch and the new one, the
    # row again, the event, and this test's own look.
    with django_assert_max_num_queries(16):
        edit(schedule, 20, interval_seconds=30)
