"""What a run costs the database: all its statements, from the claim to the outcome."""

from __future__ import annotations

import uuid
from collections.abc import Callable

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from schedules import jobs
from schedules.models import ScheduledRun
from schedules.services.runs.claims import Claim
from schedules.services.runs.turns import Turns, claim_next
from tests.graphs import saying
from tests.schedules.conftest import NOON, MakeSchedule
from tests.schedules.runs import fire
from workflows.models import Workflow
from workflows.services import save_graph

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both_databases]
MOST_STATEMENTS, MOST_COMMITS = 10, 2


@pytest.fixture
def drawn(workflow: Workflow) -> Workflow:
    """A trigger and a template."""
    text = "{{ trigger.schedule_name }} is done."
    graph = saying(text, trigger="trigger_schedule")
    save_graph(workflow, graph, user=workflow.owner, now=NOON)
    return workflow


def of_the_queue(run: ScheduledRun) -> None:
    """As a worker runs the job that it has popped."""
    jobs.execute_scheduled_trigger(
        str(run.schedule_id), run.scheduled_for.isoformat(), str(run.pk), run.attempt
    )


def in_turn(run: ScheduledRun) -> None:
    """As a process that stays runs what is next."""
    token, now = uuid.uuid4(), jobs.clock()
    claim = claim_next(Turns(), token=token, now=now, taking=lambda kind, pk: None)
    assert isinstance(claim, Claim)
    assert claim.run_id == run.pk
    jobs.run_claimed(claim)


@pytest.mark.usefixtures("redis")
@pytest.mark.parametrize("run", [of_the_queue, in_turn])
def test_a_run_takes_at_most_ten_statements_and_two_commits(
    drawn: Workflow, make_schedule: MakeSchedule, run: Callable[[ScheduledRun], None]
) -> None:
    make_schedule(workflow=drawn, schedule_type="interval", interval_seconds=60)
    fire(1)
    run(ScheduledRun.objects.get())  # the graph is read once
    fire(2)
    second = ScheduledRun.objects.get(status="pending")
    with CaptureQueriesContext(connection) as seen:
        run(second)
    second.refresh_from_db()
    assert second.status == "succeeded"
    verbs = [query["sql"].split()[0] for query in seen]
    commits = verbs.count("COMMIT")
    statements = [verb for verb in verbs if verb not in ("BEGIN", "COMMIT")]
    assert len(statements) <= MOST_STATEMENTS, "\n".join(query["sql"] for query in seen)
    assert commits <= MOST_COMMITS
    assert "SAVEPOINT" not in verbs
