"""`manage.py revoke_tokens`: revoke all API tokens of a user."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from typing_extensions import override

from platform_site.accounts.tokens import revoke_tokens
from workflows.kit.users import find_user, name_of


class Command(BaseCommand):
    """Useful when a person leaves or a password has leaked: tokens outlive a password."""

    help = "Revoke all API tokens of a user."

    @override
    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("user", help="user name")

    @override
    def handle(self, *args: Any, **options: Any) -> None:
        user = find_user(options["user"])
        if user is None:
            raise CommandError(f"There is no user {options['user']!r}.")
        count = revoke_tokens(user)
        tokens = "1 token" if count == 1 else f"{count} tokens"
        self.stdout.write(f"Revoked {tokens} of {name_of(user)}.")
