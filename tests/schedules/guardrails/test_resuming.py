"""What an agent may let run again, and what only a person may."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User

from schedules.models import ScheduledJob
from schedules.services import (
    Actor,
    pause_schedule,
    resume_schedule,
    run_now,
    update_schedule,
)
from tests.schedules.conftest import NOON, MakeSchedule
from tests.schedules.guardrails.conftest import DAY, Propose, allow, refusal

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
    resumed = resuming(schedule, agent, catch_up="all")()
    assert resumed.status == "active"
