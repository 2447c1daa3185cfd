"""Guards: how other apps can refuse a change of a workflow.

An app whose rows depend on workflows registers a guard at start-up. `workflows` does not
know what it guards.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from workflows.kit.users import User
from workflows.models import Workflow


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkflowChange:
    """A change of a workflow or of its graph.

    `orphans_schedules`: the user has confirmed that schedules may lose every trigger that
    starts them.
    """

    workflow: Workflow
    user: User
    now: datetime
    orphans_schedules: bool


# Called before the change is made, and before anything is locked for it. The function that
# it returns is called after the change is written, inside its transaction: an exception
# rolls the change back.
Guard = Callable[[WorkflowChange], Callable[[], None]]
_guards: list[Guard] = []


def register_guard(guard: Guard) -> None:
    """Call `guard` for every change of a workflow from now on."""
    if guard not in _guards:
        _guards.append(guard)


def guard_change(change: WorkflowChange) -> Callable[[], None]:
    """Call all guards before a change. Returns the check to call after it is written."""
    checks = [guard(change) for guard in _guards]

    def check() -> None:
        for each in checks:
            each()

    return check
