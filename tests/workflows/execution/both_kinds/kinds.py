"""The two kinds of work that the machine runs, asked of in the same words."""

from __future__ import annotations

from datetime import datetime, timedelta

from schedules.jobs import execute_scheduled_trigger
from schedules.models import ScheduledRun
from schedules.services import Actor, create_schedule, run_now
from schedules.services.runs.claims import claim_run, token_of_job
from schedules.services.runs.sending import RUNS
from tests.schedules.conftest import NOON
from triggers.manual import run_workflow
from workflows.execution import jobs
from workflows.execution.guard import Lease
from workflows.execution.standalone import EXECUTIONS, claim_execution
from workflows.models import Workflow, WorkflowExecution

SECOND = timedelta(seconds=1)
QUEUE = "rq:queue:workflows"


class Scheduled:
    """A run of a schedule."""

    outbox = RUNS

    def __init__(self, workflow: Workflow) -> None:
        self.workflow = workflow

    def ask(self, now: datetime = NOON) -> ScheduledRun:
        actor = Actor.person(self.workflow.owner)
        fields = {"name": "job", "workflow": self.workflow, "interval_seconds": 3600}
        schedule = create_schedule(fields, actor=actor, now=now - SECOND)
        return run_now(schedule.id, actor=actor, now=now)

    @property
    def row(self) -> ScheduledRun:
        return ScheduledRun.objects.get()

    def execution(self) -> WorkflowExecution:
        return self.row.execution

    def claim(self, now: datetime = NOON) -> Lease:
        token = token_of_job(self.job_id())
        return claim_run(self.row.id, 1, token=token, now=now).lease

    def job_id(self) -> str:
        return f"run-{self.row.id}-1-{self.row.send_count}"

    def arguments(self) -> list[str | int]:
        run = self.row
        return [str(run.schedule_id), run.scheduled_for.isoformat(), str(run.id), 1]

    def run(self) -> None:
        execute_scheduled_trigger(*self.arguments())


class ByHand:
    """An execution that a person started."""

    outbox = EXECUTIONS

    def __init__(self, workflow: Workflow) -> None:
        self.workflow = workflow

    def ask(self, now: datetime = NOON) -> WorkflowExecution:
        return run_workflow(self.workflow, {}, user=self.workflow.owner, now=now)

    @property
    def row(self) -> WorkflowExecution:
        return WorkflowExecution.objects.get()

    def execution(self) -> WorkflowExecution:
        return self.row

    def claim(self, now: datetime = NOON) -> Lease | None:
        claimed = claim_execution(self.row.id, now=now)
        return claimed[1] if claimed else None

    def job_id(self) -> str:
        return f"execution-{self.row.id}-{self.row.send_count}"

    def arguments(self) -> list[str]:
        return [str(self.row.id)]

    def run(self) -> None:
        jobs.run_execution(*self.arguments())


Kind = Scheduled | ByHand
