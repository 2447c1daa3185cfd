"""What an agent has proposed is found and approved in the admin."""

from __future__ import annotations

from datetime import UTC, datetime

from django.contrib.auth.models import User
from django.test import Client

from schedules.models import UserProfile
from schedules.services import Actor, create_schedule
from tests.schedules.admin.conftest import LIST, page
from tests.schedules.conftest import MakeSchedule
from workflows.models import Workflow


def test_a_proposal_is_found_and_approved_by_resuming_it(
    site: Client, alice: User, workflow: Workflow, make_schedule: MakeSchedule
) -> None:
    make_schedule(name="a person's")
    UserProfile.objects.create(user=alice, agents_propose=True)
    fields = {"name": "an agent's", "workflow": workflow, "interval_seconds": 3600}
    now = datetime.now(UTC)
    proposal = create_schedule(fields, actor=Actor.agent(alice), now=now)
    listed = site.get(f"{LIST}?awaits_approval__exact=1").text
    assert "Approve" in listed
    assert "Approve" not in site.get(f"{LIST}?awaits_approval__exact=0").text
    assert "proposed by an agent for alice" in listed
    assert "a person&#x27;s" not in listed
    site.post(page(proposal, "resume"), follow=True)
    proposal.refresh_from_db()
    assert (proposal.status, proposal.awaits_approval) == ("active", False)
    event = proposal.events.get(verb="resume")
    assert (event.actor_name, event.after["approved"]) == ("boss", True)
