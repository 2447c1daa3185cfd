"""What can go wrong with a schedule. The docstring is the message, unless one is given;
`code` is stable, for programs. The kinds, and what HTTP makes of them, are the site's."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from workflows.exceptions import (
    InvalidInput,
    NotAllowed,
    NotFound,
    StaleVersion,
    Unprocessable,
    WrongState,
)


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


class StaleSchedule(StaleVersion):
    """The schedule was changed by someone else meanwhile: read it again."""
