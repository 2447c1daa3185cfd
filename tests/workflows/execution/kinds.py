"""The two kinds of work that the machine runs, asked of in the same words."""

from __future__ import annotations

from abc import ABC, abstractmethod
from datetime import datetime, timedelta
from typing import Any

from typing_extensions import override

from schedules.jobs import execute_scheduled_trigger
from schedules.models import ScheduledRun
from schedules.services import Actor, run_now
from schedules.services.claims import claim_run, token_of_job
from schedules.services.sending import RUNS
from tests.schedules.conftest import NOON, MakeSchedule
from triggers.manual import run_workflow
from workflows import jobs
from workflows.execution.by_hand import EXECUTIONS, claim_execution
from workflows.execution.guard import Lease
from workflows.models import Workflow, WorkflowExecution

SECOND = timedelta(seconds=1)
QUEUE = "rq:queue:workflows"


class Kind(ABC):
    """Work of one kind: asked for, and what became of it."""

    def __init__(self, workflow: Workflow, make_schedule: MakeSchedule) -> None:
        self.workflow = workflow
        self.make_schedule = make_schedule

    @abstractmethod
    def ask(self, now: datetime = NOON) -> Any:
        """Somebody asks for it; its row."""

    @abstractmethod
    def job_id(self) -> str:
        """Of the job that was sent last."""

    @abstractmethod
    def claim(self, now: datetime = NOON) -> Lease:
        """A worker starts it."""

    @abstractmethod
    def run(self) -> None:
        """What a worker does with the job."""

    @abstractmethod
    def execution(self) -> WorkflowExecution:
        """As it now is."""

    @property
    @abstractmethod
    def row(self) -> Any:
        """As it now is."""


class Scheduled(Kind):
    """A run of a schedule."""

    outbox = RUNS

    @override
    def ask(self, now: datetime = NOON) -> ScheduledRun:
        schedule = self.make_schedule(now - SECOND, interval_seconds=3600)
        return run_now(schedule.id, actor=Actor.person(schedule.owner), now=now)

    @property
    @override
    def row(self) -> ScheduledRun:
        return ScheduledRun.objects.get()

    @override
    def job_id(self) -> str:
        return f"run-{self.row.id}-1-{self.row.send_count}"

    @override
    def claim(self, now: datetime = NOON) -> Lease:
        token = token_of_job(self.job_id())
        claim = claim_run(self.row.id, 1, token=token, now=now)
        assert claim
        return claim.lease

    @override
    def run(self) -> None:
        run = self.row
        execute_scheduled_trigger(
            str(run.schedule_id), run.scheduled_for.isoformat(), str(run.id), 1
        )

    @override
    def execution(self) -> WorkflowExecution:
        return self.row.execution


class ByHand(Kind):
    """An execution that a person started."""

    outbox = EXECUTIONS

    @override
    def ask(self, now: datetime = NOON) -> WorkflowExecution:
        return run_workflow(self.workflow, {}, actor=self.workflow.owner, now=now)

    @property
    @override
    def row(self) -> WorkflowExecution:
        return WorkflowExecution.objects.get()

    @override
    def job_id(self) -> str:
        return f"execution-{self.row.id}-{self.row.send_count}"

    @override
    def claim(self, now: datetime = NOON) -> Lease:
        lease = claim_execution(self.row.id, now=now)
        assert lease
        return lease

    @override
    def run(self) -> None:
        jobs.run_execution(str(self.row.id))

    @override
    def execution(self) -> WorkflowExecution:
        return self.row
