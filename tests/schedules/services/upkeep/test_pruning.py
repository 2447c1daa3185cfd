"""Old history goes, the newest hundred stay, and the audit keeps proving the rest."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db.models import F

from schedules.models import ScheduledJob, ScheduledRun, ScheduleEpoch
from schedules.processes.chores import Chores
from schedules.services import Actor, fire_due, stop_schedule
from schedules.services.insight.audit import audit
from schedules.services.upkeep import old_executions, pace, pruning
from schedules.services.upkeep.pruning import prune
from tests.schedules.conftest import NOON, MakeSchedule
from workflows.models import Workflow, WorkflowExecution

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both_databases]
MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)


@pytest.fixture
def long_lived(make_schedule: MakeSchedule) -> ScheduledJob:
    """A hundred and twenty rows of a minute each, all ended, one of them a range."""
    schedule = make_schedule(overlap_policy="allow", max_open_runs=0)
    for minute in range(1, 120):
        fire_due(NOON + minute * MINUTE)
    fire_due(NOON + 130 * MINUTE)
    ScheduledRun.objects.filter(status="pending").update(
        status="succeeded", finished_at=NOON + 130 * MINUTE
    )
    return schedule


def prune_all(now=NOON + 91 * DAY) -> int:
    return sum(step.runs for step in prune(now))


def holds(schedule: ScheduledJob) -> bool:
    (account,) = audit([schedule.id])
    assert account.problems == []
    return account.expected == account.recorded == 130


def test_recent_runs_are_not_pruned(long_lived: ScheduledJob) -> None:
    assert prune_all(NOON + 89 * DAY) == 0


def test_the_newest_hundred_stay_and_the_audit_holds(long_lived: ScheduledJob) -> None:
    assert holds(long_lived)
    before = ScheduledRun.objects.count()
    assert prune_all() == before - 100 > 0
    assert ScheduledRun.objects.count() == 100
    assert holds(long_lived)


def test_an_open_run_and_what_came_after_it_stay(long_lived: ScheduledJob) -> None:
    third = ScheduledRun.objects.order_by("scheduled_for")[2]
    ScheduledRun.objects.filter(pk=third.pk).update(status="pending")
    assert prune_all() == 2
    assert holds(long_lived)


def test_what_a_range_row_stood_for_is_remembered(
    long_lived: ScheduledJob, ostinato
) -> None:
    ostinato(RUNS_KEPT_AT_LEAST=1)
    prune_all()
    assert ScheduledRun.objects.count() == 1
    epoch = ScheduleEpoch.objects.get(schedule=long_lived)
    assert sum(epoch.pruned_counts.values()) == 129
    assert holds(long_lived)


def test_executions_go_after_their_runs(long_lived: ScheduledJob, ostinato) -> None:
    ostinato(RUNS_KEPT_AT_LEAST=1)
    for run in ScheduledRun.objects.order_by("scheduled_for")[:2]:
        run.execution = WorkflowExecution.objects.create(
            workflow=long_lived.workflow,
            workflow_name="nightly",
            trigger_type="schedule",
            trigger_node_id="start",
            status="succeeded",
            created_at=NOON,
            finished_at=NOON,
        )
        run.save(update_fields=["execution"])
    prune_all()
    assert WorkflowExecution.objects.count() == 0


def test_the_history_of_a_stopped_schedule_goes_too(
    long_lived: ScheduledJob, ostinato
) -> None:
    ostinato(RUNS_KEPT_AT_LEAST=1)
    stop_schedule(long_lived.id, actor=Actor.person(long_lived.owner), now=NOON)
    prune_all()
    assert ScheduledRun.objects.count() == 1


def test_the_command_prunes_at_once(
    make_schedule: MakeSchedule, ostinato, capsys
) -> None:
    ostinato(RUNS_KEPT_AT_LEAST=1)
    long_ago = NOON - 200 * DAY
    make_schedule(long_ago, catchup_policy="none", interval_seconds=86_400)
    fire_due(long_ago + 2 * DAY)
    fire_due(long_ago + 4 * DAY)
    call_command("prune_runs")
    deleted = capsys.readouterr().out
    assert deleted == "Deleted 1 run and 0 executions older than 90 days.\n"


def test_each_step_is_short_and_a_look_takes_one_query(
    make_schedule: MakeSchedule, django_assert_num_queries, monkeypatch, ostinato
) -> None:
    ostinato(RUNS_KEPT_AT_LEAST=1)
    schedules = [make_schedule() for _ in range(3)]
    for minute in (1, 2, 3):
        fire_due(NOON + minute * MINUTE)
    ScheduledRun.objects.update(status="succeeded")
    monkeypatch.setattr(pruning, "AT_ONCE", (1, 1))
    steps = prune(NOON + 91 * DAY)
    with django_assert_num_queries(1):
        assert next(steps).runs == 0
    assert [step.runs for step in steps if step.runs] == [1] * 2 * len(schedules)


def test_a_step_ends_in_time_however_many_nodes_the_executions_had(
    workflow: Workflow, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pace, "STEP_SECONDS", 0)
    monkeypatch.setattr(old_executions, "AT_ONCE", (2, 200))
    WorkflowExecution.objects.bulk_create(
        WorkflowExecution(
            workflow=workflow,
            workflow_name=workflow.name,
            trigger_type="manual",
            trigger_node_id="start",
            status="succeeded",
            finished_at=NOON,
        )
        for _ in range(5)
    )
    WorkflowExecution.objects.update(created_at=NOON)
    steps = [step.executions for step in prune(NOON + 91 * DAY)]
    assert [count for count in steps if count] == [2, 2, 1]


def test_old_rows_go_from_beside_young_ones(long_lived: ScheduledJob) -> None:
    """Of 120 rows eight are old; that there are more than a hundred young ones matters not."""
    ScheduledRun.objects.update(finished_at=F("scheduled_for"))
    assert prune_all(NOON + 90 * DAY + 8.5 * MINUTE) == 8
    assert holds(long_lived)


def test_a_backfill_of_long_ago_is_as_young_as_its_end(
    long_lived: ScheduledJob, ostinato
) -> None:
    ostinato(RUNS_KEPT_AT_LEAST=1)
    oldest = ScheduledRun.objects.order_by("scheduled_for")[0]
    later = NOON + 91 * DAY
    ScheduledRun.objects.filter(pk=oldest.pk).update(finished_at=later)
    assert prune_all(later) == 0
    assert prune_all(later + 91 * DAY) > 0


def test_schedules_that_are_gone_with_few_rows_cost_nothing(
    make_schedule: MakeSchedule, django_assert_num_queries
) -> None:
    for _ in range(3):
        schedule = make_schedule()
        fire_due(NOON + MINUTE)
        stop_schedule(schedule.id, actor=Actor.person(schedule.owner), now=NOON)
    with django_assert_num_queries(
        7
    ):  # the ledger twice, executions twice, bulk actions
        prune_all()


@pytest.fixture
def four_to_prune(make_schedule: MakeSchedule, ostinato, monkeypatch) -> None:
    """Four schedules with two runs each, of which one is kept, and no time for more than a
    step."""
    ostinato(RUNS_KEPT_AT_LEAST=1)
    monkeypatch.setattr(Chores, "PRUNE_SECONDS", 0)
    for _ in range(4):
        make_schedule()
    for minute in (1, 2):
        fire_due(NOON + minute * MINUTE)
    ScheduledRun.objects.update(status="succeeded")


@pytest.mark.usefixtures("four_to_prune")
def test_the_scheduler_goes_on_where_it_stopped() -> None:
    """However little time there is for it, every schedule has its turn."""
    chores = Chores()
    for sweep in range(12):
        chores.do(NOON + 91 * DAY + sweep * timedelta(minutes=11))
    assert ScheduledRun.objects.count() == 4


@pytest.mark.usefixtures("four_to_prune")
def test_while_nothing_is_due_the_scheduler_goes_on_and_rests_longer_than_it_prunes() -> (
    None
):
    later, chores = NOON + 91 * DAY, Chores()
    assert chores.prune_meanwhile(later, 5) == 5, "no sweep has begun it"
    chores.do(later)
    before = ScheduledRun.objects.count()
    assert chores.prune_meanwhile(later, 0.1) == 0.1, "something is due soon"
    assert ScheduledRun.objects.count() == before
    rests = list(iter(lambda: chores.prune_meanwhile(later, 60), 60))
    assert ScheduledRun.objects.count() == 4
    assert all(0 < rest < 60 for rest in rests)


def test_schedules_with_nothing_to_spare_cost_one_query_a_thousand(
    make_schedule: MakeSchedule, django_assert_num_queries
) -> None:
    for _ in range(5):
        make_schedule()
    fire_due(NOON + MINUTE)
    ScheduledRun.objects.update(status="succeeded")
    with django_assert_num_queries(
        7
    ):  # the ledger twice, executions twice, bulk actions
        prune_all()
