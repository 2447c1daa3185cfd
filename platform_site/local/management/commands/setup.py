"""`manage.py setup`: prepare the database so that the site can run."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError, OperationalError
from django.db import connection as database
from django.db.migrations.recorder import MigrationRecorder
from django.utils import timezone
from redis.exceptions import RedisError
from typing_extensions import override

from platform_site.local.demo import ensure_demo
from platform_site.local.first_user import ensure_first_user
from workflows.execution.queue import connection

# What the exception of either database means; all others are subclasses of these.
FAILURES: dict[type[DatabaseError], str] = {
    OperationalError: "does not answer",
    DatabaseError: "cannot be used",
}


# The labels of the apps before 0.1.0: no migration starts from their tables.
OLDER_APPS = {"schedules", "workflows"}


def refuse_older_tables() -> None:
    """Raise `CommandError` if the database has tables from before 0.1.0."""
    applied = MigrationRecorder(database).applied_migrations()
    if {app for app, _ in applied} >= OLDER_APPS:
        raise CommandError(
            "This database was created by an Ostinato older than 0.1.0, and cannot be used. "
            "Set DATA_DIR to a new folder, or DATABASE_URL to an empty database."
        )


class Command(BaseCommand):
    """Safe to repeat: existing data stays as it is."""

    help = "Migrate the database, create the user admin and, with --demo, demo data."

    @override
    def handle(self, *args: Any, **options: Any) -> None:
        try:
            connection().ping()
        except RedisError as error:
            raise CommandError(f"Redis does not answer: {error}") from error
        try:
            refuse_older_tables()
            call_command("migrate", interactive=False, verbosity=options["verbosity"])
        except DatabaseError as error:
            if type(error) not in FAILURES:  # an error in a migration
                raise
            reason = str(error).strip().replace("\n", " ")
            what = FAILURES[type(error)]
            raise CommandError(f"The database {what}: {reason}") from error
        user = ensure_first_user(settings.DATA_DIR)
        if options["demo"]:
            ensure_demo(user, now=timezone.now())  # noqa: TID251 an entry point

    @override
    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--demo", action="store_true", help="also create demo data")
