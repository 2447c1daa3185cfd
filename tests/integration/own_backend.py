"""Tasks of `django.tasks` with backends that can be asked for their results, and one without."""

from __future__ import annotations

from datetime import date

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


@task(backend="immediate")
def at_once() -> None:
    """Its backend keeps no results."""


def plain() -> None:
    """No task at all."""
