"""What can go wrong with a schedule. The docstring is the message, unless one is given;
`code` is stable, for programs. The kinds, and what HTTP makes of them, are the site's."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol
from uuid import UUID

from workflows.exceptions import (
    InvalidInput,
    NotAllowed,
    NotFound,
    StaleVersion,
    Unprocessable,
    WrongState,
)

# Schedules that one message names, and that its errors list.
NAMED = 5
LISTED = 20


class _Named(Protocol):
    """A schedule, as far as a message is concerned."""

    @property
    def name(self) -> str: ...
    @property
    def id(self) -> UUID: ...


class ScheduleNotFound(NotFound):
    """There is no such schedule."""

    remedy = "Take the id from a list of your schedules: others cannot be reached."


class ScheduleNotAllowed(NotAllowed):
    """You may see this schedule, but not change it."""


class InvalidSchedule(InvalidInput):
    """The schedule was refused; nothing was written. The message names every field."""

    def __init__(
        self,
        *,
        errors: Mapping[str, list[str]],
        suggestion: Mapping[str, Any] | None = None,
    ) -> None:
        """`suggestion` holds fields that mean what was meant, if these are known."""
        told = (f"{field}: {' '.join(why)}" for field, why in errors.items())
        super().__init__(" ".join(told), errors=errors)
        if suggestion:
            self.details = {"suggestion": dict(suggestion)}


class AgentRefused(NotAllowed):
    """An agent may not do this, whatever it was told to."""

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
    """This idempotency key was used for something else."""

    code = "idempotency_key_reused"


class ScheduleEnded(WrongState):
    """The schedule is stopped."""

    code = "schedule_stopped"


class NodeInUse(WrongState):
    """Too many schedules start at this node."""

    code = "node_in_use"


class CannotStart(WrongState):
    """This schedule cannot start: no trigger of its workflow accepts it."""

    code = "cannot_start"


class WouldOrphan(WrongState):
    """Schedules of this workflow could no longer start."""

    code = "would_orphan_schedules"

    def __init__(
        self,
        orphaned: Sequence[_Named],
        *,
        visible: Sequence[_Named],
        is_all: bool = True,
    ) -> None:
        """`visible` are those of `orphaned` that whoever asks may see. There may be more of
        them than were counted."""
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
    """The schedule was changed by someone else meanwhile: read it again."""
