"""The results of Tasks that run on backends of their own: Django's `django.tasks`, or its
backport `django-tasks` for Django 5.2."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from typing import Any

import django
from django.core.exceptions import ImproperlyConfigured

MODULE = "django.tasks" if django.VERSION >= (6, 0) else "django_tasks"


class TaskUnknown(Exception):
    """The backend has no result under this id, or there is no such backend any more."""


@dataclass(frozen=True, slots=True)
class TaskEnd:
    """How a Task ended: the value that it returned, or else its error, for people."""

    value: Any = None
    error: str = ""


def end_of_task(backend: str, result_id: str) -> TaskEnd | None:
    """How the Task ended; None as long as it waits or runs.

    Raises `TaskUnknown`, and whatever the backend raises if it cannot be reached.
    """
    tasks, exceptions = import_module(MODULE), import_module(f"{MODULE}.exceptions")
    try:
        result = tasks.task_backends[backend].get_result(result_id)
    except (exceptions.TaskResultDoesNotExist, ImproperlyConfigured) as error:
        raise TaskUnknown from error
    if result.status == tasks.TaskResultStatus.SUCCESSFUL:
        return TaskEnd(result.return_value)
    if result.status == tasks.TaskResultStatus.FAILED:
        return TaskEnd(error=_error(result.errors))
    return None


def _error(errors: list[Any]) -> str:
    """The last line of the last traceback: the exception and its message."""
    if not errors:
        return "The task failed."
    lines = errors[-1].traceback.strip().splitlines()
    return f"The task failed. {lines[-1] if lines else errors[-1].exception_class_path}"
