"""`manage.py mcp`: serve the schedule tools to a local agent over stdin and stdout."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import OperationalError, ProgrammingError
from django.utils import timezone
from typing_extensions import override

from schedules.mcp import McpMissing, load
from workflows.kit.users import find_user
from workflows.tools import ToolContext

NO_DATABASE = (
    "The database is not available or has no tables. Run `manage.py setup` (or `manage.py "
    "migrate`) with the same DATA_DIR and DATABASE_URL."
)


class Command(BaseCommand):
    help = "Serve the schedule tools over MCP on stdin and stdout, on behalf of a user."

    @override
    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--user", required=True, help="name of the user who owns the schedules"
        )

    @override
    def handle(self, *args: Any, user: str, **options: Any) -> None:
        try:
            found = find_user(user)
        except (OperationalError, ProgrammingError) as error:
            raise CommandError(NO_DATABASE) from error
        if found is None or not found.is_active:
            raise CommandError(f'There is no active user "{user}".')
        try:
            stdio = load("stdio")
        except McpMissing as error:
            raise CommandError(str(error)) from error
        clock = timezone.now  # noqa: TID251 an entry point
        stdio.serve(ToolContext(user=found, clock=clock))
