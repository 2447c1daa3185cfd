"""What the nodes share that call something of the site by its name."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, ClassVar

from typing_extensions import override

from workflows.callables import CallContext, Target, UnknownCallable, may_view, why_not
from workflows.exceptions import NodeBroken, NodeFailed, NodeNotAllowed, exit_status
from workflows.graph import Problem
from workflows.kit.json_value import problem, storable
from workflows.kit.logs import get_logger
from workflows.kit.tracebacks import where
from workflows.processes.leftovers import exit_forked_children
from workflows.registry import MAX_OUTPUT, Component, Config, Context, Result
from workflows.safety.templating import MARKS, has_template
from workflows.schemas.references import fetched

if TYPE_CHECKING:
    from workflows.kit.users import User

log = get_logger(__name__)
ARGUMENTS = {
    "type": ["object", "string"],
    "default": {},
    "title": "Arguments",
    "description": "A JSON object, or {{ trigger.payload }} to pass on what started this "
    "workflow. A text that is one {{ expression }} and nothing else keeps the type of its "
    "value, such as a number.",
    "x-widget": "code",
}


class Calling(Component):
    """A node that calls something of the site by its name."""

    category = "Actions"
    value_templates = ("arguments",)
    name_field: ClassVar[str]  # where the configuration names it

    @abstractmethod
    def target(self, name: str) -> Target:
        """What a node names. Raises `UnknownCallable`."""

    def known_arguments(self, config: Config) -> dict[str, Any]:
        """The arguments that hold no template: those that are known before it runs."""
        given = config.get("arguments", {})
        if isinstance(given, str):
            return {}
        return {name: given[name] for name in given if not has_template(given[name])}

    @override
    def check(self, config: Config) -> Iterator[Problem]:
        yield from super().check(config)
        yield from self._problems(config)

    @override
    def run(self, config: Config, context: Context) -> Result:
        call = CallContext(
            run_id=str(context.execution_id),
            attempt=_attempt(context),
            record=context.record,
        )
        arguments = config.get("arguments", {})
        target = self.named(config)
        return Result(as_output(called(target, arguments, context.owner(), call)))

    def named(self, config: Config) -> Target:
        """What a node calls that runs. Raises `NodeBroken` if it is gone."""
        name = config[self.name_field]
        try:
            return self.target(name)
        except UnknownCallable as error:
            raise NodeBroken(
                f'"{name}" may not be called any more: it has been renamed or removed.'
            ) from error

    def _problems(self, config: Config, *, complete: bool = True) -> Iterator[Problem]:
        try:
            target = self.target(config.get(self.name_field, ""))
        except UnknownCallable as error:
            yield self.name_field, str(error)
            return
        arguments = config.get("arguments", {})
        if target.unfit:
            yield self.name_field, target.unfit
        elif isinstance(arguments, str):
            if not MARKS.search(arguments):
                yield "arguments", "Must be a JSON object, or a template of one."
        else:
            templates = arguments.keys() - self.known_arguments(config).keys()
            for path, reason in target.problems(
                arguments, unknown=templates, complete=complete
            ):
                yield f"arguments.{path}" if path else "arguments", reason


def called(
    target: Target, arguments: Any, owner: User, context: CallContext | None = None
) -> Any:
    """What it returns. Raises `NodeFailed`, and whatever the callable raises."""
    check_call(target, arguments, owner)
    try:
        with exit_forked_children():
            return target.run(arguments, context)
    except SystemExit as error:
        # Not even status 0 is success: a function returns its result, and a library may
        # have exited halfway through (`--help`, a signal handler).
        status = exit_status(error)
        log.warning("function_exited", status=status, exception=where(error))
        raise NodeFailed(
            f"The function exited the process with exit status {status}."
        ) from error


def check_call(target: Target, arguments: Any, owner: User) -> None:
    """Raises `NodeFailed` unless `owner` may call the target with these arguments."""
    if missing := why_not(owner, target):
        raise NodeNotAllowed(
            f"The owner of the workflow lacks the permission {missing} to call "
            f"{target.name}."
        )
    for path, reason in target.problems(arguments):
        # Without the value, which the reason never repeats.
        raise NodeFailed(_invalid(target, path, reason))
    for named, instance in fetched(target.references(arguments)).items():
        if not may_view(owner, instance):
            raise NodeNotAllowed(f"The owner of the workflow may not view {named}.")


def as_output(value: Any) -> Any:
    """What a call returned, if it is JSON that can be kept; otherwise what is known of it.
    The work is done, whatever it returned: a retry would do it again."""
    output = None
    try:
        output = storable(value)
        reason = problem(output, max_bytes=MAX_OUTPUT)
    except RecursionError:
        reason = "is nested too deeply, or contains itself"
    except Exception:  # noqa: BLE001 the class of the value may do anything
        reason = "cannot be read as JSON"
    if reason:
        kind = type(value)
        return {
            "not_kept": f"The returned value {reason.partition(':')[0]}.",
            "type": f"{kind.__module__}.{kind.__qualname__}",
        }
    return output


def _invalid(target: Target, path: str, reason: str) -> str:
    return f'The argument "{path}" of {target.name} is not valid. {reason}'


def _attempt(context: Context) -> int:
    attempt = context.trigger.get("attempt", 1)
    return attempt if isinstance(attempt, int) else 1
