"""However long the history is, what shows it, checks it and prunes it goes by an index."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.db.models import Model
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from schedules.models import (
    ScheduledJob,
    ScheduledRun,
    ScheduleEpoch,
    ScheduleEvent,
)
from schedules.services.insight.audit import audit
from schedules.services.upkeep.pruning import prune
from tests.bench.history import PAGES, fill
from tests.plans import tables_read_as_a_whole, whole_reads
from workflows.models import NodeRun, Workflow, WorkflowExecution, WorkflowNode

# With a commit, since the tables are then emptied: PostgreSQL plans the queries of the next
# tests by the size of the files, which rows that were rolled back have as well.
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both_databases]
YEAR = timedelta(days=365)


@pytest.fixture
def busy() -> ScheduledJob:
    """One of three schedules, with most of the runs."""
    now = timezone.now().replace(microsecond=0)
    return fill(3, 1_500, now)


def assert_by_index(queries: Iterable[Mapping[str, str]]) -> None:
    tables = (ScheduledRun, WorkflowExecution, NodeRun)
    assert "\n\n".join(whole_reads(queries, *tables)) == ""


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.usefixtures("redis")
def test_a_page_reads_no_table_of_the_history_as_a_whole(
    page: str, busy: ScheduledJob
) -> None:
    site = Client()
    site.force_login(User.objects.create_superuser("boss"))
    newest = ScheduledRun.objects.filter(schedule=busy)[0]
    address = PAGES[page].format(busy=busy.pk, run=newest.pk)
    with CaptureQueriesContext(connection) as queries:
        assert site.get(address).status_code == 200
    assert_by_index(queries)


def test_the_audit_reads_the_runs_by_schedule(busy: ScheduledJob) -> None:
    with CaptureQueriesContext(connection) as queries:
        accounts = list(audit())
    assert all(each.is_balanced for each in accounts)
    assert_by_index(queries)


def test_pruning_finds_and_deletes_by_index(busy: ScheduledJob) -> None:
    WorkflowExecution.objects.filter(pk=ScheduledRun.objects.all()[0].pk).delete()
    with CaptureQueriesContext(connection) as queries:
        steps = list(prune(timezone.now() + YEAR))
    assert sum(step.runs for step in steps) > 0
    assert NodeRun.objects.count() == 2 * WorkflowExecution.objects.count()
    assert all(each.is_balanced for each in audit())
    assert_by_index(queries)


# With what refers to them, which outlives some of them.
DELETED: dict[str, Callable[[], Model]] = {
    "schedule": lambda: ScheduledJob.objects.exclude(interval_seconds=60)[0],
    "execution": lambda: WorkflowExecution.objects.all()[0],
    "run": lambda: ScheduledRun.objects.all()[0],
    "node": lambda: WorkflowNode.objects.create(
        workflow=Workflow.objects.all()[0], node_id="new", component_type="template"
    ),
    "workflow": lambda: Workflow.objects.create(
        name="unused", owner=User.objects.all()[0]
    ),
    "used workflow": lambda: Workflow.objects.filter(schedules__isnull=False)[0],
    "user": lambda: User.objects.create(username="of nothing"),
    "busy user": lambda: User.objects.filter(ostinato_schedules__isnull=False)[0],
}


@pytest.mark.parametrize("what", DELETED)
@pytest.mark.usefixtures("redis", "busy")
def test_a_deletion_finds_what_refers_to_the_row_by_index(what: str) -> None:
    row = DELETED[what]()
    with tables_read_as_a_whole() as tables:
        row.delete()
    of_history = (
        *(ScheduledJob, ScheduledRun, ScheduleEpoch, ScheduleEvent),
        *(WorkflowExecution, NodeRun),
    )
    assert tables.isdisjoint(model._meta.db_table for model in of_history)
