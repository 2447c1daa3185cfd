from __future__ import annotations

from typing import Any

import django
from django.utils.module_loading import import_string

from workflows.callables import schedulable

TASKS = "django.tasks" if django.VERSION >= (6, 0) else "django_tasks"
task = import_string(f"{TASKS}.task")


@schedulable(title="Send a reminder", permission="billing.remind", agents=True)
def remind(customer: str, days: int = 14) -> str:
    """Remind a customer.

    More for developers.
    """
    return f"{customer} in {days}"


@schedulable
def cleanup() -> str:
    return "tasks"


@task
def export(name: str) -> str:
    """Export the books."""
    return name.upper()


@task(takes_context=True)
def patient(context: Any, name: str) -> list[Any]:
    return [context.attempt, context.task_result.id, name]


@task
async def later(name: str) -> str:
    return name


def helper() -> None:
    """A plain helper, which nobody may call."""
