"""The parameters of a management command, from its parser, and back to its command line."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from django.core.management.base import BaseCommand

from workflows.callables.parameters import Parameters
from workflows.callables.signatures import with_default
from workflows.exceptions import RegistrationError
from workflows.schemas.plain import SCALARS
from workflows.schemas.references import Fetch
from workflows.schemas.types import Unfit, ValueType

# Options of every command: how it is run is ours to say.
LEFT_OUT = {
    "help",
    "version",
    "settings",
    "pythonpath",
    "traceback",
    "no_color",
    "force_color",
    "skip_checks",
}
NOBODY_ANSWERS = "interactive"  # --no-input
MOST_CHOICES = 100
TYPES = {int: "integer", float: "number"}
MOST_TIMES = 10
OPTION_LIKE = 'Must not begin with "-".'


@dataclass(frozen=True, slots=True)
class Options:
    """The arguments of a command: by name, in the order of its command line."""

    actions: Mapping[str, argparse.Action] = field(default_factory=dict)

    @property
    def parameters(self) -> Parameters:
        types = {name: _type_of(action) for name, action in self.actions.items()}
        required = [name for name in self.actions if _is_required(self.actions[name])]
        return Parameters(types, tuple(required))

    def command_line(self, arguments: Mapping[str, Any]) -> list[str]:
        """The command line of valid `arguments`. No value is taken for an option."""
        options: list[str] = []
        positional: list[str] = []
        for name, action in self.actions.items():
            value = arguments.get(name)
            if value is None:
                continue
            if action.option_strings:
                options += _option(action, value)
            else:
                positional += map(str, value if isinstance(value, list) else [value])
        return [*options, "--", *positional] if positional else options


def options_of(command: BaseCommand, name: str) -> Options:
    """Raises `RegistrationError` for what no form can show."""
    parser = command.create_parser("manage.py", name)
    actions: dict[str, argparse.Action] = {}
    for action in parser._actions:
        if action.dest in LEFT_OUT or action.help == argparse.SUPPRESS:
            continue
        if isinstance(action, argparse._SubParsersAction):
            raise RegistrationError("It has subcommands: wrap the one in a function.")
        if action.nargs in (argparse.REMAINDER, argparse.PARSER):
            raise RegistrationError("It takes a command line of its own.")
        if action.dest != NOBODY_ANSWERS:
            actions[_name(action, taken=actions)] = action
    return Options(actions)


def unasked(command: BaseCommand, name: str) -> list[str]:
    """The options with which the command asks no questions."""
    parser = command.create_parser("manage.py", name)
    found = (each for each in parser._actions if each.dest == NOBODY_ANSWERS)
    action = next(found, None)
    is_flag = isinstance(action, argparse._StoreFalseAction)
    return list(action.option_strings[:1]) if action and is_flag else []


def _name(action: argparse.Action, taken: Mapping[str, Any]) -> str:
    """Several options may set the same destination, such as --daily and --weekly."""
    is_constant = type(action) in (
        argparse._StoreConstAction,
        argparse._AppendConstAction,
    )
    if action.option_strings and (is_constant or action.dest in taken):
        return _flag(action).lstrip("-").replace("-", "_")
    return action.dest


def _type_of(action: argparse.Action) -> ValueType:
    schema = _schema(action)
    if help_ := _help(action):
        schema = {**schema, "description": help_}
    default = action.default
    if _is_switch(action) and not isinstance(default, bool):
        default = False
    if default in (None, argparse.SUPPRESS):
        return ValueType(schema, _loader(action))
    return with_default(ValueType(schema, _loader(action)), default)


def _schema(action: argparse.Action) -> dict[str, Any]:
    if _is_switch(action):
        return {"type": "boolean"}
    if isinstance(action, argparse._CountAction):
        return {"type": "integer", "minimum": 0, "maximum": MOST_TIMES}
    item = _item_schema(action)
    if not _is_list(action):
        return item
    least = 1 if action.nargs == argparse.ONE_OR_MORE else 0
    if isinstance(action.nargs, int):
        return {
            "type": "array",
            "items": item,
            "minItems": action.nargs,
            "maxItems": action.nargs,
        }
    return {"type": "array", "items": item, "minItems": least}


def _item_schema(action: argparse.Action) -> dict[str, Any]:
    choices = list(islice(action.choices or (), MOST_CHOICES + 1))
    are_shown = all(isinstance(choice, SCALARS) for choice in choices)
    if are_shown and 0 < len(choices) <= MOST_CHOICES:
        return {"enum": choices}
    kind: Any = action.type
    return {"type": TYPES.get(kind, "string")}


def _loader(action: argparse.Action) -> Callable[[Any, Fetch], Any]:
    """The parser would take a text such as "--settings=..." in a list for an option."""

    def load(value: Any, fetch: Fetch) -> Any:
        values = value if isinstance(value, list) else [value]
        in_a_list = bool(action.option_strings) and action.nargs is not None
        for each in values:
            if each == "--" or (in_a_list and str(each).startswith("-")):
                raise Unfit(OPTION_LIKE)
        return value

    return load


def _is_required(action: argparse.Action) -> bool:
    """argparse says so of a list that may be empty, too."""
    may_be_empty = action.nargs in (argparse.ZERO_OR_MORE, argparse.OPTIONAL)
    is_option = bool(action.option_strings)
    return action.required and (is_option or not may_be_empty)


def _is_switch(action: argparse.Action) -> bool:
    is_count = isinstance(action, argparse._CountAction)
    return action.nargs == 0 and not is_count


def _is_list(action: argparse.Action) -> bool:
    many = (argparse.ZERO_OR_MORE, argparse.ONE_OR_MORE)
    is_list = action.nargs in many or isinstance(action.nargs, int)
    return is_list or isinstance(action, argparse._AppendAction)


def _help(action: argparse.Action) -> str:
    try:
        return str(action.help or "") % {**vars(action), "prog": "manage.py"}
    except (KeyError, TypeError, ValueError):
        return str(action.help)


def _flag(action: argparse.Action) -> str:
    return max(action.option_strings, key=len)


def _option(action: argparse.Action, value: Any) -> list[str]:
    if isinstance(action, argparse.BooleanOptionalAction):
        return [
            each for each in action.option_strings if each.startswith("--no-") != value
        ][:1]
    if _is_switch(action):
        when = not isinstance(action, argparse._StoreFalseAction)
        return [_flag(action)] if value is when else []
    if isinstance(action, argparse._CountAction):
        return [_flag(action)] * value
    if action.nargs is not None and isinstance(value, list):
        return [_flag(action), *map(str, value)]
    values = value if isinstance(value, list) else [value]
    return [f"{_flag(action)}={each}" for each in values]
