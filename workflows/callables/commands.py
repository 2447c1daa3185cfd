"""Management commands that may be called: those whose names the project lists."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.core.management import (
    CommandError,
    call_command,
    get_commands,
    load_command_class,
)
from django.core.management.base import BaseCommand

from workflows.callables.command_options import Options, options_of, unasked
from workflows.callables.context import CallContext
from workflows.callables.output import Output
from workflows.callables.target import Call, Target, first_paragraph, title_of
from workflows.exceptions import NodeFailed, RegistrationError, exit_status
from workflows.kit.conf import conf

SECRETS = "it shows or sets a secret"
SHELLS = "it runs any code"
DATA = "it can write or delete any row"
ENDLESS = "it does not end by itself"
# Whatever the project lists.
REFUSED = {
    **dict.fromkeys(
        (
            "changepassword",
            "create_token",
            "createsuperuser",
            "drf_create_token",
            "setup",
        ),
        SECRETS,
    ),
    **dict.fromkeys(("dbshell", "runscript", "shell", "shell_plus"), SHELLS),
    **dict.fromkeys(("flush", "loaddata", "reset_db", "sqlflush"), DATA),
    **dict.fromkeys(
        (
            "celery",
            "daphne",
            "db_worker",
            "mcp",
            "process_tasks",
            "qcluster",
            "rqcron",
            "rqscheduler",
            "rqworker",
            "rqworker-pool",
            "run_huey",
            "rundramatiq",
            "runserver",
            "runserver_plus",
            "runworker",
            "testserver",
            "up",
            "web",
        ),
        ENDLESS,
    ),
}


def allowed() -> list[str]:
    """The names of the commands that may be called, sorted."""
    listed = set(conf.COMMANDS)
    return sorted((listed - set(REFUSED)) & set(get_commands()))


def wrong_commands() -> Iterator[tuple[str, str]]:
    """The entries of `COMMANDS` that may not be called, and why."""
    for name in conf.COMMANDS:
        if why := REFUSED.get(name):
            yield name, f"It is never run: {why}."
        elif name not in get_commands():
            yield name, "There is no command of this name. Names are exact."


def find_command(name: str) -> Target | None:
    return _target(name) if name in allowed() else None


def _target(name: str) -> Target:
    """The target; if no form can show the options of the command, it says why."""
    options, unfit, command = Options(), "", BaseCommand()
    try:
        command = _loaded(name)
        options = options_of(command, name)
    except RegistrationError as error:
        unfit = f"This command cannot be run from here. {error}"
    return Target(
        name=name,
        kind="command",
        title=title_of(name),
        description=first_paragraph(str(command.help)),
        documentation=str(command.help),
        parameters=options.parameters,
        call=_call_of(name, options),
        unfit=unfit,
    )


def _loaded(name: str) -> BaseCommand:
    found = get_commands()[name]
    if isinstance(found, BaseCommand):
        return found
    try:
        return load_command_class(found, name)
    except Exception as error:
        raise RegistrationError(
            f"It cannot be loaded: {type(error).__name__}."
        ) from error


def _call_of(name: str, options: Options) -> Call:
    def call(arguments: dict[str, Any], context: CallContext) -> Any:
        command = _loaded(name)
        line = [*unasked(command, name), *options.command_line(arguments)]
        output = Output()
        try:
            with output.captured():
                call_command(
                    command,
                    *line,
                    stdout=output.stdout,
                    stderr=output.stderr,
                    no_color=True,
                )
        except BaseException as error:
            context.record(output.as_json)
            if failure := _failure(error):
                raise NodeFailed(failure) from error
            if not isinstance(error, SystemExit):
                raise
        return output.as_json

    return call


def _failure(error: BaseException) -> str:
    """Why the command failed, if it says so itself."""
    if isinstance(error, CommandError):
        return f"The command failed: {error}"
    if isinstance(error, SystemExit) and (status := exit_status(error)):
        return f"The command exited with exit status {status}."
    return ""
