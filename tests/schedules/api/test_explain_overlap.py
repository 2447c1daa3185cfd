"""What explain/ says of a tick that overlapped, and of one that waits in line."""

from __future__ import annotations

import pytest
from rest_framework.test import APIClient

from schedules.models import ScheduledRun
from tests.schedules.api.conftest import explained, sentence
from tests.schedules.conftest import MakeSchedule
from tests.schedules.policies import MINUTE, NOON
from tests.schedules.runs import end, fire, start

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


def test_an_overlap_distinguishes_queued_and_running_runs(
    api: APIClient, make_schedule: MakeSchedule
) -> None:
    schedule = make_schedule(max_retries=1, retry_backoff_seconds=600)
    fire(1, 2)
    run = start(schedule, 1)
    fire(3)
    end(run, 3.5, "failed")
    fire(4)
    told = [sentence(api, schedule, NOON + minute * MINUTE) for minute in (2, 3, 4)]
    assert [text.partition(";")[0] for text in told] == [
        "It did not run: an earlier run was still waiting in the queue",
        "It did not run: an earlier run was still running",
        "It did not run: an earlier run was still waiting for its next attempt",
    ]
    found = explained(api, schedule, NOON + 2 * MINUTE)["run"]
    assert (found["reason"], found["overlap"]["pending"]) == ("overlap", 1)


def test_an_overlap_names_the_rule_that_skipped_the_tick(
    api: APIClient, make_schedule: MakeSchedule
) -> None:
    allowed = make_schedule(overlap_policy="allow", max_open_runs=2)
    queued = make_schedule(overlap_policy="queue")
    backlog = make_schedule(catchup_policy="all", catchup_window_seconds=86_400)
    fire(101)
    start(allowed, 100)
    fire(102, 103)
    at = NOON + 103 * MINUTE
    assert "as many runs were open as max_open_runs allows (1 running, 1 " in (
        sentence(api, allowed, at)
    )
    assert "waiting in the queue, and 2 others were waiting for it" in (
        sentence(api, queued, at)
    )
    assert "and 100 ticks, the most allowed, were waiting for it" in (
        sentence(api, backlog, at)
    )


def test_a_row_that_was_written_before_overlaps_were_recorded(
    api: APIClient, make_schedule: MakeSchedule
) -> None:
    schedule = make_schedule()
    fire(1, 2)
    ScheduledRun.objects.update(overlap=None)
    assert "an earlier run was still open;" in sentence(
        api, schedule, NOON + 2 * MINUTE
    )


def test_a_waiting_run_is_explained_with_the_run_ahead(
    api: APIClient, make_schedule: MakeSchedule
) -> None:
    schedule = make_schedule(overlap_policy="queue")
    fire(1, 2)
    waits = "It is waiting for an earlier run, which is still "
    at = NOON + 2 * MINUTE
    assert sentence(api, schedule, at) == f"{waits}waiting in the queue."
    start(schedule, 1)
    assert sentence(api, schedule, at) == f"{waits}running."
