"""Guards: the say of other apps in a change of a workflow.

An app that hangs something on workflows registers a guard when it starts. `workflows` does
not know what it guards.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth.models import User

from workflows.models import Workflow


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkflowChange:
    """A change of a workflow or of its graph.

    `orphans_schedules`: whoever makes it has confirmed that schedules may be left with no
    trigger that starts them.
    """

    workflow: Workflow
    user: User
    now: datetime
    orphans_schedules: bool


# Called before the change is made, and before anything is locked for it. What it returns is
# called once the change is written, inside its transaction; what that raises undoes it.
Guard = Callable[[WorkflowChange], Callable[[], None]]
_guards: list[Guard] = []


def register_guard(guard: Guard) -> None:
    if guard not in _guards:
        _guards.append(guard)


def guard_change(change: WorkflowChange) -> Callable[[], None]:
    """Let all guards look at a change that is to be made; the check that follows it."""
    checks = [guard(change) for guard in _guards]

    def check() -> None:
        for each in checks:
            each()

    return check
