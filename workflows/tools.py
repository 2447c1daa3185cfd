"""Tools: what a model may call, declared once for agent nodes and for MCP.

A refusal is a result that the model can act on, never an exception: what is wrong, under a
stable `code`, and how to mend it. Anything unexpected says only that the tool failed; the
traceback is in the log.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

import structlog

from workflows.exceptions import NodeFailed, RegistrationError, ToolRefused
from workflows.kit.errors import DomainError
from workflows.kit.json_value import problem, storable
from workflows.kit.refusals import refusal_of
from workflows.safety.redaction import contains_known
from workflows.schemas.check import declaration_problem
from workflows.schemas.declare import schema_problems
from workflows.scopes import Scope, require

if TYPE_CHECKING:
    from django.contrib.auth.models import User

Clock = Callable[[], datetime]
NAME = re.compile(r"[a-zA-Z][a-zA-Z0-9_-]{0,63}")
MAX_ARGUMENTS = 64 * 1024
MAX_RESULT = 256 * 1024
MAX_PROBLEMS = 20
MAX_PATH = 200
log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Hints:
    """What a client may be told of a tool before it is called; each has to be decided."""

    read_only: bool
    destructive: bool
    idempotent: bool
    open_world: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolContext:
    """On whose behalf a tool is called, from which execution (if any), and the time."""

    user: User
    clock: Clock
    execution_id: UUID | None = None
    scope: Scope = Scope.EDIT  # of the token by which it is called


@dataclass(frozen=True, slots=True, kw_only=True)
class Tool:
    """`call` gets arguments that fit `input_schema`, and gives what fits `output_schema`.

    It raises `ToolRefused`, any other `DomainError` or `NodeFailed` for an expected failure.
    """

    name: str
    title: str
    description: str
    input_schema: Mapping[str, Any]
    output_schema: Mapping[str, Any]
    hints: Hints
    call: Callable[[dict[str, Any], ToolContext], dict[str, Any]]
    scope: Scope = Scope.EDIT  # what a token needs to call it

    def __post_init__(self) -> None:
        for wrong in _declaration_problems(self):
            raise RegistrationError(f'The tool "{self.name}": {wrong}')


@dataclass(frozen=True, slots=True)
class ToolResult:
    """What the model gets; for an error `{"error": {"code", "message", "problems", ...}}`."""

    content: dict[str, Any]
    is_error: bool = False

    @property
    def text(self) -> str:
        """An error in words, for people: what is wrong, and how to mend it."""
        error = self.content["error"]
        problems = [
            f"{problem['field']}: {problem['message']}"
            for problem in error["problems"]
            if problem["message"] not in error["message"]
        ]
        return " ".join([error["message"], *problems, error.get("remedy", "")]).strip()


def call_tool(tool: Tool, arguments: Any, context: ToolContext) -> ToolResult:
    """Call a tool with whatever a model has come up with. Never raises an `Exception`."""
    try:
        _check_user(context)
        require(tool.scope, held=context.scope)
        check_arguments(tool, arguments)
        return _checked(tool, storable(tool.call(arguments, context)))
    except NodeFailed as failure:
        return refused(ToolRefused(str(failure), code="failed"))
    # Whatever a tool raises must not end the conversation; its text may hold a secret.
    except Exception as error:
        if refusal := _refusal_of(error, tool):
            log.info("tool_refused", code=refusal.code, **_names(tool, context))
            return refused(refusal)
        log.error("tool_failed", exc_info=error, **_names(tool, context))
        what = "The tool failed unexpectedly; the site's log has the details."
        remedy = "Do not repeat the call more than once; tell a person."
        return refused(ToolRefused(what, code="tool_failed", remedy=remedy))


def _refusal_of(error: Exception, tool: Tool) -> DomainError | None:
    """What reaches beyond the site may have been done in part: of that nobody can say that
    nothing was done, and only its own refusals are passed on."""
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
    """The same for whatever name a model has come up with.

    No tool sees arguments that hold one of the `secrets`: it might keep them.
    """
    if contains_known(arguments, secrets):
        what = "The arguments hold a secret of this site; nothing was done."
        remedy = "Leave it out: no tool needs it."
        return refused(ToolRefused(what, code="invalid_arguments", remedy=remedy))
    if tool := tools.get(name):
        return call_tool(tool, arguments, context)
    what = f'There is no tool "{name[:MAX_PATH]}"; nothing was done.'
    remedy = f"The tools are: {', '.join(tools) or 'none'}."
    return refused(ToolRefused(what, code="unknown_tool", remedy=remedy))


def _names(tool: Tool, context: ToolContext) -> dict[str, Any]:
    """What a log line says of a call: nothing that the model has made up."""
    names = {"tool": tool.name, "user": context.user.pk}
    execution = context.execution_id
    return names | ({"execution": str(execution)} if execution else {})


def _check_user(context: ToolContext) -> None:
    if not context.user.is_active:
        what = "The user in whose name this is called is not active any more."
        raise ToolRefused(what, code="user_inactive", remedy="Ask a person.")


def check_arguments(tool: Tool, arguments: Any) -> None:
    """Raises `ToolRefused` for what does not fit the input schema, naming every field."""
    names = ", ".join(tool.input_schema["properties"]) or "none"
    remedy = f"Mend what is named and call again. The fields are: {names}."
    if wrong := problem(arguments, max_bytes=MAX_ARGUMENTS):
        what = f"What the arguments hold {wrong}."
        raise ToolRefused(what, code="invalid_arguments", remedy=remedy)
    errors: dict[str, list[str]] = {}
    for path, why in schema_problems(tool.input_schema, arguments)[:MAX_PROBLEMS]:
        errors.setdefault(path[:MAX_PATH], []).append(why)
    if errors:
        raise ToolRefused(
            "The arguments do not fit; nothing was done.",
            code="invalid_arguments",
            remedy=remedy,
            errors=errors,
        )


def _checked(tool: Tool, output: Any) -> ToolResult:
    if wrong := problem(output, max_bytes=MAX_RESULT):
        what = f"The call was carried out, but its result {wrong}."
        remedy = "Do not repeat it as it was; ask for less at a time."
        return refused(ToolRefused(what, code="result_unusable", remedy=remedy))
    # The work is done: a failure now would have the model do it again.
    for path, why in schema_problems(tool.output_schema, output):
        log.error("tool_output_wrong", tool=tool.name, field=path, reason=why)
    return ToolResult(output)


def refused(refusal: DomainError) -> ToolResult:
    """A refusal as a model gets it."""
    error = {
        "code": refusal.code,
        "message": refusal.message,
        "problems": [
            {"field": field, "message": why}
            for field, reasons in refusal.errors.items()
            for why in reasons
        ],
        **refusal.details,
    }
    if refusal.remedy:
        error["remedy"] = refusal.remedy
    return ToolResult(storable({"error": error}), is_error=True)


def _declaration_problems(tool: Tool) -> Iterator[str]:
    if not NAME.fullmatch(tool.name):
        yield "a name is letters, digits, underscores and hyphens, at most 64."
    if not (tool.title and tool.description):
        yield "it needs a title and a description."
    for schema in (tool.input_schema, tool.output_schema):
        if fault := declaration_problem(schema):
            yield f"a schema of it is wrong: {fault}"
        if schema.get("type") != "object":
            yield "its schemas describe objects."
    if tool.input_schema.get("additionalProperties") is not False:
        yield "its input has no additional properties."
