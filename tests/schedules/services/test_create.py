"""A new schedule: what it takes, what it fills in, what it refuses."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User

from schedules.exceptions import InvalidSchedule
from schedules.models import ScheduledJob, ScheduleEpoch, ScheduleEvent
from schedules.services import Actor, create_schedule
from tests.graphs import startable
from tests.schedules.conftest import NOON, MakeSchedule
from tests.schedules.timing.sequences import at
from workflows.models import Workflow, WorkflowExecution

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)
LATER = NOON + 5 * MINUTE


def stored(schedule: ScheduledJob) -> ScheduledJob:
    return ScheduledJob.objects.get(pk=schedule.pk)


def test_it_is_active_with_its_first_tick_its_epoch_and_one_event(
    make_schedule: MakeSchedule, alice: User
) -> None:
    schedule = stored(make_schedule())
    assert (schedule.status, schedule.version, schedule.epoch) == ("active", 1, 1)
    assert schedule.next_tick_at == schedule.next_run_at == NOON + MINUTE
    assert schedule.rq_job_id == f"schedule-{schedule.id}"
    epoch = ScheduleEpoch.objects.get(schedule=schedule)
    assert (epoch.number, epoch.from_at, epoch.to_at) == (1, NOON, None)
    assert epoch.timing["interval_seconds"] == 60
    event = ScheduleEvent.objects.get(schedule=schedule)
    assert (event.verb, event.actor, event.before) == ("create", alice, {})
    assert event.after["name"] == "job"


def test_who_made_it_is_kept_for_an_agent_too(workflow: Workflow, alice: User) -> None:
    execution = WorkflowExecution.objects.create(
        workflow=workflow, owner=alice, trigger_type="manual"
    ).pk
    fields = {"name": "agent's", "workflow": workflow, "interval_seconds": 60}
    schedule = stored(
        create_schedule(fields, actor=Actor.agent(alice, execution), now=NOON)
    )
    assert schedule.owner == schedule.created_by == alice
    assert schedule.created_by_kind == "agent"
    assert schedule.created_by_execution == execution
    event = ScheduleEvent.objects.get(schedule=schedule)
    assert (event.actor_kind, event.execution_id) == ("agent", execution)


@pytest.mark.parametrize(
    ("fields", "kind"),
    [
        ({"cron_expression": "@daily"}, "cron"),
        ({"interval_seconds": 60}, "interval"),
        ({"run_at": LATER}, "once"),
    ],
)
def test_the_field_that_says_when_implies_the_type(
    make_schedule: MakeSchedule, fields: dict[str, Any], kind: str
) -> None:
    assert stored(make_schedule(**fields)).schedule_type == kind


@pytest.mark.parametrize(
    ("fields", "anchor", "first"),
    [
        ({}, NOON, NOON + 600 * SECOND),
        ({"start_at": LATER}, LATER, LATER),
        ({"start_at": NOON - MINUTE}, NOON - MINUTE, NOON + 540 * SECOND),
        ({"anchor_at": NOON - MINUTE}, NOON - MINUTE, NOON + 540 * SECOND),
        # In phase with its anchor, and not before its start.
        (
            {"anchor_at": NOON - MINUTE, "start_at": LATER},
            NOON - MINUTE,
            NOON + 540 * SECOND,
        ),
        ({"anchor_at": LATER}, LATER, LATER),
    ],
)
def test_an_interval_is_anchored_at_its_start_or_at_its_creation(
    make_schedule: MakeSchedule,
    fields: dict[str, datetime],
    anchor: datetime,
    first: datetime,
) -> None:
    schedule = stored(make_schedule(interval_seconds=600, **fields))
    assert (schedule.anchor_at, schedule.next_tick_at) == (anchor, first)


def test_fractions_of_a_second_are_cut_off(make_schedule: MakeSchedule) -> None:
    half = timedelta(milliseconds=500)
    schedule = stored(make_schedule(now=NOON + half, end_at=LATER + half))
    assert (schedule.anchor_at, schedule.end_at) == (NOON, LATER)
    assert schedule.next_tick_at == NOON + MINUTE


def test_the_zone_defaults_to_the_sites_and_stays(
    make_schedule: MakeSchedule, settings
) -> None:
    settings.TIME_ZONE = "Asia/Kathmandu"
    schedule = make_schedule(cron_expression="0 9 * * *", timezone=None)
    assert stored(schedule).timezone == "Asia/Kathmandu"
    assert schedule.next_tick_at == at("2026-11-24T03:15")


@pytest.mark.parametrize(
    ("wall", "instant"),
    [
        ("2027-01-15 09:00", "2027-01-15T08:00"),
        ("2027-03-28 02:30", "2027-03-28T01:00"),  # left out: the first instant after
        ("2027-10-31 02:30", "2027-10-31T00:30"),  # twice: the first of the two
    ],
)
def test_a_local_time_is_an_instant_of_the_zone(
    make_schedule: MakeSchedule, wall: str, instant: str
) -> None:
    schedule = make_schedule(
        run_at=datetime.fromisoformat(wall),
        timezone="Europe/Berlin",
    )
    assert stored(schedule).run_at == schedule.next_tick_at == at(instant)


def test_a_time_with_another_offset_is_the_same_instant(
    make_schedule: MakeSchedule,
) -> None:
    berlin = datetime.fromisoformat("2026-11-24T09:00+01:00")
    schedule = stored(make_schedule(run_at=berlin))
    assert schedule.run_at == at("2026-11-24T08:00")
    assert schedule.run_at.tzinfo == UTC


def test_the_same_idempotency_key_returns_the_same_schedule_to_its_owner_only(
    make_schedule: MakeSchedule, workflow: Workflow, alice: User, bob: User
) -> None:
    def create(owner: User, name: str, key: str | None) -> ScheduledJob:
        own = startable("own", owner)
        fields = {"name": name, "workflow": own, "interval_seconds": 60}
        return create_schedule(
            fields, actor=Actor.person(owner), now=NOON, idempotency_key=key
        )

    first, again = create(alice, "one", "key"), create(alice, "two", "key")
    assert (again.id, again.name) == (first.id, "one")
    assert create(bob, "bob's", "key").id != first.id
    # An empty key is no key.
    assert len({create(alice, "x", key).id for key in ("", "", None)}) == 3
    assert ScheduleEvent.objects.filter(verb="create").count() == 5


REFUSED: list[tuple[str, dict[str, Any]]] = [
    ("run_at", {"run_at": NOON}),
    ("run_at", {"run_at": NOON - SECOND}),
    ("run_at", {"run_at": LATER, "end_at": NOON + MINUTE}),
    ("run_at", {"run_at": LATER, "start_at": LATER + SECOND}),
    ("run_at", {"run_at": "2030-01-01"}),
    ("end_at", {"end_at": NOON + MINUTE - SECOND}),
    ("end_at", {"end_at": LATER, "start_at": LATER + SECOND}),
    ("end_at", {"end_at": 7}),
    ("start_at", {"start_at": "soon"}),
    ("anchor_at", {"cron_expression": "@daily", "anchor_at": NOON}),
    ("cron_expression", {"cron_expression": "0 0 30 2 *"}),
    ("cron_expression", {"cron_expression": "* * * * *", "interval_seconds": 60}),
    ("interval_seconds", {"cron_expression": "* * * * *", "interval_seconds": 60}),
    ("run_at", {"schedule_type": "cron", "run_at": LATER}),
    ("cron_expression", {"schedule_type": "cron", "interval_seconds": None}),
    ("schedule_type", {"interval_seconds": None}),
    ("schedule_type", {"schedule_type": "hourly"}),
    ("schedule_type", {"schedule_type": ["cron"]}),
    ("interval_seconds", {"interval_seconds": 0}),
    ("interval_seconds", {"interval_seconds": -60}),
    ("interval_seconds", {"interval_seconds": 60.0}),
    ("interval_seconds", {"interval_seconds": "60"}),
    ("interval_seconds", {"interval_seconds": True}),
    ("interval_seconds", {"interval_seconds": 10 * 366 * 86_400}),
    ("timezone", {"timezone": "Mars/Olympus"}),
    ("timezone", {"timezone": "localtime"}),
    ("timezone", {"timezone": 1}),
    ("jitter_seconds", {"jitter_seconds": None}),
    ("jitter_seconds", {"jitter_seconds": -1}),
    ("max_runs", {"max_runs": 0}),
    ("max_runs", {"max_runs": 2**31}),
    ("max_retries", {"max_retries": 1.5}),
    ("catchup_policy", {"catchup_policy": "newest"}),
    ("overlap_policy", {"overlap_policy": None}),
    ("name", {"name": " "}),
    ("name", {"name": None}),
    ("name", {"name": "x" * 201}),
    ("name", {"name": "two\nlines"}),
    ("name", {"name": "nul\x00"}),
    ("name", {"name": "half a pair \ud800"}),
    ("description", {"description": "nul\x00"}),
    ("description", {"description": None}),
    ("trigger_payload", {"trigger_payload": []}),
    ("trigger_payload", {"trigger_payload": {"a": float("nan")}}),
    ("trigger_payload", {"trigger_payload": {"a": NOON}}),
    ("trigger_payload", {"trigger_payload": {"a": "nul\x00"}}),
    ("trigger_payload", {"trigger_payload": {"half a pair \udfff": 1}}),
    ("trigger_payload", {"trigger_payload": {"a": "x" * 65_536}}),
    ("tags", {"tags": "one"}),
    ("tags", {"tags": [""]}),
    ("tags", {"tags": [1]}),
    ("tags", {"tags": ["t"] * 21}),
    ("workflow", {"workflow": None}),
    ("workflow", {"workflow": "nightly"}),
    ("status", {"status": "stopped"}),
    ("next_run_at", {"next_run_at": LATER}),
]


@pytest.mark.parametrize(("field", "fields"), REFUSED)
def test_what_cannot_be_is_refused_by_its_field_and_nothing_is_written(
    make_schedule: MakeSchedule, field: str, fields: dict[str, Any]
) -> None:
    with pytest.raises(InvalidSchedule) as refused:
        make_schedule(**fields)
    assert all(refused.value.errors[field])
    assert not ScheduledJob.objects.exists()
    assert not ScheduleEpoch.objects.exists()
    assert not ScheduleEvent.objects.exists()


def test_a_payload_nested_without_end_is_refused(make_schedule: MakeSchedule) -> None:
    deep: dict[str, Any] = {}
    for _ in range(900):
        deep = {"a": deep}
    with pytest.raises(InvalidSchedule):
        make_schedule(trigger_payload=deep)


def test_a_payload_may_say_what_a_null_character_is(
    make_schedule: MakeSchedule,
) -> None:
    payload = {"pattern": "\\u0000", "deep": [1, {"a": None}], "umlaut": "ä"}
    assert stored(make_schedule(trigger_payload=payload)).trigger_payload == payload


def test_someone_elses_workflow_is_refused_and_so_is_its_node(
    make_schedule: MakeSchedule, bob: User
) -> None:
    foreign = Workflow.objects.create(name="bob's", owner=bob)
    node = foreign.nodes.create(node_id="start", component_type="trigger_schedule")
    for fields in ({"workflow": foreign}, {"trigger_node": node}):
        with pytest.raises(InvalidSchedule) as refused:
            make_schedule(**fields)
        assert refused.value.errors.keys() == fields.keys()


def test_making_one_costs_the_same_whatever_there_is(
    make_schedule: MakeSchedule, django_assert_num_queries
) -> None:
    make_schedule()
    # The workflow, held and looked at, its triggers, the row, its epoch and its event, in one transaction.
    with django_assert_num_queries(9):
        make_schedule()


@pytest.mark.parametrize(
    ("fields", "field", "why"),
    [
        ({"run_at": datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)}, "run_at", "ends"),
        ({"run_at": LATER, "end_at": NOON + MINUTE}, "run_at", "outside"),
        ({"run_at": NOON}, "run_at", "passed"),
        (
            {"interval_seconds": 60, "start_at": datetime(9999, 12, 30, tzinfo=UTC)},
            "start_at",
            "calendar ends",
        ),
        (
            {"cron_expression": "0 0 1 1 *", "end_at": NOON + MINUTE},
            "end_at",
            "No tick",
        ),
    ],
)
def test_the_field_that_leaves_no_tick_is_named_with_the_true_reason(
    alice: User, workflow: Workflow, fields: dict[str, Any], field: str, why: str
) -> None:
    fields = {"name": "never", "workflow": workflow} | fields
    with pytest.raises(InvalidSchedule) as refusal:
        create_schedule(fields, actor=Actor.person(alice), now=NOON)
    assert list(refusal.value.errors) == [field]
    assert why in refusal.value.errors[field][0]
