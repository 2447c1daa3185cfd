from __future__ import annotations

import re
import uuid
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import Permission, User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from schedules.models import ScheduledJob, ScheduledRun
from schedules.services import Actor, run_now
from tests.schedules.conftest import NOON, MakeSchedule
from tests.schedules.runs import fire
from workflows.models import NodeRun, WorkflowExecution

SECOND = timedelta(seconds=1)


@pytest.fixture(autouse=True)
def noon(clock: None) -> Any:
    with time_machine.travel(NOON + 60 * SECOND, tick=False):
        yield


def page(run: ScheduledRun, verb: str = "change") -> str:
    return reverse(f"admin:ostinato_schedules_scheduledrun_{verb}", args=[run.pk])


def words(text: str) -> str:
    return " ".join(re.sub(r"<[^>]*>", " ", text).split())


@pytest.fixture
def job(make_schedule: MakeSchedule) -> ScheduledJob:
    return make_schedule(name="evening", max_retries=1, timeout_seconds=120)


def executed(
    job: ScheduledJob, status: str, *nodes: tuple[str, str, Any], **fields: Any
) -> ScheduledRun:
    """A run that began 0.6 s late and took 10 s, with one node after the other."""
    began = NOON + 0.6 * SECOND
    ended = None if status == "running" else NOON + 10.6 * SECOND
    failed = {"failure_kind": "node"} if status == "failed" else {}
    execution = WorkflowExecution.objects.create(
        workflow=job.workflow,
        workflow_name=job.workflow.name,
        owner=job.owner,
        trigger_type="schedule",
        trigger_node_id="start",
        event={"payload": {}, "schedule_id": str(job.pk)},
        status=status,
        started_at=began,
        finished_at=ended,
        **failed | ({"error": "Node say: no mail."} if failed else {}),
    )
    for place, (name, state, output) in enumerate(nodes, 1):
        NodeRun.objects.create(
            execution=execution,
            sequence=place,
            node_id=name,
            component_type="template",
            status=state,
            error="no mail." if state == "failed" else "",
            input={"to": "ana"},
            output=output,
            started_at=began,
            finished_at=ended,
        )
    held = {"token": uuid.uuid4(), "lease_until": NOON + 600 * SECOND}
    return ScheduledRun.objects.create(
        schedule=job,
        schedule_name=job.name,
        epoch=1,
        origin="schedule",
        scheduled_for=NOON,
        due_at=NOON,
        status=status,
        execution=execution,
        enqueued_at=NOON,
        started_at=began,
        finished_at=ended,
        created_at=NOON,
        **(held if status == "running" else {}) | failed | fields,
    )


def test_a_run_and_its_execution_are_one_page(site: Client, job: ScheduledJob) -> None:
    run = executed(
        job, "failed", ("start", "succeeded", {"a": 1}), ("say", "failed", None)
    )
    answer = site.get(page(run))
    text = words(answer.text)
    assert "nightly Failed Node failed" in text
    assert "Scheduled for 12:00 by evening . Attempt 1 of 2." in text
    assert "say failed: no mail. Go to the node" in text
    for fact in ("0.6 s late", "10.0 s", "time limit 2 min", "owner of the workflow"):
        assert fact in text
    assert 'href="#node-2"' in answer.text
    assert 'id="node-2"' in answer.text
    assert '<span class="j-key">to</span>: <span class="j-text">"ana"' in answer.text
    assert "<h3>Output" in answer.text
    assert " data-live" not in answer.text
    assert len(answer.content) < 300_000


def test_a_run_that_goes_on_refreshes_itself_and_can_be_cancelled(
    site: Client, job: ScheduledJob, boss: User
) -> None:
    run = executed(job, "running", ("start", "succeeded", None))
    text = site.get(page(run)).text
    assert '<div id="live" data-live>' in text
    assert "workflows/live.js" in text
    cancel = page(run, "cancel")
    assert f'formaction="{cancel}"' in text
    assert "59.4 s so far" in text
    site.get(cancel)
    execution = run.execution
    assert execution is not None
    execution.refresh_from_db()
    assert execution.cancel_requested_at is None
    answer = site.post(cancel, follow=True)
    assert "Asked it to stop" in answer.text
    execution.refresh_from_db()
    assert execution.cancel_requested_at is not None
    assert cancel not in answer.text
    assert "It was asked to stop." in answer.text


def test_run_again_starts_one_run_and_shows_it(
    site: Client, job: ScheduledJob, boss: User
) -> None:
    run = executed(job, "succeeded", ("start", "succeeded", None))
    text = site.get(page(run)).text
    assert "Run again, same payload" in text
    again = page(run, "again")
    assert site.get(again).status_code == 302
    assert ScheduledRun.objects.count() == 1
    for _ in range(2):  # a double click
        answer = site.post(again, {"request_id": "once"}, follow=True)
    made = ScheduledRun.objects.exclude(pk=run.pk).get()
    assert (made.origin, made.status) == ("manual", "pending")
    assert answer.redirect_chain[-1][0] == page(made)
    assert "Started a run; this is its page." in answer.text
    assert "Queued" in answer.text
    job.trigger_payload = {"changed": True}
    job.save()
    assert "Run again, same payload" not in site.get(page(run)).text


def test_a_forged_request_changes_nothing(job: ScheduledJob, boss: User) -> None:
    run = executed(job, "running")
    client = Client(enforce_csrf_checks=True)
    client.force_login(boss)
    for verb in ("again", "cancel"):
        assert client.post(page(run, verb)).status_code == 403
    assert ScheduledRun.objects.count() == 1


def test_who_may_only_look_has_no_buttons_and_is_refused(job: ScheduledJob) -> None:
    run = executed(job, "running")
    user = User.objects.create_user("looker", is_staff=True)
    codes = ["view_scheduledrun", "view_scheduledjob", "view_workflowexecution"]
    user.user_permissions.set(Permission.objects.filter(codename__in=codes))
    client = Client()
    client.force_login(user)
    text = client.get(page(run)).text
    assert "formaction" not in text
    for verb in ("again", "cancel"):
        assert client.post(page(run, verb)).status_code == 403
    assert ScheduledRun.objects.count() == 1
    user.user_permissions.clear()
    for verb in ("change", "again", "cancel"):
        assert client.get(page(run, verb)).status_code == 403


def test_a_run_that_is_not_there_is_not_found(site: Client, job: ScheduledJob) -> None:
    run = executed(job, "running")
    ScheduledRun.objects.all().delete()
    for verb in ("again", "cancel"):
        assert site.post(page(run, verb)).status_code == 404


def test_what_did_not_run_says_why(site: Client, make_schedule: MakeSchedule) -> None:
    schedule = make_schedule()
    fire(1, 2, 3)
    skipped = ScheduledRun.objects.filter(schedule=schedule, status="skipped").first()
    assert skipped is not None
    text = words(site.get(page(skipped)).text)
    assert "It did not run: previous run still going." in text
    assert "an earlier run was still waiting in the queue" in text
    waiting = ScheduledRun.objects.filter(schedule=schedule, status="pending").first()
    assert waiting is not None
    assert "Started not yet" in words(site.get(page(waiting)).text)


def test_a_retry_says_when_it_comes_and_what_failed(
    site: Client, job: ScheduledJob
) -> None:
    run = executed(job, "failed")
    ScheduledRun.objects.filter(pk=run.pk).update(
        status="waiting",
        attempt=2,
        not_before=NOON + 90 * SECOND,
        error="HTTP 503",
        finished_at=None,
    )
    text = words(site.get(page(run)).text)
    assert "It is tried again at 12:01:30, in 30 s. Attempt 1 failed: HTTP 503." in text


def test_an_execution_leads_to_the_run_that_it_is_of(
    site: Client, job: ScheduledJob
) -> None:
    run = executed(job, "succeeded", ("start", "succeeded", None))
    execution = "admin:ostinato_workflows_workflowexecution_change"
    text = site.get(reverse(execution, args=[run.execution_id])).text
    assert page(run) in text
    assert "Run of evening" in text


@pytest.mark.both_databases
def test_the_number_of_queries_is_the_same_for_any_number_of_nodes(
    site: Client, job: ScheduledJob
) -> None:
    def queries(run: ScheduledRun) -> int:
        with CaptureQueriesContext(connection) as captured:
            assert site.get(page(run)).status_code == 200
        return len(captured)

    small = executed(job, "succeeded", ("start", "succeeded", None))
    ScheduledRun.objects.update(scheduled_for=NOON - 60 * SECOND)
    nodes = [(f"n{n}", "succeeded", {"text": "x" * 50}) for n in range(40)]
    large = executed(job, "succeeded", *nodes)
    queries(small)  # what is asked once in a process
    assert queries(large) == queries(small) <= 24


def test_large_values_leave_the_page_small_and_lead_to_themselves(
    site: Client, job: ScheduledJob
) -> None:
    rows = [{"id": n, "name": "<b>" * 10, "note": "y" * 60} for n in range(400)]
    nodes = [(f"n{n}", "succeeded", rows) for n in range(30)]
    run = executed(job, "succeeded", *nodes)
    answer = site.get(page(run))
    assert len(answer.content) < 300_000
    assert "Only its beginning is shown of" in answer.text
    (address,) = set(re.findall(r'href="([^"]*nodes/30/output.json)"', answer.text))
    whole = site.get(address)
    assert whole.json() == rows
    assert whole["Content-Type"] == "application/json"


def test_a_run_by_hand_is_told_as_such(
    site: Client, job: ScheduledJob, alice: User
) -> None:
    run = run_now(job.pk, actor=Actor.person(alice), now=NOON)
    assert "Run by hand at 12:00, of evening" in words(site.get(page(run)).text)
