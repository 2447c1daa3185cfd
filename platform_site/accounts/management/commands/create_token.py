"""`manage.py create_token`: create a token for the API."""

from __future__ import annotations

import argparse
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from typing_extensions import override

from platform_site.accounts.tokens import MAX_DAYS, create_token
from workflows.kit.errors import DomainError
from workflows.kit.users import find_user, name_of
from workflows.scopes import Scope

clock = timezone.now  # noqa: TID251 - an entry point: here the clock is read


def days(text: str) -> int:
    """A lifetime in whole days."""
    number = int(text)
    if not 1 <= number <= MAX_DAYS:
        raise argparse.ArgumentTypeError(f"must be from 1 to {MAX_DAYS}")
    return number


class Command(BaseCommand):
    """The token is printed only this once; only its digest is stored."""

    help = "Create an API token for a user. The last word of the output is the token."

    @override
    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("user", help="user name")
        parser.add_argument("--name", default="token", help="name of the token")
        parser.add_argument(
            "--days",
            type=days,
            help="lifetime in days; without it, the token does not expire",
        )
        parser.add_argument(
            "--scope",
            choices=Scope.values,
            default=Scope.EDIT,
            help="read, operate (also pause, resume, run, cancel) or edit (everything, the default)",
        )

    @override
    def handle(self, *args: Any, **options: Any) -> None:
        user = find_user(options["user"])
        if user is None:
            raise CommandError(f"There is no user {options['user']!r}.")
        name, now = options["name"], clock()
        ends = now + timedelta(days=options["days"]) if options["days"] else None
        try:
            token, text = create_token(
                user,
                name=name,
                expires_at=ends,
                now=now,
                scope=Scope(options["scope"]),
            )
        except DomainError as error:
            reasons = [why for field in error.errors.values() for why in field]
            raise CommandError(" ".join(reasons) or error.message) from error
        until = (
            f"valid until {token.expiry:%Y-%m-%d %H:%M} UTC"
            if token.expiry
            else "without expiry"
        )
        self.stdout.write(
            f'Token {name!r} of {name_of(user)}, scope "{token.scope}", {until}: {text}'
        )
