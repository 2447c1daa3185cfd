"""Tools that a language model may call, declared once for agent nodes and for MCP.

A refusal is a result that the model can act on, never an exception: a stable `code`, the
problem and its remedy. Of an unexpected error the model learns only that the tool failed;
the traceback goes to the log.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from workflows.exceptions import NodeFailed, RegistrationError, ToolRefused
from workflows.kit.errors import DomainError
from workflows.kit.json_value import problem, storable
from workflows.kit.logs import get_logger
from workflows.kit.refusals import refusal_of
from workflows.safety.redaction import contains_known
from workflows.schemas.check import declaration_problem
from workflows.schemas.validate import schema_problems
from workflows.scopes import Scope, require

if TYPE_CHECKING:
    from workflows.kit.users import User

Clock = Callable[[], datetime]
NAME = re.compile(r"[a-zA-Z][a-zA-Z0-9_-]{0,63}")
MAX_ARGUMENTS = 64 * 1024
MAX_RESULT = 256 * 1024
MAX_PROBLEMS = 20
MAX_PATH = 200
log = get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Hints:
    """MCP's annotations of a tool. None has a default, so each must be decided."""

    read_only: bool
    destructive: bool
    idempotent: bool
    open_world: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolContext:
    """The user on whose behalf a tool is called, the execution (if any), and the clock."""

    user: User
    clock: Clock
    execution_id: UUID | None = None
    scope: Scope = Scope.EDIT  # of the token that the call came with


@dataclass(frozen=True, slots=True, kw_only=True)
class Tool:
    """A tool and its declaration.

    `call` takes arguments that match `input_schema`, and returns a result that matches
    `output_schema`. It raises `ToolRefused`, another `DomainError` or `NodeFailed` for an
    expected failure.
    """

    name: str
    title: str
    description: str
    input_schema: Mapping[str, Any]
    output_schema: Mapping[str, Any]
    hints: Hints
    call: Callable[[dict[str, Any], ToolContext], dict[str, Any]]
    scope: Scope = Scope.EDIT  # the scope that a token needs

    def __post_init__(self) -> None:
        for found in _declaration_problems(self):
            raise RegistrationError(f'The tool "{self.name}" {found}')


@dataclass(frozen=True, slots=True)
class ToolResult:
    """The result that the model gets; an error is `{"error": {"code", "message", "problems",
    ...}}`."""

    content: dict[str, Any]
    is_error: bool = False

    @property
    def text(self) -> str:
        """An error as text for people: the message, the problems and the remedy."""
        error = self.content["error"]
        problems = [
            f"{problem['field']}: {problem['message']}"
            for problem in error["problems"]
            if problem["message"] not in error["message"]
        ]
        return " ".join([error["message"], *problems, error.get("remedy", "")]).strip()


def call_tool(tool: Tool, arguments: Any, context: ToolContext) -> ToolResult:
    """Call a tool with arguments from a model, which may be anything. Never raises an
    `Exception`."""
    try:
        _check_user(context)
        require(tool.scope, held=context.scope)
        check_arguments(tool, arguments)
        return _checked(tool, storable(tool.call(arguments, context)))
    except NodeFailed as failure:
        return refused(ToolRefused(str(failure), code="failed"))
    # No error of a tool may end the conversation; its text may contain a secret.
    except Exception as error:
        if refusal := _refusal_of(error, tool):
            log.info("tool_refused", code=refusal.code, **_log_fields(tool, context))
            return refused(refusal)
        log.error("tool_failed", exc_info=error, **_log_fields(tool, context))
        message = "The tool failed unexpectedly. The site's log has the details."
        remedy = "Repeat the call once at most, then report the failure to a person."
        return refused(ToolRefused(message, code="tool_failed", remedy=remedy))


def _refusal_of(error: Exception, tool: Tool) -> DomainError | None:
    """A call that reaches beyond the site may have been carried out in part, so only the
    tool's own refusals may state that nothing was done."""
    if tool.hints.open_world:
        return error if isinstance(error, DomainError) else None
    return refusal_of(error)


def call_named(
    tools: Mapping[str, Tool],
    name: str,
    arguments: Any,
    context: ToolContext,
    *,
    secrets: Collection[str] = (),
) -> ToolResult:
    """Call one of `tools` by a name from a model, which may be anything.

    No tool sees arguments that contain one of the `secrets`: it might store them.
    """
    if contains_known(arguments, secrets):
        message = "The arguments contain a secret of this site. Nothing was done."
        remedy = "Leave the secret out: no tool needs it."
        return refused(ToolRefused(message, code="invalid_arguments", remedy=remedy))
    if tool := tools.get(name):
        return call_tool(tool, arguments, context)
    message = f'There is no tool "{name[:MAX_PATH]}". Nothing was done.'
    remedy = f"The available tools are: {', '.join(tools) or 'none'}."
    return refused(ToolRefused(message, code="unknown_tool", remedy=remedy))


def _log_fields(tool: Tool, context: ToolContext) -> dict[str, Any]:
    """The fields of a log line about a call: nothing that the model has made up."""
    fields = {"tool": tool.name, "user": str(context.user.pk)}
    execution = context.execution_id
    return fields | ({"execution": str(execution)} if execution else {})


def _check_user(context: ToolContext) -> None:
    if not context.user.is_active:
        message = "The user on whose behalf this tool is called is no longer active."
        raise ToolRefused(message, code="user_inactive", remedy="Ask a person.")


def check_arguments(tool: Tool, arguments: Any) -> None:
    """Raise `ToolRefused` for arguments that do not match the input schema. It names every
    field."""
    names = ", ".join(tool.input_schema["properties"]) or "none"
    remedy = f"Correct the arguments and call again. The accepted fields are: {names}."
    if found := problem(arguments, max_bytes=MAX_ARGUMENTS):
        message = f"The value of the arguments {found}."
        raise ToolRefused(message, code="invalid_arguments", remedy=remedy)
    errors: dict[str, list[str]] = {}
    for path, reason in schema_problems(tool.input_schema, arguments)[:MAX_PROBLEMS]:
        errors.setdefault(path[:MAX_PATH], []).append(reason)
    if errors:
        raise ToolRefused(
            "The arguments are not valid. Nothing was done.",
            code="invalid_arguments",
            remedy=remedy,
            errors=errors,
        )


def _checked(tool: Tool, output: Any) -> ToolResult:
    if found := problem(output, max_bytes=MAX_RESULT):
        message = f"The call was carried out, but its result {found}."
        remedy = "Do not repeat the same call: request less at a time."
        return refused(ToolRefused(message, code="result_unusable", remedy=remedy))
    # The work is done: after a failure the model would do it again.
    for path, reason in schema_problems(tool.output_schema, output):
        log.error("tool_output_wrong", tool=tool.name, field=path, reason=reason)
    return ToolResult(output)


def refused(refusal: DomainError) -> ToolResult:
    """A refusal as a model gets it."""
    error = {
        "code": refusal.code,
        "message": refusal.message,
        "problems": [
            {"field": field, "message": reason}
            for field, reasons in refusal.errors.items()
            for reason in reasons
        ],
        **refusal.details,
    }
    if refusal.remedy:
        error["remedy"] = refusal.remedy
    return ToolResult(storable({"error": error}), is_error=True)


def _declaration_problems(tool: Tool) -> Iterator[str]:
    if not NAME.fullmatch(tool.name):
        yield "has an invalid name: use at most 64 letters, digits, underscores and hyphens."
    if not (tool.title and tool.description):
        yield "needs a title and a description."
    for schema in (tool.input_schema, tool.output_schema):
        if found := declaration_problem(schema):
            yield f"has an invalid schema. {found}"
        if schema.get("type") != "object":
            yield "has a schema that does not describe an object."
    if tool.input_schema.get("additionalProperties") is not False:
        yield "must not allow additional properties in its input."
