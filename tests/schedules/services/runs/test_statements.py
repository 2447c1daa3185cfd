"""What a run costs the database: all its statements, from the claim to the outcome."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext

from schedules import jobs
from schedules.models import ScheduledRun
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


@pytest.mark.usefixtures("redis")
def test_a_run_takes_at_most_ten_statements_and_two_commits(
    drawn: Workflow, make_schedule: MakeSchedule, alice: User
) -> None:
    # The workflow of another owner costs the question whether one may run it.
    Workflow.objects.update(owner=alice)
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


def run(run: ScheduledRun) -> None:
    jobs.execute_scheduled_trigger(
        str(run.schedule_id), run.scheduled_for.isoformat(), str(run.pk), run.attempt
    )
