"""What can go wrong, for this app and for those above it.

The docstring of each class is its default message. Which HTTP status each kind becomes is
decided in one place, `workflows/api/statuses.py`; other apps subclass the four kinds.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

Errors = Mapping[str, Sequence[str]]


class DomainError(Exception):
    """The request could not be carried out."""

    code = "error"
    remedy = ""  # what would be accepted, or what to do about it
    details: Mapping[str, Any] = {}  # further facts for programs

    def __init__(
        self,
        message: str = "",
        *,
        field: str | None = None,
        errors: Errors | None = None,
    ) -> None:
        """`field` names the one input that is wrong, `errors` all of them."""
        self.message = message or (self.__doc__ or "").strip()
        self.errors: dict[str, list[str]] = {
            name: list(reasons) for name, reasons in (errors or {}).items()
        }
        if field:
            self.errors.setdefault(field, []).append(self.message)
        super().__init__(self.message)


class InvalidInput(DomainError):
    """The input is wrong."""

    code = "invalid"

    def __init__(
        self,
        message: str = "",
        *,
        field: str | None = None,
        errors: Errors | None = None,
    ) -> None:
        """Without a message the first of `errors` is the message."""
        named = (f"{name}: {why[0]}" for name, why in (errors or {}).items())
        super().__init__(message or next(named, ""), field=field, errors=errors)


class NotAllowed(DomainError):
    """You do not have permission to do this."""

    code = "not_allowed"


class NotFound(DomainError):
    """There is no such thing."""

    code = "not_found"


class WrongState(DomainError):
    """This cannot be done in its present state."""

    code = "wrong_state"


class Unprocessable(DomainError):
    """This is well formed and cannot be done."""

    code = "unprocessable"


class TooLarge(DomainError):
    """The body is too large."""

    code = "too_large"

    def __init__(self, most: int) -> None:
        """`most` is how many bytes are taken."""
        super().__init__(errors={"body": [f"At most {most:,} bytes."]})


class Unavailable(DomainError):
    """The database is busy or cannot be reached: nothing was done. Try it again."""

    code = "unavailable"


class InvalidGraph(InvalidInput):
    """The graph is wrong."""

    code = "invalid_graph"


class StaleVersion(WrongState):
    """The workflow was changed in the meantime: read it again."""

    code = "stale_version"


class WorkflowInactive(WrongState):
    """The workflow is not active."""

    code = "workflow_inactive"


class WorkflowDeleting(WrongState):
    """The workflow is being deleted."""

    code = "workflow_deleting"


class WorkflowInUse(WrongState):
    """The workflow was started at that very moment: try again."""

    code = "workflow_in_use"


class ExecutionEnded(WrongState):
    """The execution has ended."""

    code = "execution_ended"


class RegistrationError(TypeError):
    """A component, a function or a tool is declared wrongly. Raised at start-up, never
    later."""


class NodeFailed(Exception):
    """The node failed."""

    # Raised by a component with a message that people may read: the engine records it on
    # the run. Any other exception is recorded by its type alone, since its text may hold
    # a secret.


class TimedOut(BaseException):
    """The run timed out."""

    def __init__(self, seconds: float | None = None) -> None:
        """`seconds` is the time that it had."""
        super().__init__(
            *([] if seconds is None else [f"Timed out after {seconds:.10g} s."])
        )

    # A BaseException, so that no component's own `except Exception` can swallow the
    # deadline that the caller of the engine has set, nor what cancels it.


class Cancelled(TimedOut):
    """The run was cancelled."""


def exit_status(error: SystemExit) -> int:
    """The status with which the process would have ended, as the system sees it."""
    if error.code is None:
        return 0
    return error.code & 0xFF if isinstance(error.code, int) else 1
