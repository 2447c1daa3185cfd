"""Closes work whose process is gone: its worker saw it end, or its lease has expired."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

from django.db.models import Model

from workflows.execution.ended import end_execution
from workflows.execution.endings import WORKER_LOST, Ending
from workflows.execution.guard import LEASE
from workflows.execution.process_state import Held
from workflows.execution.steps import MAX_CLOCK_SKEW, fix_each
from workflows.kit.logs import get_logger
from workflows.models import WorkflowExecution

log = get_logger(__name__)
BATCH = 500
Key = tuple[Any, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Leased:
    """A kind of row on which a process works under a lease.

    Its model has `status` ("running" meanwhile) and `lease_until`.

    `close(*key, observed=, now=, lease_ended_before=None)` records how the work ended. It
    returns False if that has already been recorded, or if the lease did not expire before
    that time, since then the process is alive. `key` names the columns that it takes;
    `key_of_job` derives their values from the id and the arguments of an RQ job that calls
    `entry_point`, and returns None if the job does not concern such a row; `key_of_held` from
    the id and the token that a work process holds.
    """

    name: str

    model: type[Model]
    key: tuple[str, ...]
    close: Callable[..., bool]
    entry_point: str
    key_of_job: Callable[[str, Sequence[Any]], Key | None]
    key_of_held: Callable[[UUID, UUID], Key]


_kinds: list[Leased] = []


def register(kind: Leased) -> None:
    """Close rows of this kind from now on when their process is gone."""
    _kinds.append(kind)


def close_job(
    entry_point: str | None,
    job_id: str,
    args: Sequence[Any],
    *,
    observed: Ending,
    now: datetime,
) -> None:
    """Close the work of an RQ job whose process has just ended without recording its end.
    `observed` is how the process ended."""
    for kind in _kinds:
        if kind.entry_point == entry_point and (key := kind.key_of_job(job_id, args)):
            kind.close(*key, observed=observed, now=now)


def close_held(held: Held, *, observed: Ending, now: datetime) -> None:
    """Close what a work process held that has just ended without recording its end."""
    for kind in _kinds:
        if kind.name == held.kind:
            kind.close(
                *kind.key_of_held(held.id, held.token), observed=observed, now=now
            )


def close_lost(now: datetime) -> int:
    """Close work whose lease has expired: its process is gone, or has killed itself by now.
    Returns the number of rows closed.

    The caller must have been connected to the database for longer than a lease: otherwise
    the caller may be the one that was away.
    """
    closed = 0
    for kind in _kinds:
        lost = _running(kind).filter(lease_until__lt=now).order_by("lease_until")
        close = partial(_close, kind, now=now)
        closed += fix_each(list(lost.values_list(*kind.key)[:BATCH]), close)
    return closed


def _close(kind: Leased, key: Key, *, now: datetime) -> bool:
    return kind.close(*key, observed=WORKER_LOST, now=now, lease_ended_before=now)


def shorten_future_leases(now: datetime) -> int:
    """Let leases that end impossibly late, since a clock was ahead, start now. A process
    that is alive renews its lease. Returns the number of leases changed."""
    far = now + LEASE + MAX_CLOCK_SKEW
    return sum(
        _running(kind).filter(lease_until__gt=far).update(lease_until=now + LEASE)
        for kind in _kinds
    )


def _running(kind: Leased) -> Any:
    return kind.model._default_manager.filter(
        status="running", lease_until__isnull=False
    )


def abandon_execution(execution_id: UUID, ended: Ending, *, now: datetime) -> None:
    """Record the end of a running execution, its open node, and the executions it runs."""
    running = WorkflowExecution.objects.filter(status=WorkflowExecution.Status.RUNNING)
    called = running.filter(parent=execution_id)
    for child in called.values_list("pk", flat=True):
        abandon_execution(child, ended, now=now)
    end_execution(
        execution_id, ended.status, now=now, error=ended.error, kind=ended.kind
    )
    log.warning(
        "execution_lost",
        execution=str(execution_id),
        status=ended.status,
        kind=ended.kind or "",
    )
