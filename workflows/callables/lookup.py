"""Finds what may be called by its name."""

from __future__ import annotations

from workflows.callables.commands import allowed, find_command
from workflows.callables.making import target_of
from workflows.callables.opened import known
from workflows.callables.target import Target

MOST_NAMES = 30  # in a message


class UnknownCallable(LookupError):
    """There is none of this name that may be called, or more than one."""


def find(name: str) -> Target | None:
    """The function or Task of a dotted name, or the management command of a name without a
    dot. None if there is none that may be called."""
    if "." not in name:
        return find_command(name)
    found = known().get(name)
    return target_of(found) if found else None


def targets() -> list[Target]:
    """Everything that may be called, sorted by name."""
    found = [target_of(each) for each in known().values()]
    found += filter(None, map(find_command, allowed()))
    return sorted(found, key=lambda target: target.name)


def function(name: str) -> Target:
    """The function or Task that a node names: by its dotted name, or a unique
    `@workflow_function` by its bare one. Raises `UnknownCallable`."""
    every = known()
    if found := every.get(name):
        return target_of(found)
    bare = sorted(
        dotted
        for dotted, each in every.items()
        if each.bare and dotted.rpartition(".")[2] == name
    )
    if len(bare) == 1:
        return target_of(every[bare[0]])
    if bare:
        choices = ", ".join(bare)
        raise UnknownCallable(
            f"Several functions have this name. Enter one of: {choices}."
        )
    raise UnknownCallable(_none("function or task", sorted(every)))


def command(name: str) -> Target:
    """The management command that a node names. Raises `UnknownCallable`."""
    if found := find_command(name):
        return found
    raise UnknownCallable(_none("command", allowed()))


def _none(kind: str, names: list[str]) -> str:
    shown = ", ".join(names[:MOST_NAMES]) or "none"
    more = f" and {len(names) - MOST_NAMES} more" if len(names) > MOST_NAMES else ""
    return (
        f"There is no {kind} of this name that may be called. There are: {shown}{more}."
    )
