"""A run that is asked to end while its node is at work ends at once, and says why."""

from __future__ import annotations

import socket
import threading
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone
from redis import Redis

from schedules.jobs import execute_scheduled_trigger
from schedules.models import ScheduledRun
from schedules.services import fire_due
from tests.schedules.conftest import MakeSchedule
from tests.silent_site import address_of, silent_site
from workflows.execution import guard
from workflows.models import NodeRun, Workflow, WorkflowNode

__all__ = ["silent_site"]
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both_databases]


def test_a_run_that_is_replaced_ends_as_cancelled_and_so_does_its_execution(
    redis: Redis,
    make_schedule: MakeSchedule,
    workflow: Workflow,
    silent_site: socket.socket,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(guard, "RENEW_EVERY_SECONDS", 0.2)
    WorkflowNode.objects.filter(workflow=workflow, node_id="say").update(
        component_type="http_request", config={"url": address_of(silent_site)}
    )
    began = timezone.now()
    schedule = make_schedule(
        now=began - timedelta(seconds=61),
        max_retries=3,
        overlap_policy="replace",
    )
    fire_due(began)
    run = ScheduledRun.objects.get()

    asked: list[socket.socket] = []

    def replace() -> None:
        """As a live tick does."""
        asked.append(silent_site.accept()[0])  # the node is at work
        ScheduledRun.objects.update(cancel_requested_at=began, reason="replaced")
        connection.close()

    tick = threading.Thread(target=replace)
    tick.start()
    try:
        execute_scheduled_trigger(
            str(schedule.id), run.scheduled_for.isoformat(), str(run.id), 1
        )
    finally:
        tick.join()
    asked[0].close()
    run.refresh_from_db()
    assert (run.status, run.attempt) == ("cancelled", 1)
    assert run.execution.status == "cancelled"
    assert NodeRun.objects.get(node_id="say").status == "cancelled"
    schedule.refresh_from_db()
    assert (schedule.error_count, schedule.consecutive_failures) == (0, 0)
