"""`manage.py revoke_tokens`: revoke all API tokens of a user."""

from __future__ import annotations

from typing import Any

from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError, CommandParser
from typing_extensions import override

from platform_site.accounts.tokens import revoke_tokens


class Command(BaseCommand):
    """Useful when a person leaves or a password has leaked: tokens outlive a password."""

    help = "Revoke all API tokens of a user."

    @override
    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("user", help="user name")

    @override
    def handle(self, *args: Any, **options: Any) -> None:
        user = get_user_model().objects.filter(username=options["user"]).first()
        if user is None:
            raise CommandError(f"There is no user {options['user']!r}.")
        count = revoke_tokens(user)
        tokens = "1 token" if count == 1 else f"{count} tokens"
        self.stdout.write(f"Revoked {tokens} of {user.get_username()}.")
