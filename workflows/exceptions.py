"""What can go wrong with workflows and their executions. The kinds are the site's:
`workflows.kit.errors`."""

from __future__ import annotations

from workflows.kit.errors import DomainError, Errors, InvalidInput, WrongState


class InvalidGraph(InvalidInput):
    code = "invalid_graph"
    message = "The graph is not valid."


class WorkflowInactive(WrongState):
    code = "workflow_inactive"
    message = "The workflow is not active: activate it first."


class WorkflowDeleting(WrongState):
    code = "workflow_deleting"
    message = "The workflow is being deleted: choose another one."


class WorkflowInUse(WrongState):
    code = "workflow_in_use"
    message = "An execution of the workflow started at the same moment: try again."


class ExecutionFinished(WrongState):
    code = "execution_ended"
    message = "The execution has already ended."


class RegistrationError(TypeError):
    """A component, a function or a tool is declared wrongly. Raised at start-up, never
    later."""


class NodeFailed(Exception):
    """Raised by a component with a message that people may read: the engine records it on
    the run. Any other exception is recorded by its type alone, since its text may hold a
    secret."""

    def __init__(self, message: str = "") -> None:
        super().__init__(message or "The node failed.")


class TimedOut(BaseException):
    """A BaseException, so that no component's own `except Exception` can swallow the
    deadline that the caller of the engine has set, nor what cancels it."""

    def __init__(self, seconds: float | None = None) -> None:
        """`seconds` is the time that it had."""
        super().__init__(
            "The run timed out."
            if seconds is None
            else f"Timed out after {seconds:.10g} s."
        )


class Cancelled(TimedOut):
    def __init__(self) -> None:
        BaseException.__init__(self, "The run was cancelled.")


def exit_status(error: SystemExit) -> int:
    """The status with which the process would have ended, as the system sees it."""
    if error.code is None:
        return 0
    return error.code & 0xFF if isinstance(error.code, int) else 1


class ToolRefused(DomainError):
    """A tool does not do what it was asked; the model reads why, and the remedy."""

    def __init__(
        self,
        message: str = "",
        *,
        code: str = "refused",
        remedy: str = "",
        field: str | None = None,
        errors: Errors | None = None,
    ) -> None:
        super().__init__(message, field=field, errors=errors)
        self.code = code
        self.remedy = remedy
