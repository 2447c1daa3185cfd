"""What an agent may let run again, and what only a person may."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db.models import F

from schedules.exceptions import AgentRefused
from schedules.models import ScheduledJob, ScheduledRun
from schedules.services import (
    Actor,
    fire_due,
    pause_schedule,
    resume_schedule,
    run_now,
    update_schedule,
)
from tests.schedules.conftest import NOON, MakeSchedule
from tests.schedules.services.agents.conftest import DAY, Propose, allow, refusal

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


@pytest.fixture
def person(alice: User) -> Actor:
    return Actor.person(alice)


def pause(schedule: ScheduledJob, actor: Actor) -> None:
    pause_schedule(schedule.id, actor=actor, now=NOON)


def resuming(
    schedule: ScheduledJob, actor: Actor, **given: Any
) -> Callable[[], ScheduledJob]:
    return lambda: resume_schedule(schedule.id, actor=actor, now=NOON, **given).schedule


def test_where_agents_propose_they_resume_nothing_that_a_person_has_paused(
    by_agent: Propose, agent: Actor, person: Actor, alice: User
):
    schedule = by_agent()
    allow(alice, agents_propose=True)
    pause(schedule, person)
    told = refusal(resuming(schedule, agent))
    assert (told.code, told.details["limit"]) == ("agent_approval", "a person's resume")
    assert resuming(schedule, person)().status == "active"


def test_no_pause_of_an_agents_hides_that_of_a_person(
    by_agent: Propose, agent: Actor, person: Actor, alice: User
):
    schedule = by_agent()
    allow(alice, agents_propose=True)
    pause(schedule, person)
    run_now(schedule.id, actor=agent, now=NOON)
    pause(schedule, agent)
    assert refusal(resuming(schedule, agent)).code == "agent_approval"


def test_a_person_who_pauses_what_an_agent_has_paused_keeps_it_paused(
    by_agent: Propose, agent: Actor, person: Actor, alice: User
):
    schedule = by_agent()
    allow(alice, agents_propose=True)
    pause(schedule, agent)
    note = "keep this off until Monday"
    pause_schedule(schedule.id, actor=person, now=NOON, note=note)
    schedule.refresh_from_db()
    assert schedule.status_reason == note
    newest = schedule.events.first()
    assert newest is not None
    assert (newest.verb, newest.actor_kind, newest.note) == ("pause", "user", note)
    assert refusal(resuming(schedule, agent)).code == "agent_approval"


def test_a_pause_of_earlier_is_over(
    by_agent: Propose, agent: Actor, person: Actor, alice: User
):
    schedule = by_agent()
    allow(alice, agents_propose=True)
    pause(schedule, person)
    resuming(schedule, person)()
    pause(schedule, agent)
    assert resuming(schedule, agent)().status == "active"


def test_an_agent_resumes_nothing_that_runs_too_often_or_for_ever(
    make_schedule: MakeSchedule, agent: Actor, person: Actor
):
    often = make_schedule(interval_seconds=1, end_at=NOON + DAY)
    for_ever = make_schedule(interval_seconds=3600)
    for schedule, code in ((often, "agent_interval"), (for_ever, "agent_end")):
        pause(schedule, person)
        told = refusal(resuming(schedule, agent))
        assert told.code == code
        assert told.remedy == "Ask a person to resume it, or to change its timing."
        assert resuming(schedule, person)().status == "active"


def test_what_an_agent_paused_of_a_persons_goes_on_without_what_has_passed(
    make_schedule: MakeSchedule, agent: Actor
):
    schedule = make_schedule(interval_seconds=1)
    pause(schedule, agent)
    for catch_up in ("all", "latest"):
        told = refusal(resuming(schedule, agent, catch_up=catch_up))
        assert told.code == "agent_interval"
    assert resuming(schedule, agent)().status == "active"


def test_what_an_agent_made_is_held_to_the_limits_of_today(
    by_agent: Propose, agent: Actor, person: Actor, alice: User
):
    schedule = by_agent(interval_seconds=60)
    pause(schedule, agent)
    allow(alice, agent_min_interval_seconds=300)
    assert refusal(resuming(schedule, agent)).code == "agent_interval"
    fields = {"interval_seconds": 300}
    update_schedule(schedule.id, fields, actor=person, now=NOON)
    assert resuming(schedule, agent)().status == "active"


def test_an_agent_does_not_have_all_that_has_passed_run_at_once(
    by_agent: Propose, agent: Actor, person: Actor
):
    schedule = by_agent(interval_seconds=60, overlap_policy="allow")
    pause(schedule, agent)
    late = {"now": NOON + timedelta(minutes=150), "catch_up": "all"}
    told = refusal(lambda: resume_schedule(schedule.id, actor=agent, **late))
    assert (told.code, told.details["limit"]) == ("agent_interval", "60 seconds")
    assert 'catch_up as "none" or "latest"' in told.remedy
    assert resume_schedule(schedule.id, actor=person, **late).caught_up == 100


def test_the_latest_is_caught_up_if_the_next_is_far_enough(
    by_agent: Propose, agent: Actor
):
    schedule = by_agent()
    pause(schedule, agent)

    def catch_up(minute: float) -> int:
        now = NOON + timedelta(minutes=minute)
        resumed = resume_schedule(schedule.id, actor=agent, now=now, catch_up="latest")
        return resumed.caught_up

    told = refusal(lambda: catch_up(119.5))
    assert told.code == "agent_interval"
    assert told.remedy.startswith("Resume it without catch_up: the next run is at ")
    assert catch_up(119) == 1


@pytest.mark.heavy
def test_pausing_and_resuming_quickly_brings_no_two_runs_together(
    by_agent: Propose, agent: Actor
):
    schedule = by_agent(interval_seconds=120, overlap_policy="allow")
    for step in range(200):
        now = NOON + step * timedelta(seconds=13)
        if step % 10 < 8:
            pause_schedule(schedule.id, actor=agent, now=now)
        else:
            with suppress(AgentRefused):
                resume_schedule(schedule.id, actor=agent, now=now, catch_up="latest")
        fire_due(now)
    fired = ScheduledRun.objects.exclude(finished_at=F("created_at"))
    times = sorted(fired.values_list("created_at", flat=True))
    assert len(times) > 1
    assert all(b - a >= timedelta(seconds=60) for a, b in pairwise(times))


def test_a_single_run_that_has_passed_is_caught_up_once(
    by_agent: Propose, agent: Actor
):
    run_at = NOON + timedelta(hours=1)
    for schedule in (
        by_agent(run_at=run_at),
        by_agent(max_runs=1, start_at=run_at + DAY),
    ):
        pause(schedule, agent)
        resumed = resume_schedule(
            schedule.id, actor=agent, now=run_at + 2 * DAY, catch_up="latest"
        )
        assert (resumed.caught_up, resumed.schedule.status) == (1, "stopped")
