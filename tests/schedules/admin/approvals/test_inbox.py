"""The inbox of what agents have proposed: what each would do, and deciding about it."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client
from django.urls import reverse

from schedules.models import ScheduledJob, ScheduleEvent, UserProfile
from schedules.services import Actor, create_schedule
from tests.schedules.admin.conftest import LIST, MakeStaff, page
from workflows.models import NodeRun, Workflow, WorkflowExecution

pytestmark = pytest.mark.django_db
INBOX = f"{LIST}approvals/"
Propose = Callable[..., ScheduledJob]


@pytest.fixture
def propose(alice: User, workflow: Workflow) -> Propose:
    UserProfile.objects.create(user=alice, agents_propose=True)

    def make(name: str = "hourly", **fields: Any) -> ScheduledJob:
        given = {"name": name, "workflow": workflow, "interval_seconds": 3600}
        now = fields.pop("now", datetime.now(UTC))
        run = fields.pop("run", None)
        return create_schedule(
            given | fields, actor=Actor.agent(alice, execution_id=run), now=now
        )

    return make


def post(client: Client, decision: str, *chosen: ScheduledJob, note: str = "") -> Any:
    values = [f"{each.pk}:{each.version}" for each in chosen]
    sent = {"decision": decision, "chosen": values, "note": note}
    return client.post(INBOX, sent, follow=True)


def browser_of(user: User) -> Client:
    User.objects.filter(pk=user.pk).update(is_staff=True)
    client = Client()
    client.force_login(user)
    return client


def test_an_empty_inbox_says_what_comes_here(site: Client) -> None:
    text = site.get(INBOX).text
    assert "Nothing to approve" in text
    assert "Nothing decided yet" in site.get(f"{INBOX}?show=decided").text


def test_the_conversation_leads_to_what_was_proposed_while_it_is_open(
    site: Client, propose: Propose, workflow: Workflow, alice: User
) -> None:
    run = WorkflowExecution.objects.create(
        workflow=workflow, workflow_name="Plan reports", owner=alice
    )
    proposal = propose("hourly", run=run.pk)
    answers: list[Any] = [str(proposal.pk), "nonsense", None]
    calls = [
        {
            "kind": "tool",
            "tool": "schedule_create",
            "result": {"id": answer, "awaits_approval": True},
        }
        for answer in answers
    ]
    node = NodeRun(execution=run, sequence=1, node_id="planner", component_type="agent")
    node.output = {"calls": calls}
    node.save()
    address = reverse(
        "admin:ostinato_workflows_workflowexecution_change", args=[run.pk]
    )
    link = f'href="{INBOX}?proposal={proposal.pk}"'
    text = site.get(address).text
    assert text.count("Review the proposal") == text.count(link) == 1
    assert text.count("needs approval") == 1
    assert "hourly" in site.get(f"{INBOX}?proposal={proposal.pk}").text
    post(site, "approve", proposal)
    text = site.get(address).text
    assert "Review the proposal" not in text
    assert "needs approval" not in text


def test_a_proposal_tells_all_that_a_decision_needs(
    site: Client, propose: Propose, workflow: Workflow, alice: User
) -> None:
    run = WorkflowExecution.objects.create(
        workflow=workflow, workflow_name="Plan reports", owner=alice
    )
    NodeRun.objects.create(
        execution=run,
        sequence=1,
        node_id="planner",
        component_type="agent",
        output={"calls": [{"kind": "model"}, {"kind": "tool"}]},
    )
    ends = datetime.now(UTC) + timedelta(hours=10, minutes=30)
    propose("hourly", run=run.pk, description="Asked for by Alice.", end_at=ends)
    propose("hourly", trigger_payload={"who": "x", "what": "<b>"})
    text = re.sub(r"\s+", " ", site.get(INBOX).text)
    assert "Asked for by Alice." in text
    assert f"{run.pk}/change/" in text
    assert "Plan reports, " in text
    assert "by the agent “planner”, in a conversation of 2 calls" in text
    assert text.count('class="o-end"') == 3
    assert "7 more, the last on" in text
    assert "2 of 20 schedules used" in text
    assert "1 h between runs, 1 min allowed" in text
    assert "runs only what alice may run" in text
    assert "A similar schedule exists" in text
    other = ScheduledJob.objects.order_by("created_at")[1]
    text = site.get(f"{INBOX}?proposal={other.pk}").text
    assert "Payload, 2 fields" in text
    assert "&lt;b&gt;" in text
    assert "from outside, over MCP" in text


def test_one_is_approved_with_a_note(site: Client, propose: Propose) -> None:
    proposal = propose()
    answer = post(site, "approve", proposal, note="go")
    assert answer.redirect_chain == [(INBOX, 302)]
    assert "Approved “hourly”. Next run" in answer.text
    proposal.refresh_from_db()
    assert (proposal.status, proposal.awaits_approval) == ("active", False)
    decided = site.get(f"{INBOX}?show=decided").text
    assert page(proposal) in decided
    assert "go" in decided


def test_one_is_declined_and_listed_as_decided(site: Client, propose: Propose) -> None:
    proposal = propose("a <b>bold</b> plan")
    assert "Declined" in post(site, "decline", proposal, note="no").text
    assert not ScheduledJob.objects.exists()
    decided = site.get(f"{INBOX}?show=decided").text
    assert "a &lt;b&gt;bold&lt;/b&gt; plan" in decided
    assert page(proposal) not in decided


def test_many_are_decided_about_and_each_refusal_is_told(
    site: Client, propose: Propose
) -> None:
    first, changed, third = propose("one"), propose("two"), propose("three")
    ScheduledJob.objects.filter(pk=changed.pk).update(version=2)
    answer = post(site, "approve", first, changed, third).text
    assert "Approved 2 proposals." in answer
    assert "1 proposal was left as it is. “two”: The schedule was changed" in answer
    assert ScheduledJob.objects.filter(awaits_approval=True).get() == changed


def test_nothing_chosen_and_nothing_decided_change_nothing(
    site: Client, propose: Propose
) -> None:
    proposal = propose()
    assert "select a proposal first" in post(site, "approve").text
    for value in ("x", "x:1", f"{proposal.pk}", f"{proposal.pk}:x"):
        sent = {"decision": "approve", "chosen": value}
        assert "select a proposal" in site.post(INBOX, sent, follow=True).text
    assert site.post(INBOX, {"chosen": f"{proposal.pk}:1"}).status_code == 400
    assert (
        site.get(f"{INBOX}?decision=approve&chosen={proposal.pk}:1").status_code == 200
    )
    proposal.refresh_from_db()
    assert proposal.awaits_approval


def test_a_forged_request_changes_nothing(boss: User, propose: Propose) -> None:
    proposal = propose()
    forger = Client(enforce_csrf_checks=True)
    forger.force_login(boss)
    assert post(forger, "approve", proposal).status_code == 403
    proposal.refresh_from_db()
    assert proposal.awaits_approval


def test_what_was_decided_meanwhile_gives_a_message_and_the_list(
    site: Client, propose: Propose
) -> None:
    gone, other = propose("gone"), propose("other")
    address = f"{INBOX}?proposal={gone.pk}"
    post(site, "decline", gone)
    for path in (address, f"{INBOX}?proposal=nonsense"):
        text = site.get(path).text
        assert "That proposal is no longer open." in text
        assert "other" in text
    assert post(site, "approve", gone).status_code == 404
    other.refresh_from_db()
    assert other.awaits_approval


def test_without_the_permission_there_are_no_buttons_and_the_address_refuses(
    make_staff: MakeStaff, propose: Propose
) -> None:
    proposal = propose()
    viewer = make_staff("view", "pause", "resume", "run")
    text = viewer.get(INBOX).text
    assert "hourly" in text
    assert 'value="approve"' not in text
    assert 'value="decline"' not in text
    for decision in ("approve", "decline"):
        assert post(viewer, decision, proposal).status_code == 403
        assert viewer.post(page(proposal, decision)).status_code == 403
    proposal.refresh_from_db()
    assert proposal.awaits_approval
    staff = User.objects.get(username="staff")
    staff.user_permissions.add(Permission.objects.get(codename="approve_scheduledjob"))
    assert "Approved “hourly”" in post(viewer, "approve", proposal).text


def test_each_sees_and_decides_about_their_own(
    alice: User, bob: User, propose: Propose
) -> None:
    proposal = propose()
    assert "hourly" not in browser_of(bob).get(INBOX).text
    assert post(browser_of(bob), "decline", proposal).status_code == 404
    owner = browser_of(alice)
    assert "hourly" in owner.get(INBOX).text
    assert "Declined" in post(owner, "decline", proposal, note="no").text
    assert "hourly" in owner.get(f"{INBOX}?show=decided").text
    assert "hourly" not in browser_of(bob).get(f"{INBOX}?show=decided").text
    assert ScheduleEvent.objects.filter(verb="decline").count() == 1


def test_people_who_do_not_work_here_see_nothing(alice: User, propose: Propose) -> None:
    client = Client()
    assert client.get(INBOX).status_code == 302
    client.force_login(alice)
    assert client.get(INBOX).status_code == 302


@pytest.mark.heavy
@pytest.mark.both_databases
def test_the_inbox_costs_the_same_however_full_it_is(
    site: Client, propose: Propose, django_assert_num_queries: Any
) -> None:
    for number in range(2):
        propose(f"job {number}", interval_seconds=3600 + number)
    site.get(INBOX)
    with django_assert_num_queries(QUERIES):
        site.get(INBOX)
    for number in range(8):
        propose(f"more {number}", interval_seconds=7200 + number)
    with django_assert_num_queries(QUERIES):
        answer = site.get(INBOX)
    assert len(answer.content) < 300_000


QUERIES = 16
