"""What the project has opened to schedules: the `tasks.py` of its apps, and the names in
`OSTINATO["CALLABLES"]`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from importlib import import_module
from types import ModuleType
from typing import Any

from django.apps import apps
from django.core.exceptions import ImproperlyConfigured
from django.utils.module_loading import module_has_submodule

from workflows.callables.declared import (
    Declaration,
    declarations,
    function_of,
    name_of,
)
from workflows.callables.django_tasks import is_task
from workflows.kit.conf import conf

TASKS = "tasks"
EVERY = "*"
# Calls any management command, also those that are always refused.
MANAGEMENT = "django.core.management."
ANY_COMMAND = "It runs any command: list those that may be run in COMMANDS."


class WrongEntry(Exception):
    """An entry of a setting that names nothing that can be called, as a sentence."""


@dataclass(slots=True)
class Opened:
    """The modules `tasks` of the apps, once they are imported."""

    modules: tuple[ModuleType, ...] = ()

    def autodiscover(self) -> None:
        """Import the module `tasks` of each app that has one. Raises
        `ImproperlyConfigured`, from the error, for one that cannot be imported."""
        found = []
        for app in apps.get_app_configs():
            if app.module and module_has_submodule(app.module, TASKS):
                name = f"{app.name}.{TASKS}"
                try:
                    found.append(import_module(name))
                except Exception as error:
                    raise ImproperlyConfigured(
                        f"Ostinato imports the tasks of each app, and {name} cannot be "
                        f"imported: {type(error).__name__}: {error}. See the traceback "
                        "above."
                    ) from error
        self.modules = tuple(found)


opened = Opened()


def known() -> dict[str, Declaration]:
    """Every function and Task that may be called, by its dotted name."""
    found: dict[str, Declaration] = {}
    for module in opened.modules:
        found |= _by_name(Declaration(each) for each in _tasks_in(module))
    for entry in conf.CALLABLES:
        try:
            found |= _by_name(Declaration(each) for each in named_by(entry))
        except WrongEntry:
            continue  # a system check names it
    for name, declared in list(declarations.by_name.items()):
        task = found[name].what if name in found else declared.what
        found[name] = replace(declared, what=task) if is_task(task) else declared
    return found


def wrong_entries() -> Iterator[tuple[str, str]]:
    """The entries of `CALLABLES` that open nothing, and why."""
    for entry in conf.CALLABLES:
        try:
            if not named_by(entry):
                yield entry, "The module has no public function of its own."
        except WrongEntry as error:
            yield entry, str(error)


def named_by(entry: str) -> list[Any]:
    """What an entry of `CALLABLES` opens: a function or Task, or all of a module's own.

    Imports the module. Raises `WrongEntry`.
    """
    path, _, last = str(entry).rpartition(".")
    if not path:
        raise WrongEntry('Enter a dotted name, such as "billing.tasks.remind".')
    if last == EVERY:
        if f"{path}.".startswith(MANAGEMENT):
            raise WrongEntry(ANY_COMMAND)
        return list(_functions_in(_imported(path)))
    found = _object(path, last)
    if not _is_function(found):
        raise WrongEntry("This is neither a function nor a task.")
    if name_of(found).startswith(MANAGEMENT):
        raise WrongEntry(ANY_COMMAND)
    if name_of(found) != entry:
        raise WrongEntry(f"It is defined elsewhere: enter {name_of(found)}.")
    return [found]


def _object(path: str, name: str) -> Any:
    """The attribute of a module, or of a class in it."""
    try:
        holder: Any = _imported(path)
    except WrongEntry:
        outer, _, inner = path.rpartition(".")
        if not outer:
            raise
        holder = _object(outer, inner)
    try:
        return getattr(holder, name)
    except AttributeError as error:
        raise WrongEntry(f'{path} has no "{name}".') from error


def _imported(name: str) -> ModuleType:
    try:
        return import_module(name)
    except ModuleNotFoundError as error:
        if not f"{name}.".startswith(f"{error.name}."):
            raise WrongEntry(_failed(name, error)) from error
        raise WrongEntry(f"There is no module {name}.") from error
    except Exception as error:
        raise WrongEntry(_failed(name, error)) from error


def _failed(name: str, error: Exception) -> str:
    return f"{name} cannot be imported: {type(error).__name__}: {error}."


def _tasks_in(module: ModuleType) -> Iterator[Any]:
    return (each for each in vars(module).values() if is_task(each))


def _functions_in(module: ModuleType) -> Iterator[Any]:
    """The public functions and Tasks that are defined in the module itself."""
    public = getattr(module, "__all__", None)
    for name, value in vars(module).items():
        if name.startswith("_") or (public is not None and name not in public):
            continue
        if _is_function(value) and name_of(value) == f"{module.__name__}.{name}":
            yield value


def _is_function(value: Any) -> bool:
    """Whether it is a Task, or a function: it can be called, and has a name of its own."""
    function = function_of(value)
    is_callable = callable(function) and not isinstance(function, type)
    return is_callable and hasattr(function, "__qualname__")


def _by_name(found: Iterable[Declaration]) -> dict[str, Declaration]:
    return {each.name: each for each in found}
