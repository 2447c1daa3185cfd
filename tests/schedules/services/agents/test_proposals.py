"""Agents propose, people approve."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User
from redis import Redis

from schedules.exceptions import NeedsApproval
from schedules.models import (
    ScheduledJob,
    ScheduledRun,
    ScheduleEvent,
)
from schedules.services import (
    Actor,
    approve_schedule,
    backfill,
    decline_schedule,
    fire_due,
    pause_schedule,
    resume_schedule,
    run_now,
    update_schedule,
)
from tests.schedules.conftest import NOON
from tests.schedules.services.agents.conftest import DAY, Propose, allow, refusal

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


@pytest.fixture
def proposal(by_agent: Propose, alice: User) -> ScheduledJob:
    allow(alice, agents_propose=True)
    return by_agent()


def test_where_agents_propose_a_schedule_begins_paused(proposal: ScheduledJob):
    proposal.refresh_from_db()
    assert (proposal.status, proposal.next_run_at) == ("paused", None)
    assert proposal.status_reason == "proposed by an agent for alice"
    event = ScheduleEvent.objects.get()
    assert (event.verb, event.note) == ("create", "proposed by an agent for alice")
    assert event.after["awaits_approval"] is True
    fire_due(NOON + DAY)
    assert not ScheduledRun.objects.exists()


def test_not_even_a_person_resumes_it(proposal: ScheduledJob, alice: User):
    with pytest.raises(NeedsApproval, match="approve it, or decline it"):
        resume_schedule(proposal.id, actor=Actor.person(alice), now=NOON)
    proposal.refresh_from_db()
    assert (proposal.status, proposal.awaits_approval) == ("paused", True)


def test_no_agent_approves_it_by_any_verb(
    proposal: ScheduledJob, agent: Actor, alice: User
):
    allow(alice, agents_propose=False)  # not even when it is no longer asked for
    who: dict[str, Any] = {"actor": agent, "now": NOON + DAY}
    pause_schedule(proposal.id, note="nothing to see", **who)
    for verb in (
        lambda: approve_schedule(proposal.id, **who),
        lambda: decline_schedule(proposal.id, **who),
        lambda: resume_schedule(proposal.id, **who),
        lambda: run_now(proposal.id, **who),
        lambda: backfill(proposal.id, from_at=NOON, to_at=NOON + DAY, **who),
    ):
        told = refusal(verb)
        assert told.code == "agent_approval"
        assert told.details["limit"] in ("a person's approval", "a person's decision")


def test_no_agents_note_hides_that_it_is_a_proposal(
    proposal: ScheduledJob, agent: Actor, alice: User, redis: Redis
):
    asked = run_now(proposal.id, actor=Actor.person(alice), now=NOON)
    pause_schedule(proposal.id, actor=agent, now=NOON, note="approved by alice")
    proposal.refresh_from_db()
    assert proposal.status_reason == "proposed by an agent for alice"
    asked.refresh_from_db()
    assert (asked.status, asked.reason) == ("skipped", "paused")
    pause_schedule(proposal.id, actor=Actor.person(alice), now=NOON, note="not yet")
    proposal.refresh_from_db()
    assert proposal.status_reason == "not yet"


def test_what_people_approve_is_changed_by_no_agent_before_or_after(
    proposal: ScheduledJob, agent: Actor, alice: User
):
    def change() -> None:
        fields = {"interval_seconds": 60}
        update_schedule(proposal.id, fields, actor=agent, now=NOON)

    assert refusal(change).code == "agent_approval"
    approve_schedule(proposal.id, actor=Actor.person(alice), now=NOON)
    assert refusal(change).code == "agent_approval"


def test_an_approved_schedule_may_be_paused_and_resumed_by_an_agent(
    proposal: ScheduledJob, agent: Actor, alice: User
):
    approve_schedule(proposal.id, actor=Actor.person(alice), now=NOON)
    pause_schedule(proposal.id, actor=agent, now=NOON)
    resumed = resume_schedule(proposal.id, actor=agent, now=NOON)
    assert resumed.schedule.status == "active"


def test_proposals_count_for_the_quota(
    proposal: ScheduledJob, by_agent: Propose, alice: User
):
    allow(alice, agent_max_active_schedules=1)
    assert refusal(by_agent).code == "agent_quota"
