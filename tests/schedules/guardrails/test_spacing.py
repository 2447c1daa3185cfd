"""How close together: single runs, and what takes the place of another."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from schedules.exceptions import AgentRefused
from schedules.models import ScheduledJob, ScheduledRun
from schedules.services import (
    Actor,
    fire_due,
    pause_schedule,
    resume_schedule,
    stop_schedule,
    update_schedule,
)
from schedules.services.claims import claim_run
from tests.schedules.conftest import NOON, MakeSchedule
from tests.schedules.guardrails.conftest import DAY, Propose, refusal

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)
ONE_RUN = [
    {"run_at": NOON + DAY},
    {"interval_seconds": 60, "max_runs": 1, "start_at": NOON + DAY},
    {"cron_expression": "* * * * *", "max_runs": 1, "start_at": NOON + DAY},
]


def test_single_runs_keep_the_same_distance(by_agent: Propose):
    noon = NOON + DAY
    for seconds in (0, 60, 150):
        by_agent(run_at=noon + timedelta(seconds=seconds))
    told = refusal(lambda: by_agent(run_at=noon + timedelta(seconds=2)))
    assert (told.code, told.details["limit"]) == ("agent_interval", "60 seconds")
    assert list(told.errors) == ["run_at"]
    free = noon + timedelta(seconds=210)
    assert told.remedy == f"Give run_at as {free.isoformat()}, which is free."
    assert by_agent(run_at=free).status == "active"


def test_a_single_run_keeps_its_distance_from_one_that_is_over(by_agent: Propose):
    by_agent(run_at=NOON + timedelta(seconds=2))
    fire_due(NOON + timedelta(seconds=2))
    assert ScheduledJob.objects.get().status == "stopped"
    told = refusal(lambda: by_agent(run_at=NOON + timedelta(seconds=4)))
    assert told.code == "agent_interval"


def test_an_update_brings_no_single_runs_together(by_agent: Propose, agent: Actor):
    run_at = NOON + DAY
    by_agent(run_at=run_at)
    other = by_agent(run_at=run_at + DAY)
    fields = {"run_at": run_at + timedelta(seconds=1)}
    told = refusal(lambda: update_schedule(other.id, fields, actor=agent, now=NOON))
    assert told.code == "agent_interval"
    later = {"run_at": run_at + DAY + timedelta(seconds=1)}
    assert update_schedule(other.id, later, actor=agent, now=NOON).version == 2


def test_single_runs_of_people_are_in_nobodys_way(
    by_agent: Propose, make_schedule: MakeSchedule
):
    make_schedule(run_at=NOON + DAY), make_schedule(run_at=NOON + DAY)
    assert by_agent(run_at=NOON + DAY).status == "active"


@pytest.mark.parametrize("first", ONE_RUN)
@pytest.mark.parametrize("second", ONE_RUN)
def test_what_runs_once_keeps_its_distance_however_that_is_said(
    by_agent: Propose, first: dict[str, Any], second: dict[str, Any]
):
    by_agent(**first)
    told = refusal(lambda: by_agent(**second))
    assert told.code == "agent_interval"
    field = "run_at" if "run_at" in second else "start_at"
    free = NOON + DAY + MINUTE
    assert told.remedy == f"Give {field} as {free.isoformat()}, which is free."
    assert by_agent(**second | {field: free}).next_tick_at == free


@pytest.mark.parametrize(
    "fields", [{}, {"interval_seconds": 60}, {"interval_seconds": 60, "max_runs": 1}]
)
def test_stopping_and_creating_again_brings_no_runs_together(
    by_agent: Propose, agent: Actor, fields: dict[str, Any]
):
    when = "start_at" if fields else "run_at"
    for seconds in range(0, 150, 5):
        at = NOON + seconds * SECOND + 2 * SECOND
        with suppress(AgentRefused):
            schedule = by_agent(now=at - 2 * SECOND, **fields | {when: at})
            fire_due(at + timedelta(milliseconds=3))
            run = ScheduledRun.objects.get(schedule=schedule)
            claim_run(run.id, attempt=1, token=uuid4(), now=at)
            stop_schedule(schedule.id, actor=agent, now=at)
    ran = ScheduledRun.objects.order_by("scheduled_for")
    assert [(run.scheduled_for - NOON) // SECOND for run in ran] == [2, 62, 122]


def test_what_never_ran_is_in_nobodys_way(by_agent: Propose, agent: Actor):
    """Stopped before its time, or before a worker had it."""
    run_at = NOON + MINUTE
    stop_schedule(by_agent(run_at=run_at).id, actor=agent, now=NOON)
    withdrawn = by_agent(run_at=run_at)
    fire_due(run_at)
    stop_schedule(withdrawn.id, actor=agent, now=run_at)
    assert ScheduledRun.objects.get().status == "cancelled"
    assert by_agent(now=run_at, run_at=run_at + SECOND).status == "active"


def test_a_resume_brings_no_single_runs_together(by_agent: Propose, agent: Actor):
    first, second = (
        by_agent(interval_seconds=62, max_runs=1, start_at=NOON + at * SECOND)
        for at in (60, 120)
    )
    for schedule in (first, second):
        pause_schedule(schedule.id, actor=agent, now=NOON)
    late = {"actor": agent, "now": NOON + 10 * MINUTE}
    assert resume_schedule(first.id, **late).schedule.status == "active"
    told = refusal(lambda: resume_schedule(second.id, **late))
    assert told.code == "agent_interval"
    assert told.remedy == "Ask a person to resume it, or to change its timing."


def test_what_runs_again_and_again_is_beside_single_runs(by_agent: Propose):
    for _ in range(3):
        by_agent(interval_seconds=60, start_at=NOON + DAY)
    assert by_agent(run_at=NOON + DAY).status == "active"


def test_the_cost_of_one_more_is_the_same_however_many_there_are(
    by_agent: Propose, agent: Actor, django_assert_num_queries: Any
):
    for minute in range(1, 20):
        schedule = by_agent(run_at=NOON + minute * MINUTE)
        if minute % 2:
            stop_schedule(schedule.id, actor=agent, now=NOON)
    with django_assert_num_queries(16):
        by_agent(run_at=NOON + DAY)


def test_what_is_stopped_holds_up_the_next_however_old_it_is(
    by_agent: Propose, agent: Actor
):
    old = by_agent(interval_seconds=3600)
    due = NOON + 2 * DAY
    fire_due(due)
    (run,) = ScheduledRun.objects.filter(status="pending")
    assert claim_run(run.pk, 1, token=uuid4(), now=due)
    stop_schedule(old.id, actor=agent, now=due + 3 * SECOND)
    told = refusal(lambda: by_agent(now=due + 3 * SECOND, run_at=due + 5 * SECOND))
    assert told.code == "agent_interval"
    assert by_agent(now=due + 3 * SECOND, run_at=due + MINUTE).status == "active"


@pytest.mark.parametrize(
    ("fields", "free"),
    [
        ({"cron_expression": "0 * * * *"}, "15:00"),
        (
            {"interval_seconds": 3600, "start_at": NOON + timedelta(hours=1)},
            "13:01",
        ),
    ],
)
def test_the_time_that_a_refusal_names_is_accepted(
    by_agent: Propose, fields: dict[str, Any], free: str
):
    for hours in (1, 2):
        by_agent(run_at=NOON + timedelta(hours=hours))
    told = refusal(lambda: by_agent(max_runs=1, **fields))
    named = datetime.fromisoformat(told.remedy.split()[3].rstrip(","))
    assert f"{named:%H:%M}" == free
    assert by_agent(max_runs=1, **fields | {"start_at": named}).next_tick_at == named


@pytest.mark.parametrize(
    "fields",
    [
        {"run_at": NOON + 90 * DAY},
        {"cron_expression": "0 12 21 2 *", "max_runs": 1},
        {
            "interval_seconds": 3600,
            "max_runs": 1,
            "start_at": NOON + 90 * DAY,
            "end_at": NOON + 90 * DAY,
        },
    ],
)
def test_no_time_is_named_where_none_is_free(by_agent: Propose, fields: dict[str, Any]):
    by_agent(run_at=NOON + 90 * DAY)
    told = refusal(lambda: by_agent(**fields))
    assert told.remedy.startswith("None of its next ticks is free")


def test_a_single_run_has_no_distance_to_itself(by_agent: Propose):
    assert by_agent(interval_seconds=30, max_runs=1).max_runs == 1
