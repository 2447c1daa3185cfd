"""How long `upsert` takes for a list of schedules, beside `bulk_create` of the same rows."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any

from django.contrib.auth.models import User
from django.db import connection, transaction

from schedules import Schedule, cron, every, upsert
from schedules.models import ScheduledJob
from tests.bench.population import clear
from workflows.models import Workflow, WorkflowNode

BATCH = 1_000


def upserts(count: int) -> Iterator[tuple[str, float]]:
    """`[what, seconds]`: of the rows by themselves, and of what `upsert` does with them."""
    workflow = _workflow()
    declared = _declared(count, workflow)
    yield "created", _seconds(lambda: upsert(declared))
    yield "unchanged", _seconds(lambda: upsert(declared))
    changed = _declared(count, workflow, tags=["billing", "new"])
    yield "changed", _seconds(lambda: upsert(changed))
    timed = _declared(count, workflow, timing=cron("30 6 * * mon-fri"))
    yield "timing changed", _seconds(lambda: upsert(timed))
    with transaction.atomic():
        inside = _declared(count, workflow, description="in a transaction")
        yield "changed in a transaction", _seconds(lambda: upsert(inside))
    rows = list(ScheduledJob.objects.all())
    ScheduledJob.objects.all()._raw_delete(connection.alias)
    yield "bulk_create", _seconds(lambda: _bulk_create(rows))
    clear()


def _workflow() -> Workflow:
    owner = User.objects.create(username="benchmark")
    workflow = Workflow.objects.create(name="benchmark", owner=owner)
    WorkflowNode.objects.create(
        workflow=workflow, node_id="start", component_type="trigger_schedule"
    )
    return workflow


def _declared(count: int, workflow: Workflow, **other: Any) -> list[Schedule]:
    fields: dict[str, Any] = {"timing": every(days=1), "tags": ["billing"]} | other
    return [
        Schedule(
            f"invoice-{number}",
            workflow=workflow,
            owner=workflow.owner,
            trigger_payload={"invoice": number},
            **fields,
        )
        for number in range(count)
    ]


def _bulk_create(rows: list[ScheduledJob]) -> None:
    with transaction.atomic():
        ScheduledJob.objects.bulk_create(rows, batch_size=BATCH)


def _seconds(act: Callable[[], Any]) -> float:
    began = time.perf_counter()
    act()
    return time.perf_counter() - began
