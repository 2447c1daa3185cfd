"""The Tasks of Django's `django.tasks`, and of its backport `django-tasks`.

Neither is imported here: a Task exists only where the project has imported one of them.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from types import ModuleType
from typing import TYPE_CHECKING, Any

from workflows.callables.context import CallContext

if TYPE_CHECKING:
    from workflows.callables.target import Target

MODULES = ("django.tasks.base", "django_tasks.base")


def is_task(value: Any) -> bool:
    return _home(value) is not None


def backend_problem(target: Target) -> str:
    """Why it cannot run on the backend of a Task and be followed there; empty if it can."""
    task = target.task
    if task is None:
        return f"{target.name} is no task, and has no backend of its own."
    if not task.get_backend().supports_get_result:
        return (
            f'The backend "{task.backend}" of the task keeps no results, so that nobody '
            "would learn what became of it."
        )
    if beyond := target.parameters.beyond_json():
        return (
            "A backend passes on plain JSON only, but the task takes other values: "
            f"{', '.join(beyond)}."
        )
    return ""


def task_context(task: Any, arguments: Mapping[str, Any], context: CallContext) -> Any:
    """The context that a Task with `takes_context` gets as its first argument.

    Its result has the id of the execution, and as many attempts as the run; no backend
    knows of it.
    """
    home: Any = _home(task)
    result = home.TaskResult(
        task=task,
        id=context.run_id,
        status=home.TaskResultStatus.RUNNING,
        enqueued_at=None,
        started_at=None,
        finished_at=None,
        last_attempted_at=None,
        args=[],
        kwargs=dict(arguments),
        backend=task.backend,
        errors=[],
        worker_ids=["ostinato"] * context.attempt,
    )
    return home.TaskContext(task_result=result)


def _home(value: Any) -> ModuleType | None:
    """The module that defines what kind of Task `value` is."""
    for name in MODULES:
        module = sys.modules.get(name)
        if module and isinstance(value, module.Task):
            return module
    return None
