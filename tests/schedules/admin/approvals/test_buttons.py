"""What an agent has proposed is found, approved and declined in the admin."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.contrib.auth.models import User
from django.test import Client

from schedules.models import ScheduledJob, UserProfile
from schedules.services import Actor, create_schedule
from tests.schedules.admin.conftest import LIST, page
from tests.schedules.conftest import MakeSchedule
from workflows.models import Workflow


def test_a_proposal_is_found_and_approved(
    site: Client, alice: User, workflow: Workflow, make_schedule: MakeSchedule
) -> None:
    make_schedule(name="a person's")
    UserProfile.objects.create(user=alice, agents_propose=True)
    fields = {"name": "an agent's", "workflow": workflow, "interval_seconds": 3600}
    now = datetime.now(UTC)
    proposal = create_schedule(fields, actor=Actor.agent(alice), now=now)
    listed = site.get(f"{LIST}?state=proposed").text
    assert f'formaction="{proposal.pk}/approve/"' in listed
    assert "/approve/" not in site.get(f"{LIST}?state=overdue").text
    assert "by an agent" in listed
    assert "a person&#x27;s" not in listed
    assert "Decline" in site.get(page(proposal)).text
    answer = site.post(page(proposal, "resume"), follow=True).text
    assert "approve it, or decline it" in answer
    assert page(proposal, "resume") not in answer
    site.post(page(proposal, "approve"), {"note": "go ahead"}, follow=True)
    proposal.refresh_from_db()
    assert (proposal.status, proposal.awaits_approval) == ("active", False)
    event = proposal.events.get(verb="approve")
    assert (event.actor_name, event.note) == ("boss", "go ahead")


@pytest.mark.heavy
def test_a_declined_proposal_is_gone_and_the_list_follows(
    site: Client, alice: User, workflow: Workflow
) -> None:
    UserProfile.objects.create(user=alice, agents_propose=True)
    fields = {"name": "an agent's", "workflow": workflow, "interval_seconds": 3600}
    proposal = create_schedule(fields, actor=Actor.agent(alice), now=datetime.now(UTC))
    sent = {"note": "no", "version": "7", "next": page(proposal)}
    assert (
        "changed by someone else"
        in site.post(page(proposal, "decline"), sent, follow=True).text
    )
    sent["version"] = "1"
    answer = site.post(page(proposal, "decline"), sent, follow=True)
    assert answer.redirect_chain[-1][0] == LIST
    assert "Declined “an agent&#x27;s”" in answer.text
    assert not ScheduledJob.objects.exists()
