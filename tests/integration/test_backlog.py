"""A backlog on real parts: what was late and what comes meanwhile runs once and in order."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from schedules.models import ScheduledRun
from tests.integration.processes import Manage, wait_until
from tests.schedules.conftest import MakeSchedule

pytestmark = pytest.mark.django_db(transaction=True)


def test_ticks_that_come_while_a_backlog_drains_run_in_their_turn(
    scheduler: Manage, worker: Manage, make_schedule: MakeSchedule
) -> None:
    late = 5
    made = timezone.now() - timedelta(seconds=2 * late + 1)
    make_schedule(made, interval_seconds=2, catchup_policy="all")
    caught_up = ScheduledRun.objects.filter(origin="catch_up", status="succeeded")
    wait_until(lambda: caught_up.count() > late)
    last = caught_up.latest("scheduled_for").scheduled_for
    ticks = ScheduledRun.objects.filter(scheduled_for__lte=last)
    assert {run.status for run in ticks} == {"succeeded"}
    by_time = ticks.order_by("scheduled_for").values_list("scheduled_for", flat=True)
    by_start = ticks.order_by("started_at").values_list("scheduled_for", flat=True)
    assert list(by_start) == list(by_time)
