"""The record of an execution in progress: its nodes, and its end.

A node that can have effects outside is on record before it runs, and its result at once
after it. A node without any would do the same again, so it waits for the next write: a crash
in between loses nothing that anybody could have seen.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any, Literal

from django.db import transaction

from workflows.execution.process_state import note_effects
from workflows.failures import FailureKind
from workflows.kit.database_retry import retry_while_away
from workflows.kit.prepared import Bound, Insert, Param, Update, literal
from workflows.models import NodeRun, WorkflowExecution

Status = WorkflowExecution.Status
EndStatus = Literal["succeeded", "failed", "cancelled"]
# Their outputs are kept in memory until they are written.
MOST_UNWRITTEN = 20


insert_nodes = Insert(NodeRun)
# With the columns of an `End`.
_end_running = Update(
    lambda: WorkflowExecution.objects.filter(
        pk=Param(WorkflowExecution, "id"), status=literal(Status.RUNNING)
    ),
    **{
        name: Param(WorkflowExecution, name)
        for name in ("status", "failure_kind", "error", "failed_node", "finished_at")
    },
)


@dataclass(frozen=True, slots=True)
class End:
    """How an execution ended; a failed one has a kind."""

    status: EndStatus
    kind: FailureKind | None
    error: str
    failed_node: str
    at: datetime

    def columns(self) -> dict[str, Any]:
        return {
            "status": self.status,
            "failure_kind": self.kind or "",
            "error": self.error,
            "failed_node": self.failed_node,
            "finished_at": self.at,
        }


@dataclass(slots=True)
class Record:
    """What is to be written of an execution, and what has been."""

    execution: WorkflowExecution
    # Nodes that have ended, and are written with what is written next.
    _unwritten: list[NodeRun] = field(default_factory=list)
    # The node that is on record while it runs.
    _open: NodeRun | None = None
    ended: End | None = None

    def open(self, node: NodeRun, *, may_go_on: Callable[[], bool]) -> bool:
        """Put a node on record before it runs; False if the execution may not go on."""
        note_effects()

        def write() -> bool:
            with transaction.atomic():
                if not may_go_on():
                    return False
                insert_nodes(rows=[*self._unwritten, node])
            return True

        if not retry_while_away(write):
            return False
        self._unwritten, self._open = [], node
        return True

    def close(self, node: NodeRun, columns: Sequence[str]) -> None:
        """Write the result of a node, at once if the node is on record."""
        if node is self._open:
            self._open = None
            self.update(node, **{name: getattr(node, name) for name in columns})
        else:
            self.add(node)

    def add(self, node: NodeRun) -> None:
        """A node that has ended, to be written with what is written next."""
        self._unwritten.append(node)
        if len(self._unwritten) >= MOST_UNWRITTEN:
            retry_while_away(partial(insert_nodes, rows=self._unwritten))
            self._unwritten = []

    def update(self, node: NodeRun, **columns: Any) -> None:
        """Write these columns of a node that is on record."""
        row = NodeRun.objects.filter(execution=self.execution, sequence=node.sequence)
        retry_while_away(partial(row.update, **columns))

    def end(self, end: End) -> None:
        """The end of the execution, for `write_end`. The first one counts."""
        self.ended = self.ended or end

    def write_end(self) -> None:
        """Write the end with the nodes that are not on record, in one transaction, or in that
        of the caller.

        Only of a running execution: one that has been ended meanwhile keeps that record.
        """
        if self.ended is None:
            return
        columns = self.ended.columns()
        with transaction.atomic(savepoint=False):
            if _end_running(id=self.execution.pk, **columns):
                if self._unwritten:
                    insert_nodes(rows=self._unwritten)
                for name, value in columns.items():
                    setattr(self.execution, name, value)
            else:
                self.execution.refresh_from_db()

    def statements(self) -> list[Bound]:
        """Those that `write_end` runs, for a transaction of the caller, who undoes it if the
        result of the first one is 0: then the execution was no longer running."""
        assert self.ended is not None
        end = _end_running.bind(id=self.execution.pk, **self.ended.columns())
        nodes = self._unwritten
        return [end, insert_nodes.bind(rows=nodes)] if nodes else [end]
