"""In which indexes a row stands that every tick or run writes. PostgreSQL writes into all of
them again when the row changes: one more costs every tick or run that much."""

from __future__ import annotations

import pytest
from redis import Redis

from tests.plans import indexes_that_hold
from tests.schedules.conftest import MakeSchedule
from tests.schedules.runs import end, fire, run_of, start
from workflows.models import NodeRun

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both_databases]
OF_SCHEDULE = {
    "ostinato_schedules_scheduledjob_workflow_id_ea1f8197",
    "schedule_due",
    "schedule_newest",
    "schedule_of_owner",
    "schedule_of_creator",
}
OF_RUN = {"run_newest", "run_of_schedule"}
OF_EXECUTION = {
    "execution_by_owner",
    "execution_by_version",
    "execution_by_workflow",
    "execution_newest",
}


def test_a_schedule_stands_in_five_indexes_and_in_one_more_for_what_few_have(
    redis: Redis, make_schedule: MakeSchedule
) -> None:
    schedule = make_schedule()
    assert indexes_that_hold(schedule) == OF_SCHEDULE
    schedule.key = "nightly"
    schedule.trigger_node = schedule.workflow.nodes.get(node_id="start")
    schedule.object_model, schedule.created_by = "shop.customer", None
    schedule.save()
    assert indexes_that_hold(schedule) == OF_SCHEDULE - {"schedule_of_creator"} | {
        *("schedule_key", "schedule_of_node", "schedule_of_object")
    }


def test_a_run_stands_in_few_indexes_but_while_it_is_open(
    redis: Redis, make_schedule: MakeSchedule
) -> None:
    schedule = make_schedule()
    fire(1)
    run = run_of(schedule, 1)
    assert indexes_that_hold(run) == OF_RUN | {"run_open", "run_pending", "run_in_turn"}
    start(schedule, 1)
    started = OF_RUN | {"run_of_execution"}
    assert indexes_that_hold(run) == started | {"run_open", "run_running"}
    end(run, 2)
    assert indexes_that_hold(run) == started


def test_the_execution_of_a_run_stands_in_four_indexes_and_a_node_in_one(
    redis: Redis, make_schedule: MakeSchedule
) -> None:
    schedule = make_schedule()
    fire(1)
    start(schedule, 1)
    execution = run_of(schedule, 1).execution
    assert execution
    assert indexes_that_hold(execution) == OF_EXECUTION
    node = NodeRun.objects.create(
        execution=execution, sequence=1, node_id="start", component_type="template"
    )
    assert len(indexes_that_hold(node)) == 1
