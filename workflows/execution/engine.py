"""Runs an execution: loads the graph, then runs and records node after node.

No node runs inside a transaction: what it has done in the world is on record even if the
next one crashes the process.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from copy import deepcopy
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any
from uuid import UUID

from workflows.exceptions import (
    Cancelled,
    InvalidGraph,
    NodeFailed,
    TimedOut,
)
from workflows.execution.definition import Definition, load
from workflows.execution.error_text import message_of
from workflows.execution.inline import Chain, start_inline
from workflows.execution.record import End, EndStatus, Record
from workflows.failures import FailureKind, kind_in_node, kind_of
from workflows.graph import Step, next_step
from workflows.kit.conf import conf
from workflows.kit.database_retry import retry_while_away
from workflows.kit.errors import WrongState
from workflows.kit.json_value import problem, storable
from workflows.kit.logs import LogBatch, get_logger
from workflows.kit.open_transactions import TransactionLeftOpen, ended_by_the_body
from workflows.kit.tracebacks import where
from workflows.kit.users import User, users
from workflows.models import NodeRun, WorkflowExecution
from workflows.registry import MAX_OUTPUT, Context, Result, not_handed_over
from workflows.safety.redaction import redact
from workflows.tools import Clock

Status = WorkflowExecution.Status
# Takes the id of a Task's result, and the name of its backend.
HandOver = Callable[[str, str], None]
log = get_logger(__name__)
events = LogBatch(__name__)
TRANSACTION_LEFT_OPEN = "It began a database transaction and did not end it: what it wrote there was undone."
AroundNode = Callable[[], AbstractContextManager[None]]


def run_execution(
    execution: WorkflowExecution,
    *,
    clock: Clock,
    raise_if_interrupted: Callable[[], None] = lambda: None,
    hand_over: HandOver | None = None,
    around_node: AroundNode = nullcontext,
    record: Record | None = None,
) -> WorkflowExecution:
    """Run a claimed (`running`) execution to its end, and return it as it is then.

    With a `record`, its end is left for the caller to write, with an outcome of its own.

    With `hand_over`, its last node may hand the run over to the backend of a Task: then it
    is still `running` when this returns.

    A node that fails ends it as `failed`, without an exception. A graph that cannot be run
    (`InvalidGraph`) and a deadline (`TimedOut`) are recorded and raised.
    `raise_if_interrupted` raises `TimedOut` again if a node has swallowed it. The context
    `around_node` is entered for the work of each node, and sees the exception of one that
    fails. Waits for the database while it is away.
    """
    if execution.status != Status.RUNNING:
        raise WrongState(f"The execution is {execution.status}, not running.")
    run = _Run(
        execution,
        clock,
        raise_if_interrupted,
        record or Record(execution),
        hand_over,
        around_node=around_node,
    )
    try:
        run.run_all()
    finally:
        if record is None:
            retry_while_away(run.record.write_end)
    return execution


@dataclass(slots=True)
class _Run:
    """An execution in progress: the settled nodes, their outputs, and the running node."""

    execution: WorkflowExecution
    clock: Clock
    raise_if_interrupted: Callable[[], None]
    record: Record
    hand_over: HandOver | None = None
    callers: Chain = ()
    around_node: AroundNode = nullcontext
    taken: dict[str, str | None] = field(default_factory=dict)
    outputs: dict[str, Any] = field(default_factory=dict)
    open_node: NodeRun | None = None

    def run_all(self) -> None:
        """Run node after node until the execution ends."""
        events.info_now("execution_started", **_log_fields(self.execution))
        try:
            self._run_all()
        except BaseException as interruption:
            self._interrupted(interruption)
            raise

    def _run_all(self) -> None:
        definition = retry_while_away(self._definition)
        start = self.execution.trigger_node_id
        while step := next_step(definition.graph, start, self.taken):
            if not self._settle(definition, step):
                return  # it has failed, was cancelled, or goes on elsewhere
        self._end("succeeded")

    def _interrupted(self, interruption: BaseException) -> None:
        """Record that the execution, and its running node, ended by this exception."""
        error = message_of(interruption)
        is_cancelled = isinstance(interruption, Cancelled)
        status: EndStatus = "cancelled" if is_cancelled else "failed"
        node = self.open_node
        if node:
            self._close(node, NodeRun.Status(status), error=error)
        failed_node = node.node_id if node and not is_cancelled else ""
        kind = None if is_cancelled else kind_of(interruption)
        self._end(status, kind, error=error, failed_node=failed_node)

    def _definition(self) -> Definition:
        workflow = self.execution.workflow
        if workflow is None:
            raise InvalidGraph("The workflow has been deleted.")
        try:
            definition = load(workflow)
        except ValueError as error:
            message = "The configuration of a node cannot be read."
            raise InvalidGraph(message) from error
        self._record_version(definition.version)
        if found := definition.problems:
            raise InvalidGraph(f"The graph is not valid. {found[0][1]}")
        if self.execution.trigger_node_id not in definition.rows:
            raise InvalidGraph("The trigger node has been deleted.")
        return definition

    def _record_version(self, version: int | None) -> None:
        """Another graph may have been saved since the execution was created."""
        if self.execution.graph_version != version:
            row = WorkflowExecution.objects.filter(pk=self.execution.pk)
            row.update(graph_version=version)
            self.execution.graph_version = version

    def _settle(self, definition: Definition, step: Step) -> bool:
        """Run or skip one node. False if that ends the execution, or if it was handed over,
        after which this process does nothing more."""
        node = self._node(definition, step)
        if not step.runs:
            self.taken[step.node] = None
            self.record.add(node)
            return True
        if definition.component(step.node).has_effects and not self.record.open(
            node, may_go_on=lambda: not self._is_cancelled()
        ):
            self._end("cancelled")
            return False
        self.open_node = node
        try:
            with self.around_node():
                result = self._work(definition, node)
            self.raise_if_interrupted()
        except TimedOut:
            raise
        # Any other exception of a component is a failure of its node, and must not leave
        # the execution open, not even `sys.exit()` in a function.
        except BaseException as error:  # noqa: BLE001
            self.raise_if_interrupted()
            self._fail(node, error)
            return False
        if result.handed_over:
            self._note(node, result.output)
            return False
        self.taken[step.node] = result.port
        self.outputs[step.node] = {"output": result.output}
        shown = redact(result.output)
        self._close(node, NodeRun.Status.SUCCEEDED, output=shown, port=result.port)
        return True

    def _work(self, definition: Definition, node: NodeRun) -> Result:
        component = definition.component(node.node_id)
        context = self._context(definition, node)
        # The definition serves further runs: a component may change what it is given.
        config = deepcopy(definition.rows[node.node_id].config)
        config = component.prepare(config, context)
        node.input = redact(storable(component.redact(config)))
        try:
            with ended_by_the_body() if component.has_effects else nullcontext():
                result = component.run(config, context)
        except TransactionLeftOpen:
            raise NodeFailed(TRANSACTION_LEFT_OPEN) from None
        return replace(result, output=recordable(result.output))

    def _context(self, definition: Definition, node: NodeRun) -> Context:
        tools = definition.tools_of(node.node_id)
        # With nothing after it, the end of the node is the end of the run.
        hand_over = self.hand_over if definition.is_last(node.node_id) else None
        return Context(
            trigger=self.execution.event,
            nodes=self.outputs,
            site={"url": conf.SITE_URL},
            execution_id=self.execution.pk,
            owner=self._owner,
            clock=self.clock,
            stop_if_cancelled=self._stop_if_cancelled,
            run_workflow=self._run_workflow,
            record=partial(self._note, node),
            hand_over=hand_over or not_handed_over,
            tool_nodes=tuple(
                (definition.component(row.node_id), deepcopy(row.config))
                for row in tools
            ),
        )

    def _note(self, node: NodeRun, output: Any) -> None:
        """Record the output so far at once: the node may crash the process any time."""
        node.output = redact(recordable(output))
        self.record.update(node, input=node.input, output=node.output)

    def _owner(self) -> User:
        """The owner, read anew: a run may outlast the rights of its owner."""
        owners = users().filter(ostinato_executions=self.execution.pk)
        owner = retry_while_away(owners.first)
        if owner is None:
            raise NodeFailed("The user on whose behalf this runs has been deleted.")
        return owner

    def _run_workflow(
        self, workflow_id: UUID, payload: dict[str, Any]
    ) -> dict[str, Any]:
        """Run another workflow in this process, under the deadline of this one."""
        chain = (*self.callers, self.execution)
        child = start_inline(chain, workflow_id, payload, now=self.clock())
        run = _Run(
            child,
            self.clock,
            self.raise_if_interrupted,
            Record(child),
            callers=chain,
            around_node=self.around_node,
        )
        try:
            run.run_all()
        except Cancelled:
            retry_while_away(child.refresh_from_db)
            if not child.cancel_requested_at:
                raise  # not the child has been cancelled, but this execution
        except InvalidGraph:
            pass  # it is on record in the child
        finally:
            retry_while_away(run.record.write_end)
        # Not from its record, in which secrets are redacted.
        outputs = [None, *(each["output"] for each in run.outputs.values())]
        if child.status == Status.SUCCEEDED:
            return {"execution_id": str(child.pk), "output": outputs[-1]}
        self._stop_if_cancelled()
        name = f'The workflow "{child.workflow_name}"'
        if child.status == Status.CANCELLED:
            raise NodeFailed(f"{name} was cancelled.")
        raise NodeFailed(f"{name} failed. {child.error}")

    def _node(self, definition: Definition, step: Step) -> NodeRun:
        row = definition.rows[step.node]
        return NodeRun(
            execution=self.execution,
            sequence=len(self.taken) + 1,
            node_id=row.node_id,
            component_type=row.component_type,
            label=row.label,
            status=NodeRun.Status.RUNNING if step.runs else NodeRun.Status.SKIPPED,
            started_at=self.clock() if step.runs else None,
        )

    def _fail(self, node: NodeRun, error: BaseException) -> None:
        if not isinstance(error, NodeFailed):
            log.error(
                "node_crashed",
                node=node.node_id,
                exception=where(error),
                **_log_fields(self.execution),
            )
        text = message_of(error)
        self._close(node, NodeRun.Status.FAILED, error=text)
        kind = kind_in_node(error)
        self._end("failed", kind, error=text, failed_node=node.node_id)

    def _close(self, node: NodeRun, status: NodeRun.Status, **outcome: Any) -> None:
        self.open_node = None
        node.status = status
        node.finished_at = self.clock()
        for name, value in outcome.items():
            setattr(node, name, value)
        self.record.close(node, ["status", "finished_at", "input", *outcome])

    def _stop_if_cancelled(self) -> None:
        self.raise_if_interrupted()
        if retry_while_away(self._is_cancelled):
            raise Cancelled

    def _is_cancelled(self) -> bool:
        """Whether this execution, or one that it is part of, has been cancelled."""
        chain = [execution.pk for execution in (*self.callers, self.execution)]
        running = WorkflowExecution.objects.filter(
            pk__in=chain, status=Status.RUNNING, cancel_requested_at__isnull=True
        )
        return running.count() < len(chain)

    def _end(
        self,
        status: EndStatus,
        kind: FailureKind | None = None,
        *,
        error: str = "",
        failed_node: str = "",
    ) -> None:
        self.record.end(End(status, kind, error, failed_node, self.clock()))
        events.info_now(
            "execution_ended",
            status=status,
            kind=kind or "",
            **_log_fields(self.execution),
        )


def recordable(output: Any) -> Any:
    """The output of a node as it can be stored. Raises `NodeFailed` if it cannot be."""
    output = storable(output)
    if reason := problem(output, max_bytes=MAX_OUTPUT):
        raise NodeFailed(f"The output of the node {reason}.")
    return output


def _log_fields(execution: WorkflowExecution) -> dict[str, str]:
    return {"execution": str(execution.pk), "workflow": execution.workflow_name}
