"""However long the history is, what shows it, checks it and prunes it goes by an index."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from schedules.models import ScheduledJob, ScheduledRun
from schedules.services.insight.audit import audit
from schedules.services.upkeep.pruning import prune
from tests.bench.history import PAGES, fill
from tests.plans import whole_reads
from workflows.models import NodeRun, WorkflowExecution

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
