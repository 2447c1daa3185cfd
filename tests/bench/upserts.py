"""How long `upsert` takes for a list of schedules, beside `bulk_create` of the same rows."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any

from django.contrib.auth.models import User
from django.db import connection, transaction

from schedules import Schedule, cron, upsert
from schedules import every as every_time
from schedules.models import ScheduledJob
from tests.bench.population import clear
from workflows.models import Workflow, WorkflowNode

Took = dict[str, float]


def upserts(count: int) -> Iterator[tuple[str, Took]]:
    """`[what, {"seconds", "cpu"}]`: of the rows by themselves, and of what `upsert` does."""
    workflow = _workflow()
    declared = _declared(count, workflow)
    yield "created", _took(lambda: upsert(declared))
    yield "unchanged", _took(lambda: upsert(declared))
    rows = list(ScheduledJob.objects.all())
    tagged = _declared(count, workflow, tags=["billing", "new"])
    yield "changed", _took(lambda: upsert(tagged))
    timed = {"tags": ["billing", "new"], "timing": cron("30 6 * * mon-fri")}
    moved = _declared(count, workflow, **timed)
    yield "with a new timing", _took(lambda: upsert(moved))
    _empty()
    with transaction.atomic():
        yield "created in a transaction", _took(lambda: upsert(declared))
    _empty()
    yield "bulk_create of the same rows", _took(lambda: _bulk_create(rows))
    clear()


def _workflow() -> Workflow:
    owner = User.objects.create(username="benchmark")
    workflow = Workflow.objects.create(name="benchmark", owner=owner)
    WorkflowNode.objects.create(
        workflow=workflow, node_id="start", component_type="trigger_schedule"
    )
    return workflow


def _declared(count: int, workflow: Workflow, **other: Any) -> list[Schedule]:
    fields: dict[str, Any] = {"timing": every_time(days=1), "tags": ["billing"]}
    return [
        Schedule(
            f"invoice-{number}",
            workflow=workflow,
            owner=workflow.owner,
            trigger_payload={"invoice": number},
            **fields | other,
        )
        for number in range(count)
    ]


def _empty() -> None:
    ScheduledJob.objects.all()._raw_delete(connection.alias)


def _bulk_create(rows: list[ScheduledJob]) -> None:
    with transaction.atomic():
        ScheduledJob.objects.bulk_create(rows, batch_size=1_000)


def _took(act: Callable[[], Any]) -> Took:
    """In seconds, and in those of the processor: other work of the machine adds less."""
    began, cpu = time.perf_counter(), time.process_time()
    act()
    return {
        "seconds": time.perf_counter() - began,
        "cpu": time.process_time() - cpu,
    }
