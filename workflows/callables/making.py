"""Makes the target of a function or a Task."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Callable
from typing import Any

from asgiref.sync import sync_to_async
from django.db import connections

from workflows.callables.context import CallContext
from workflows.callables.declared import Declaration, function_of
from workflows.callables.django_tasks import is_task, task_context
from workflows.callables.parameters import Parameters
from workflows.callables.signatures import parameters_of
from workflows.callables.target import Call, Kind, Target, first_paragraph, title_of
from workflows.exceptions import RegistrationError
from workflows.schemas.plain import plain


def target_of(declaration: Declaration) -> Target:
    """The target; if its signature cannot be called, it says why."""
    what = declaration.what
    task = what if is_task(what) else None
    kind: Kind = "task" if task else "function"
    function = function_of(what)
    documentation = inspect.getdoc(function) or ""
    parameters, unfit = Parameters(), ""
    try:
        parameters = parameters_of(function, skip_first=_takes_context(task))
    except RegistrationError as error:
        unfit = f"This {kind} cannot be called. {error}"
    return Target(
        name=declaration.name,
        kind=kind,
        title=declaration.title or title_of(function.__name__),
        description=first_paragraph(documentation),
        documentation=documentation,
        agents=declaration.agents,
        permission=declaration.permission,
        parameters=parameters,
        call=_call_of(function, task),
        task=task,
        unfit=unfit,
    )


def _takes_context(task: Any) -> bool:
    return bool(task and task.takes_context)


def _call_of(function: Callable[..., Any], task: Any) -> Call:
    """Calls the function of a Task itself, whatever the Task's backend."""

    def call(arguments: dict[str, Any], context: CallContext) -> Any:
        first = []
        if _takes_context(task):
            first = [task_context(task, plain(arguments), context)]
        if inspect.iscoroutinefunction(inspect.unwrap(function)):
            return asyncio.run(_awaited(function, first, arguments))
        return function(*first, **arguments)

    return call


async def _awaited(
    function: Callable[..., Any], first: list[Any], arguments: dict[str, Any]
) -> Any:
    """In the main thread, so that a deadline interrupts it. Django's async queries work in a
    thread of their own, with a connection of their own, which must not stay open."""
    try:
        return await function(*first, **arguments)
    finally:
        await sync_to_async(connections.close_all)()
