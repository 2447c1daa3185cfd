"""What a project that has just installed Ostinato still lacks, in the order in which to add it."""

from __future__ import annotations

from collections.abc import Iterator

from django.apps import apps
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor

from schedules.timing.english import counted
from workflows.kit.embedding import is_included, remedy

# That of our apps which the others can be loaded without, and of the packages that they use.
APPS = (
    "platform_site",
    "triggers",
    "django_rq",
    "rest_framework",
    "django_filters",
    "drf_spectacular",
)


def missing_apps() -> list[str]:
    return [name for name in APPS if not apps.is_installed(name)]


def unapplied_migrations() -> int:
    """Those of our apps and what they need; none if the database cannot tell."""
    try:
        executor = MigrationExecutor(connection)
    except DatabaseError:
        return 0
    ours = [
        node
        for node in executor.loader.graph.leaf_nodes()
        if node[0].startswith("ostinato_")
    ]
    return len(executor.migration_plan(ours))


def lacks() -> Iterator[tuple[str, str, str]]:
    """Subject, what is missing, and the remedy."""
    if names := missing_apps():
        listed = ", ".join(f'"{name}"' for name in names)
        yield "apps", f"Not installed: {listed}.", f"Add {listed} to INSTALLED_APPS."
    if number := unapplied_migrations():
        what = f"Not applied: {counted(number, 'migration')}."
        yield "migrations", what, "Run `manage.py migrate`."
    if not is_included():
        what = "The URL configuration has no addresses of Ostinato: neither API nor canvas work."
        yield "addresses", what, remedy()
