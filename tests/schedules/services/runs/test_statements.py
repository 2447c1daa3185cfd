"""What a run costs the database: all its statements, from the claim to the outcome."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Generator
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from schedules import jobs
from schedules.models import ScheduledRun
from schedules.services.runs.claims import Claim
from schedules.services.runs.turns import Look, Turns, claim_next, look_ahead
from tests.graphs import saying
from tests.schedules.conftest import NOON, MakeSchedule
from tests.schedules.runs import fire
from workflows.models import Workflow
from workflows.services import save_graph

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both_databases]
MOST_STATEMENTS, MOST_COMMITS = 10, 2
# The run, its start; the outcome with its commit and a look for the next run.
MOST_ROUND_TRIPS = 3


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


def in_turn(run: ScheduledRun, look: Look | None = None) -> Look:
    """As a process that stays runs what is next. Returns its look for the run after it."""
    token, now, turns = uuid.uuid4(), jobs.clock(), Turns()
    claim = claim_next(
        turns, token=token, now=now, taking=lambda kind, pk: None, look=look
    )
    assert isinstance(claim, Claim)
    assert claim.run_id == run.pk
    ahead = look_ahead(turns, jobs.clock)
    jobs.run_claimed(claim, ahead=ahead)
    return ahead


@pytest.fixture
def round_trips(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """One item for each time that psycopg has waited for the server."""
    from psycopg import Connection

    waited: list[str] = []
    wait = Connection.wait

    def watched(
        self: Connection, steps: Generator[Any, Any, Any], *args: Any, **options: Any
    ) -> Any:
        return wait(self, noted(steps), *args, **options)

    def noted(steps: Generator[Any, Any, Any]) -> Generator[Any, Any, Any]:
        try:
            step = next(steps)
            waited.append(steps.__name__)
            while True:
                step = steps.send((yield step))
        except StopIteration as end:
            return end.value

    monkeypatch.setattr(Connection, "wait", watched)
    return waited


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite is no server.")
@pytest.mark.usefixtures("redis")
def test_a_run_waits_three_times_for_the_server(
    drawn: Workflow, make_schedule: MakeSchedule, request: pytest.FixtureRequest
) -> None:
    make_schedule(
        workflow=drawn,
        schedule_type="interval",
        interval_seconds=60,
        overlap_policy="allow",
    )
    for minute in (1, 2, 3):
        fire(minute)
    before, warm_up, run = ScheduledRun.objects.order_by("due_at")
    look = in_turn(before)  # the graph is read, and the statements are planned, once
    look = in_turn(warm_up, look)
    round_trips: list[str] = request.getfixturevalue("round_trips")
    in_turn(run, look)
    assert len(round_trips) <= MOST_ROUND_TRIPS, round_trips
    run.refresh_from_db()
    assert run.status == "succeeded"


@pytest.mark.usefixtures("redis")
@pytest.mark.parametrize("run", [of_the_queue, in_turn])
def test_a_run_takes_at_most_ten_statements_and_two_commits(
    drawn: Workflow, make_schedule: MakeSchedule, run: Callable[[ScheduledRun], Any]
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
    # PRAGMA: on SQLite, whether the next commit waits for the disk.
    not_counted = ("BEGIN", "COMMIT", "PRAGMA")
    statements = [verb for verb in verbs if verb not in not_counted]
    assert len(statements) <= MOST_STATEMENTS, "\n".join(query["sql"] for query in seen)
    assert commits <= MOST_COMMITS
    assert "SAVEPOINT" not in verbs
