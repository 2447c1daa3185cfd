"""Renders a template or a condition against an execution on record, as a node would."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal, get_args
from uuid import UUID

from workflows.exceptions import NodeFailed
from workflows.kit.conf import conf
from workflows.kit.errors import InvalidInput, NotFound
from workflows.kit.json_value import problem, strings
from workflows.kit.users import User
from workflows.models import NodeRun, Workflow, WorkflowExecution
from workflows.registry import Context
from workflows.safety import templating

Kind = Literal["text", "value", "condition"]
KINDS: tuple[Kind, ...] = get_args(Kind)
SECONDS = 1.0  # it runs in the web process, for somebody who waits
MAX_VALUE = 64 * 1024
NO_EXECUTION = UUID(int=0)


@dataclass(frozen=True, slots=True)
class Rendered:
    """The result, or the problem that there is instead of one; and the execution whose
    event and outputs were used."""

    result: Any
    problem: str | None
    execution: UUID | None


def render_for(
    workflow: Workflow,
    value: Any,
    kind: Kind,
    *,
    user: User,
    execution_id: UUID | None = None,
) -> Rendered:
    """Render against an execution of the workflow: by default the last that has finished.

    Raises `NotFound` for an execution that `user` may not view, and `InvalidInput` for a
    value that no configuration could hold.
    """
    _check(value, kind)
    execution = _execution(workflow, user, execution_id)
    found = execution.pk if execution else None
    try:
        return Rendered(_rendered(value, kind, _variables(execution)), None, found)
    except NodeFailed as failure:
        return Rendered(None, str(failure), found)


def _check(value: Any, kind: Kind) -> None:
    if reason := problem(value, max_bytes=MAX_VALUE):
        raise InvalidInput(f"The value {reason}.", field="value")
    if kind == "condition" and not isinstance(value, str):
        raise InvalidInput("A condition must be a text.", field="value")


def _execution(
    workflow: Workflow, user: User, execution_id: UUID | None
) -> WorkflowExecution | None:
    visible = WorkflowExecution.objects.visible_to(user).filter(workflow=workflow)
    if execution_id is None:
        return visible.filter(finished_at__isnull=False).first()
    found = visible.filter(pk=execution_id).first()
    if found is None:
        raise NotFound("The workflow has no such execution, or you may not view it.")
    return found


def _variables(execution: WorkflowExecution | None) -> dict[str, Any]:
    """What a node that follows all others would see, with secrets redacted as on record."""
    outputs = {}
    if execution:
        runs = execution.node_runs.filter(status=NodeRun.Status.SUCCEEDED)
        outputs = dict(runs.values_list("node_id", "output"))
    return Context(
        trigger=execution.event if execution else {},
        nodes={node_id: {"output": output} for node_id, output in outputs.items()},
        site={"url": conf.SITE_URL},
        execution_id=execution.pk if execution else NO_EXECUTION,
    ).variables()


def _rendered(value: Any, kind: Kind, variables: Mapping[str, Any]) -> Any:
    """Raises `NodeFailed`. The syntax first, in the words in which saving refuses it."""
    is_condition = kind == "condition"
    sources = [value] if is_condition else list(_templates(value))
    most = templating.MAX_PARTS
    if templating.parts(sources, most=most) > most:
        raise NodeFailed(f"The value has more than {most:,} parts.")
    what, problem_of = ("template", templating.template_problem)
    if is_condition:
        what, problem_of = ("condition", templating.expression_problem)
    for source in sources:
        if found := problem_of(source):
            raise NodeFailed(f"The {what} {found}.")
    if is_condition:
        return templating.first_true(sources, variables, seconds=SECONDS) == 0
    render = templating.render_text if kind == "text" else templating.render_value
    return render(value, variables, seconds=SECONDS)


def _templates(value: Any) -> Iterator[str]:
    return (text for _, text in strings(value, "") if templating.MARKS.search(text))
