"""Refusals about schedules. Their kinds are those of `workflows.kit.errors`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol
from uuid import UUID

from workflows.kit.errors import (
    InvalidInput,
    NotAllowed,
    NotFound,
    StaleVersion,
    Unprocessable,
    WrongState,
)

# The most schedules that one message names, and that its errors list.
NAMED = 5
LISTED = 20


class _Named(Protocol):
    """What a message needs to know about a schedule."""

    @property
    def name(self) -> str: ...
    @property
    def id(self) -> UUID: ...


class ScheduleNotFound(NotFound):
    message = "No schedule with this id exists, or you may not view it."
    remedy = "Take the id from a list of your schedules."


class UnknownKey(ScheduleNotFound):
    def __init__(self, key: str) -> None:
        super().__init__(f"No schedule has the key {key!r}: upsert it first.")


class ScheduleNotAllowed(NotAllowed):
    message = "You may see this schedule, but you do not have permission to change it."


class InvalidSchedule(InvalidInput):
    """The fields of a schedule are not valid. The message names every field and problem."""

    def __init__(
        self,
        *,
        errors: Mapping[str, list[str]],
        suggestion: Mapping[str, Any] | None = None,
    ) -> None:
        """`suggestion`: fields that can be sent instead, if the intended ones are known."""
        problems = (f"{field}: {' '.join(texts)}" for field, texts in errors.items())
        super().__init__(" ".join(problems), errors=errors)
        if suggestion:
            self.details = {"suggestion": dict(suggestion)}


class InvalidView(InvalidInput):
    message = "This view cannot be saved."


class ViewNotFound(NotFound):
    message = "You have no saved view with this id."


class AgentRefused(NotAllowed):
    """A limit of agents, which no prompt can change."""

    def __init__(
        self,
        rule: str,
        message: str,
        *,
        limit: Any,
        remedy: str,
        field: str | None = None,
    ) -> None:
        super().__init__(message, field=field)
        self.code = f"agent_{rule}"
        self.remedy = remedy
        self.details = {"rule": rule, "limit": limit}


class KeyReused(Unprocessable):
    code = "idempotency_key_reused"
    message = "This idempotency key has been used for another request: use a new one."


class ScheduleStopped(WrongState):
    code = "schedule_stopped"
    message = "The schedule is stopped."


class NeedsApproval(WrongState):
    code = "needs_approval"
    message = (
        "This schedule is a proposal of an agent, which cannot be resumed: approve it, or "
        "decline it."
    )
    remedy = "Use approve or decline."


class NotProposed(WrongState):
    code = "not_proposed"

    def __init__(self, status: str) -> None:
        super().__init__(
            f"This schedule is {status} and awaits no approval: only what an agent has "
            "proposed can be approved or declined."
        )


class NoCall(WrongState):
    code = "no_call"
    message = "This schedule runs a workflow already, which can be changed itself."


class NodeInUse(WrongState):
    code = "node_in_use"
    message = "Too many schedules start at this node."


class CannotStart(WrongState):
    code = "cannot_start"
    message = "This schedule cannot start: no trigger of its workflow accepts it."


class WouldOrphan(WrongState):
    code = "would_orphan_schedules"

    def __init__(
        self,
        orphaned: Sequence[_Named],
        *,
        visible: Sequence[_Named],
        is_all: bool = True,
    ) -> None:
        """`visible` are those of `orphaned` that the user may see. Unless `is_all`, there may
        be more orphaned schedules than were counted."""
        number = f"{'' if is_all else 'At least '}{len(orphaned):,}"
        names = ", ".join(f'"{each.name}"' for each in visible[:NAMED])
        hidden = len(orphaned) - min(len(visible), NAMED)
        more = f"{hidden} more" if names else f"{hidden} that you may not see"
        listed = f"{names} and {more}" if names and hidden else names or more
        super().__init__(
            f"{number} schedule{'s' * (len(orphaned) > 1)} of this workflow could "
            f"no longer start: {listed}. Keep the workflow active and a trigger_schedule "
            "node that accepts them, or confirm the change with orphan_schedules=true.",
            errors={
                "orphan_schedules": [
                    f'The schedule "{each.name}" ({each.id}) could no longer start.'
                    for each in visible[:LISTED]
                ]
            },
        )


class StaleSchedule(StaleVersion):
    message = "The schedule was changed by someone else in the meantime: read it again."
