"""The processes that a run starts, and what is left of them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import psutil
from django.utils import timezone

from schedules.models import ScheduledRun
from schedules.services import Actor, run_now
from tests.graphs import add_graph
from tests.integration.processes import wait_until
from tests.integration.sessions import living
from tests.permissions import CALLS, allow
from tests.schedules.conftest import MakeSchedule
from triggers.manual import run_workflow
from workflows.models import Workflow, WorkflowExecution


@dataclass
class Started:
    """A run, or an execution by hand, that starts processes."""

    row: ScheduledRun | WorkflowExecution
    folder: Path
    sessions: list[int]

    def session(self) -> int:
        """That of the run under way, once it has started everything."""
        file = self.folder / "session"
        wait_until(lambda: file.exists() and file.read_text(), seconds=60)
        session = int(file.read_text())
        file.unlink()
        self.sessions.append(session)
        return session

    def ended(self) -> tuple[str, str]:
        """Status and error, as soon as it has ended."""

        def is_over() -> bool:
            self.row.refresh_from_db()
            return self.row.status in {"succeeded", "failed", "cancelled"}

        wait_until(is_over)
        return self.row.status, self.row.error


class Site:
    """Its workflow starts processes, and ends as it is told."""

    def __init__(self, workflow: Workflow, folder: Path, make: MakeSchedule) -> None:
        self.workflow, self.folder, self.make = workflow, folder, make
        self.sessions: list[int] = []
        allow(workflow.owner, *CALLS)
        workflow.nodes.all().delete()
        nodes = {
            "tick": ("trigger_schedule", {}),
            "hand": ("trigger_manual", {}),
            "work": ("call_function", {}),
        }
        add_graph(workflow, nodes, [("tick", "work"), ("hand", "work")])

    def run(self, end: str, **fields: object) -> Started:
        folder = self._told(end)
        now = timezone.now()
        fields = {"interval_seconds": 3600, "timeout_seconds": 60} | fields
        payload = {"folder": str(folder), "end": end}
        schedule = self.make(now, trigger_payload=payload, **fields)
        run_now(schedule.id, actor=Actor.person(schedule.owner), now=now)
        run = ScheduledRun.objects.get(schedule=schedule.id)
        return Started(run, folder, self.sessions)

    def by_hand(self, end: str) -> Started:
        folder = self._told(end)
        now, owner = timezone.now(), self.workflow.owner
        payload = {"folder": str(folder), "end": end}
        execution = run_workflow(self.workflow, payload, user=owner, now=now)
        return Started(execution, folder, self.sessions)

    def _told(self, end: str) -> Path:
        arguments = {
            name: f"{{{{ trigger.payload.{name} }}}}" for name in ("folder", "end")
        }
        config = {"function": "start_and_end", "arguments": arguments}
        self.workflow.nodes.filter(node_id="work").update(config=config)
        folder = self.folder / str(uuid4())
        folder.mkdir()
        return folder


def left(session: int) -> list[psutil.Process]:
    """Without the work process itself, which may still have a word with Redis."""
    return [process for process in living(session) if process.pid != session]
