"""The exceptions of workflows and executions. Their kinds are in `workflows.kit.errors`."""

from __future__ import annotations

from workflows.kit.errors import DomainError, Errors, InvalidInput, WrongState


class InvalidGraph(InvalidInput):
    code = "invalid_graph"
    message = "The graph is not valid."


class WorkflowInactive(WrongState):
    code = "workflow_inactive"
    message = "The workflow is not active. Activate it first."


class WorkflowDeleting(WrongState):
    code = "workflow_deleting"
    message = "The workflow is being deleted. Choose another one."


class WorkflowInUse(WrongState):
    code = "workflow_in_use"
    message = "An execution of the workflow has just started. Try again."


class WorkflowOfCalls(WrongState):
    code = "workflow_of_calls"

    def __init__(self, call: str = "") -> None:
        super().__init__(
            f"This workflow was made for schedules that call {call or 'a function'}: copy it "
            "to change it. Its schedules run it."
        )


class ExecutionFinished(WrongState):
    code = "execution_ended"
    message = "The execution has already ended."


class RegistrationError(TypeError):
    """The declaration of a component, a function or a tool is not valid. Raised at start-up
    only."""


class NodeFailed(Exception):
    """A component fails, with a message for people that the engine records. Of any other
    exception only the type is recorded, since its text may contain a secret."""

    def __init__(self, message: str = "") -> None:
        super().__init__(message or "The node failed.")


class NodeBroken(NodeFailed):
    """What the node refers to has gone, or cannot be used: every attempt would fail."""


class NodeNotAllowed(NodeFailed):
    """The owner of the workflow may not do what the node does."""


class TimedOut(BaseException):
    """The deadline has passed. A BaseException, so that no `except Exception` of a component
    can swallow it."""

    def __init__(self, seconds: float | None = None) -> None:
        """`seconds` is the time limit."""
        super().__init__(
            "The run timed out."
            if seconds is None
            else f"Timed out after {seconds:.10g} s."
        )


class Cancelled(TimedOut):
    """The run has been cancelled. Interrupts a component just like a deadline."""

    def __init__(self) -> None:
        BaseException.__init__(self, "The run was cancelled.")


def exit_status(error: SystemExit) -> int:
    """The exit status that the process would have had for the operating system."""
    if error.code is None:
        return 0
    return error.code & 0xFF if isinstance(error.code, int) else 1


class ToolRefused(DomainError):
    """A tool refuses a call. The model reads the message and the remedy."""

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
