"""Tasks of `django.tasks` with backends that can be asked for their results, and one without."""

from __future__ import annotations

from datetime import date
from enum import Enum

from django_tasks import task


@task
def add(first: int, second: int = 2) -> int:
    """Add two numbers."""
    return first + second


@task
def fail() -> None:
    raise LookupError("nobody is there")


@task
def on(day: date) -> str:
    return day.isoformat()


class Colour(Enum):
    RED = "red"


@task
def paint(colour: Colour, shades: tuple[str, ...] = ()) -> str:
    return colour.name


@task
def write(kind: str = "another format, of any x-model") -> str:
    return kind


@task(backend="immediate")
def at_once() -> None:
    """Its backend keeps no results."""


def plain() -> None:
    """No task at all."""
